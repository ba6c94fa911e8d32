"""The subcommand `smsonline-mock config`."""

import json

import click

from mockserver.cli.serve import serve
from mockserver.cli.settings import settings


@click.command(context_settings={"ignore_unknown_options": True})
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[OPTIONS OF SERVE]...")
def config(arguments: tuple[str, ...], *, as_json: bool) -> None:
    """Print the settings of `serve` and their sources.

    The command line has the highest precedence, then the environment (such as SMSONLINE_MOCK_PORT), then
    [tool.smsonline-mock] in the nearest pyproject.toml, then the default.
    """
    with serve.make_context("serve", list(arguments), click.get_current_context().parent) as context:
        rows = list(settings(context))
    if as_json:
        click.echo(json.dumps([row._asdict() for row in rows], indent=2))
        return
    from mockserver.cli import table

    table.show(("setting", "value", "from"), rows)
