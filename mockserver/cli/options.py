"""What several commands have in common: an exit code, and options that are read alike."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.scenario.variables import Scalar
    from mockserver.simulation.limits import Limits

UNUSABLE = 2

EXTRA = "this needs more than the mock does: pip install 'smsonline-mock[contracts]'"


class UnusableError(click.ClickException):
    """The command could not run: exit code 2, one message."""

    exit_code = UNUSABLE


def _values(_: click.Context, __: click.Parameter, texts: "Sequence[str]") -> "dict[str, Scalar]":
    return dict(map(_value, texts))


def _value(text: str) -> "tuple[str, Scalar]":
    from mockserver.contract import LocatedError, located
    from mockserver.scenario.variables import NAME

    name, given, value = text.partition("=")
    if not given or not NAME.fullmatch(name):
        raise click.BadParameter("write it as name=value, such as price=16")
    try:
        data = located.parse(value, "").data if value else ""
    except LocatedError:
        data = value
    return name, data if isinstance(data, str | int | float) else value


def _limits(_: click.Context, __: click.Parameter, texts: "Sequence[str]") -> "Limits":
    from mockserver.contract import did_you_mean
    from mockserver.simulation.limits import Limits

    changes: dict[str, int] = {}
    for text in texts:
        name, _given, value = text.partition("=")
        if name not in Limits._fields:
            raise click.BadParameter(
                f"no limit is called {name}{did_you_mean(name, Limits._fields)}; there are {', '.join(Limits._fields)}"
            )
        if not value.isdecimal() or len(value) > _DIGITS or not int(value):
            raise click.BadParameter(f"write it as {name}=NUMBER, the number being 1 or more")
        changes[name] = int(value)
    return Limits(**changes)


_DIGITS = 15

limits = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    callback=_limits,
    help="Change a limit, such as worlds=50 or journal=200; docs/control-api.md lists them all.",
)

overlays = click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Correct the contract by an overlay, such as drift --propose writes; may be repeated. See docs/drift.md.",
)

variables = click.option(
    "--set", "variables", multiple=True, metavar="NAME=VALUE", callback=_values, help="Give a variable of the scenario."
)


def _readings(_: click.Context, __: click.Parameter, texts: "Sequence[str]") -> dict[str, object]:
    pairs = [text.partition("=") for text in texts]
    if any(not equals for _, equals, _ in pairs):
        raise click.BadParameter("write it as name=value, such as expiry=refunded")
    return {name: value for name, _, value in pairs}


readings = click.option(
    "--reading", "readings", multiple=True, metavar="NAME=VALUE", callback=_readings, help="See docs/readings.md."
)


def cents(_: click.Context, __: click.Parameter, dollars: str | None) -> int:
    """Read an amount of dollars; none is 0."""
    from decimal import Decimal, InvalidOperation

    try:
        amount = Decimal(dollars or "0") * 100
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value():
        raise click.BadParameter("write it in dollars, such as 0.50")
    return int(amount)
