"""GitHub annotations: workflow commands on the standard output of a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.findings import Severity
from mockserver.reports.redacted import clean
from mockserver.reports.summary import ordered, text
from mockserver.traffic.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.findings import Finding, Run

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = _MESSAGE | str.maketrans({":": "%3A", ",": "%2C"})


def commands(run: Run, redactor: Redactor | None = None) -> Iterator[str]:
    """Return one workflow command per finding, the most severe first: GitHub shows ten per severity.

    `redactor` knows the secrets of the run. Without one, credentials are redacted by name only.
    """
    cleaned = clean(run, Redactor() if redactor is None else redactor)
    return map(_command, ordered(cleaned.findings))


def _command(finding: Finding) -> str:
    properties = {"title": f"{finding.code} {finding.operation}".strip()}
    if finding.place:
        line = {"line": str(finding.place.line), "col": str(max(finding.place.column, 1))} if finding.place.line else {}
        properties = {"file": finding.place.file, **line, **properties}
    written = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.level]} {written}::{text(finding).translate(_MESSAGE)}"
