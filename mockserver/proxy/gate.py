"""The gate of the proxy: which operation a request is for, how it breaks the contract, and whether it may spend."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from mockserver.contract import Found, Violation, WrongMethod
from mockserver.contract.formats import dollars_text
from mockserver.traffic import header
from mockserver.traffic.calls import Known, arguments_of
from mockserver.traffic.spending import ORDERS, PAYS, UNKNOWN, Allowance, charged, cost, may_buy, may_cost, refuses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract import Document, Operation
    from mockserver.contract.operation import AnswerFacts
    from mockserver.traffic import Answer, Request


__all__ = ["Allowance", "Gate", "StoppedError"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class StoppedError(Exception):
    """A request must not be passed on. The text says why, and what would let it through."""


class Gate:
    """Lets requests through as an allowance says, and counts from their answers what they cost.

    With a limit, an order holds its maximum price back until it is answered, so that orders at the same time keep to
    the limit together. What it cost is then what the answer says; nothing, if it is refused; and where no answer says
    so, the maximum price: the order may have been placed. A refund does not raise the limit again.
    """

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.spent = 0
        """Cents."""
        self.orders = 0
        """How many orders were placed, or may have been."""
        self._held = 0

    def needs_body(self, match: Match) -> bool:
        """Say whether the body must be known before the request can be let through."""
        return _bought(match) is not None

    def ask(self, match: Match, method: str, request: Request | None) -> int:
        """Let a request through, and return the cents that it holds back. Raises StoppedError.

        `request` is needed if `needs_body`.
        """
        self._ask_for_permission(match, method)
        bought = _bought(match)
        if bought is None or request is None:
            return 0
        maximum = may_cost(bought, arguments_of(Known(bought.document, bought, match.path), request))
        if not self.allowance.covers(maximum, self.spent, self._held):
            raise StoppedError(self._too_much(bought, maximum))
        held = maximum or 0
        self._held += held
        return held

    def settle(self, match: Match, held: int, answer: Answer | None, *, sent: bool = True) -> None:
        """Count what a request cost that was let through; None is an answer that was lost, or is not known whole.

        `sent` says whether the request may have reached the server.
        """
        bought = _bought(match)
        if bought is None:
            return
        self._held -= held
        reading = None if answer is None else _read(bought, answer)
        if not sent or (answer is not None and reading is not None and refuses(bought, answer, reading)):
            return
        charge = None if reading is None else charged(reading)
        self.orders += 1
        self.spent += cost(charge, held)

    def _too_much(self, bought: Operation, maximum: int | None) -> str:
        """Why the limit does not cover an order of this maximum price."""
        if maximum is None:
            return f"{bought.name} has no maximum price, so --spend-limit cannot be kept: send one"
        waiting = f", and orders under way may cost {dollars_text(self._held)}" if self._held else ""
        return (
            f"{bought.name} may cost {dollars_text(maximum)} dollars, {dollars_text(self.spent)} were spent"
            f"{waiting}: that is more than --spend-limit {dollars_text(self.allowance.limit or 0)}"
        )

    def _ask_for_permission(self, match: Match, method: str) -> None:
        effects = {operation.effect: operation.name for operation in match.near}
        if PAYS in effects and self.allowance.forbids(PAYS):
            raise StoppedError(f"{effects[PAYS]} opens a payment: give --allow-payments to let it through")
        if ORDERS in effects and self.allowance.forbids(ORDERS):
            raise StoppedError(f"{effects[ORDERS]} may spend money: give --allow-orders to let it through")
        known = match.operation is not None and match.operation.effect
        if not known and method not in SAFE and self.allowance.forbids(UNKNOWN):
            raise StoppedError(
                f"the contract has no operation here, and {method} may spend money: "
                "give --allow-orders and --allow-payments to let it through"
            )


def _bought(match: Match) -> Operation | None:
    """What a request may buy, if anything."""
    return next(filter(may_buy, match.near), None)


def _read(operation: Operation, answer: Answer) -> AnswerFacts:
    return operation.read_answer(answer.status, answer.json, header(answer.headers, "content-type") or "")


_NO_BODY = frozenset({204, 304})


class Match(NamedTuple):
    """What a request is for. An operation that no document has is None.

    `near` are the operations that it might be meant for or be taken for: the one found; else all that have its path
    but another method.
    """

    document: Document | None
    operation: Operation | None
    path: dict[str, str]
    near: tuple[Operation, ...] = ()


NO_MATCH = Match(None, None, {})


class CheckedContract:
    """The contract documents, as what is on the wire is held against them."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = tuple(documents)

    def match(self, method: str, path: str) -> Match:
        """Find what a request is for by its method and its path, which is percent-encoded and has the prefix."""
        for document in self.documents:
            if not path.startswith(f"{document.prefix}/"):
                continue
            below = path[len(document.prefix) :]
            match document.route(method, below):
                case Found(operation, path_params):
                    return Match(document, operation, path_params, (operation,))
                case WrongMethod(allowed):
                    routes = [document.route(each, below) for each in allowed]
                    return Match(
                        document, None, {}, tuple(each.operation for each in routes if isinstance(each, Found))
                    )
        return NO_MATCH

    def match_loosely(self, method: str, path: str) -> Match:
        """Find what a server may take a request for that is easy about slashes, dots and percent-encoding."""
        return self.match(method, _plain(path))

    def check(self, match: Match, request: Request | None, answer: Answer | None) -> Iterator[Violation]:
        """Find how an exchange breaks the contract; None is a side that is not known as a whole."""
        document, operation = match.document, match.operation
        if document is None or operation is None:
            return
        if request is not None:
            arguments = arguments_of(Known(document, operation, match.path), request)
            yield from operation.check_request(arguments)
        if answer is not None and answer.status not in _NO_BODY:
            content_type = header(answer.headers, "content-type") or ""
            yield from operation.check_answer(answer.status, answer.json, content_type)


def _plain(path: str) -> str:
    segments: list[str] = []
    for segment in path.split("/"):
        plain = unquote(segment)
        if plain == "..":
            del segments[-1:]
        elif plain not in ("", "."):
            segments.append(quote(plain, safe=""))
    return "/" + "/".join(segments)
