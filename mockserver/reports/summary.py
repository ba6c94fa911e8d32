"""What all reports say in the same words: the order of findings, their numbers, times and money."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mockserver.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.findings import Finding, Run, Statement


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with the heaviest first, then by operation and code."""
    weights = list(Severity)
    return sorted(findings, key=lambda finding: (weights.index(finding.level), finding.operation, finding.code))


def tally(findings: Iterable[Finding]) -> dict[Severity, int]:
    """Count findings by level; every level is there, the heaviest first."""
    counted = Counter(finding.level for finding in findings)
    return {level: counted[level] for level in Severity}


def counted(number: int, noun: str) -> str:
    """Write `1 case`, `1,200 cases`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def verdict(run: Run) -> str:
    """Say in a sentence how the run ended."""
    found = [counted(number, level.value) for level, number in tally(run.findings).items() if number]
    tried = f"{counted(run.cases, 'case')} in {run.seconds:.1f} s"
    result = f"{', '.join(found) or 'Nothing found'} in {tried}."
    return f"Interrupted: {run.interrupted}. Until then: {result}" if run.interrupted else result


def dollars(cents: int) -> str:
    """Write an amount of cents as `$0.16`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def money(statement: Statement) -> str:
    """Say in a sentence what a run cost."""
    limit = "" if statement.limit is None else f", at most {dollars(statement.limit)} were allowed"
    stopped = f" Ordering stopped: {statement.stopped}." if statement.stopped else ""
    amounts = (
        f"Spent {dollars(statement.spent)}, refunded {dollars(statement.refunded)}, lost {dollars(statement.lost)}"
    )
    return f"{amounts}{limit}.{stopped}"


def moment(milliseconds: float) -> datetime:
    """Return the time that is this many milliseconds after the epoch, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def text(finding: Finding) -> str:
    """Write all there is to say of a finding as plain text, each part on a line of its own."""
    known = ", ".join(filter(None, (finding.provenance, finding.where)))
    lines = [
        ("", finding.message),
        ("expected: ", finding.expected),
        ("got: ", finding.got),
        ("contract: ", known),
        ("again: ", finding.curl),
        ("seed: ", "" if finding.seed is None else str(finding.seed)),
    ]
    return "\n".join(label + said for label, said in lines if said)
