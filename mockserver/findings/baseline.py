"""Baselines: findings that are known and accepted, by their fingerprints, in a YAML file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import LocatedError, Problem, did_you_mean, located, pointer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from mockserver.contract import Located
    from mockserver.findings.finding import Finding

HEADER = """\
# Findings that are known and accepted. Remove a line to hear of it again; `why` is for you.
"""
FIELDS = ("fingerprint", "code", "operation", "why")
FINGERPRINT = re.compile("[0-9a-f]{16}")

Baseline = dict[str, str]
"""What is accepted: the reason (or nothing) by the fingerprint."""


class BaselineError(LocatedError):
    """A baseline file cannot be used. Its text lists every problem found, one a line."""


class Sorted(NamedTuple):
    """What a baseline says of the findings of a run.

    `new` are not in it, `accepted` are, `unseen` are the fingerprints that no finding has.
    """

    new: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    unseen: tuple[str, ...]


def read(path: Path) -> Baseline:
    """Read a baseline file. Raises LocatedError if it is not YAML, BaselineError if it is not a baseline."""
    source = located.read(path)
    if problems := list(_problems(source)):
        raise BaselineError(problems)
    return {entry["fingerprint"]: entry.get("why") or "" for entry in source.data["accepted"]}


def write(path: Path, findings: Iterable[Finding], known: Mapping[str, str] | None = None) -> None:
    """Write a baseline file that accepts these findings; the reasons that are known already stay."""
    import yaml

    reasons = known or {}
    entries = {
        finding.fingerprint: {
            "fingerprint": finding.fingerprint,
            "code": finding.code,
            "operation": finding.operation,
            "why": reasons.get(finding.fingerprint, ""),
        }
        for finding in findings
    }
    ordered = sorted(entries.values(), key=lambda entry: (entry["code"], entry["operation"], entry["fingerprint"]))
    path.write_text(HEADER + yaml.safe_dump({"accepted": ordered}, sort_keys=False), encoding="utf-8")


def apply(findings: Iterable[Finding], baseline: Mapping[str, str]) -> Sorted:
    """Part findings into those that are new and those that the baseline accepts."""
    found = tuple(findings)
    known = tuple(finding for finding in found if finding.fingerprint in baseline)
    new = tuple(finding for finding in found if finding.fingerprint not in baseline)
    seen = {finding.fingerprint for finding in known}
    return Sorted(new, known, tuple(fingerprint for fingerprint in baseline if fingerprint not in seen))


def _problems(source: Located) -> Iterator[Problem]:
    data = source.data
    if not isinstance(data, dict) or not isinstance(data.get("accepted"), list):
        yield Problem(source.place(""), "a baseline must be a mapping with the list `accepted`")
        return
    for index, entry in enumerate(data["accepted"]):
        at = pointer.join("accepted", index)
        yield from (Problem(source.place(at), message, at) for message in _wrong(entry))


def _wrong(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "must be a mapping with the field fingerprint"
        return
    yield from (f"there is no field {name}{did_you_mean(name, FIELDS)}" for name in entry if name not in FIELDS)
    fingerprint = entry.get("fingerprint")
    if not isinstance(fingerprint, str) or not FINGERPRINT.fullmatch(fingerprint):
        yield "fingerprint must be text of sixteen hexadecimal digits (in quotes if there are only digits)"
    if not isinstance(entry.get("why", ""), str | None):
        yield "why must be text"
