"""Baselines: YAML files of known and accepted findings, identified by their fingerprints."""

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
# Known and accepted findings. Remove an entry to report its finding again; `why` is your own note.
"""
FIELDS = ("fingerprint", "code", "operation", "why")
FINGERPRINT = re.compile("[0-9a-f]{16}")

Baseline = dict[str, str]
"""The accepted findings: the reason, or an empty text, by fingerprint."""


class BaselineError(LocatedError):
    """A baseline file is invalid. The error text lists every problem, one per line."""


class Sorted(NamedTuple):
    """The findings of a run, sorted by a baseline.

    `new` findings are not in the baseline, `accepted` findings are. `unseen` are the fingerprints of the baseline that
    no finding has.
    """

    new: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    unseen: tuple[str, ...]


def read(path: Path) -> Baseline:
    """Read a baseline file. Raises LocatedError if it is not YAML, and BaselineError if it is not a baseline."""
    source = located.read(path)
    if problems := list(_problems(source)):
        raise BaselineError(problems)
    return {entry["fingerprint"]: entry.get("why") or "" for entry in source.data["accepted"]}


def write(path: Path, findings: Iterable[Finding], known: Mapping[str, str] | None = None) -> None:
    """Write a baseline file that accepts these findings. The reasons in `known` are kept."""
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
    """Sort findings into new ones and those that the baseline accepts."""
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
        yield from (Problem(source.place(at), message, at) for message in _entry_problems(entry))


def _entry_problems(entry: Any) -> Iterator[str]:
    if not isinstance(entry, dict):
        yield "must be a mapping with the field fingerprint"
        return
    yield from (f"there is no field {name}{did_you_mean(name, FIELDS)}" for name in entry if name not in FIELDS)
    fingerprint = entry.get("fingerprint")
    if not isinstance(fingerprint, str) or not FINGERPRINT.fullmatch(fingerprint):
        yield "fingerprint must be a string of sixteen hexadecimal digits (in quotes if it has only digits)"
    if not isinstance(entry.get("why", ""), str | None):
        yield "why must be a string"
