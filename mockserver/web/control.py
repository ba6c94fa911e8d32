"""The control API over HTTP: access checks, requests and responses, waiting, and event streams."""

import asyncio
import logging
from asyncio import Event, wait_for
from collections.abc import AsyncIterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from mockserver.api.api import ServedContract, ServedContracts
from mockserver.contract import (
    ABSENT,
    BadPath,
    Document,
    Found,
    NotFound,
    Operation,
    WrongMethod,
    did_you_mean,
)
from mockserver.contract.loading import as_yaml, written
from mockserver.contract.messages import brief, bug
from mockserver.contract.payload import PayloadError, read_json, read_query
from mockserver.control import journal
from mockserver.control.context import ControlCall, ControlContext, ControlReply, slot
from mockserver.control.errors import ControlError, problems, with_integers
from mockserver.control.journal import event_stream
from mockserver.control.operations import HANDLERS, document
from mockserver.control.operations import written as described
from mockserver.domain.settlement import settle
from mockserver.simulation.units import duration
from mockserver.simulation.worlds import Readings, Worlds, WorldSlot
from mockserver.web.access import AccessGuard
from mockserver.web.adapter import has_body, raw_path, read_body
from mockserver.web.message import STOPPING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.control.world_factory import WorldFactory

_HEARTBEAT = 0.25
"""Seconds between two checks for due events while a request waits: a world has no timer of its own."""

_log = logging.getLogger("smsonline_mock")


