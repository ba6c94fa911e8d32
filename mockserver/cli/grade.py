"""The subcommand `smsonline-mock grade`."""

import os
import sys
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from mockserver import __version__
from mockserver.cli import options, workflow
from mockserver.cli.options import UnusableError, as_interrupt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from mockserver.findings import Baseline, Run
    from mockserver.grade.session import GradingSession
    from mockserver.grade.trial import TrialSettings
    from mockserver.reports import Progress
    from mockserver.traffic import Redactor

_MOCK_ONLY = ("scenarios", "every", "speed", "seed", "jobs", "answers")
_COMMAND_ONLY = ("timeout", "survives", "url", *_MOCK_ONLY)
_MISPLACED = (
    (False, "traffic", ("ended",), "applies to recorded traffic: a command that is run always ends"),
    (True, "traffic", _COMMAND_ONLY, "applies to a client that is run: pass --while COMMAND instead of files"),
    (True, "url", _MOCK_ONLY, "applies to the mock, which --url replaces"),
    (False, "url", ("allow_orders", "limit"), "applies to a server: pass its --url"),
    (False, "allow_orders", ("limit",), "requires --allow-orders"),
    (False, "limit", ("allow_orders",), "requires --spend-limit"),
    (True, "every", ("scenarios",), "cannot be combined with --all, which includes all scenarios"),
    (False, "answers", ("examples", "budget"), "requires --answers"),
    (True, "quiet", ("verbose",), "cannot be combined with -q"),
    (False, "baseline", ("write_baseline",), "requires --baseline FILE"),
)
"""Rows of: whether a parameter is given, its name, the parameters that are then misplaced, and the reason."""


def _codes(_: click.Context, __: click.Parameter, text: str) -> frozenset[int]:
    numbers = text.split(",")
    if not all(number.strip().isdecimal() for number in numbers):
        raise click.BadParameter("write exit codes separated by commas, such as 0,3")
    return frozenset(map(int, numbers))


def _paces(_: click.Context, __: click.Parameter, texts: "Sequence[str]") -> dict[str, float]:
    return dict(map(_pace, texts))


def _pace(text: str) -> tuple[str, float]:
    from mockserver.contract import did_you_mean
    from mockserver.judge.history import Limits

    name, _, value = text.partition("=")
    if name not in Limits._fields:
        hint = did_you_mean(name, Limits._fields)
        raise click.BadParameter(f"there is no pace {name}{hint}; the paces are {', '.join(Limits._fields)}")
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise click.BadParameter(f"{name} must be a number of seconds: write {name}=SECONDS, such as {name}=2.5")
    return name, seconds


