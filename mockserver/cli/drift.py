"""The subcommand `smsonline-mock drift`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver import __version__
from mockserver.cli import options
from mockserver.cli.options import UnusableError
from mockserver.cli.workflow import muted_in_workflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mockserver.contract.readings import Choices
    from mockserver.drift import Proposal
    from mockserver.traffic import Exchange
    from mockserver.traffic.recording_set import Recordings


@click.command()
@click.argument("traffic", nargs=-1, required=True, metavar="TRAFFIC...", type=click.Path(path_type=Path))
@click.option("--merge", is_flag=True, help="TRAFFIC are parts that --save has written.")
@click.option("--save", metavar="FILE", type=click.Path(path_type=Path), help="Write a part for --merge, without keys.")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(min=1), default=1, show_default=True, help="Read files in N processes."
)
@click.option("--propose", metavar="FILE", type=click.Path(path_type=Path), help="Write the corrections as an overlay.")
@click.option(
    "--propose-scenario",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a scenario that repeats the recording, for the contract with the corrections of --propose.",
)
@options.corrections
@options.readings
@options.reports
@options.printing
def drift(
    *,
    traffic: "Sequence[Path]",
    merge: bool,
    save: Path | None,
    jobs: int,
    propose: Path | None,
    propose_scenario: Path | None,
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
        from mockserver.traffic.exchange import RecordingError
        from mockserver.traffic.recording_set import read_all
        from mockserver.traffic.redaction import KEY_VARIABLE
    try:
        reports.check_formats(formats)
        keys = filter(None, [os.environ.get(KEY_VARIABLE)])
        recordings = read_all(traffic, keys, are_parts=merge, jobs=jobs)
        found, bases = drifting.compare(lambda: recordings.exchanges, readings, tuple(overlays))
    except (LocatedError, RecordingError, reports.UnknownFormatError) as error:
        raise UnusableError(str(error)) from None
    for remark in recordings.remarks:
        click.echo(remark, err=True)
    if save:
        _save(save, recordings)
    if not found.matched and not found.differences:
        raise UnusableError("no exchange matches an operation of the contract: is this traffic of the service?")
    with muted_in_workflow(sys.stdout):
        console.show(found, Console(no_color=no_color or None), quiet=quiet)
    source = ", ".join(recordings.files)
    if propose:
        written = _propose(propose, drifting.proposal(found, bases, source), len(found.differences))
        overlays = (*overlays, propose) if written else overlays
    if propose_scenario:
        inferred = {**readings, **drifting.settled(found.indications)}
        _propose_scenario(propose_scenario, recordings.exchanges, inferred, overlays, source)
    documents = [basis.document for basis in bases.values()]
    for path in reports.write(console.run(found, documents, source, __version__), formats, directory):
        click.echo(f"Written: {path}")
    raise SystemExit(1 if found.differences else 0)


def _save(file: Path, recordings: "Recordings") -> None:
    from mockserver.traffic.parts import PartError

    try:
        recordings.save(file)
    except PartError as error:
        raise UnusableError(str(error)) from None
    click.echo(f"Written: {file}")


def _propose(file: Path, proposal: "Proposal", differences: int) -> bool:
    """Write an overlay, and return whether there is one."""
    from mockserver import drift as drifting

    if proposal.overlay is None:
        click.echo("Nothing to propose.")
        return False
    _write(file, drifting.write(proposal.overlay, proposal.questions))
    left = len(proposal.questions)
    questions = "1 question is" if left == 1 else f"{left} questions are"
    click.echo(f"{differences} differences. {questions} left{f': see the comments in {file}' if left else ''}.")
    return True


def _propose_scenario(
    file: Path, traffic: "Iterable[Exchange]", readings: "Choices", overlays: "Sequence[Path]", source: str
) -> None:
    """Write a scenario that repeats traffic under a contract, and report what the mock would not accept in it."""
    from mockserver.contract import LocatedError, contract
    from mockserver.contract.overlays import effective
    from mockserver.drift.recorded_day import EmptyDayError, propose_scenario
    from mockserver.scenario import fixtures
    from mockserver.scenario.load import load

    try:
        service = contract(effective(readings, overlays), tuple(overlays))
        _write(file, propose_scenario(traffic, service, source))
    except LocatedError as error:
        raise UnusableError(f"{error}\nNo scenario is proposed, because the mock cannot serve this contract.") from None
    except EmptyDayError as error:
        raise UnusableError(str(error)) from None
    try:
        load(str(file), fixtures.load().catalogue)
    except LocatedError as error:
        click.echo(
            f"{error}\nThe recording has what a scenario cannot have: correct this before you serve it.", err=True
        )


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnusableError(f"{file}: cannot be written: {error.strerror}") from None
    click.echo(f"Written: {file}")
