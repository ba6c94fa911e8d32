"""Results of checking a server: findings, their codes, baselines, and the run with its statement of money."""

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
