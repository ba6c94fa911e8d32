"""From a request to its answer: route, read, identify, check, settle, act, write. Nothing here waits."""

import logging
from collections.abc import Sequence
from typing import NamedTuple

import orjson

from contracts.spec import (
    ABSENT,
    Arguments,
    BadPath,
    Found,
    NotFound,
    Operation,
    Violation,
    WrongMethod,
    did_you_mean,
)
from mockserver.dialects.dialect import Call, Dialect, Rejection, Reply
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.settlement import settle
from mockserver.simulation.exchange import Exchange, Observer
from mockserver.simulation.worlds import Worlds
from mockserver.web.message import Header, Request, Response
from mockserver.web.payload import PayloadError, read_json, read_query

_JSON: Header = (b"content-type", b"application/json")
_log = logging.getLogger("smsonline_mock")


class _Outcome(NamedTuple):
    """What a request has come to."""

    reply: Reply
    operation: Operation | None = None
    violations: tuple[Violation, ...] = ()
    headers: tuple[Header, ...] = ()


class Pipeline:
    """Answers the requests of one dialect. Observers see every exchange once it is done."""

    def __init__(self, dialect: Dialect, worlds: Worlds, observers: Sequence[Observer] = ()) -> None:
        self.dialect = dialect
        self.prefix = dialect.document.prefix
        self._worlds = worlds
        self._observers = observers

    def __call__(self, request: Request) -> Response:
        """Answer a request whose path starts with the dialect's prefix."""
        try:
            outcome = self._route(request)
        except Exception:  # the last resort: a bug here must look like the vendor's own failure, and be seen in the log
            _log.exception("the mock broke at %s %s", request.method, request.path)
            outcome = _Outcome(self.dialect.fail(Rejection.BROKEN, "this is a bug of the mock, see its log"))
        for observe in self._observers:
            observe(self._exchange(request, outcome))
        body = orjson.dumps(outcome.reply.body)
        headers = [_JSON, (b"content-length", b"%d" % len(body)), *outcome.headers]
        return Response(outcome.reply.status, headers, body)

    def _route(self, request: Request) -> _Outcome:
        path = request.path[len(self.prefix) :]
        fail = self.dialect.fail
        match self.dialect.document.route(request.method, path):
            case Found(operation, path_params):
                return self._read(request, operation, path_params)
            case WrongMethod(allowed):
                reply = fail(Rejection.WRONG_METHOD, f"this path takes {' or '.join(allowed)}")
                return _Outcome(reply, headers=((b"allow", ", ".join(allowed).encode()),))
            case BadPath(reason):
                return _Outcome(fail(Rejection.INVALID_REQUEST, reason))
            case NotFound():
                return _Outcome(fail(Rejection.UNKNOWN_PATH, self._nearest(path)))

    def _read(self, request: Request, operation: Operation, path_params: dict[str, str]) -> _Outcome:
        fail = self.dialect.fail
        body: object = ABSENT
        try:
            if operation.body_schema is not None:
                if request.body is None:
                    return _Outcome(fail(Rejection.TOO_LARGE, "the body is longer than this service reads"), operation)
                if request.media_type != "application/json":
                    return _Outcome(fail(Rejection.WRONG_TYPE, "send content-type: application/json"), operation)
                body = read_json(request.body)
            query = read_query(request.query)
        except PayloadError as error:
            return _Outcome(fail(Rejection.INVALID_REQUEST, str(error)), operation)
        return self._act(operation, operation.read(path_params, query, body, request.bearer))

    def _act(self, operation: Operation, arguments: Arguments) -> _Outcome:
        user, key = arguments.user, arguments.key
        world = self._worlds.with_key(key)
        if world is None:
            return _Outcome(self.dialect.fail(Reason.UNAUTHORIZED), operation)
        try:
            world.customer_with(user, key)
        except Refusal as refusal:
            return _Outcome(self.dialect.fail(refusal.reason), operation)
        violations = operation.check_request(arguments)
        if violations:
            reply = self.dialect.fail(Rejection.INVALID_REQUEST, "; ".join(map(str, violations)))
            return _Outcome(reply, operation, violations)
        world.clock.tick()
        settle(world)
        call = Call(world.customer_with(user, key), arguments.path, arguments.query, arguments.body)
        return _Outcome(self.dialect.answer(operation.id, call, world), operation)

    def _nearest(self, path: str) -> str:
        known = (operation.path for operation in self.dialect.document.operations.values())
        return f"no operation of {self.dialect.document.name} has this path{did_you_mean(path, known)}"

    def _exchange(self, request: Request, outcome: _Outcome) -> Exchange:
        return Exchange(
            dialect=self.dialect.document.name,
            operation=outcome.operation,
            method=request.method,
            path=request.path,
            status=outcome.reply.status,
            body=outcome.reply.body,
            violations=outcome.violations,
        )
