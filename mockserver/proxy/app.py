"""The proxy as an ASGI application: it forwards every request and notifies its observers."""

from __future__ import annotations

import asyncio
from asyncio import Queue
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from mockserver.proxy.gate import StoppedError
from mockserver.proxy.keys import Keyring
from mockserver.proxy.proxied_exchange import ProxiedCall, ProxiedExchange
from mockserver.proxy.upstream import LOST, UpstreamFailure

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence

    import httpcore

    from mockserver.proxy.gate import CheckedContract, Gate, Match
    from mockserver.proxy.upstream import RawHeaders, Upstream


Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Client:
    """Reads the body of a request as it comes, and notices when the client goes away."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        # One chunk waits at most: a client is not faster than the server that its body goes to.
        self._messages: Queue[Message] = Queue(maxsize=1)

    async def listen(self) -> None:
        """Hand over the body; return when the client has gone."""
        while (message := await self._receive())["type"] != "http.disconnect":
            await self._messages.put(message)

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the body, chunk by chunk, while somebody listens."""
        more = True
        while more:
            message = await self._messages.get()
            more = message.get("more_body", False)
            if chunk := message.get("body", b""):
                yield chunk


Observer = Callable[[ProxiedExchange], None]
Disconnect = Callable[[Scope, Receive, Send, bool], Awaitable[None]]
"""Ends the connection to the client where it stands, and waits until it has ended. If True, it is reset."""

BODY_LIMIT = 1024 * 1024
"""Bytes."""
STOPPED = 403
OWN_HEADER = b"x-smsonline-proxy"
"""Marks an answer that is the proxy's own."""

_NOT_MODIFIED = 304
_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_TO_SERVER = _HOP_BY_HOP | {b"host", b"expect"}
"""The server has a name of its own, and the proxy has asked for the body already."""

_LEFT = UpstreamFailure("the client went away before the answer ended")
_SHUT = UpstreamFailure("the proxy was stopped before the answer ended")


class Parts(NamedTuple):
    """What a proxy is made of."""

    upstream: Upstream
    contract: CheckedContract
    gate: Gate
    hang_up: Disconnect


