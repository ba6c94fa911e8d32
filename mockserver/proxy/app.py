"""The proxy as an ASGI application: it forwards every request and notifies its observers."""

from __future__ import annotations

import asyncio
from asyncio import Queue
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from mockserver.proxy.gate import StoppedError
from mockserver.proxy.proxied_exchange import ProxiedCall, ProxiedExchange
from mockserver.proxy.upstream import LOST, UpstreamFailure
from mockserver.traffic.exchange import ANSWER, REQUEST, without_unknown_bodies
from mockserver.traffic.keyring import Keyring

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
    """Streams the body of a request and detects when the client disconnects."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        # At most one chunk waits: backpressure slows the client down to the speed of the server.
        self._messages: Queue[Message] = Queue(maxsize=1)

    async def listen(self) -> None:
        """Queue the chunks of the body; return when the client disconnects."""
        while (message := await self._receive())["type"] != "http.disconnect":
            await self._messages.put(message)

    async def body(self) -> AsyncIterator[bytes]:
        """Yield the chunks of the body. `listen` must run at the same time."""
        more = True
        while more:
            message = await self._messages.get()
            more = message.get("more_body", False)
            if chunk := message.get("body", b""):
                yield chunk


Observer = Callable[[ProxiedExchange], None]
Disconnect = Callable[[Scope, Receive, Send, bool], Awaitable[None]]
"""Closes the connection to the client, or resets it if the last argument is true, and waits until it is closed."""

BODY_LIMIT = 1024 * 1024
"""Bytes of a body that are kept."""
STOPPED = 403
"""Status of the response to a request that is not forwarded."""
OWN_HEADER = b"x-smsonline-proxy"
"""Header that marks a response of the proxy itself."""

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
_NOT_FORWARDED = _HOP_BY_HOP | {b"host", b"expect"}
"""Not forwarded to the server: it has another host name, and the proxy has already answered `Expect`."""

_DISCONNECTED = UpstreamFailure("the client disconnected before the response ended")
_PROXY_STOPPED = UpstreamFailure("the proxy was stopped before the response ended")


class Parts(NamedTuple):
    """The components of a proxy."""

    upstream: Upstream
    contract: CheckedContract
    gate: Gate
    hang_up: Disconnect


class Proxy:
    """An ASGI application that forwards requests to a server and its responses to the client.

    Bodies are streamed. Observers get bodies of up to `body_limit` bytes. Everything they get is redacted: the
    `secrets`, and the API keys of all requests so far.
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
        self._open_calls: set[asyncio.Task[object]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward a request. A failed connection to the server also ends the one to the client."""
        if scope["type"] != "http":
            raise NotImplementedError(f"the proxy only supports HTTP, not {scope['type']}")
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - an ASGI server runs its applications in tasks
        self._open_calls.add(task)
        try:
            failure = await self._forward(scope, receive, send)
        finally:
            self._open_calls.discard(task)
        if failure is not None and failure is not _DISCONNECTED:
            await self._hang_up(scope, receive, send, failure.reset)

    async def close_after(self, stopping: asyncio.Event) -> None:
        """Wait for an event and for all open calls, then close the connections to the server."""
        await stopping.wait()
        if self._open_calls:
            await asyncio.wait(self._open_calls)
        await self._upstream.close()

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> UpstreamFailure | None:
        """Forward a request while its client is connected; return the failure, if any."""
        path: bytes = self._upstream.path.encode() + scope["raw_path"]
        query: bytes = scope["query_string"]
        call = ProxiedCall(scope["method"], path + b"?" + query if query else path, self._body_limit)
        call.headers = _request_headers(scope["headers"], self._upstream.authority)
        call.path = scope["raw_path"].decode("latin-1")
        client = Client(receive)
        forwarding = asyncio.create_task(self._exchange(call, client, send, has_body=_has_body(scope["headers"])))
        listening = asyncio.create_task(client.listen())
        try:
            await asyncio.wait((forwarding, listening), return_when=asyncio.FIRST_COMPLETED)
            if forwarding.done() or call.answered:
                await forwarding
            else:
                call.failure = _DISCONNECTED
        except asyncio.CancelledError:
            call.failure = call.failure or (None if call.answered else _PROXY_STOPPED)
            raise
        finally:
            forwarding.cancel()
            listening.cancel()
            await asyncio.wait((forwarding, listening))
            self._notify(call)
        return call.failure

    async def _exchange(self, call: ProxiedCall, client: Client, send: Send, *, has_body: bool) -> None:
        """Forward a request and its response."""
        call.body.ended = not has_body
        body: AsyncIterable[bytes] | None = call.body.keep(client.body()) if has_body else None
        try:
            body = await self._admit(call, body)
        except StoppedError as stop:
            call.stopped = str(stop)
            await _answer_stopped(call.stopped, send)
            return
        try:
            response = await self._upstream.ask(call.method, call.target, call.headers, body)
            try:
                await _send_response(call, response, send)
            finally:
                await response.aclose()
        except LOST as error:
            call.failure = self._upstream.failure(error, answered=bool(call.status))
        else:
            await send({"type": "http.response.body", "body": b""})

    async def _admit(self, call: ProxiedCall, body: AsyncIterable[bytes] | None) -> AsyncIterable[bytes] | None:
        """Ask the gate, which may need the body; return the body to forward. Raises StoppedError."""
        match = self._match(call, self._contract.match_loosely)
        if body is not None and self._gate.needs_body(match):
            chunks = [chunk async for chunk in body if call.body.fits]
            if not call.body.fits:
                raise StoppedError(f"its body is longer than {self._body_limit} bytes, so its cost is unknown")
            body = _replayed(chunks)
        call.held = self._gate.ask(match, call.method, call.request(self._upstream.origin))
        return body

    def _notify(self, call: ProxiedCall) -> None:
        """Count the cost of a call and notify the observers."""
        answer = call.answer if call.answer_body.whole else None
        if call.held is not None:
            sent = call.failure is None or call.failure.sent
            self._gate.settle(self._match(call, self._contract.match_loosely), call.held, answer, sent=sent)
        match = self._match(call, self._contract.match)
        operation = match.operation.name if match.operation else ""
        exchange = without_unknown_bodies(call.exchange(self._upstream.origin, operation))
        self._keyring.see(exchange)
        redactor = self._keyring.redactor
        request = None if call.stopped else exchange.request
        answer = exchange.answer if exchange.knows(ANSWER) else None
        violations = tuple(
            violation._replace(place=redactor.text(violation.place), message=redactor.text(violation.message))
            for violation in self._contract.check(match, request, answer, knows_body=exchange.knows(REQUEST))
        )
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
        """Find the operation of a call. The prefix of a document is in the path of the call or in the server's URL."""
        match = find(call.method, call.path)
        return match if match.near else find(call.method, self._upstream.path + call.path)


async def _send_response(call: ProxiedCall, response: httpcore.Response, send: Send) -> None:
    call.status = response.status
    call.answer_headers = response.headers
    dropped = _HOP_BY_HOP | {b"content-length"} if response.status == _NOT_MODIFIED else _HOP_BY_HOP
    headers = _end_to_end(response.headers, dropped)
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    async for chunk in call.answer_body.keep(response.aiter_stream()):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _answer_stopped(reason: str, send: Send) -> None:
    body = orjson.dumps({"error": f"this proxy did not forward the request: {reason}"})
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


def _request_headers(headers: RawHeaders, authority: str) -> RawHeaders:
    chunked = [(b"transfer-encoding", b"chunked")] if any(name == b"transfer-encoding" for name, _ in headers) else []
    return [(b"host", authority.encode()), *_end_to_end(headers, _NOT_FORWARDED), *chunked]


def _end_to_end(headers: RawHeaders, dropped: frozenset[bytes]) -> RawHeaders:
    """Return the end-to-end headers: neither dropped nor named by `Connection`."""
    named = {
        token.strip().lower() for name, value in headers if name.lower() == b"connection" for token in value.split(b",")
    }
    return [(name, value) for name, value in headers if name.lower() not in dropped and name.lower() not in named]


def _has_body(headers: RawHeaders) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in headers)
