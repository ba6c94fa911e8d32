"""The subcommand `smsonline-mock verify`."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from mockserver import __version__
from mockserver.cli import options, workflow
from mockserver.cli.options import UnusableError, as_interrupt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.contract import Contract
    from mockserver.findings import Run
    from mockserver.verify import Account, Plan, Target


class ByDocument(click.Command):
    """A command with an option `--NAME-url` for each contract document: the base URL of its server."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return all parameters. The contract documents are looked up only here."""
        from mockserver.contract.document import names

        first, *others = super().get_params(ctx)
        return [first, *map(_url_of, names()), *others]


def _url_of(document: str) -> click.Option:
    text = f"Base URL of {document}, including its path prefix."
    return click.Option([f"--{document}-url", f"{document}{_URL}"], metavar="URL", help=text)


_URL = "_url"


@click.command(cls=ByDocument)
@click.option(
    "--url", metavar="URL", help="Server to check, such as https://staging.test; `live` is the service itself."
)
@click.option("--suite", "suites", multiple=True, metavar="NAME", help="Run only this suite; may be repeated.")
@click.option(
    "--seed", default=1, show_default=True, type=click.IntRange(0, 2**53 - 1), help="Seed that repeats a run."
)
@click.option("--scenario", help="Check the mock with this scenario: a shipped one, or a YAML file.")
@options.readings
@options.overlays
@click.option(
    "--credentials",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Read the credentials from this file instead of the environment.",
)
@click.option("--allow-orders", is_flag=True, help="Allow orders on a server that is not on this machine.")
@options.spend_limit
@options.baselines
@options.reports
@options.strict
@options.printing
def verify(
    *,
    url: str | None,
    suites: "Sequence[str]",
    seed: int,
    scenario: str | None,
    readings: dict[str, object],
    overlays: "Sequence[Path]",
    credentials: Path | None,
    allow_orders: bool,
    limit: int | None,
    baseline: Path | None,
    write_baseline: bool,
    formats: "Sequence[str]",
    directory: Path,
    strict: bool,
    no_color: bool,
    quiet: bool,
    **urls: str | None,
) -> None:
    """Check a server against the contract: the mock in this process, or the server at a URL.

    Credentials come from SMSONLINE_USER_ID and SMSONLINE_API_KEY (and SMSONLINE_OTHER_USER_ID and
    SMSONLINE_OTHER_API_KEY), or from a file with these names. A server on another machine gets only requests that the
    contract marks as reading, unless --allow-orders and --spend-limit are given.

    Exit code 0: nothing found, 1: findings, 2: the check could not run.
    """
    bases = {name.removesuffix(_URL): base for name, base in urls.items() if base}
    if scenario and (url or bases):
        raise click.UsageError("--scenario applies to the mock in this process: omit the URL")
    if credentials and not (url or bases):
        raise click.UsageError("--credentials are for a server: add --url, or omit them for the mock in this process")
    if allow_orders != bool(limit):
        raise click.UsageError("--allow-orders and --spend-limit require each other")
    if write_baseline and baseline is None:
        raise click.UsageError("--write-baseline requires --baseline FILE")
    with options.needing_extra():
        from rich.console import Console

        from mockserver import reports
        from mockserver.contract import LocatedError, contract
        from mockserver.traffic.redaction import Redactor
        from mockserver.verify import SUITES, Plan, Spending, TargetError
        from mockserver.verify import verify as check
    try:
        reports.check_formats(formats)
        _check_suites(suites, SUITES)
        loaded = contract(readings, overlays)
        target, accounts = _target(loaded, url, bases, scenario, overlays, credentials)
        accepted = options.accepted(baseline, write=write_baseline)
    except (LocatedError, TargetError, reports.UnknownFormatError) as error:
        raise UnusableError(str(error)) from None
    journal = None
    if target.remote and allow_orders:
        directory.mkdir(parents=True, exist_ok=True)
        journal = directory / f"spending-{urlsplit(next(iter(target.bases.values()))).hostname}.jsonl"
    plan = Plan(
        contract=loaded,
        accounts=accounts,
        suites=tuple(name for name in SUITES if name in (suites or SUITES)),
        seed=seed,
        spending=Spending(allow_orders, limit or 0, journal),
        baseline=accepted,
    )
    redactor = Redactor([account.key for account in accounts])
    run = _run(check, target, plan, Console(stderr=True, no_color=no_color or None), quiet=quiet)
    if write_baseline and baseline:
        options.accept(baseline, run, accepted)
    _show(run, redactor, no_color=no_color, quiet=quiet)
    for path in reports.write(run, formats, directory, redactor, strict=strict):
        click.echo(f"Written: {path}")
    raise SystemExit(0 if write_baseline and not run.interrupted else run.exit_code(strict=strict))


def _show(run: "Run", redactor: Any, *, no_color: bool, quiet: bool) -> None:
    """Print a run; in a GitHub workflow, annotate its findings, too."""
    from rich.console import Console

    from mockserver import reports
    from mockserver.reports import github

    console = Console(no_color=no_color or None)
    if not workflow.runs_here(os.environ):
        reports.show(run, console, redactor, quiet=quiet)
        return
    with workflow.muted(sys.stdout):
        reports.show(run, console, redactor, quiet=quiet)
    for command in github.commands(run, redactor):
        click.echo(command)


def _run(check: Any, target: "Target", plan: "Plan", console: Any, *, quiet: bool) -> "Run":
    """Run the suites. SIGTERM interrupts them like Ctrl-C, so that open orders are settled."""
    from mockserver.reports import Progress
    from mockserver.verify import TargetError

    try:
        with options.needing_extra(), as_interrupt(), Progress(console, quiet=quiet) as progress:
            run: Run = check(target, plan, __version__, progress)
            return run
    except TargetError as error:
        raise UnusableError(str(error)) from None


def _check_suites(suites: "Sequence[str]", known: "Mapping[str, str]") -> None:
    from mockserver.contract import did_you_mean

    for name in suites:
        if name not in known:
            raise UnusableError(
                f"there is no suite {name}{did_you_mean(name, known)}; the suites are {', '.join(known)}"
            )


def _target(
    loaded: "Contract",
    url: str | None,
    bases: "Mapping[str, str]",
    scenario: str | None,
    overlays: "Sequence[Path]",
    credentials: Path | None,
) -> "tuple[Target, tuple[Account, ...]]":
    """Return the target to check and its accounts."""
    from mockserver import verify as suites
    from mockserver.verify import target as given

    documents, readings = loaded.documents, loaded.readings
    if url or bases:
        accounts = given.of_file(credentials) if credentials else given.of_environment(os.environ)
        return suites.of_urls(documents.values(), url, bases), accounts
    from mockserver.cli import targets

    if scenario:
        played = targets.player(readings, overlays=overlays)(scenario)
        return suites.of_app(played.app, documents.values(), f"the mock, scenario {scenario}"), played.accounts
    return suites.in_process(targets.app_factory(readings, overlays), documents.values()), ()