class Proxy:
    """An ASGI application that passes requests on to a server, and its answers back.

    Bodies are passed on as they come, and kept for the observers if they are not longer than `body_limit` bytes. What
    observers see is redacted: of the `secrets`, and of the keys that requests have carried.
    """

    def __init__(
        self,
        parts: Parts,
        observers: Sequence[Observer] = (),
        secrets: Iterable[str] = (),
        body_limit: int = BODY_LIMIT,
    ) -> None:
        self._upstream, self._contract, self._gate, self._hang_up = parts
        self._observers = observers
        self._keyring = Keyring(self._contract.documents, secrets)
        self._body_limit = body_limit
        self._under_way: set[asyncio.Task[object]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            raise NotImplementedError(f"the proxy does not speak {scope['type']}")
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - an ASGI server runs its applications in tasks
        self._under_way.add(task)
        try:
            failure = await self._accompany(scope, receive, send)
        finally:
            self._under_way.discard(task)
        if failure is not None and failure is not _LEFT:
            await self._hang_up(scope, receive, send, failure.reset)

    async def close_after(self, stopping: asyncio.Event) -> None:
        """Wait for an event, and then until all calls are done; close the connections to the server."""
        await stopping.wait()
        if self._under_way:
            await asyncio.wait(self._under_way)
        await self._upstream.close()

    async def _accompany(self, scope: Scope, receive: Receive, send: Send) -> UpstreamFailure | None:
        """Pass a request on for as long as its client is there; return how that failed, if it did."""
        path: bytes = self._upstream.path.encode() + scope["raw_path"]
        query: bytes = scope["query_string"]
        call = ProxiedCall(scope["method"], path + b"?" + query if query else path, self._body_limit)
        call.headers = _to_server(scope["headers"], self._upstream.authority)
        call.path = scope["raw_path"].decode("latin-1")
        client = Client(receive)
        passing = asyncio.create_task(self._pass(call, client, send, has_body=_has_body(scope["headers"])))
        listening = asyncio.create_task(client.listen())
        try:
            await asyncio.wait((passing, listening), return_when=asyncio.FIRST_COMPLETED)
            if passing.done() or call.answered:
                await passing
            else:
                call.failure = _LEFT
        except asyncio.CancelledError:
            call.failure = call.failure or (None if call.answered else _SHUT)
            raise
        finally:
            passing.cancel()
            listening.cancel()
            await asyncio.wait((passing, listening))
            self._tell(call)
        return call.failure

    async def _pass(self, call: ProxiedCall, client: Client, send: Send, *, has_body: bool) -> None:
        """Send a request on and its answer back, as far as both get."""
        call.body.ended = not has_body
        body: AsyncIterable[bytes] | None = call.body.keep(client.body()) if has_body else None
        try:
            body = await self._let_through(call, body)
        except StoppedError as stop:
            call.stopped = str(stop)
            await _answer_stopped(call.stopped, send)
            return
        try:
            response = await self._upstream.ask(call.method, call.target, call.headers, body)
            try:
                await _send_back(call, response, send)
            finally:
                await response.aclose()
        except LOST as error:
            call.failure = self._upstream.failure(error, answered=bool(call.status))
        else:
            await send({"type": "http.response.body", "body": b""})

    async def _let_through(self, call: ProxiedCall, body: AsyncIterable[bytes] | None) -> AsyncIterable[bytes] | None:
        """Ask the gate, which may need the body; return the body that is to be sent. Raises StoppedError."""
        match = self._match(call, self._contract.match_loosely)
        if body is not None and self._gate.needs_body(match):
            chunks = [chunk async for chunk in body if call.body.fits]
            if not call.body.fits:
                raise StoppedError(
                    f"its body is longer than {self._body_limit} bytes, so nobody knows what it would buy"
                )
            body = _replayed(chunks)
        call.held = self._gate.ask(match, call.method, call.request(self._upstream.origin))
        return body

    def _tell(self, call: ProxiedCall) -> None:
        """Count what a call cost, and show the observers what has passed."""
        answer = call.answer if call.answer_body.whole else None
        if call.held is not None:
            sent = call.failure is None or call.failure.sent
            self._gate.settle(self._match(call, self._contract.match_loosely), call.held, answer, sent=sent)
        match = self._match(call, self._contract.match)
        request = call.request(self._upstream.origin)
        self._keyring.see(request)
        redactor = self._keyring.redactor
        known = request if call.body.whole and not call.stopped else None
        violations = tuple(
            violation._replace(message=redactor.text(violation.message))
            for violation in self._contract.check(match, known, answer)
        )
        exchange = call.exchange(self._upstream.origin, match.operation.name if match.operation else "")
        notes = {**exchange.notes, "violations": list(map(str, violations))} if violations else exchange.notes
        proxied = ProxiedExchange(
            redactor.exchange(exchange._replace(notes=notes)),
            violations,
            redactor.text(call.stopped),
            redactor.text(call.failure.reason) if call.failure else "",
        )
        for observe in self._observers:
            observe(proxied)

    def _match(self, call: ProxiedCall, find: Callable[[str, str], Match]) -> Match:
        """Find what a call is for, whether the prefix of a document is in the URL of the server or after it."""
        match = find(call.method, call.path)
        return match if match.near else find(call.method, self._upstream.path + call.path)


async def _send_back(call: ProxiedCall, response: httpcore.Response, send: Send) -> None:
    call.status = response.status
    call.answer_headers = response.headers
    dropped = _HOP_BY_HOP | {b"content-length"} if response.status == _NOT_MODIFIED else _HOP_BY_HOP
    headers = _passed_on(response.headers, dropped)
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    async for chunk in call.answer_body.keep(response.aiter_stream()):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _answer_stopped(reason: str, send: Send) -> None:
    body = orjson.dumps({"error": f"this proxy has not passed the request on: {reason}"})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (OWN_HEADER, b"stopped"),
    ]
    await send({"type": "http.response.start", "status": STOPPED, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _replayed(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def _to_server(headers: RawHeaders, authority: str) -> RawHeaders:
    chunked = [(b"transfer-encoding", b"chunked")] if any(name == b"transfer-encoding" for name, _ in headers) else []
    return [(b"host", authority.encode()), *_passed_on(headers, _TO_SERVER), *chunked]


def _passed_on(headers: RawHeaders, dropped: frozenset[bytes]) -> RawHeaders:
    """Return the headers that are for the other end too: neither dropped nor named by `Connection`."""
    named = {
        token.strip().lower() for name, value in headers if name.lower() == b"connection" for token in value.split(b",")
    }
    return [(name, value) for name, value in headers if name.lower() not in dropped and name.lower() not in named]


def _has_body(headers: RawHeaders) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in headers)
