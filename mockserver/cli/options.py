"""Options, exit codes and signal handling shared by several commands."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import reduce
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from mockserver.cli.workflow import muted_in_workflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.findings import Baseline, Run
    from mockserver.scenario.variables import Scalar
    from mockserver.simulation.limits import WorldLimits


Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

UNUSABLE = 2

EXTRA = "this command needs extra packages: pip install 'smsonline-mock[contracts]'"


class UnusableError(click.ClickException):
    """The command could not run. It ends with exit code 2 and a message."""

    exit_code = UNUSABLE

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message. It may contain the output of a command, so workflow commands are disabled in it."""
        out = sys.stderr if file is None else file
        with muted_in_workflow(out):
            super().show(out)


@contextmanager
def needing_extra() -> "Iterator[None]":
    """Turn an ImportError in the block into UnusableError: the optional packages are missing."""
    try:
        yield
    except ImportError as error:
        raise UnusableError(f"{EXTRA} ({error.name} is missing)") from None


def _values(_: click.Context, __: click.Parameter, texts: "Sequence[str]") -> "dict[str, Scalar]":
    return dict(map(_value, texts))


def _value(text: str) -> "tuple[str, Scalar]":
    from mockserver.contract import LocatedError, located
    from mockserver.scenario.variables import NAME

    name, given, value = text.partition("=")
    if not given or not NAME.fullmatch(name):
        raise click.BadParameter("write NAME=VALUE, such as price=16")
    try:
        data = located.parse(value, "").data if value else ""
    except LocatedError:
        data = value
    return name, data if isinstance(data, str | int | float) else value


def _limits(_: click.Context, __: click.Parameter, texts: "Sequence[str]") -> "WorldLimits":
    from mockserver.contract import did_you_mean
    from mockserver.simulation.limits import WorldLimits

    changes: dict[str, int] = {}
    for text in texts:
        name, _given, value = text.partition("=")
        if name not in WorldLimits._fields:
            known = WorldLimits._fields
            raise click.BadParameter(
                f"there is no limit {name}{did_you_mean(name, known)}; the limits are {', '.join(known)}"
            )
        if not value.isdecimal() or len(value) > _DIGITS or not int(value):
            raise click.BadParameter(f"write {name}=NUMBER, where NUMBER is 1 or more")
        changes[name] = int(value)
    return WorldLimits(**changes)


_DIGITS = 15

limits = click.option(
    "--limit",
    "limits",
    multiple=True,
    metavar="NAME=NUMBER",
    callback=_limits,
    help="Change a limit, such as worlds=50 or journal=200; docs/control-api.md lists them all.",
)


def _overlays(text: str) -> "Decorator":
    return click.option(
        "--overlay", "overlays", multiple=True, metavar="FILE", type=click.Path(path_type=Path), help=text
    )


overlays = _overlays(
    "Correct the contract with an overlay, such as one from drift --propose; may be repeated. See docs/drift.md."
)

corrections = _overlays("Apply an overlay that already corrects the contract; may be repeated.")
"""The option `--overlay` of a command that searches for further corrections."""

variables = click.option(
    "--set", "variables", multiple=True, metavar="NAME=VALUE", callback=_values, help="Set a variable of the scenario."
)


def _readings(_: click.Context, __: click.Parameter, texts: "Sequence[str]") -> dict[str, object]:
    pairs = [text.partition("=") for text in texts]
    if any(not equals for _, equals, _ in pairs):
        raise click.BadParameter("write NAME=VALUE, such as expiry=refunded")
    return {name: value for name, _, value in pairs}


readings = click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_readings,
    help="Choose a reading of the documentation; see docs/readings.md.",
)


def _cents(_: click.Context, __: click.Parameter, dollars: str | None) -> int | None:
    from decimal import Decimal, InvalidOperation

    if dollars is None:
        return None
    try:
        amount = Decimal(dollars or "0") * 100
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0 or amount != amount.to_integral_value():
        raise click.BadParameter("write an amount in dollars, such as 0.50")
    return int(amount)


spend_limit = click.option(
    "--spend-limit", "limit", metavar="DOLLARS", callback=_cents, help="Limit the total cost of all orders."
)


def _names(_: click.Context, __: click.Parameter, text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _together(*options: Decorator) -> Decorator:
    """Return a decorator that adds several options, in this order."""
    return lambda command: reduce(lambda decorated, option: option(decorated), reversed(options), command)


baselines = _together(
    click.option(
        "--baseline", metavar="FILE", type=click.Path(path_type=Path), help="Accept the findings in this file."
    ),
    click.option("--write-baseline", is_flag=True, help="Write the current findings to the file of --baseline."),
)

reports = _together(
    click.option(
        "--report",
        "formats",
        metavar="FORMAT[,...]",
        default="",
        callback=_names,
        help="Reports to write in addition to the console output.",
    ),
    click.option("--report-dir", "directory", default="reports", show_default=True, type=click.Path(path_type=Path)),
)

strict = click.option("--strict", is_flag=True, help="Notes also fail the run.")

printing = _together(
    click.option("--no-color", is_flag=True, help="Print without colours."),
    click.option("-q", "--quiet", is_flag=True, help="Print only the verdict."),
)


def accepted(baseline: Path | None, *, write: bool) -> "Baseline":
    """Return the accepted findings of a baseline. If `write`, the file may be missing. Raises LocatedError."""
    from mockserver.findings.baseline import read

    return read(baseline) if baseline and (baseline.exists() or not write) else {}


def accept(baseline: Path, run: "Run", known: "Baseline") -> None:
    """Write a baseline that accepts the findings of a run. `known` is the previous baseline. Raises OSError."""
    from mockserver.findings.baseline import write

    write(baseline, (*run.findings, *run.accepted), known)


@contextmanager
def as_interrupt() -> Iterator[None]:
    """Turn SIGTERM into KeyboardInterrupt in the block."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
