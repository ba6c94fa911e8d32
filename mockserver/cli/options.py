"""What several commands have in common: an exit code, and variables on the command line."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.scenario.variables import Scalar

UNUSABLE = 2


class UnusableError(click.ClickException):
    """The command could not run: exit code 2, one message."""

    exit_code = UNUSABLE


def _values(_: click.Context, __: click.Parameter, texts: "Sequence[str]") -> "dict[str, Scalar]":
    return dict(map(_value, texts))


def _value(text: str) -> "tuple[str, Scalar]":
    from contracts.spec import LocatedError, located
    from mockserver.scenario.variables import NAME

    name, given, value = text.partition("=")
    if not given or not NAME.fullmatch(name):
        raise click.BadParameter("write it as name=value, such as price=16")
    try:
        data = located.parse(value, "").data if value else ""
    except LocatedError:
        data = value
    return name, data if isinstance(data, str | int | float) else value


variables = click.option(
    "--set", "variables", multiple=True, metavar="NAME=VALUE", callback=_values, help="Give a variable of the scenario."
)
