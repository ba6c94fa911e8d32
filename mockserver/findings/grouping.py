"""Which findings are one, so that each is told once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from mockserver.findings.finding import Finding


def _fingerprint(finding: Finding) -> Hashable:
    return finding.fingerprint


def grouped(
    findings: Iterable[Finding], identity: Callable[[Finding], Hashable] = _fingerprint
) -> list[tuple[Finding, ...]]:
    """Return findings in groups of those that are one, in the order in which each was found first.

    `identity` is what makes them one.
    """
    groups: defaultdict[Hashable, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[identity(finding)].append(finding)
    return list(map(tuple, groups.values()))
