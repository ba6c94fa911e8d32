"""A run of the suites against one target, and all that came of it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import Severity

if TYPE_CHECKING:
    from mockserver.findings.finding import Finding
    from mockserver.findings.statement import Statement
    from mockserver.traffic.coverage import Coverage


class ExitCode(IntEnum):
    """How a command that checks something ends."""

    CLEAN = 0
    FINDINGS = 1
    COULD_NOT_RUN = 2


class Skip(NamedTuple):
    """Something that was not checked, and why."""

    what: str
    reason: str


class Exclusion(NamedTuple):
    """A check that is never made of an operation (`*`: of any), and why."""

    check: str
    operation: str
    reason: str


class SuiteResult(NamedTuple):
    """What one suite did: how many cases in how many seconds, what it found, and what it left out."""

    name: str
    cases: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skip, ...] = ()


class Run(NamedTuple):
    """A run of the suites, or of another command that checks something. It holds no credentials.

    `command` is its name, `version` is that of this program, `target` the label of what was checked, `started` is in
    milliseconds since the epoch. `findings` are those of all suites but the `accepted` ones, which the baseline knows.
    `stale` are the fingerprints that the baseline knows and nobody found. `statement` is None where nothing could be
    spent.
    """

    version: str
    target: str
    suites: tuple[SuiteResult, ...]
    seed: int
    started: int
    seconds: float
    findings: tuple[Finding, ...]
    coverage: Coverage
    accepted: tuple[Finding, ...] = ()
    stale: tuple[str, ...] = ()
    statement: Statement | None = None
    exclusions: tuple[Exclusion, ...] = ()
    interrupted: str = ""
    command: str = "verify"

    @property
    def cases(self) -> int:
        """How many cases all suites tried."""
        return sum(suite.cases for suite in self.suites)

    def exit_code(self, *, strict: bool = False) -> ExitCode:
        """Return how the command ends. Notes count if strict; a run that was interrupted could not run."""
        if self.interrupted:
            return ExitCode.COULD_NOT_RUN
        failing = [finding for finding in self.findings if strict or finding.level is not Severity.NOTE]
        return ExitCode.FINDINGS if failing else ExitCode.CLEAN
