"""What a check of a server found: findings, the codes that explain them, baselines, and the run as a whole."""

from contracts.findings.baseline import Baseline, BaselineError, Sorted, apply
from contracts.findings.codes import Code, codes, explain
from contracts.findings.finding import Finding, Level, weigh
from contracts.findings.run import Exclusion, ExitCode, Run, Skip, SuiteResult
from contracts.findings.statement import Line, Statement

__all__ = [
    "Baseline",
    "BaselineError",
    "Code",
    "Exclusion",
    "ExitCode",
    "Finding",
    "Level",
    "Line",
    "Run",
    "Skip",
    "Sorted",
    "Statement",
    "SuiteResult",
    "apply",
    "codes",
    "explain",
    "weigh",
]
