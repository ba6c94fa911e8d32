"""Shared text of all reports: the order and count of findings, times and amounts of money."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mockserver.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.findings import Finding, Run, Statement


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings sorted by severity, the most severe first, then by operation and code."""
    severities = list(Severity)
    return sorted(findings, key=lambda finding: (severities.index(finding.level), finding.operation, finding.code))


def tally(findings: Iterable[Finding]) -> dict[Severity, int]:
    """Count findings by severity. All severities are included, the most severe first."""
    counted = Counter(finding.level for finding in findings)
    return {level: counted[level] for level in Severity}


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, such as `1 case` or `1,200 cases`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def verdict(run: Run) -> str:
    """Return the result of a run in a sentence, and how many suites were skipped in another."""
    found = [counted(number, level.value) for level, number in tally(run.findings).items() if number]
    tried = f"{counted(run.cases, 'case')} in {run.seconds:.1f} s"
    result = f"{', '.join(found) or 'Nothing found'} in {tried}."
    if skipped := run.skipped_suites:
        reasons = "; ".join(dict.fromkeys(skipped.values()))
        result += f" Skipped {len(skipped)} of {counted(len(run.suites), 'suite')}: {reasons}."
    return f"Interrupted: {run.interrupted}. Until then: {result}" if run.interrupted else result


def dollars(cents: int) -> str:
    """Return an amount of cents in dollars, such as `$0.16`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def money(statement: Statement) -> str:
    """Return the cost of a run in a sentence."""
    limit = "" if statement.limit is None else f", limit {dollars(statement.limit)}"
    stopped = f" Ordering stopped: {statement.stopped}." if statement.stopped else ""
    amounts = (
        f"Spent {dollars(statement.spent)}, refunded {dollars(statement.refunded)}, lost {dollars(statement.lost)}"
    )
    return f"{amounts}{limit}.{stopped}"


def moment(milliseconds: float) -> datetime:
    """Return a time in UTC, given in milliseconds since the epoch."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def text(finding: Finding) -> str:
    """Return a finding as plain text, with one line per field."""
    contract = ", ".join(filter(None, (finding.provenance, finding.where)))
    lines = [
        ("", finding.message),
        ("expected: ", finding.expected),
        ("got: ", finding.got),
        ("contract: ", contract),
        ("rerun: ", finding.curl),
        ("seed: ", "" if finding.seed is None else str(finding.seed)),
    ]
    return "\n".join(label + value for label, value in lines if value)
