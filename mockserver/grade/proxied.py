"""A trial of a client against an existing server: the command runs behind a recording proxy."""

from __future__ import annotations

from asyncio import Event
from collections import defaultdict
from contextlib import ExitStack, contextmanager
from socket import create_connection
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from mockserver import judge
from mockserver.contract.environment import url_variables
from mockserver.contract.overlays import effective
from mockserver.grade.command import run
from mockserver.grade.trial import SPEED, Trial, trial
from mockserver.proxy import CheckedContract, Gate, Parts, Proxy, Upstream, UpstreamError
from mockserver.serving.background import Background
from mockserver.traffic import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockserver.contract import Document
    from mockserver.grade.trial import TrialSettings
    from mockserver.proxy import ProxiedExchange
    from mockserver.proxy.app import Disconnect
    from mockserver.traffic.spending import Allowance

_PORTS = {"http": 80, "https": 443}
_CONNECT_TIMEOUT = 10.0
"""Seconds."""


class ProxyTarget(NamedTuple):
    """The server that a client is tried against.

    `bases` maps document names to base URLs. `allowance` limits the spending. `secrets` are redacted. `hang_up` ends
    the connection to the client in the middle of a response.
    """

    bases: Mapping[str, str]
    documents: Mapping[str, Document]
    allowance: Allowance
    secrets: tuple[str, ...]
    hang_up: Disconnect


class ProxyResult(NamedTuple):
    """The trial, and the reason for each request that the proxy stopped."""

    trial: Trial
    stopped: tuple[str, ...]


def play(target: ProxyTarget, attempt: TrialSettings, name: str) -> ProxyResult:
    """Run a client behind the proxy and judge it. Raises UpstreamError if the server is invalid or unreachable."""
    proxied_exchanges: list[ProxiedExchange] = []
    with _proxies(target, proxied_exchanges) as environment:
        completed = run(attempt.command, {**environment, SPEED: "1"}, attempt.timeout)
    completed = completed._replace(output=Redactor(target.secrets).text(completed.output))
    # The proxy answers stopped requests: those responses say nothing about the service or the client.
    exchanges = [proxied.exchange for proxied in proxied_exchanges if not proxied.stopped]
    hosts = [urlsplit(base).netloc for base in target.bases.values()]
    judgement = judge.judge(
        exchanges,
        target.documents,
        limits=attempt.limits,
        service=hosts,
        readings=effective(attempt.readings, attempt.overlays),
        overlays=attempt.overlays,
    )
    judgement = judgement._replace(statement=judgement.statement._replace(limit=target.allowance.limit))
    stopped = tuple(proxied.stopped for proxied in proxied_exchanges if proxied.stopped)
    return ProxyResult(trial(name, attempt, completed, judgement), stopped)


@contextmanager
def _proxies(target: ProxyTarget, proxied_exchanges: list[ProxiedExchange]) -> Iterator[dict[str, str]]:
    """Start a proxy for each server; yield the environment variables with their URLs."""
    gate, contract = Gate(target.allowance), CheckedContract(target.documents.values())
    served: defaultdict[str, list[str]] = defaultdict(list)
    for name, base in target.bases.items():
        served[base.removesuffix(target.documents[name].prefix)].append(name)
    upstreams = {url: Upstream(url) for url in served}
    for url in upstreams:
        _check_reachable(url)
    environment, variables = {}, url_variables(target.documents)
    with ExitStack() as stack:
        for url, upstream in upstreams.items():
            proxy = Proxy(Parts(upstream, contract, gate, target.hang_up), [proxied_exchanges.append], target.secrets)
            background = Background(proxy).start()
            stack.callback(background.stop)
            stack.callback(_close, proxy, background)
            for name in served[url]:
                environment[variables[name]] = background.url + target.documents[name].prefix
        yield environment


def _check_reachable(url: str) -> None:
    """Raise UpstreamError if nothing listens at a URL: the client is not to blame."""
    parts = urlsplit(url)
    try:
        create_connection((parts.hostname, parts.port or _PORTS[parts.scheme]), _CONNECT_TIMEOUT).close()
    except OSError as error:
        raise UpstreamError(f"no server answers at {url}: {error.strerror or error}") from None


def _close(proxy: Proxy, background: Background) -> None:
    """Close a proxy after its last exchange has ended."""

    async def close() -> None:
        over = Event()
        over.set()
        await proxy.close_after(over)

    background.run(close()).result()
