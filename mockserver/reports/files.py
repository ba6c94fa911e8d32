"""Reports that are files: which formats there are, and writing them."""

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
    """Writes a run in a format."""

    def __call__(self, run: Run, *, strict: bool) -> bytes:
        """Write a clean run. If `strict`, notes fail it."""


class ReportFormat(NamedTuple):
    """A format of reports; its file is called by the command, with this suffix."""

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
"""The formats by name."""


class UnknownFormatError(ValueError):
    """The format of a requested report is unknown."""


def check_formats(formats: Sequence[str]) -> None:
    """Raise UnknownFormatError if one of these formats is not known: sooner is better than after a long run."""
    for name in formats:
        if name not in FORMATS:
            known = ", ".join(FORMATS)
            raise UnknownFormatError(
                f"there is no report format {name}{did_you_mean(name, FORMATS)}; there are {known}"
            )


def write(
    run: Run, formats: Sequence[str], directory: Path, redactor: Redactor | None = None, *, strict: bool = False
) -> list[Path]:
    """Write a run in each of these formats into a directory, which is made if it is missing; return the files.

    `redactor` knows the secrets of the run; without one, credentials are redacted where their names give them away.
    `strict` says that notes fail the run. Raises UnknownFormatError before anything is written, OSError if a file
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
