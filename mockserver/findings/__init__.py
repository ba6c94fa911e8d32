"""What a check of a server found: findings, the codes that explain them, baselines, and the run as a whole."""

from mockserver.contract import Severity
from mockserver.findings.baseline import Baseline, BaselineError, Sorted, apply
from mockserver.findings.finding import Code, Finding, codes, explain, grouped, weigh
from mockserver.findings.run import Exclusion, ExitCode, Line, Run, Skip, Statement, SuiteResult

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
