"""Report files and their formats."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Protocol

from mockserver.contract import did_you_mean
from mockserver.reports import har, html, json_report, junit, sarif
from mockserver.reports.redacted import clean
from mockserver.traffic.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mockserver.findings import Run


class Render(Protocol):
    """A function that renders a run in a format."""

    def __call__(self, run: Run, *, strict: bool) -> bytes:
        """Return a redacted run as bytes. If `strict`, notes fail the run."""


class ReportFormat(NamedTuple):
    """A report format. Its file is named after the command, with this suffix."""

    suffix: str
    render: Render


FORMATS: Mapping[str, ReportFormat] = MappingProxyType(
    {
        "json": ReportFormat("json", json_report.render),
        "junit": ReportFormat("junit.xml", junit.render),
        "sarif": ReportFormat("sarif", sarif.render),
        "har": ReportFormat("har", har.render),
        "html": ReportFormat("html", html.render),
    }
)
"""The report formats by name."""


class UnknownFormatError(ValueError):
    """A requested report format is unknown. The text lists the known formats."""


def check_formats(formats: Sequence[str]) -> None:
    """Raise UnknownFormatError for an unknown format. Call it before a long run."""
    for name in formats:
        if name not in FORMATS:
            known = ", ".join(FORMATS)
            raise UnknownFormatError(
                f"there is no report format {name}{did_you_mean(name, FORMATS)}; the formats are {known}"
            )


def write(
    run: Run, formats: Sequence[str], directory: Path, redactor: Redactor | None = None, *, strict: bool = False
) -> list[Path]:
    """Write a run to a directory in each of these formats, and return the files.

    A missing directory is created. `redactor` knows the secrets of the run. Without one, credentials are redacted by
    name only. If `strict`, notes fail the run. Raises UnknownFormatError before anything is written, OSError if a file
    cannot be written.
    """
    check_formats(formats)
    cleaned = clean(run, Redactor() if redactor is None else redactor)
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name in dict.fromkeys(formats):
        path = directory / f"{run.command}.{FORMATS[name].suffix}"
        path.write_bytes(FORMATS[name].render(cleaned, strict=strict))
        written.append(path)
    return written
