"""The subcommand `smsonline-mock serve`."""

import gc
import re
from functools import partial
from typing import TYPE_CHECKING

import click

from mockserver.cli.options import UnusableError, limits, overlays, readings, variables
from mockserver.cli.settings import Configured
from mockserver.serving.loading import gc_disabled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mockserver.scenario.variables import Values
    from mockserver.simulation.limits import WorldLimits


_ORIGIN = re.compile(r"\*|null|[a-z][a-z0-9+.-]*://[^/?#\s]+", re.IGNORECASE)


def _origins(_: click.Context, __: click.Parameter, texts: "Sequence[str]") -> "list[str]":
    for text in texts:
        if not _ORIGIN.fullmatch(text):
            raise click.BadParameter(f"write an origin without a path, such as http://localhost:3000, not {text!r}")
    return list(texts)


@click.command(cls=Configured)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 uses a free one.",
)
@click.option("--scenario", default="default", show_default=True, help="A shipped scenario, or a YAML file.")
@variables
@readings
@click.option("--seed", type=click.IntRange(0, 2**53 - 1), help="Replace the seed of the scenario.")
@click.option("--watch", is_flag=True, help="Restart the scenario when one of its files changes.")
@click.option(
    "--lenient", is_flag=True, help="Serve requests that break the contract, as far as they can be understood."
)
@click.option(
    "--token",
    show_envvar=True,
    help="Token for the control API; required on other addresses. Prefer the environment variable.",
)
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="NAME", help="Also accept this host name; * accepts all names."
)
@click.option(
    "--cors",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    callback=_origins,
    help="Let web pages of this origin, such as http://localhost:3000, use the service; * allows all pages.",
)
@click.option("--compress", is_flag=True, help="Compress responses with gzip for clients that accept it.")
@limits
@overlays
@click.option("-q", "--quiet", is_flag=True, help="Print only the URL.")
@click.option("-v", "--verbose", is_flag=True, help="Print a line for every request.")
def serve(
    host: str,
    port: int,
    scenario: str,
    variables: "Values",
    readings: dict[str, object],
    seed: int | None,
    token: str | None,
    hosts: "Sequence[str]",
    origins: "Sequence[str]",
    limits: "WorldLimits",
    overlays: "Sequence[Path]",
    *,
    lenient: bool,
    compress: bool,
    watch: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Run the mock until it is interrupted."""
    if quiet and verbose:
        raise click.UsageError("-q and -v cannot be combined")
    if token is not None and not token.strip():
        raise click.UsageError("--token is empty: pass a token or omit the option")
    with gc_disabled():
        from mockserver.contract import LocatedError
        from mockserver.serving import foreground, report
        from mockserver.serving.setup import Settings, set_up
        from mockserver.web.access import guard

        access = guard(host, hosts, token, origins)
        settings = Settings(
            access,
            limits,
            strict=not lenient,
            overlays=tuple(overlays),
            compress=compress,
            readings=readings,
        )
        observers = report.observers(quiet=quiet, verbose=verbose)
        make = partial(set_up, scenario, seed, observers, variables, settings)
        try:
            mock = make()
            listener = foreground.listen(host, port)
        except (LocatedError, foreground.AddressError) as error:
            raise UnusableError(str(error)) from None
    gc.freeze()  # loaded objects live as long as the process
    url = foreground.url(listener)

    def ready() -> None:
        click.echo(url if quiet else report.banner(url, mock))

    if watch:
        from mockserver.serving.foreground import Watch

        watched = Watch(mock, make, report.reloads(quiet=quiet))
        foreground.run(watched.app, listener, ready, watched.run)
    else:
        foreground.run(mock.app, listener, ready)
    if not quiet:
        click.echo("Stopped.")
