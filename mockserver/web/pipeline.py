"""From a request to its answer: route, read, identify, check, settle, act, write. Nothing here waits."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import orjson

from contracts.spec import ABSENT, BadPath, Found, NotFound, Operation, Violation, WrongMethod
from mockserver.dialects.dialect import Call, Dialect, Rejection, Reply
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.settlement import settle
from mockserver.simulation.exchange import Exchange, Observer
from mockserver.simulation.worlds import Worlds
from mockserver.web.message import Header, Request, Response
from mockserver.web.payload import PayloadError, read_json, read_query

_JSON: Header = (b"content-type", b"application/json")
_log = logging.getLogger("smsonline_mock")


@dataclass(slots=True)
class _Outcome:
    """What a request has come to; filled in on its way."""

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
        length = (b"content-length", str(len(body)).encode())
        return Response(outcome.reply.status, [_JSON, length, *outcome.headers], body)

    def _route(self, request: Request) -> _Outcome:
        path = request.path[len(self.prefix) :]
        match self.dialect.document.route(request.method, path):
            case Found(operation, path_params):
                return self._read(request, operation, path_params)
            case WrongMethod(allowed):
                reply = self.dialect.fail(Rejection.WRONG_METHOD, f"this path takes {' or '.join(allowed)}")
                return _Outcome(reply, headers=((b"allow", ", ".join(allowed).encode()),))
            case BadPath(reason):
                return _Outcome(self.dialect.fail(Rejection.INVALID_REQUEST, reason))
            case NotFound():
                return _Outcome(self.dialect.fail(Rejection.UNKNOWN_PATH, self._nearest(path)))

    def _read(self, request: Request, operation: Operation, path_params: dict[str, str]) -> _Outcome:
        outcome = _Outcome(self.dialect.fail(Rejection.BROKEN), operation)
        body: object = ABSENT
        if operation.body_schema is not None:
            if request.body is None:
                outcome.reply = self.dialect.fail(Rejection.TOO_LARGE, "the body is longer than this service reads")
                return outcome
            if request.media_type != "application/json":
                outcome.reply = self.dialect.fail(Rejection.WRONG_TYPE, "send content-type: application/json")
                return outcome
        try:
            query = read_query(request.query)
            if operation.body_schema is not None:
                body = read_json(request.body or b"")
        except PayloadError as error:
            outcome.reply = self.dialect.fail(Rejection.INVALID_REQUEST, str(error))
            return outcome
        self._act(outcome, operation, path_params, query, body, request.bearer)
        return outcome

    def _act(
        self,
        outcome: _Outcome,
        operation: Operation,
        path_params: dict[str, str],
        query: list[tuple[str, str]],
        body: object,
        bearer: str | None,
    ) -> None:
        arguments = operation.read(path_params, query, body, bearer)
        world = self._worlds.with_key(arguments.key)
        if world is None:
            outcome.reply = self.dialect.fail(Reason.UNAUTHORIZED)
            return
        try:
            user = world.customer_with(arguments.user, arguments.key).id
        except Refusal as refusal:
            outcome.reply = self.dialect.fail(refusal.reason)
            return
        outcome.violations = operation.check_request(arguments)
        if outcome.violations:
            outcome.reply = self.dialect.fail(Rejection.INVALID_REQUEST, "; ".join(map(str, outcome.violations)))
            return
        world.clock.tick()
        settle(world)
        call = Call(world.customers[user], arguments.path, arguments.query, arguments.body)
        outcome.reply = self.dialect.answer(operation.id, call, world)

    def _nearest(self, path: str) -> str:
        operations = self.dialect.document.operations.values()
        close = get_close_matches(path, [operation.path for operation in operations], 1, 0.5)
        hint = f", did you mean {self.prefix}{close[0]}?" if close else ""
        return f"no operation of {self.dialect.document.name} has this path{hint}"

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
