"""The command `smsonline-mock`. What a command needs is imported when it runs: help and completion stay fast."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from mockserver import __version__

if TYPE_CHECKING:
    from contracts.spec import Operation

_UNUSABLE = 2
_LONGEST_LINE = 400


class UnusableError(click.ClickException):
    """The command could not run: exit code 2, one message."""

    exit_code = _UNUSABLE


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="smsonline-mock")
def main() -> None:
    """A mock server that behaves like the SMSOnline phone-number service."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--scenario", default="default", show_default=True, help="A shipped scenario, or a YAML file.")
@click.option("--seed", type=click.IntRange(0, 2**53 - 1), help="Replaces the scenario's seed.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but the URL.")
@click.option("-v", "--verbose", is_flag=True, help="Print a line for every request.")
def serve(host: str, port: int, scenario: str, seed: int | None, *, quiet: bool, verbose: bool) -> None:
    """Run the mock until it is interrupted."""
    from contracts.spec import LocatedError
    from mockserver.serving import foreground, report
    from mockserver.serving.setup import set_up

    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other")
    try:
        mock = set_up(scenario, seed, report.observers(quiet=quiet, verbose=verbose))
        listener = foreground.listen(host, port)
    except (LocatedError, foreground.AddressError) as error:
        raise UnusableError(str(error)) from None
    url = foreground.url(listener)
    foreground.run(mock.app, listener, lambda: click.echo(url if quiet else report.banner(url, mock)))
    if not quiet:
        click.echo("Stopped.")


class Row(NamedTuple):
    """A line of the table of operations."""

    version: str
    operation: str
    method: str
    path: str
    provenance: str
    summary: str


@main.command()
@click.option("--json", "form", flag_value="json", help="Print JSON instead of a table.")
@click.option("--markdown", "form", flag_value="markdown", help="Print the table as the README has it.")
def routes(form: str | None) -> None:
    """List all operations with method, path and provenance."""
    rows = [_row(operation) for operation in _operations()]
    if form == "json":
        click.echo(json.dumps([row._asdict() for row in rows], indent=2))
    elif form == "markdown":
        click.echo("\n".join(markdown(rows)))
    else:
        _print_table(rows)


def markdown(rows: Iterable[Row]) -> Iterator[str]:
    """The lines of a Markdown table."""
    yield "| operation | method and path | known | what it does |"
    yield "|---|---|---|---|"
    for row in rows:
        yield f"| `{row.version}.{row.operation}` | `{row.method} {row.path}` | {row.provenance} | {row.summary} |"


def _operations() -> "Iterator[Operation]":
    from contracts.spec import load

    for name in ("v3", "v2"):
        yield from load(name).operations.values()


def _row(operation: "Operation") -> Row:
    return Row(
        version=operation.name.partition(".")[0],
        operation=operation.id,
        method=operation.method,
        path=operation.path,
        provenance=operation.provenance.level,
        summary=operation.summary,
    )


def _print_table(rows: Iterable[Row]) -> None:
    from rich.console import Console
    from rich.measure import measure_renderables
    from rich.table import Table

    table = Table("operation", "method", "path", "known", "what it does", box=None, header_style="bold")
    for row in rows:
        table.add_row(f"{row.version}.{row.operation}", row.method, row.path, row.provenance, row.summary)
    console = Console()
    widest = console.options.update(max_width=_LONGEST_LINE)
    # A line that is too long for the terminal is better than a path that is cut.
    console.width = max(console.width, measure_renderables(console, widest, [table]).maximum)
    console.print(table)