@click.command()
@click.argument("traffic", nargs=-1, metavar="[TRAFFIC]...", type=click.Path(path_type=Path))
@click.option("--while", "command", metavar="COMMAND", help="Run the client with this command, and grade it.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME",
    help="A shipped scenario, or a YAML file. By default, default.",
)
@click.option("--all", "every", is_flag=True, help="Run the client under every scenario and every reading.")
@options.readings
@options.overlays
@click.option("--seed", type=click.IntRange(0, 2**53 - 1), help="Seed that repeats a run. By default, the scenario's.")
@click.option(
    "--speed", default=1, show_default=True, type=click.IntRange(1, 1_000_000), help="Speed of the mock's clock."
)
@click.option(
    "--timeout",
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    help="Timeout of the command, in real time.",
)
@click.option(
    "--survives",
    default="0",
    show_default=True,
    metavar="CODE[,...]",
    callback=_codes,
    help="Exit codes that count as success.",
)
@click.option(
    "--jobs", default=1, show_default=True, type=click.IntRange(1, 64), help="Number of commands to run in parallel."
)
@click.option("--url", metavar="URL", help="Use this server instead of the mock; `live` is the service.")
@click.option("--allow-orders", is_flag=True, help="With --url: allow orders, which spend money.")
@options.spend_limit
@click.option(
    "--answers", is_flag=True, help="Return any response that the contract allows, to find one that breaks the client."
)
@click.option(
    "--examples",
    default=25,
    show_default=True,
    type=click.IntRange(1),
    help="With --answers: responses to try for each operation.",
)
@click.option(
    "--budget",
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    type=click.FloatRange(0),
    help="With --answers: limit of the total time.",
)
@click.option(
    "--pace",
    "paces",
    multiple=True,
    metavar="NAME=SECONDS",
    callback=_paces,
    help="Change the shortest pause between polls (poll), after a failure (backoff), or after NO_NUMBERS (stock).",
)
@click.option("--unpaced", is_flag=True, help="Ignore pauses, if the client does not wait or its clock was advanced.")
@click.option(
    "--ended",
    is_flag=True,
    help="The client had finished at the end of the recording: running orders count as abandoned.",
)
@click.option(
    "--min-coverage",
    "least",
    metavar="PERCENT",
    type=click.FloatRange(0, 100),
    help="Exit with 1 if the client covers a smaller share of its API's operations.",
)
@options.baselines
@options.reports
@options.strict
@options.printing
@click.option("-v", "--verbose", is_flag=True, help="Show what the command prints, even if it succeeds.")
@click.pass_context
def grade(
    context: click.Context,
    *,
    traffic: "Sequence[Path]",
    command: str | None,
    scenarios: "Sequence[str]",
    every: bool,
    readings: dict[str, object],
    overlays: "Sequence[Path]",
    seed: int | None,
    speed: int,
    timeout: float,
    survives: frozenset[int],
    jobs: int,
    url: str | None,
    allow_orders: bool,
    limit: int | None,
    answers: bool,
    examples: int,
    budget: float,
    paces: dict[str, float],
    unpaced: bool,
    ended: bool,
    least: float | None,
    baseline: Path | None,
    write_baseline: bool,
    formats: "Sequence[str]",
    directory: Path,
    strict: bool,
    no_color: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Grade a client by its contract violations, its behaviour and its cost.

    TRAFFIC is the recorded traffic of a client: HAR, JSON Lines, a VCR cassette, or the journal of the mock. With
    --while, the command runs the client against a mock. The environment of the command has the URLs and the account:
    SMSONLINE_BASE_URL, SMSONLINE_V2_URL, SMSONLINE_USER_ID and SMSONLINE_API_KEY. SMSONLINE_CLOCK_SPEED is the speed of
    the mock's clock.

    The grade is A if nothing is found, B for notes, C for warnings, D for errors, F if the command failed.

    Exit code 0: nothing found, 1: findings, a failed command, or too little coverage, 2: nothing could be graded.
    """
    _check_usage(context)
    with options.needing_extra():
        import rich.console  # noqa: F401 - fails early if the extra is missing

        import mockserver.traffic.archive  # noqa: F401 - fails early if the extra is missing
        from mockserver import reports
        from mockserver.grade import session
        from mockserver.grade.trial import TrialSettings
        from mockserver.judge import Limits
        from mockserver.traffic import Redactor
    attempt = TrialSettings(
        command or "", survives, timeout, speed, seed, readings, tuple(overlays), Limits(**paces), not unpaced
    )
    grading: Callable[[TrialSettings, Progress], GradingSession]
    if traffic:
        grading = partial(_recorded, traffic, ended=ended)
    elif url:
        grading = partial(_through_proxy, url, allow_orders=allow_orders, limit=limit)
    else:
        grading = partial(_tried, scenarios, every=every, jobs=jobs, answers=(examples, budget) if answers else None)
    started = time.time()
    with _usable():
        reports.check_formats(formats)
        accepted = options.accepted(baseline, write=write_baseline)
        with _progress(no_color=no_color, quiet=quiet) as progress:
            grading_session = grading(attempt, progress)
    run = _run(grading_session, accepted, command or ", ".join(path.name for path in traffic), seed or 0, started)
    redactor = Redactor(filter(None, map(os.environ.get, session.KEYS)))
    if write_baseline and baseline:
        with _writing(baseline):
            options.accept(baseline, run, accepted)
    _show(run, grading_session, redactor, no_color=no_color, quiet=quiet, verbose=verbose)
    _report(run, formats, directory, redactor, strict=strict)
    uncovered = _is_uncovered(run, least)
    code = 0 if write_baseline and not run.interrupted else run.exit_code(strict=strict)
    raise SystemExit(code or int(uncovered))


def _check_usage(context: click.Context) -> None:
    """Raise UsageError for conflicting or misplaced options."""
    given = {name for name in context.params if context.get_parameter_source(name) is not ParameterSource.DEFAULT}
    if ("traffic" in given) == ("command" in given):
        raise click.UsageError("pass either files of recorded traffic or --while COMMAND to run the client")
    if "command" in given and not context.params["command"].strip():
        raise click.UsageError("--while is empty: pass a command, such as --while './client.sh'")
    option_names = {option.name: max(option.opts, key=len) for option in context.command.params}
    for is_given, name, misplaced, reason in _MISPLACED:
        for other in misplaced:
            if other in given and (name in given) is is_given:
                raise click.UsageError(f"{option_names[other]} {reason}")


def _recorded(traffic: "Sequence[Path]", attempt: "TrialSettings", _: "Progress", *, ended: bool) -> "GradingSession":
    from mockserver.grade import session

    return session.recorded(traffic, attempt, ended=ended)


def _through_proxy(
    url: str, attempt: "TrialSettings", _: "Progress", *, allow_orders: bool, limit: int | None
) -> "GradingSession":
    from mockserver.cli.proxy import hang_up
    from mockserver.grade import session
    from mockserver.traffic.spending import Allowance

    return session.behind(url, attempt, Allowance(allow_orders, limit=limit), hang_up)


def _tried(
    scenarios: "Sequence[str]",
    attempt: "TrialSettings",
    progress: "Progress",
    *,
    every: bool,
    jobs: int,
    answers: tuple[int, float] | None,
) -> "GradingSession":
    from mockserver.grade import matrix, session

    chosen = [matrix.Case(name) for name in dict.fromkeys(scenarios)] or [matrix.Case()]
    cases = matrix.every(attempt.readings) if every else chosen
    search = session.Search(chosen, *answers) if answers else None
    return session.tried(cases, attempt, progress.case, jobs=jobs, search=search)


def _run(grading_session: "GradingSession", accepted: "Baseline", target: str, seed: int, started: float) -> "Run":
    """Return a grading session as a run. `started` is in seconds since the epoch."""
    from mockserver.grade import outcome

    seconds = time.time() - started
    occasion = outcome.RunInfo(__version__, target, seed, int(started * 1000), seconds, grading_session.interrupted)
    return outcome.run(grading_session.trials, occasion, accepted, grading_session.searches)


def _show(
    run: "Run", grading_session: "GradingSession", redactor: "Redactor", *, no_color: bool, quiet: bool, verbose: bool
) -> None:
    """Print the findings and the remarks of a session."""
    from rich.console import Console

    from mockserver.grade import console as trials_console

    with workflow.muted_in_workflow(sys.stderr):
        for remark in grading_session.remarks:
            click.echo(redactor.text(remark), err=True)
    with _annotated(run, redactor):
        console = Console(no_color=no_color or None)
        if verbose:
            trials_console.show_output(grading_session.trials, console)
        trials_console.show(run, grading_session.trials, console, quiet=quiet)


def _report(run: "Run", formats: "Sequence[str]", directory: Path, redactor: "Redactor", *, strict: bool) -> None:
    """Write the requested reports and print their paths."""
    from mockserver import reports
    from mockserver.grade import outcome

    for name in formats:
        with _writing(directory):
            paths = reports.write(outcome.fitting(run, name), [name], directory, redactor, strict=strict)
        for path in paths:
            click.echo(f"Written: {path}")


@contextmanager
def _usable() -> "Iterator[None]":
    """Turn errors that make grading impossible into UnusableError."""
    from mockserver.contract import LocatedError
    from mockserver.grade.session import GradingError
    from mockserver.reports import UnknownFormatError

    try:
        yield
    except (LocatedError, UnknownFormatError, GradingError) as error:
        raise UnusableError(str(error)) from None


@contextmanager
def _writing(path: Path) -> "Iterator[None]":
    """Turn an OSError of writing to `path` into UnusableError."""
    try:
        yield
    except OSError as error:
        raise UnusableError(f"{error.filename or path}: cannot be written: {error.strerror}") from None


def _is_uncovered(run: "Run", least: float | None) -> bool:
    """Return whether the coverage of operations is below `least` percent; if so, print it."""
    operations = run.coverage.ratios()["operations"]
    if least is None or operations.share * 100 >= least:
        return False
    covered = f"{operations.met} of {operations.total} operations were covered"
    click.echo(f"{covered}, less than the {least:g} percent of --min-coverage", err=True)
    return True


@contextmanager
def _annotated(run: "Run", redactor: "Redactor") -> "Iterator[None]":
    """In a GitHub workflow, disable workflow commands in the output of the block, then annotate the findings."""
    from mockserver.grade import outcome
    from mockserver.reports import github

    if not workflow.runs_here(os.environ):
        yield
        return
    with workflow.muted(sys.stdout):
        yield
    for command in github.commands(outcome.fitting(run, "github"), redactor):
        click.echo(command)


@contextmanager
def _progress(*, no_color: bool, quiet: bool) -> "Iterator[Progress]":
    """Show the number of runs of the command. SIGTERM ends the block like Ctrl-C."""
    from rich.console import Console

    from mockserver.reports import Progress

    with as_interrupt(), Progress(Console(stderr=True, no_color=no_color or None), quiet=quiet) as progress:
        progress.suite("runs of the command")
        yield progress
