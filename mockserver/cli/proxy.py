"""The subcommand `smsonline-mock proxy`."""

import hmac
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver import __version__
from mockserver.cli import options
from mockserver.cli.options import UnusableError, as_interrupt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from starlette.types import ASGIApp, Receive, Scope, Send

    from mockserver.proxy import Gate, ProxiedExchange, Recording, TrafficSummary
    from mockserver.traffic.spending import Allowance
    from mockserver.web.access import AccessGuard

FINDINGS = 1
_KEYS = ("SMSONLINE_API_KEY", "SMSONLINE_OTHER_API_KEY")


@click.command()
@click.option("--upstream", required=True, metavar="URL", help="Server to forward requests to.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8081,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 uses a free one.",
)
@click.option(
    "--record",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Record the traffic, without keys: append to NAME.jsonl, or write NAME.har.",
)
@click.option(
    "--body-limit",
    default=1024 * 1024,
    show_default=True,
    type=click.IntRange(1),
    metavar="BYTES",
    help="Forward longer bodies without checking or recording them.",
)
@click.option("--allow-orders", is_flag=True, help="Allow orders, which spend money.")
@click.option("--allow-payments", is_flag=True, help="Allow payments.")
@options.spend_limit
@click.option("--strict", is_flag=True, help="Exit with 1 if anything broke the contract.")
@options.readings
@options.corrections
@click.option(
    "--token",
    envvar="SMSONLINE_MOCK_TOKEN",
    show_envvar=True,
    help="Token that requests must send as Proxy-Authorization: Bearer …; required on other addresses.",
)
@click.option(
    "--allow-host", "hosts", multiple=True, metavar="NAME", help="Also accept this host name; * accepts all names."
)
@click.option("-q", "--quiet", is_flag=True, help="Print only the URL.")
@click.option("-v", "--verbose", is_flag=True, help="Print a line for every exchange.")
def proxy(
    *,
    upstream: str,
    host: str,
    port: int,
    file: Path | None,
    body_limit: int,
    allow_orders: bool,
    allow_payments: bool,
    limit: int | None,
    strict: bool,
    readings: dict[str, object],
    overlays: "Sequence[Path]",
    token: str | None,
    hosts: "Sequence[str]",
    quiet: bool,
    verbose: bool,
) -> None:
    """Forward requests to a server, check requests and responses against the contract, and record them.

    Requests and responses are not changed. A request that could spend money gets a 403 response unless --allow-orders
    or --allow-payments allows it.

    Exit code 0: stopped, 1: with --strict, a contract violation, 2: the proxy could not run.
    """
    if quiet and verbose:
        raise click.UsageError("-q and -v cannot be combined")
    if limit is not None and not allow_orders:
        raise click.UsageError("--spend-limit requires --allow-orders")
    _check_token(host, token)
    with options.needing_extra():
        from mockserver.proxy import (
            CheckedContract,
            Gate,
            Parts,
            Proxy,
            RecordingFileError,
            TrafficSummary,
            Upstream,
            UpstreamError,
            open_recording,
        )
    from mockserver.contract import LocatedError
    from mockserver.contract import contract as load
    from mockserver.serving import foreground
    from mockserver.traffic.spending import Allowance
    from mockserver.web.access import guard

    try:
        contract = CheckedContract(load(readings, overlays).documents.values())
        server = Upstream(upstream)
        listener = foreground.listen(host, port)
        url = foreground.url(listener)
        if server.origin == url:
            raise UnusableError(f"--upstream {url} is the proxy itself: choose another --upstream or --port")
        recording = open_recording(file, __version__) if file else None
    except (LocatedError, UpstreamError, RecordingFileError, foreground.AddressError) as error:
        raise UnusableError(str(error)) from None
    gate = Gate(Allowance(allow_orders, allow_payments, limit))
    tally = TrafficSummary(contract.documents)
    observers = [_printer(tally, quiet=quiet, verbose=verbose)]
    if recording:
        observers.append(_recorder(recording))
    secrets = (*(os.environ.get(name, "") for name in _KEYS), token or "")
    app = Proxy(Parts(server, contract, gate, hang_up), observers, secrets, body_limit)

    def ready() -> None:
        click.echo(url if quiet else _banner(url, upstream, file, gate.allowance))

    with as_interrupt():
        foreground.run(_guarded(app, guard(host, hosts), token), listener, ready, app.close_after, dated=False)
    if not quiet:
        click.echo("\n".join(_summary(tally, gate)))
    if recording:
        _finish(recording, file)
    raise SystemExit(FINDINGS if strict and tally.broken else 0)


