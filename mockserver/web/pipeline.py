"""From a request to its answer: route, read, identify, check, settle, act, write. Nothing here waits."""

import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from mockserver.api.api import Api, OperationCall
from mockserver.contract import (
    ABSENT,
    Arguments,
    BadPath,
    FailureBody,
    Found,
    NotFound,
    Operation,
    Violation,
    WrongMethod,
    broken,
    did_you_mean,
)
from mockserver.contract.messages import bug
from mockserver.contract.parts import JSON_TYPE
from mockserver.domain.clock import Instant
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.settlement import settle
from mockserver.simulation import real_time
from mockserver.simulation.journal import Observer, ServedExchange
from mockserver.simulation.worlds import Readings, Worlds, WorldSlot
from mockserver.web.message import Header, HttpRequest, HttpResponse, Pause
from mockserver.web.payload import PayloadError, read_json, read_query

if TYPE_CHECKING:
    from mockserver.simulation.faults.state import AppliedFault

_JSON: Header = (b"content-type", b"application/json")
_KNOWN = 1024
"""So many requests are remembered."""

_log = logging.getLogger("smsonline_mock")


class PipelineOutcome(NamedTuple):
    """What a request has come to; `applied_faults` are what faults had a part in it, `slot` whose key it carried.

    `identity` is the user and the key that the request names.
    """

    reply: FailureBody
    operation: Operation | None = None
    slot: WorldSlot | None = None
    arguments: Arguments | None = None
    at: Instant | None = None
    violations: tuple[Violation, ...] = ()
    headers: tuple[Header, ...] = ()
    applied_faults: "tuple[AppliedFault, ...]" = ()
    identity: tuple[str | None, str | None] = (None, None)


class _Known(NamedTuple):
    """A request that was read: what it is for, its arguments by the names of the vocabulary, what cannot be read."""

    operation: Operation
    arguments: Arguments
    purpose: str
    values: Mapping[str, Any]
    unread: str
    identity: tuple[str | None, str | None]


class _Checked(NamedTuple):
    """A request that was held against the contract; with a refusal if it does not keep to it."""

    known: _Known
    violations: tuple[Violation, ...]
    refusal: FailureBody | None = None


def _known(operation: Operation, arguments: Arguments) -> _Known:
    purpose = operation.purpose(arguments)
    values, unread = operation.values(arguments, purpose)
    identity = arguments.user, arguments.key
    return _Known(operation, arguments, purpose, values, "; ".join(map(str, unread)), identity)


def content(reply: FailureBody) -> bytes:
    """The body of an answer as bytes."""
    if reply.body is ABSENT:
        return b""
    return orjson.dumps(reply.body) if reply.media == JSON_TYPE else str(reply.body).encode()


def _typed(reply: FailureBody) -> Header | None:
    """The header that says what the body is; None if there is none."""
    if reply.media == JSON_TYPE:
        return None if reply.body is ABSENT else _JSON
    return b"content-type", f"{reply.media}; charset=utf-8".encode()


