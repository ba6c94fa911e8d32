"""Annotations on GitHub: workflow commands on the standard output of a step."""

from __future__ import annotations

from contextlib import contextmanager
from secrets import token_hex
from typing import TYPE_CHECKING, TextIO

from mockserver.findings import Severity
from mockserver.reports.redacted import clean
from mockserver.reports.summary import ordered, text
from mockserver.traffic.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockserver.findings import Finding, Run

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


def runs_here(environment: Mapping[str, str]) -> bool:
    """Whether this program runs as a step of a GitHub workflow."""
    return environment.get("GITHUB_ACTIONS") == "true"


def commands(run: Run, redactor: Redactor | None = None) -> Iterator[str]:
    """Write each finding as a workflow command on one line, the heaviest first: GitHub shows ten of a level.

    `redactor` knows the secrets of the run; without one, credentials are redacted where their names give them away.
    """
    cleaned = clean(run, Redactor() if redactor is None else redactor)
    return map(_command, ordered(cleaned.findings))


@contextmanager
def muted(out: TextIO) -> Iterator[None]:
    """Keep GitHub from obeying what is printed meanwhile: a server could put workflow commands into its answers."""
    token = token_hex(16)
    out.write(f"::stop-commands::{token}\n")
    try:
        yield
    finally:
        out.write(f"\n::{token}::\n")


def _command(finding: Finding) -> str:
    properties = {"title": f"{finding.code} {finding.operation}".strip()}
    if finding.place:
        line = {"line": str(finding.place.line), "col": str(max(finding.place.column, 1))} if finding.place.line else {}
        properties = {"file": finding.place.file, **line, **properties}
    written = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.level]} {written}::{text(finding).translate(_MESSAGE)}"
