"""The subcommand `smsonline-mock drift`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver import __version__
from mockserver.cli import options
from mockserver.cli.options import UnusableError
from mockserver.cli.workflow import muted_in_workflow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockserver.traffic import Exchange


@click.command()
@click.argument("traffic", nargs=-1, required=True, metavar="TRAFFIC...", type=click.Path(path_type=Path))
@click.option("--propose", metavar="FILE", type=click.Path(path_type=Path), help="Write the corrections as an overlay.")
@options.corrections
@options.readings
@options.reports
@options.printing
def drift(
    *,
    traffic: "Sequence[Path]",
    propose: Path | None,
    overlays: "Sequence[Path]",
    readings: dict[str, object],
    formats: "Sequence[str]",
    directory: Path,
    no_color: bool,
    quiet: bool,
) -> None:
    """Compare recorded traffic with the contract: what it confirms, what it contradicts, and what is new.

    TRAFFIC is HAR, JSON Lines, a VCR cassette, or the journal of the mock; gzip is supported.

    Exit code 0: no drift, 1: drift, 2: nothing could be compared.
    """
    with options.needing_extra():
        from rich.console import Console

        import mockserver.traffic.archive  # noqa: F401 - fails early if the extra is missing
        from mockserver import drift as drifting
        from mockserver import reports
        from mockserver.contract import LocatedError
        from mockserver.drift import console
        from mockserver.traffic.exchange import CutOffError, RecordingError
        from mockserver.traffic.keyring import Keyring
        from mockserver.traffic.recordings import read
        from mockserver.traffic.redaction import KEY_VARIABLE
    keyring = Keyring(secrets=filter(None, [os.environ.get(KEY_VARIABLE)]))
    cut_off: dict[Path, str] = {}

    def exchanges() -> "Iterator[Exchange]":
        for path in traffic:
            try:
                yield from read(path, keyring=keyring)
            except CutOffError as error:
                cut_off[path] = str(error)

    try:
        reports.check_formats(formats)
        found, bases = drifting.compare(exchanges, readings, tuple(overlays))
    except (LocatedError, RecordingError, reports.UnknownFormatError) as error:
        raise UnusableError(str(error)) from None
    for message in cut_off.values():
        click.echo(f"{message}; the exchanges before it are used", err=True)
    if not found.matched and not found.differences:
        raise UnusableError("no exchange matches an operation of the contract: is this traffic of the service?")
    with muted_in_workflow(sys.stdout):
        console.show(found, Console(no_color=no_color or None), quiet=quiet)
    source = ", ".join(path.name for path in traffic)
    if propose:
        _propose(propose, keyring.redactor.data(drifting.propose(found, bases, source)))
    documents = [basis.document for basis in bases.values()]
    for path in reports.write(console.run(found, documents, source, __version__), formats, directory, keyring.redactor):
        click.echo(f"Written: {path}")
    raise SystemExit(1 if found.differences else 0)


def _propose(file: Path, overlay: "dict[str, Any] | None") -> None:
    from mockserver import drift as drifting

    if overlay is None:
        click.echo("Nothing to propose.")
        return
    try:
        file.write_text(drifting.write(overlay), encoding="utf-8")
    except OSError as error:
        raise UnusableError(f"{file}: cannot be written: {error.strerror}") from None
    click.echo(f"Written: {file}")