class Pipeline:
    """Answers the requests of one generation of the API. Observers see every exchange once it is done.

    `readings` are those of the API, None for the server's own; `other` answers the pipeline for others.
    """

    def __init__(
        self,
        api: Api,
        worlds: Worlds,
        observers: Sequence[Observer] = (),
        readings: Readings | None = None,
        other: "Callable[[Readings | None, str], Pipeline] | None" = None,
    ) -> None:
        self.api = api
        self.prefix = api.document.prefix
        self.limit = worlds.limits.body
        self._worlds = worlds
        self._observers = observers
        self._readings = readings
        self._other = other
        self._known: dict[tuple[str, str, bytes], _Known] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request whose path starts with the API's prefix. Raises Pause when a fault lets it wait."""
        began = request.began or real_time.nanoseconds()
        try:
            outcome = self.route(request)
            body = content(outcome.reply)
        except Pause as pause:
            pause.request = pause.request._replace(began=began)
            raise
        except Exception as error:  # the last resort: a bug here looks like the vendor's own failure, and is logged
            _log.exception("the mock broke at %s %s", request.method, request.path)
            outcome = PipelineOutcome(self.api.fail("INTERNAL_ERROR", bug(error)))
            body = content(outcome.reply)
        if outcome.applied_faults:
            from mockserver.web import fault_injection

            response = fault_injection.write(outcome)
        else:
            reply = outcome.reply
            typed = _typed(reply)
            headers = [(b"content-length", b"%d" % len(body)), *outcome.headers]
            response = HttpResponse(reply.status, headers if typed is None else [typed, *headers], body)
        self._record(request, outcome, response, began)
        return response

    def route(self, request: HttpRequest) -> PipelineOutcome:
        """Find what a request asks for, and do it."""
        known = self._known.get((request.method, request.path, request.query))
        if known is not None:
            return self._act(request, known.operation, known.arguments, (), known=known)
        path = request.path[len(self.prefix) :]
        fail = self.api.fail
        match self.api.document.route(request.method, path):
            case Found(operation, path_params):
                return self._read(request, operation, path_params)
            case WrongMethod(allowed):
                reply = fail("METHOD_NOT_ALLOWED", f"this path takes {' or '.join(allowed)}")
                return PipelineOutcome(reply, headers=((b"allow", ", ".join(allowed).encode()),))
            case BadPath(reason):
                return PipelineOutcome(fail("INVALID_REQUEST", reason))
            case NotFound():
                return PipelineOutcome(fail("NOT_FOUND", self._nearest(path)))

    def _read(self, request: HttpRequest, operation: Operation, path_params: dict[str, str]) -> PipelineOutcome:
        fail = self.api.fail
        body: object = ABSENT
        try:
            if operation.body_schema is not None:
                if request.body is None:
                    return PipelineOutcome(
                        fail("CONTENT_TOO_LARGE", "the body is longer than this service reads"), operation
                    )
                if request.media_type != "application/json":
                    return PipelineOutcome(
                        fail("UNSUPPORTED_MEDIA_TYPE", "send content-type: application/json"), operation
                    )
                body = read_json(request.body)
            query = read_query(request.query)
        except PayloadError as error:
            return PipelineOutcome(fail("INVALID_REQUEST", str(error)), operation)
        return self._act(request, operation, operation.read(path_params, query, body, request.bearer))

    def _act(
        self,
        request: HttpRequest,
        operation: Operation,
        arguments: Arguments,
        violations: tuple[Violation, ...] | None = None,
        instead: FailureBody | None = None,
        known: "_Known | None" = None,
    ) -> PipelineOutcome:
        """Identify, then handle, amid faults if there are any; `instead` is answered in the handler's place."""
        identity = user, key = known.identity if known is not None else (arguments.user, arguments.key)
        slot = self._worlds.with_key(key)
        if slot is None:
            return PipelineOutcome(self.api.fail(Reason.UNAUTHORIZED), operation, None, arguments, identity=identity)
        if slot.readings != self._readings and self._other is not None:
            return self._other(slot.readings, self.prefix).route(request)
        try:
            customer = slot.world.customer_with(user, key)
        except Refusal as refusal:
            reply, now = self.api.fail(refusal.reason), slot.world.clock.now()
            return PipelineOutcome(reply, operation, slot, arguments, now, identity=identity)
        if slot.faults is not None and (applied_faults := self._acts(request, operation, arguments, slot)):
            return self._act_amid(applied_faults, request, operation, arguments, violations)
        if known is None:
            checked = self._check(request, operation, arguments, slot, violations)
            if checked.refusal is not None:
                reply, now = instead or checked.refusal, slot.world.clock.now()
                return PipelineOutcome(reply, operation, slot, arguments, now, checked.violations, identity=identity)
            known, violations = checked.known, checked.violations
        world = slot.world
        world.clock.tick()
        now = settle(world)
        if instead is None:
            call = OperationCall(world.customers[customer.id], world, known.values)
            instead = self.api.answer(operation, known.purpose, call)
        return PipelineOutcome(instead, operation, slot, known.arguments, now, violations or (), (), (), identity)

    def _check(
        self,
        request: HttpRequest,
        operation: Operation,
        arguments: Arguments,
        slot: WorldSlot,
        violations: tuple[Violation, ...] | None,
    ) -> "_Checked":
        """Hold a request against the contract, and read its arguments."""
        if violations is None:
            violations = operation.check_request(arguments)
        if errors := broken(violations):
            mended = None if slot.strict else self._mend(operation, arguments)
            if mended is None:
                reason = operation.refusal(error.path for error in errors) or "INVALID_REQUEST"
                reply = self.api.fail(reason, "; ".join(map(str, errors)))
                return _Checked(_known(operation, arguments), violations, reply)
            arguments = mended
        known = _known(operation, arguments)
        if known.unread:
            return _Checked(known, violations, self.api.fail("INVALID_REQUEST", known.unread))
        if not violations and operation.body_schema is None and request.bearer is None:
            self._remember(request, known)
        return _Checked(known, violations)

    def _remember(self, request: HttpRequest, known: _Known) -> None:
        """A polling client asks for the same over and over: what says all in its URL is read and checked once."""
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[request.method, request.path, request.query] = known

    def _mend(self, operation: Operation, arguments: Arguments) -> Arguments | None:
        from mockserver.web.payload import mend

        return mend(operation, arguments)

    def _acts(
        self, request: HttpRequest, operation: Operation, arguments: Arguments, slot: WorldSlot
    ) -> "tuple[AppliedFault, ...]":
        """What faults do to a request; once it is decided, it stays so."""
        if request.applied_faults is not None or slot.faults is None:
            return request.applied_faults or ()
        now = slot.world.clock.now()
        return slot.faults.decide(operation.name, str(arguments.user), str(arguments.key), now)

    def _act_amid(
        self,
        applied_faults: "tuple[AppliedFault, ...]",
        request: HttpRequest,
        operation: Operation,
        arguments: Arguments,
        violations: tuple[Violation, ...] | None,
    ) -> PipelineOutcome:
        from mockserver.web import fault_injection

        duration = fault_injection.delay_before(applied_faults)
        if duration and request.applied_faults is None:
            raise Pause(duration, request._replace(applied_faults=applied_faults))
        undisturbed = request._replace(applied_faults=())
        return fault_injection.play(
            applied_faults, partial(self._act, undisturbed, operation, arguments, violations), self.api
        )

    def _nearest(self, path: str) -> str:
        known = (f"{self.prefix}{operation.path}" for operation in self.api.document.operations.values())
        return f"no operation of {self.api.document.name} has this path{did_you_mean(self.prefix + path, known)}"

    def _record(self, request: HttpRequest, outcome: PipelineOutcome, response: HttpResponse, began: int) -> None:
        slot, arguments = outcome.slot, outcome.arguments
        user, key = outcome.identity
        if slot is None and arguments is None:
            slot, key = self._guess(request)
        path = request.path
        if outcome.operation is None or "%" in path or (key and key in path) or self._shows_token(path):
            path = self._without_keys(path)
        exchange = ServedExchange(
            self.api.document.name,
            outcome.operation,
            request.method,
            path,
            outcome.reply.status,
            slot.id if slot else None,
            request.query,
            request.headers,
            request.body,
            user,
            key,
            response.headers,
            # A copy: behind the bytes that orjson writes lie kilobytes of room that it has not used.
            bytes(memoryview(response.body)),
            outcome.violations,
            tuple(act.fault for act in outcome.applied_faults) if outcome.applied_faults else (),
            any(act.alters for act in outcome.applied_faults) if outcome.applied_faults else False,
            slot.decided() if slot else (),
            outcome.at,
            began // 1_000_000,
            (real_time.nanoseconds() - began) / 1e6,
        )
        (slot or self._worlds).record(exchange)
        for observe in self._observers:
            observe(exchange)

    def _guess(self, request: HttpRequest) -> tuple[WorldSlot, str] | tuple[None, None]:
        """The world that a request was meant for which did not get far enough to be asked for its key, and the key."""
        from mockserver.web.message import possible_keys

        for text in possible_keys(request):
            slot = self._worlds.with_key(text)
            if slot is not None:
                return slot, text
        return None, None

    def _shows_token(self, path: str) -> bool:
        token = self._worlds.token
        return token is not None and token in path

    def _without_keys(self, path: str) -> str:
        from mockserver.control.record import text_without_keys

        return text_without_keys(path, self._worlds)
