"""The pipeline from a request to its response: route, read, identify, check, settle, act, write. It never waits."""

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
)
from mockserver.contract.messages import bug
from mockserver.contract.parts import JSON_TYPE
from mockserver.contract.payload import PayloadError, malformed, read_request, unrouted
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.settlement import settle
from mockserver.simulation import real_time
from mockserver.simulation.journal import Observer, ServedExchange
from mockserver.simulation.worlds import Readings, Worlds, WorldSlot
from mockserver.web.message import Header, HttpRequest, HttpResponse, Pause, PipelineOutcome

if TYPE_CHECKING:
    from mockserver.simulation.faults.state import AppliedFault

_JSON: Header = (b"content-type", b"application/json")
_CACHE_SIZE = 1024
"""The number of parsed requests in the cache of a pipeline."""

_UNROUTED = {WrongMethod: "METHOD_NOT_ALLOWED", BadPath: "INVALID_REQUEST", NotFound: "NOT_FOUND"}
"""The refusal reasons of requests that no operation takes."""

_log = logging.getLogger("smsonline_mock")


class _ParsedRequest(NamedTuple):
    """A parsed request: its use case (`purpose`), the arguments by their names in the vocabulary, and what is `unread`.

    `unread` is a message about the arguments that cannot be converted, empty if there are none.
    """

    operation: Operation
    arguments: Arguments
    purpose: str
    values: Mapping[str, Any]
    unread: str
    identity: tuple[str | None, str | None]


class _CheckedRequest(NamedTuple):
    """A request checked against the contract, with a refusal if it is invalid."""

    parsed: _ParsedRequest
    violations: tuple[Violation, ...]
    refusal: FailureBody | None = None


def _parse(operation: Operation, arguments: Arguments) -> _ParsedRequest:
    purpose = operation.purpose(arguments)
    values, unread = operation.values(arguments, purpose)
    identity = arguments.user, arguments.key
    return _ParsedRequest(operation, arguments, purpose, values, "; ".join(map(str, unread)), identity)


def content(reply: FailureBody) -> bytes:
    """Return the body of a response as bytes."""
    if reply.body is ABSENT:
        return b""
    text = reply.media != JSON_TYPE and isinstance(reply.body, str)
    return reply.body.encode() if text else orjson.dumps(reply.body)


def _content_type(reply: FailureBody) -> Header | None:
    """Return the content-type header of a response; None for a response without a body."""
    if reply.media == JSON_TYPE:
        return None if reply.body is ABSENT else _JSON
    return b"content-type", f"{reply.media}; charset=utf-8".encode()


