"""The spending gate of the proxy, and the contract that it matches and checks requests and responses against."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from mockserver.contract import Found, Violation, WrongMethod
from mockserver.contract.formats import dollars_text
from mockserver.traffic import header
from mockserver.traffic.calls import Known, arguments_of, request_violations
from mockserver.traffic.exchange import facts_of
from mockserver.traffic.spending import ORDERS, PAYS, UNKNOWN, Allowance, charged, cost, may_buy, may_cost, refuses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract import Document, Operation
    from mockserver.traffic import Answer, Request


__all__ = ["Allowance", "Gate", "StoppedError"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class StoppedError(Exception):
    """The proxy must not forward a request. The text says why, and which option allows it."""


class Gate:
    """Allows requests within an allowance, and counts what they cost.

    An order reserves its maximum price until its response arrives, so that concurrent orders keep the limit together.
    Its cost is the price in the response, or nothing if it was refused. If no response states the price, the order may
    have been placed, and its cost is the maximum price. A refund does not raise the limit.
    """

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.spent = 0
        """Cents."""
        self.orders = 0
        """Number of orders that were placed, or may have been."""
        self._held = 0

    def needs_body(self, match: Match) -> bool:
        """Return whether the gate must know the body to decide on a request."""
        return _spending_operation(match) is not None

    def ask(self, match: Match, method: str, request: Request | None) -> int:
        """Allow a request and return the cents that it reserves. Raises StoppedError.

        `request` may be None only if `needs_body` is false.
        """
        self._check_effects(match, method)
        operation = _spending_operation(match)
        if operation is None or request is None:
            return 0
        maximum = may_cost(operation, arguments_of(Known(operation.document, operation, match.path), request))
        if not self.allowance.covers(maximum, self.spent, self._held):
            raise StoppedError(self._limit_message(operation, maximum))
        held = maximum or 0
        self._held += held
        return held

    def settle(self, match: Match, held: int, answer: Answer | None, *, sent: bool = True) -> None:
        """Count the cost of an allowed request. `answer` is None if the response was lost or not kept whole.

        `held` are the cents that `ask` reserved. `sent` says whether the request may have reached the server.
        """
        operation = _spending_operation(match)
        if operation is None:
            return
        self._held -= held
        reading = None if answer is None else facts_of(operation, answer)
        if not sent or (answer is not None and reading is not None and refuses(operation, answer, reading)):
            return
        charge = None if reading is None else charged(reading)
        self.orders += 1
        self.spent += cost(charge, held)

    def _limit_message(self, operation: Operation, maximum: int | None) -> str:
        """Return why the limit does not cover an order with this maximum price, in cents."""
        if maximum is None:
            return f"{operation.name} has no maximum price, which --spend-limit requires: send one"
        open_orders = f", and open orders may cost {dollars_text(self._held)}" if self._held else ""
        return (
            f"{operation.name} may cost {dollars_text(maximum)} dollars, {dollars_text(self.spent)} were spent"
            f"{open_orders}: this exceeds --spend-limit {dollars_text(self.allowance.limit or 0)}"
        )

    def _check_effects(self, match: Match, method: str) -> None:
        effects = {operation.effect: operation.name for operation in match.near}
        if PAYS in effects and self.allowance.forbids(PAYS):
            raise StoppedError(f"{effects[PAYS]} opens a payment: allow it with --allow-payments")
        if ORDERS in effects and self.allowance.forbids(ORDERS):
            raise StoppedError(f"{effects[ORDERS]} may spend money: allow it with --allow-orders")
        known = match.operation is not None and match.operation.effect
        if not known and method not in SAFE and self.allowance.forbids(UNKNOWN):
            raise StoppedError(
                f"the contract has no operation here, and {method} may spend money: "
                "allow it with --allow-orders and --allow-payments"
            )


def _spending_operation(match: Match) -> Operation | None:
    """Return the operation that may spend money, if the request may be for one."""
    return next(filter(may_buy, match.near), None)


_NO_BODY = frozenset({204, 304})


class Match(NamedTuple):
    """The operation that a request matches; None if no document has it.

    `path` has the path parameters. `near` has the operations that a server could take the request for: the matched
    one, or else all operations with the same path and another method.
    """

    document: Document | None
    operation: Operation | None
    path: dict[str, str]
    near: tuple[Operation, ...] = ()


NO_MATCH = Match(None, None, {})


class CheckedContract:
    """The contract documents that requests and responses are matched with and checked against."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = tuple(documents)

    def match(self, method: str, path: str) -> Match:
        """Match a request. `path` is percent-encoded and starts with the prefix of a document."""
        for document in self.documents:
            if not path.startswith(f"{document.prefix}/"):
                continue
            relative = path[len(document.prefix) :]
            match document.route(method, relative):
                case Found(operation, path_params):
                    return Match(document, operation, path_params, (operation,))
                case WrongMethod(allowed):
                    routes = [document.route(each, relative) for each in allowed]
                    return Match(
                        document, None, {}, tuple(each.operation for each in routes if isinstance(each, Found))
                    )
        return NO_MATCH

    def match_loosely(self, method: str, path: str) -> Match:
        """Match a request as a server would that normalizes slashes, dots and percent-encoding."""
        return self.match(method, _normalized(path))

    def check(
        self, match: Match, request: Request | None, answer: Answer | None, *, knows_body: bool = True
    ) -> Iterator[Violation]:
        """Yield the violations of an exchange. A response that was not kept whole is None, as is a stopped request.

        `knows_body` says whether the body of the request is known.
        """
        document, operation = match.document, match.operation
        if document is None or operation is None:
            return
        if request is not None:
            arguments = arguments_of(Known(document, operation, match.path), request)
            yield from request_violations(operation, request, arguments, knows_body=knows_body)
        if answer is not None and answer.status not in _NO_BODY:
            content_type = header(answer.headers, "content-type") or ""
            yield from operation.check_answer(answer.status, answer.json, content_type, answer.headers)


def _normalized(path: str) -> str:
    segments: list[str] = []
    for segment in path.split("/"):
        decoded = unquote(segment)
        if decoded == "..":
            del segments[-1:]
        elif decoded not in ("", "."):
            segments.append(quote(decoded, safe=""))
    return "/" + "/".join(segments)