def _check_token(host: str, token: str | None) -> None:
    from mockserver.web.access import LOOPBACK

    if token is None and host not in LOOPBACK:
        raise click.UsageError(f"other machines can reach {host}: pass a --token, which requests must send")
    if token is not None and not token.strip():
        raise click.UsageError("--token is empty: pass a token or omit the option")


def _guarded(app: "ASGIApp", guard: "AccessGuard", token: str | None) -> "ASGIApp":
    """Return the proxy behind a check of the host name and, if there is one, the token."""
    from starlette.responses import JSONResponse

    async def guarded(scope: "Scope", receive: "Receive", send: "Send") -> None:
        headers = scope["headers"]
        if refusal := guard.wrong_host(headers):
            await JSONResponse({"error": refusal}, 421)(scope, receive, send)
        elif token is not None and not _has_token(headers, token):
            refusal = "this proxy requires its token: send Proxy-Authorization: Bearer …"
            await JSONResponse({"error": refusal}, 407, {"proxy-authenticate": "Bearer"})(scope, receive, send)
        else:
            await app(scope, receive, send)

    return guarded


def _has_token(headers: "Iterable[tuple[bytes, bytes]]", token: str) -> bool:
    given = next((value for name, value in headers if name == b"proxy-authorization"), b"")
    scheme, _, credentials = given.partition(b" ")
    is_equal = hmac.compare_digest(credentials.strip(), token.encode())
    return scheme.lower() == b"bearer" and is_equal


async def hang_up(scope: "Scope", receive: "Receive", send: "Send", reset: bool) -> None:  # noqa: FBT001
    """Close the connection to a client in the middle of a response, or reset it."""
    from mockserver.simulation.faults.effect import Ending, ResponseDelivery
    from mockserver.web.delivery import deliver
    from mockserver.web.message import HttpResponse

    ending = Ending.RESET if reset else Ending.CLOSED
    await deliver(HttpResponse(0, [], b"", ResponseDelivery(ending=ending)), scope, receive, send)


def _finish(recording: "Recording", file: Path | None) -> None:
    from mockserver.traffic.jsonl import LinesError

    try:
        recording.close()
    except (OSError, LinesError) as error:
        raise UnusableError(f"{file} cannot be written; the recorded exchanges are in {file}.jsonl: {error}") from None


def _recorder(recording: "Recording") -> "Callable[[ProxiedExchange], None]":
    def record(proxied: "ProxiedExchange") -> None:
        try:
            recording.write(proxied.exchange)
        except OSError as error:
            click.echo(f"  not recorded: {error.strerror or error}", err=True)

    return record


def _printer(tally: "TrafficSummary", *, quiet: bool, verbose: bool) -> "Callable[[ProxiedExchange], None]":
    """Return an observer that counts exchanges and prints all, only failures and new violations, or nothing."""

    def show(proxied: "ProxiedExchange") -> None:
        new = tally.add(proxied)
        if quiet:
            return
        request, answer = proxied.exchange.request, proxied.exchange.answer
        operation = proxied.exchange.operation or "no operation"
        if verbose:
            status = answer.status if answer else "no answer"
            click.echo(f"{status} {request.method} {request.path} ({operation}, {proxied.exchange.duration:.0f} ms)")
        for problem in filter(None, (proxied.stopped and f"stopped: {proxied.stopped}", proxied.failure)):
            click.echo(f"{request.method} {request.path}: {problem}", err=True)
        for violation in proxied.violations if verbose else new:
            does = "breaks the contract" if violation.level == "error" else "is not known to the contract"
            click.echo(f"  {does}: {violation}", err=True)

    return show


def _banner(url: str, upstream: str, file: Path | None, allowance: "Allowance") -> str:
    from mockserver.contract.formats import dollars_text

    orders = "forwarded" if allowance.orders else "stopped"
    limited = "" if allowance.limit is None else f" up to {dollars_text(allowance.limit)} dollars"
    payments = "forwarded" if allowance.payments else "stopped"
    return "\n".join(
        [
            f"smsonline-mock {__version__} at {url}, in front of {upstream}",
            f"  money     orders are {orders}{limited}, payments are {payments}",
            f"  record    {file or 'nothing: pass --record FILE'}",
            "Press Ctrl-C to stop.",
        ]
    )


def _summary(tally: "TrafficSummary", gate: "Gate") -> "Iterator[str]":
    from mockserver.contract.formats import dollars_text

    yield "Stopped."
    yield from (f"  {line}" for line in tally.summary())
    if gate.orders:
        yield f"  orders: {gate.orders}, for {dollars_text(gate.spent)} dollars"
