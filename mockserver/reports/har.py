"""The evidence of a run as HAR 1.2: the exchanges of all findings, for browser and proxy tools."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from mockserver.reports.summary import ordered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.findings import Run
    from mockserver.traffic.exchange import Exchange


def render(run: Run, *, strict: bool) -> bytes:  # noqa: ARG001 - required by the Render protocol
    """Return the exchanges of all findings as HAR. The `_notes` of an entry name its finding."""
    from mockserver.traffic import har

    written = StringIO()
    har.write(_evidence(run), written, run.version)
    return written.getvalue().encode()


def _evidence(run: Run) -> Iterator[Exchange]:
    for finding in ordered((*run.findings, *run.accepted)):
        notes = {"finding": finding.code, "fingerprint": finding.fingerprint}
        for exchange in finding.exchanges:
            yield exchange._replace(notes=notes)
