"""Findings: one thing that a check found, its code, and which findings are the same."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mockserver import contract
from mockserver.contract import Severity, did_you_mean, located
from mockserver.data import directory

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from mockserver.contract import Place
    from mockserver.traffic.exchange import Exchange


def weigh(provenance: contract.Confidence | None) -> Severity:
    """Return how much it weighs that an expectation failed which is known in this way.

    None is for what holds whatever a contract says: sums that add up, no money for nothing, no broken service.
    """
    if provenance is contract.Confidence.ASSUMED:
        return Severity.NOTE
    return Severity.WARNING if provenance is contract.Confidence.INFERRED else Severity.ERROR


class Finding(NamedTuple):
    """One thing that a check found.

    - `code`: stable, such as `answer.body`; `mockserver.findings.explain` says what it means
    - `suite`: the suite that found it; `operation`: `v3.getOrder`, or empty; `check`: a short name of what was checked
    - `message`: a sentence; `expected` and `got`: short texts, empty where the message says it all
    - `pointer`: the JSON pointer of the expectation in its contract document; `place`: its place in that file
    - `provenance`: the level of the expectation, or empty if it holds whatever the document says
    - `curl`: the redacted command that asks again; `seed`: what repeats the case; `exchanges`: redacted evidence
    """

    code: str
    level: Severity
    suite: str
    operation: str
    check: str
    message: str
    expected: str = ""
    got: str = ""
    pointer: str = ""
    place: Place | None = None
    provenance: str = ""
    curl: str = ""
    seed: int | None = None
    exchanges: tuple[Exchange, ...] = ()

    @property
    def where(self) -> str:
        """The file and line of the expectation: `v3.yaml:123`; empty if it stands in no document."""
        return f"{self.place.file}:{self.place.line}" if self.place else ""

    @property
    def fingerprint(self) -> str:
        """What this finding is known by over runs, seeds and edits: sixteen hexadecimal digits.

        Neither values nor lines are part of it.
        """
        document = self.place.file if self.place else ""
        parts = (self.code, self.operation, self.check, document, self.pointer)
        return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


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


TABLE = directory("contracts") / "finding_codes.yaml"


class Code(NamedTuple):
    """A code of `contracts/finding_codes.yaml`: its title, its meaning, what it costs users, and what to do."""

    code: str
    title: str
    meaning: str
    cost: str
    remedy: str


@cache
def codes() -> Mapping[str, Code]:
    """Return all codes by name, in the order of the table."""
    return MappingProxyType({name: Code(name, **fields) for name, fields in located.read(TABLE).data.items()})


def explain(code: str) -> Code:
    """Return what a code means. Raises KeyError with a message for people if there is none of this name."""
    try:
        return codes()[code]
    except KeyError:
        raise KeyError(f"there is no code {code}{did_you_mean(code, codes())}") from None
