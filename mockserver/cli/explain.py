"""The subcommand `smsonline-mock explain`."""

import click

from mockserver.cli.options import UnusableError


@click.command()
@click.argument("code", required=False)
def explain(code: str | None) -> None:
    """Explain the code of a finding; without a code, list all codes."""
    from mockserver import findings

    if code is None:
        from mockserver.cli import table

        table.show(("code", "title"), ((each.code, each.title) for each in findings.codes().values()))
        return
    try:
        found = findings.explain(code)
    except KeyError as error:
        raise UnusableError(str(error.args[0])) from None
    click.echo(f"{found.code}: {found.title}\n")
    for heading, text in (
        ("What it means", found.meaning),
        ("What it costs", found.cost),
        ("What to do", found.remedy),
    ):
        click.echo(f"{heading}: {text}")