class ControlApp:
    """Serves the paths under `/__mock__/`."""

    def __init__(
        self,
        worlds: Worlds,
        service: ServedContract,
        services: ServedContracts,
        guard: AccessGuard,
        world_factory: "WorldFactory | None",
    ) -> None:
        def read(readings: Readings) -> Sequence[Document]:
            return list(services(dict(readings)).documents.values())

        self._guard = guard
        self._services = services
        self._context = ControlContext(
            worlds, world_factory or _new_world_factory(worlds, services), list(service.documents.values()), read
        )
        self._document = document()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        try:
            response = await self._answer(scope, receive)
        except ControlError as error:
            response = _error_response(error)
        except PayloadError as error:
            response = _error_response(ControlError(400, str(error)))
        except Exception as error:  # the last resort: a bug is logged and gets a response
            _log.exception("the control API failed at %s %s", scope["method"], scope["path"])
            response = _error_response(ControlError(500, bug(error)))
        await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> Response:
        headers = scope["headers"]
        if reason := self._guard.cross_site(headers):
            raise ControlError(403, reason)
        if reason := self._guard.unauthorised(headers):
            raise ControlError(403 if self._guard.closed else 401, reason)
        operation, path = self._route(scope["method"], raw_path(scope)[len(self._document.prefix) :])
        call = self._read(operation, path, scope, await self._body(operation, headers, receive))
        for idle in self._context.worlds.evict(self._context.world_factory.wall()):
            idle.publish("world", {"done": "evicted"})
        match operation.id:
            case "showDocument":
                return _response(ControlReply(200, self._served()))
            case "showContract":
                return _response(self._contract(call))
            case "waitForCalls":
                return _response(await self._wait(call, scope))
            case "followWorld" | "followAll":
                return self._follow(call, scope)
        return _response(HANDLERS[operation.id](call, self._context))

    def _contract(self, call: ControlCall) -> ControlReply:
        """Return a contract document as the server serves it. Raises ControlError(404)."""
        name, _, form = call.path["file"].rpartition(".")
        known = {each.name for each in self._context.documents}
        if name not in known:
            hint = did_you_mean(name, known)
            raise ControlError(
                404, f"there is no contract document {brief(name)}{hint}; the documents are {', '.join(sorted(known))}"
            )
        data = written(name, dict(self._context.worlds.readings), self._services.overlays)
        return ControlReply(200, data) if form == "json" else ControlReply(200, as_yaml(data), "application/yaml")

    def _served(self) -> dict[str, Any]:
        """Return the document of the control API with a relative server URL, which fits any address of the mock."""
        return {**described(), "servers": [{"url": self._document.prefix}]}

    def _route(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        match self._document.route(method, path):
            case Found(operation, parameters):
                return operation, parameters
            case WrongMethod(allowed):
                raise ControlError(405, f"this path allows {' or '.join(allowed)}", allowed)
            case BadPath(reason):
                raise ControlError(400, reason)
            case NotFound():
                known = (f"{self._document.prefix}{each.path}" for each in self._document.operations.values())
                hint = did_you_mean(self._document.prefix + path, known)
                raise ControlError(404, f"there is no such path{hint}; see {self._document.prefix}/openapi.json")

    async def _body(self, operation: Operation, headers: Any, receive: Receive) -> object:
        if operation.body_schema is None:
            return ABSENT
        limit = self._context.worlds.limits.upload
        body = await read_body(receive, limit) if has_body(headers) else b""
        if body == b"" and operation.body is not None and not operation.body.required:
            return ABSENT
        if body is None:
            raise ControlError(413, f"the body is longer than {limit} bytes, which is the limit `upload`")
        kind = next((value for name, value in headers if name == b"content-type"), b"").decode("latin-1")
        if kind.partition(";")[0].strip().lower() != "application/json":
            raise ControlError(400, f"send content-type: application/json{kind and f', not {brief(kind)}'}")
        codings = next((value for name, value in headers if name == b"content-encoding"), b"").decode("latin-1")
        if codings:
            from mockserver.traffic.request_coding import unpacked_body

            body = unpacked_body(codings, body, limit)
        return with_integers(read_json(body), operation.body_schema)

    def _read(self, operation: Operation, path: dict[str, str], scope: Scope, body: object) -> ControlCall:
        arguments = operation.read(path, read_query(scope["query_string"]), body)
        if violations := operation.check_request(arguments):
            messages = problems(violations, self._document)
            raise ControlError(400, f"{operation.id}: {messages[0]}", messages)
        return ControlCall(arguments.path, arguments.query, arguments.body if arguments.body is not ABSENT else {})

    async def _wait(self, call: ControlCall, scope: Scope) -> ControlReply:
        limits = self._context.worlds.limits
        longest = min(duration(call.body["within"]) / 1000, limits.wait)
        clock = asyncio.get_running_loop().time
        end = clock() + longest
        with self._woken() as woken:
            verdict = journal.verdict(call, self._context)
            while not verdict.verified and clock() < end and not _stopping(scope):
                with suppress(TimeoutError):
                    await wait_for(woken.wait(), min(_HEARTBEAT, max(0, end - clock())))
                woken.clear()
                verdict = journal.verdict(call, self._context)
        return ControlReply(200, journal.verdict_shown(verdict))

    def _follow(self, call: ControlCall, scope: Scope) -> Response:
        followed = slot(call, self._context) if "world" in call.path else None
        last = next((value for name, value in scope["headers"] if name == b"last-event-id"), b"")
        feed = self._context.worlds.feed
        after = call.query.get("after", feed.last)
        if last.isdigit() and len(last) <= _LONGEST_ID:
            after = int(last)
        if after > feed.last:  # an id from before a restart of the server
            after = 0
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        events = self._events(followed, after, scope)
        return StreamingResponse(events, media_type="text/event-stream", headers=headers)

    async def _events(self, followed: WorldSlot | None, after: int, scope: Scope) -> AsyncIterator[bytes]:
        worlds, clock = self._context.worlds, asyncio.get_running_loop().time
        end = clock() + worlds.limits.stream
        yield b": the events of smsonline-mock\n\n"
        with self._woken() as woken:
            while clock() < end and not _stopping(scope):
                gone = followed is not None and followed.id not in worlds
                for each in worlds if followed is None else [followed]:
                    settle(each.world)
                    each.publish_ledger()
                if followed is not None:
                    followed.used = self._context.world_factory.wall()
                woken.clear()
                fresh, after = list(event_stream(worlds, after, followed.id if followed else None)), worlds.feed.last
                for event in fresh:
                    yield event
                if gone:
                    return
                with suppress(TimeoutError):
                    await wait_for(woken.wait(), max(0, min(_HEARTBEAT, end - clock())))

    @contextmanager
    def _woken(self) -> "Iterator[Event]":
        """Yield an asyncio event that is set at every new event of the feed."""
        woken, feed, loop = Event(), self._context.worlds.feed, asyncio.get_running_loop()

        def wake() -> None:  # from any thread
            loop.call_soon_threadsafe(woken.set)

        feed.subscribe(wake)
        try:
            yield woken
        finally:
            feed.unsubscribe(wake)


_LONGEST_ID = 18


def _new_world_factory(worlds: Worlds, services: ServedContracts) -> "WorldFactory":
    from mockserver.control.world_factory import WorldFactory
    from mockserver.scenario import fixtures
    from mockserver.simulation.real_time import wall

    return WorldFactory(worlds, fixtures.load(), wall, services)


def _stopping(scope: Scope) -> bool:
    stopping: Event | None = scope.get("state", {}).get(STOPPING)
    return stopping is not None and stopping.is_set()


def _response(reply: ControlReply) -> Response:
    content = reply.body if isinstance(reply.body, bytes) else orjson.dumps(reply.body)
    return Response(content, reply.status, {"cache-control": "no-store"}, reply.content_type)


def _error_response(error: ControlError) -> Response:
    body: dict[str, object] = {"error": str(error)}
    if error.status == 405:
        return Response(orjson.dumps(body), 405, {"allow": ", ".join(error.problems)}, "application/json")
    if error.problems:
        body["problems"] = list(error.problems)
    headers = {"www-authenticate": "Bearer"} if error.status == 401 else None
    return Response(orjson.dumps(body), error.status, headers, "application/json")
