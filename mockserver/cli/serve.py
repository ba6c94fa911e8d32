"""The subcommand `smsonline-mock serve`."""

import gc
import re
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver.cli.options import UnusableError, limits, overlays, readings, variables
from mockserver.cli.settings import Configured
from mockserver.serving.loading import gc_disabled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mockserver.scenario.variables import Values
    from mockserver.serving.setup import Mock
    from mockserver.serving.tls import Certificate
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
@click.option("--tls", is_flag=True, help="Serve HTTPS with a throw-away certificate, and print the file to trust.")
@click.option(
    "--tls-cert",
    "certificate",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Serve HTTPS with this certificate, a PEM file.",
)
@click.option(
    "--tls-key", metavar="FILE", type=click.Path(path_type=Path), help="The private key of --tls-cert, a PEM file."
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
    certificate: Path | None,
    tls_key: Path | None,
    limits: "WorldLimits",
    overlays: "Sequence[Path]",
    *,
    tls: bool,
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
    _check_tls(certificate, tls_key, tls=tls)
    with gc_disabled(), ExitStack() as stack:
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
            served = stack.enter_context(_certificate(mock, hosts, certificate, tls_key, tls=tls))
            listener = foreground.listen(host, port)
        except (LocatedError, foreground.AddressError) as error:
            raise UnusableError(str(error)) from None
        until_stopped = stack.pop_all()
    gc.freeze()  # loaded objects live as long as the process
    url = foreground.url(listener, "https" if served else "http")
    authority = served.authority if served else None

    def ready() -> None:
        click.echo(
            "\n".join(filter(None, (url, str(authority or "")))) if quiet else report.banner(url, mock, authority)
        )

    with until_stopped:
        if watch:
            from mockserver.serving.foreground import Watch

            watched = Watch(mock, make, report.reloads(quiet=quiet))
            foreground.run(watched.app, listener, ready, watched.run, certificate=served)
        else:
            foreground.run(mock.app, listener, ready, certificate=served)
    if not quiet:
        click.echo("Stopped.")


def _check_tls(certificate: Path | None, key: Path | None, *, tls: bool) -> None:
    if tls and certificate:
        raise click.UsageError("--tls makes a certificate: omit it or --tls-cert")
    if key and not certificate:
        raise click.UsageError("--tls-key requires --tls-cert FILE")


@contextmanager
def _certificate(
    mock: "Mock", hosts: "Sequence[str]", file: Path | None, key: Path | None, *, tls: bool
) -> "Iterator[Certificate | None]":
    """Yield the certificate to serve, None without TLS. Raises UnusableError."""
    from mockserver.serving import tls as certificates

    if file is not None:
        try:
            yield certificates.own(file, key)
        except certificates.CertificateError as error:
            raise UnusableError(str(error)) from None
    elif tls:
        of_vendor = (host for document in mock.service.documents.values() for host in document.hosts)
        names = (*of_vendor, *(host for host in (*sorted(mock.guard.hosts), *hosts) if host and host != "*"))
        try:
            with certificates.throw_away(names) as made:
                yield made
        except ImportError:
            raise UnusableError("--tls needs an extra package: pip install 'smsonline-mock[tls]'") from None
    else:
        yield None
