"""The subcommand `smsonline-mock scenarios`."""

import json
from typing import TYPE_CHECKING

import click

from mockserver.cli.options import UNUSABLE, UnusableError, variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.scenario.variables import Values


_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


@click.group(invoke_without_command=True)
@_as_json
@click.pass_context
def scenarios(context: click.Context, *, as_json: bool) -> None:
    """List, check and show scenarios; without a command, list the shipped ones."""
    if context.invoked_subcommand is None:
        _print_list(as_json=as_json)


@scenarios.command("list")
@_as_json
def list_(*, as_json: bool) -> None:
    """List the shipped scenarios."""
    _print_list(as_json=as_json)


@scenarios.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@variables
def check(files: "Sequence[str]", variables: "Values") -> None:
    """Report all errors in scenarios, each given as a file or by name, and warn of what has no effect."""
    from mockserver.contract import LocatedError
    from mockserver.scenario import fixtures
    from mockserver.scenario.load import load

    catalogue = fixtures.load().catalogue
    broken = False
    for file in files:
        try:
            scenario = load(file, catalogue, variables)
        except LocatedError as error:
            broken = True
            click.echo(str(error), err=True)
        else:
            for problem in scenario.warnings:
                click.echo(f"warning: {problem}", err=True)
            click.echo(f"{file}: ok")
    if broken:
        raise SystemExit(UNUSABLE)


@scenarios.command()
@click.argument("name")
@variables
def show(name: str, variables: "Values") -> None:
    """Print a scenario with its includes and variables resolved; API keys are hidden unless it is a shipped one."""
    from mockserver.contract import LocatedError
    from mockserver.scenario import fixtures
    from mockserver.scenario.load import load, resolved_yaml

    try:
        scenario = load(name, fixtures.load().catalogue, variables)
    except LocatedError as error:
        raise UnusableError(str(error)) from None
    click.echo(resolved_yaml(scenario), nl=False)


def _print_list(*, as_json: bool) -> None:
    from mockserver import data
    from mockserver.contract import located

    described = {name: located.read(path).data["description"] for name, path in data.scenarios().items()}
    if as_json:
        rows = [{"name": name, "description": description} for name, description in described.items()]
        click.echo(json.dumps(rows, indent=2))
    else:
        from mockserver.cli import table

        table.show(("scenario", "what happens"), described.items(), fold=True)
