"""From a request to its answer: route, read, identify, check, settle, act, write. Nothing here waits."""

import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

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
from mockserver.domain.world import World
from mockserver.simulation.exchange import Exchange, Observer
from mockserver.simulation.worlds import Worlds
from mockserver.web.message import Header, Pause, Request, Response
from mockserver.web.payload import PayloadError, read_json, read_query

if TYPE_CHECKING:
    from mockserver.simulation.faults import Act

_JSON: Header = (b"content-type", b"application/json")
_log = logging.getLogger("smsonline_mock")


class Outcome(NamedTuple):
    """What a request has come to; `acts` are what faults had a part in it."""

    reply: Reply
    operation: Operation | None = None
    violations: tuple[Violation, ...] = ()
    headers: tuple[Header, ...] = ()
    acts: "tuple[Act, ...]" = ()


class Pipeline:
    """Answers the requests of one dialect. Observers see every exchange once it is done."""

    def __init__(self, dialect: Dialect, worlds: Worlds, observers: Sequence[Observer] = ()) -> None:
        self.dialect = dialect
        self.prefix = dialect.document.prefix
        self._worlds = worlds
        self._observers = observers

    def __call__(self, request: Request) -> Response:
        """Answer a request whose path starts with the dialect's prefix. Raises Pause when a fault lets it wait."""
        try:
            outcome = self._route(request)
            body = orjson.dumps(outcome.reply.body)
        except Pause:
            raise
        except Exception:  # the last resort: a bug here must look like the vendor's own failure, and be seen in the log
            _log.exception("the mock broke at %s %s", request.method, request.path)
            outcome = Outcome(self.dialect.fail(Rejection.BROKEN, "this is a bug of the mock, see its log"))
            body = orjson.dumps(outcome.reply.body)
        for observe in self._observers:
            observe(self._exchange(request, outcome))
        if outcome.acts:
            from mockserver.web import faulty

            return faulty.write(outcome)
        headers = [_JSON, (b"content-length", b"%d" % len(body)), *outcome.headers]
        return Response(outcome.reply.status, headers, body)

    def _route(self, request: Request) -> Outcome:
        path = request.path[len(self.prefix) :]
        fail = self.dialect.fail
        match self.dialect.document.route(request.method, path):
            case Found(operation, path_params):
                return self._read(request, operation, path_params)
            case WrongMethod(allowed):
                reply = fail(Rejection.WRONG_METHOD, f"this path takes {' or '.join(allowed)}")
                return Outcome(reply, headers=((b"allow", ", ".join(allowed).encode()),))
            case BadPath(reason):
                return Outcome(fail(Rejection.INVALID_REQUEST, reason))
            case NotFound():
                return Outcome(fail(Rejection.UNKNOWN_PATH, self._nearest(path)))

    def _read(self, request: Request, operation: Operation, path_params: dict[str, str]) -> Outcome:
        fail = self.dialect.fail
        body: object = ABSENT
        try:
            if operation.body_schema is not None:
                if request.body is None:
                    return Outcome(fail(Rejection.TOO_LARGE, "the body is longer than this service reads"), operation)
                if request.media_type != "application/json":
                    return Outcome(fail(Rejection.WRONG_TYPE, "send content-type: application/json"), operation)
                body = read_json(request.body)
            query = read_query(request.query)
        except PayloadError as error:
            return Outcome(fail(Rejection.INVALID_REQUEST, str(error)), operation)
        return self._act(request, operation, operation.read(path_params, query, body, request.bearer))

    def _act(
        self, request: Request, operation: Operation, arguments: Arguments, instead: Reply | None = None
    ) -> Outcome:
        """Identify, check, settle, act; `instead` is answered in the handler's place."""
        user, key = arguments.user, arguments.key
        world = self._worlds.with_key(key)
        if world is None:
            return Outcome(self.dialect.fail(Reason.UNAUTHORIZED), operation)
        try:
            world.customer_with(user, key)
        except Refusal as refusal:
            return Outcome(self.dialect.fail(refusal.reason), operation)
        if self._worlds.faults and (acts := self._acts(request, operation, arguments, world)):
            return self._act_amid(acts, request, operation, arguments)
        violations = operation.check_request(arguments)
        if violations:
            reply = self.dialect.fail(Rejection.INVALID_REQUEST, "; ".join(map(str, violations)))
            return Outcome(instead or reply, operation, violations)
        world.clock.tick()
        settle(world)
        if instead is None:
            call = Call(world.customer_with(user, key), arguments.path, arguments.query, arguments.body)
            instead = self.dialect.answer(operation.id, call, world)
        return Outcome(instead, operation)

    def _acts(self, request: Request, operation: Operation, arguments: Arguments, world: World) -> "tuple[Act, ...]":
        """What faults do to a request; once it is decided, it stays so."""
        if request.acts is not None:
            return request.acts
        faults = self._worlds.faults.get(world)
        if faults is None:
            return ()
        return faults.decide(operation.name, str(arguments.user), str(arguments.key), world.clock.now())

    def _act_amid(
        self, acts: "tuple[Act, ...]", request: Request, operation: Operation, arguments: Arguments
    ) -> Outcome:
        from mockserver.web import faulty

        duration = faulty.hesitation(acts)
        if duration and request.acts is None:
            raise Pause(duration, request._replace(acts=acts))
        undisturbed = request._replace(acts=())
        return faulty.play(acts, partial(self._act, undisturbed, operation, arguments), self.dialect)

    def _nearest(self, path: str) -> str:
        known = (f"{self.prefix}{operation.path}" for operation in self.dialect.document.operations.values())
        return f"no operation of {self.dialect.document.name} has this path{did_you_mean(self.prefix + path, known)}"

    def _exchange(self, request: Request, outcome: Outcome) -> Exchange:
        return Exchange(
            dialect=self.dialect.document.name,
            operation=outcome.operation,
            method=request.method,
            path=request.path,
            status=outcome.reply.status,
            body=outcome.reply.body,
            violations=outcome.violations,
            faults=tuple(act.fault for act in outcome.acts),
            altered=any(act.alters for act in outcome.acts),
        )
