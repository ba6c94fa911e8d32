"""What a check of a server found: findings, the codes that explain them, baselines, and the run as a whole."""

from mockserver.contract import Severity
from mockserver.findings.baseline import Baseline, BaselineError, Sorted, apply
from mockserver.findings.codes import Code, codes, explain
from mockserver.findings.finding import Finding, weigh
from mockserver.findings.grouping import grouped
from mockserver.findings.run import Exclusion, ExitCode, Run, Skip, SuiteResult
from mockserver.findings.statement import Line, Statement

__all__ = [
    "Baseline",
    "BaselineError",
    "Code",
    "Exclusion",
    "ExitCode",
    "Finding",
    "Line",
    "Run",
    "Severity",
    "Skip",
    "Sorted",
    "Statement",
    "SuiteResult",
    "apply",
    "codes",
    "explain",
    "grouped",
    "weigh",
]
