"""A run of checks against one target: its findings, its coverage, and the statement of what it cost."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import Severity

if TYPE_CHECKING:
    from mockserver.findings.finding import Finding
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


class Line(NamedTuple):
    """An order that a run made: its number, the operation that made it, and cents.

    `outcome` says what became of it: `open`, `refunded`, `kept` (an SMS arrived, so the money is gone), `unknown` (the
    answer to the order or to its refund was lost).
    """

    order: str
    operation: str
    price: int
    refunded: int = 0
    outcome: str = "open"


class Statement(NamedTuple):
    """The money that a run moved, in cents, order by order. `limit` is the most it might spend; None is no limit.

    `stopped` says why the run stopped ordering before its end; empty if it did not.
    """

    lines: tuple[Line, ...] = ()
    limit: int | None = None
    stopped: str = ""

    @property
    def spent(self) -> int:
        """What was charged."""
        return sum(line.price for line in self.lines)

    @property
    def refunded(self) -> int:
        """What was paid back."""
        return sum(line.refunded for line in self.lines)

    @property
    def lost(self) -> int:
        """What was charged and did not come back."""
        return self.spent - self.refunded
