"""A run of checks against one target: its findings, coverage, skipped checks, exit code and statement of money."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import Severity

if TYPE_CHECKING:
    from mockserver.findings.finding import Finding
    from mockserver.traffic.coverage import Coverage


class ExitCode(IntEnum):
    """The exit codes of a command that checks a target."""

    CLEAN = 0
    FINDINGS = 1
    COULD_NOT_RUN = 2


EVERYTHING = "everything"
"""The check of a Skip that stands for a whole suite."""


class Skip(NamedTuple):
    """A skipped check, and the reason."""

    what: str
    reason: str


class Exclusion(NamedTuple):
    """A check that is never made for an operation (`*`: for any operation), and the reason."""

    check: str
    operation: str
    reason: str


class SuiteResult(NamedTuple):
    """The result of one suite: the number of cases, the duration in seconds, the findings and the skipped checks."""

    name: str
    cases: int
    seconds: float
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skip, ...] = ()


class Run(NamedTuple):
    """A run of `verify`, or of another command that checks a target. It holds no credentials.

    `command` is the name of the command, `version` the version of this program, `target` the label of the target.
    `started` is in milliseconds since the epoch, `seconds` is the duration. `findings` are those of all suites, without
    the `accepted` ones, which are in the baseline. `stale` are the fingerprints in the baseline that no finding has.
    `statement` is None if the run could not spend money. `interrupted` is the reason for an interruption, or empty.
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
        """The number of cases of all suites."""
        return sum(suite.cases for suite in self.suites)

    @property
    def skipped_suites(self) -> dict[str, str]:
        """The suites that were skipped as a whole, each with the reason."""
        return {suite.name: skip.reason for suite in self.suites for skip in suite.skipped if skip.what == EVERYTHING}

    def exit_code(self, *, strict: bool = False) -> ExitCode:
        """Return the exit code. With `strict`, notes count as findings. An interrupted run could not run."""
        if self.interrupted:
            return ExitCode.COULD_NOT_RUN
        failing = [finding for finding in self.findings if strict or finding.level is not Severity.NOTE]
        return ExitCode.FINDINGS if failing else ExitCode.CLEAN


class Line(NamedTuple):
    """An order of a run: its number, the operation that placed it, its price and its refund in cents.

    `outcome` is `open`, `refunded`, `kept` (an SMS arrived, so the order is not refundable) or `unknown` (the response
    to the order or to its refund was lost).
    """

    order: str
    operation: str
    price: int
    refunded: int = 0
    outcome: str = "open"


class Statement(NamedTuple):
    """The money that a run spent, in cents, order by order.

    `limit` is the spending limit, None if there is none. `stopped` is the reason why the run stopped placing orders
    early, or empty.
    """

    lines: tuple[Line, ...] = ()
    limit: int | None = None
    stopped: str = ""

    @property
    def spent(self) -> int:
        """The total charged, in cents."""
        return sum(line.price for line in self.lines)

    @property
    def refunded(self) -> int:
        """The total refunded, in cents."""
        return sum(line.refunded for line in self.lines)

    @property
    def lost(self) -> int:
        """The total charged and not refunded, in cents."""
        return self.spent - self.refunded