class Pipeline:
    """Serves the requests of one generation of the API. Observers are called with every finished exchange.

    `readings` are those of the API, None for the server's own. `other` returns the pipeline for other readings.
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
        self._cache: dict[tuple[str, str, bytes], _ParsedRequest] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Respond to a request whose path starts with the API's prefix. Raises Pause if a fault delays it."""
        began = request.began or real_time.nanoseconds()
        try:
            outcome = self.route(request)
            body = content(outcome.reply)
        except Pause as pause:
            pause.request = pause.request._replace(began=began)
            raise
        except Exception as error:  # the last resort: a bug is logged and gets the API's failure response
            _log.exception("the mock failed at %s %s", request.method, request.path)
            outcome = PipelineOutcome(self.api.fail("INTERNAL_ERROR", bug(error)))
            body = content(outcome.reply)
        if outcome.applied_faults:
            from mockserver.web import fault_injection

            response = fault_injection.write(outcome)
        else:
            reply = outcome.reply
            typed = _content_type(reply)
            headers = [(b"content-length", b"%d" % len(body)), *reply.headers, *outcome.headers]
            response = HttpResponse(reply.status, headers if typed is None else [typed, *headers], body)
        self._record(request, outcome, response, began)
        return response

    def route(self, request: HttpRequest) -> PipelineOutcome:
        """Find the operation of a request and perform it."""
        parsed = self._cache.get((request.method, request.path, request.query))
        if parsed is not None:
            return self._act(request, parsed.operation, parsed.arguments, (), parsed=parsed)
        document, path = self.api.document, request.path[len(self.prefix) :]
        match document.route(request.method, path):
            case Found(operation, path_params):
                return self._read(request, operation, path_params)
            case found:
                violation = unrouted(document, request.method, path)
                reply = self.api.fail(_UNROUTED[type(found)], violation.message)
                allowed = found.allowed if isinstance(found, WrongMethod) else ()
                headers = ((b"allow", ", ".join(allowed).encode()),) if allowed else ()
                return self._refuse(request, reply, () if request.is_preflight else (violation,), headers=headers)

    def _read(self, request: HttpRequest, operation: Operation, path_params: dict[str, str]) -> PipelineOutcome:
        content: bytes | None = request.body
        try:
            content = self._content(request) if operation.body_schema is not None else b""
            query, body = read_request(operation, request.header(b"content-type"), request.query, content)
        except PayloadError as error:
            reply, user = self.api.fail(error.reason, str(error)), operation.read(path_params).user
            unpacked = request._replace(body=content)
            return self._refuse(unpacked, reply, (malformed(operation, error),), operation, user)
        return self._act(request, operation, operation.read(path_params, query, body, request.bearer))

    def _content(self, request: HttpRequest) -> bytes:
        """Return the body without its content coding. Raises PayloadError."""
        if request.body is None:
            raise PayloadError(
                "the body is longer than this service accepts", rule="maxLength", reason="CONTENT_TOO_LARGE"
            )
        codings = request.header(b"content-encoding")
        if not codings:
            return request.body
        from mockserver.traffic.request_coding import unpacked_body

        return unpacked_body(codings, request.body, self.limit)

    def _refuse(
        self,
        request: HttpRequest,
        reply: FailureBody,
        violations: tuple[Violation, ...],
        operation: Operation | None = None,
        user: str | None = None,
        headers: tuple[Header, ...] = (),
    ) -> PipelineOutcome:
        """Refuse a request that cannot be read, in the world of the key that stands anywhere in it, or of its user."""
        slot, key = self._guess(request)
        if slot is None and user:
            slot = self._worlds.with_user(user)
        now = slot.world.clock.now() if slot is not None else None
        return PipelineOutcome(reply, operation, slot, None, now, violations, headers, (), (user, key))

    def _act(
        self,
        request: HttpRequest,
        operation: Operation,
        arguments: Arguments,
        violations: tuple[Violation, ...] | None = None,
        instead: FailureBody | None = None,
        parsed: "_ParsedRequest | None" = None,
    ) -> PipelineOutcome:
        """Identify the customer, then handle the request with its faults; `instead` replaces the handler's response."""
        identity = user, key = parsed.identity if parsed is not None else (arguments.user, arguments.key)
        slot = self._worlds.with_key(key)
        if slot is None:
            return self._unidentified(request, operation, arguments, identity)
        if slot.readings != self._readings and self._other is not None:
            return self._other(slot.readings, self.prefix).route(request)
        try:
            customer = slot.world.customer_with(user, key)
        except Refusal as refusal:
            reply, now = self.api.fail(refusal.reason), slot.world.clock.now()
            return PipelineOutcome(reply, operation, slot, arguments, now, identity=identity)
        if slot.faults is not None and (applied_faults := self._faults_of(request, operation, arguments, slot)):
            return self._act_with_faults(applied_faults, request, operation, arguments, violations)
        if parsed is None:
            checked = self._check(request, operation, arguments, slot, violations)
            if checked.refusal is not None:
                reply, now = instead or checked.refusal, slot.world.clock.now()
                return PipelineOutcome(reply, operation, slot, arguments, now, checked.violations, identity=identity)
            parsed, violations = checked.parsed, checked.violations
        world = slot.world
        world.clock.tick()
        now = settle(world)
        if instead is None:
            call = OperationCall(world.customers[customer.id], world, parsed.values)
            instead = self.api.answer(operation, parsed.purpose, call)
        return PipelineOutcome(instead, operation, slot, parsed.arguments, now, violations or (), (), (), identity)

    def _unidentified(
        self, request: HttpRequest, operation: Operation, arguments: Arguments, identity: tuple[str | None, str | None]
    ) -> PipelineOutcome:
        """Refuse a request without the key of an account, and say what was seen in its place."""
        from mockserver.web.key_problem import key_problem

        message = key_problem(operation, request, arguments, self._worlds.keys)
        violation = malformed(operation, PayloadError(message, "key", "key"))
        slot, misplaced = self._guess(request)
        user, key = identity
        return PipelineOutcome(
            self.api.fail(Reason.UNAUTHORIZED, message),
            operation,
            slot,
            arguments,
            slot.world.clock.now() if slot is not None else None,
            (violation,),
            identity=(user, key or misplaced),
        )

    def _check(
        self,
        request: HttpRequest,
        operation: Operation,
        arguments: Arguments,
        slot: WorldSlot,
        violations: tuple[Violation, ...] | None,
    ) -> "_CheckedRequest":
        """Check a request against the contract, and parse its arguments."""
        if violations is None:
            violations = operation.check_request(arguments)
        if errors := broken(violations):
            mended = None if slot.strict else self._mend(operation, arguments)
            if mended is None:
                reason = operation.refusal(error.path for error in errors) or "INVALID_REQUEST"
                reply = self.api.fail(reason, "; ".join(map(str, errors)))
                return _CheckedRequest(_parse(operation, arguments), violations, reply)
            arguments = mended
        parsed = _parse(operation, arguments)
        if parsed.unread:
            return _CheckedRequest(parsed, violations, self.api.fail("INVALID_REQUEST", parsed.unread))
        if not violations and operation.body_schema is None and request.bearer is None:
            self._remember(request, parsed)
        return _CheckedRequest(parsed, violations)

    def _remember(self, request: HttpRequest, parsed: _ParsedRequest) -> None:
        """Cache a request that its URL fully describes, because a polling client repeats it many times."""
        if len(self._cache) >= _CACHE_SIZE:
            self._cache.clear()
        self._cache[request.method, request.path, request.query] = parsed

    def _mend(self, operation: Operation, arguments: Arguments) -> Arguments | None:
        from mockserver.web.repair import repair

        return repair(operation, arguments)

    def _faults_of(
        self, request: HttpRequest, operation: Operation, arguments: Arguments, slot: WorldSlot
    ) -> "tuple[AppliedFault, ...]":
        """Return the faults that apply to a request; they are decided once."""
        if request.applied_faults is not None or slot.faults is None:
            return request.applied_faults or ()
        now = slot.world.clock.now()
        if not slot.faults.are_about:
            return slot.faults.decide(operation.name, str(arguments.user), str(arguments.key), now)
        from mockserver.web.fault_injection import subject_of

        subject = subject_of(operation, arguments, slot.world)
        return slot.faults.decide(operation.name, str(arguments.user), str(arguments.key), now, subject)

    def _act_with_faults(
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
            # A copy, because the buffer of orjson has kilobytes of unused capacity.
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
        """Return the world and the key of a request that failed before its key was read."""
        from mockserver.web.message import carried_key

        key = carried_key(request, self._worlds.keys)
        slot = self._worlds.with_key(key)
        return (slot, key) if slot is not None and key is not None else (None, None)

    def _shows_token(self, path: str) -> bool:
        token = self._worlds.token
        return token is not None and token in path

    def _without_keys(self, path: str) -> str:
        from mockserver.control.record import text_without_keys

        return text_without_keys(path, self._worlds)
