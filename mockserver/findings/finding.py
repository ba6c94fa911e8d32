"""Findings: their severity, identity and grouping, and the codes that explain them."""

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
    """Return the severity of a finding by the confidence of the expectation that failed.

    None means that the expectation holds for every contract: sums are correct, every charge belongs to an order, the
    server does not fail.
    """
    if provenance is contract.Confidence.ASSUMED:
        return Severity.NOTE
    return Severity.WARNING if provenance is contract.Confidence.INFERRED else Severity.ERROR


class Finding(NamedTuple):
    """A failed expectation of a check.

    - `code`: a stable code, such as `answer.body`; `mockserver.findings.explain` explains it
    - `level`: its severity
    - `suite`: the suite that found it; `operation`: such as `v3.getOrder`, or empty; `check`: a short name of the check
    - `message`: a sentence; `expected` and `got`: short texts, empty if the message contains them
    - `pointer`: the JSON pointer of the expectation in its contract document; `place`: its place in that file
    - `provenance`: the confidence of the expectation, or empty if it holds for every contract
    - `curl`: the redacted command that repeats the request; `seed`: the seed that repeats the case
    - `exchanges`: the redacted evidence
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
        """The file and line of the expectation: `v3.yaml:123`; empty if it is not in a document."""
        return f"{self.place.file}:{self.place.line}" if self.place else ""

    @property
    def fingerprint(self) -> str:
        """The identity of the finding across runs, seeds and edits: sixteen hexadecimal digits.

        It does not depend on values or line numbers.
        """
        document = self.place.file if self.place else ""
        parts = (self.code, self.operation, self.check, document, self.pointer)
        return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def _fingerprint(finding: Finding) -> Hashable:
    return finding.fingerprint


def grouped(
    findings: Iterable[Finding], identity: Callable[[Finding], Hashable] = _fingerprint
) -> list[tuple[Finding, ...]]:
    """Group findings with the same identity, in the order in which each group was first found.

    `identity` returns the identity of a finding; the default is its fingerprint.
    """
    groups: defaultdict[Hashable, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[identity(finding)].append(finding)
    return list(map(tuple, groups.values()))


TABLE = directory("contracts") / "finding_codes.yaml"


class Code(NamedTuple):
    """A code of `contracts/finding_codes.yaml`: its title, its meaning, its cost for users, and the remedy."""

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
    """Return the entry of a code. Raises KeyError with a readable message if the code is unknown."""
    try:
        return codes()[code]
    except KeyError:
        raise KeyError(f"there is no code {code}{did_you_mean(code, codes())}") from None
