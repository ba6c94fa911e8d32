"""`smsonline-mock serve`."""

from functools import partial
from typing import TYPE_CHECKING

import click

from mockserver.cli.options import UnusableError, variables

if TYPE_CHECKING:
    from mockserver.scenario.variables import Values


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--scenario", default="default", show_default=True, help="A shipped scenario, or a YAML file.")
@variables
@click.option("--seed", type=click.IntRange(0, 2**53 - 1), help="Replaces the scenario's seed.")
@click.option("--watch", is_flag=True, help="Begin anew when a file of the scenario changes.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but the URL.")
@click.option("-v", "--verbose", is_flag=True, help="Print a line for every request.")
def serve(
    host: str,
    port: int,
    scenario: str,
    variables: "Values",
    seed: int | None,
    *,
    watch: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Run the mock until it is interrupted."""
    from contracts.spec import LocatedError
    from mockserver.serving import foreground, report
    from mockserver.serving.setup import set_up

    if quiet and verbose:
        raise click.UsageError("-q and -v exclude each other")
    make = partial(set_up, scenario, seed, report.observers(quiet=quiet, verbose=verbose), variables)
    try:
        mock = make()
        listener = foreground.listen(host, port)
    except (LocatedError, foreground.AddressError) as error:
        raise UnusableError(str(error)) from None
    url = foreground.url(listener)

    def ready() -> None:
        click.echo(url if quiet else report.banner(url, mock))

    if watch:
        from mockserver.serving.watching import Watch

        watched = Watch(mock, make, report.reloads(quiet=quiet))
        foreground.run(watched.app, listener, ready, watched.run)
    else:
        foreground.run(mock.app, listener, ready)
    if not quiet:
        click.echo("Stopped.")
