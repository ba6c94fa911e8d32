"""The subcommand `smsonline-mock routes`."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from mockserver.contract import Operation


class RouteRow(NamedTuple):
    """A row of the table of operations."""

    version: str
    operation: str
    method: str
    path: str
    provenance: str
    summary: str


@click.command()
@click.option("--json", "form", flag_value="json", help="Print JSON instead of a table.")
@click.option("--markdown", "form", flag_value="markdown", help="Print the table as in the README.")
def routes(form: str | None) -> None:
    """List all operations with their method, path and provenance."""
    rows = [_row(operation) for operation in _operations()]
    if form == "json":
        click.echo(json.dumps([row._asdict() for row in rows], indent=2))
    elif form == "markdown":
        click.echo("\n".join(markdown(rows)))
    else:
        from mockserver.cli import table

        table.show(
            ("operation", "method", "path", "known", "what it does"),
            [(f"{row.version}.{row.operation}", row.method, row.path, row.provenance, row.summary) for row in rows],
        )


def markdown(rows: Iterable[RouteRow]) -> Iterator[str]:
    """Yield the lines of a Markdown table of operations."""
    yield "| operation | method and path | known | what it does |"
    yield "|---|---|---|---|"
    for row in rows:
        yield f"| `{row.version}.{row.operation}` | `{row.method} {row.path}` | {row.provenance} | {row.summary} |"


def _operations() -> "Iterator[Operation]":
    from mockserver.contract import contract

    for document in contract().documents.values():
        yield from document.operations.values()


def _row(operation: "Operation") -> RouteRow:
    return RouteRow(
        version=operation.name.partition(".")[0],
        operation=operation.id,
        method=operation.method,
        path=operation.path,
        provenance=operation.provenance.level,
        summary=operation.summary,
    )
