"""The subcommand `smsonline-mock readings`."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mockserver.contract import Reading


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def readings(*, as_json: bool) -> None:
    """List the readings of the documentation with their values, the default first."""
    from mockserver.contract import readings as known

    if as_json:
        click.echo(json.dumps(list(map(_data, known().values())), indent=2))
        return
    from mockserver.cli import table

    rows = [row for reading in known().values() for row in _rows(reading)]
    table.show(("--reading", "what it means"), rows, fold=True)


def _data(reading: "Reading") -> dict[str, object]:
    values = {name: value.description.strip() for name, value in reading.values.items()}
    return {"name": reading.name, "question": reading.question, "default": reading.default, "values": values}


def _rows(reading: "Reading") -> Iterator[tuple[str, str]]:
    for name, value in reading.values.items():
        usual = " This is the default." if name == reading.default else ""
        yield f"{reading.name}={name}", f"{value.description.strip()}{usual}"
