"""A trial of a client on a server that is as it is: its command runs behind a proxy that records."""

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
    from mockserver.proxy import Allowance, ProxiedExchange
    from mockserver.proxy.app import Disconnect

_PORTS = {"http": 80, "https": 443}
_PATIENCE = 10.0
"""Seconds."""


class ProxyTarget(NamedTuple):
    """Where a client is tried: base URLs by document, the documents, what may be spent, what must not be shown.

    `hang_up` ends a connection to the client where it stands.
    """

    bases: Mapping[str, str]
    documents: Mapping[str, Document]
    allowance: Allowance
    secrets: tuple[str, ...]
    hang_up: Disconnect


class ProxyResult(NamedTuple):
    """What came of it, and the reasons for which requests were not passed on, one for each."""

    trial: Trial
    stopped: tuple[str, ...]


def play(stand: ProxyTarget, attempt: TrialSettings, name: str) -> ProxyResult:
    """Try a client. Raises UpstreamError for a URL that nothing can be passed on to, or where nobody answers."""
    proxied_exchanges: list[ProxiedExchange] = []
    with _proxies(stand, proxied_exchanges) as environment:
        completed = run(attempt.command, {**environment, SPEED: "1"}, attempt.timeout)
    completed = completed._replace(output=Redactor(stand.secrets).text(completed.output))
    # What was stopped has been answered by the proxy: that says nothing of the service, nor of how a client takes it.
    exchanges = [proxied.exchange for proxied in proxied_exchanges if not proxied.stopped]
    hosts = [urlsplit(base).netloc for base in stand.bases.values()]
    judgement = judge.judge(
        exchanges,
        stand.documents,
        limits=attempt.limits,
        service=hosts,
        readings=effective(attempt.readings, attempt.overlays),
        overlays=attempt.overlays,
    )
    judgement = judgement._replace(statement=judgement.statement._replace(limit=stand.allowance.limit))
    stopped = tuple(proxied.stopped for proxied in proxied_exchanges if proxied.stopped)
    return ProxyResult(trial(name, attempt, completed, judgement), stopped)


@contextmanager
def _proxies(stand: ProxyTarget, proxied_exchanges: list[ProxiedExchange]) -> Iterator[dict[str, str]]:
    """Start a proxy for each server; gives the variables in which a client finds them."""
    gate, contract = Gate(stand.allowance), CheckedContract(stand.documents.values())
    served: defaultdict[str, list[str]] = defaultdict(list)
    for name, base in stand.bases.items():
        served[base.removesuffix(stand.documents[name].prefix)].append(name)
    upstreams = {url: Upstream(url) for url in served}
    for url in upstreams:
        _check_reachable(url)
    environment, variables = {}, url_variables(stand.documents)
    with ExitStack() as stack:
        for url, upstream in upstreams.items():
            proxy = Proxy(Parts(upstream, contract, gate, stand.hang_up), [proxied_exchanges.append], stand.secrets)
            background = Background(proxy).start()
            stack.callback(background.stop)
            stack.callback(_close, proxy, background)
            for name in served[url]:
                environment[variables[name]] = background.url + stand.documents[name].prefix
        yield environment


def _check_reachable(url: str) -> None:
    """Raise UpstreamError if nobody answers at a URL: that is not the client's fault."""
    parts = urlsplit(url)
    try:
        create_connection((parts.hostname, parts.port or _PORTS[parts.scheme]), _PATIENCE).close()
    except OSError as error:
        raise UpstreamError(f"nobody answers at {url}: {error.strerror or error}") from None


def _close(proxy: Proxy, background: Background) -> None:
    """Wait until a proxy has passed on all that is under way."""

    async def close() -> None:
        over = Event()
        over.set()
        await proxy.close_after(over)

    background.run(close()).result()
