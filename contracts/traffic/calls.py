"""Exchanges as calls of the service: what each was for, and what came of it, whichever generation it speaks."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.spec import ABSENT, readings
from contracts.spec.renaming import MARK
from contracts.traffic import money
from contracts.traffic.exchange import header
from contracts.traffic.matching import Known, Unknown, match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from contracts.spec import Arguments, Document, Operation
    from contracts.traffic.exchange import Exchange, Request

Json = dict[str, Any]

NO_NUMBERS = "NO_NUMBERS"
PRICE_CHANGED = "Additional user action required"
"""The refusals whose text is documented."""


class Purpose(StrEnum):
    """What an operation is for."""

    BALANCE = "balance"
    OFFERS = "offers"
    QUOTE = "quote"
    ORDER = "order"
    LOOK = "look"
    """At one order."""
    LIST = "list"
    """Of the orders that there are."""
    ANOTHER = "another"
    REFUND = "refund"
    READS = "reads"
    CHANGES = "changes"
    UNKNOWN = "unknown"
    """A path or a method that the contract does not have."""


_PURPOSES: Mapping[str, Purpose] = {
    "v3.getBalance": Purpose.BALANCE,
    "v2.getBalance": Purpose.BALANCE,
    "v3.listServices": Purpose.OFFERS,
    "v2.getServices": Purpose.OFFERS,
    "v3.getServiceDetail": Purpose.QUOTE,
    "v2.getServiceDetail": Purpose.QUOTE,
    "v3.orderNumber": Purpose.ORDER,
    "v2.purchase": Purpose.ORDER,
    "v3.getOrder": Purpose.LOOK,
    "v2.getPhoneStatus": Purpose.LOOK,
    "v3.getInventory": Purpose.LIST,
    "v2.getBulkPhoneStatus": Purpose.LIST,
    "v2.requestAnother": Purpose.ANOTHER,
    "v2.refund": Purpose.REFUND,
}
"""What operations are for that mean something to an order; what the others do, their documents mark."""

_BY_ARGUMENT: Mapping[str, Mapping[str, Purpose]] = {
    "v3.changeOrderStatus": {"refund": Purpose.REFUND, "requestAnother": Purpose.ANOTHER}
}
"""What an operation is for whose argument `next` says so."""


class Outcome(StrEnum):
    """What came of a call."""

    GRANTED = "granted"
    REFUSED = "refused"
    """The service said no: nothing has happened."""
    LIMITED = "limited"
    """Too many calls: nothing has happened."""
    BROKEN = "broken"
    """A status of 500 or above, or an answer that makes no sense: what was asked for may have happened."""
    LOST = "lost"
    """No answer: what was asked for may have happened."""


UNCERTAIN = frozenset({Outcome.BROKEN, Outcome.LOST})


class Call(NamedTuple):
    """A call of the service.

    `document` and `operation` are those of the contract, None for a path or method that it does not have. `account`
    is the user id. `arguments` are all values of path, query and body, `body` is what was answered, out of its
    envelope; both with the names that the contract documents have, whatever an overlay has renamed. `body` is `ABSENT`
    if nothing can be read. `refusal` is the code of a failure.
    """

    exchange: Exchange
    document: Document
    operation: Operation | None
    purpose: Purpose
    account: str
    arguments: Json
    read: Arguments | None
    outcome: Outcome
    refusal: str = ""
    body: Any = ABSENT

    @property
    def name(self) -> str:
        """The operation, such as `v3.getOrder`, or the method and path if there is none."""
        request = self.exchange.request
        return self.operation.name if self.operation else f"{request.method} {request.path}"

    @property
    def order(self) -> str:
        """The id of the order that is asked about; empty if none is."""
        return str(self.arguments.get("orderId", ""))

    @property
    def offer(self) -> tuple[str, str]:
        """The country and the service that are asked for."""
        return str(self.arguments.get("country", "")), str(self.arguments.get("service", ""))

    @property
    def carrier(self) -> str:
        """The carrier that is asked for."""
        return str(self.arguments.get("carrier") or "any")

    @property
    def status(self) -> int:
        """The status of the answer, 0 if there was none."""
        return self.exchange.answer.status if self.exchange.answer else 0

    @property
    def items(self) -> list[Json]:
        """The orders, or whatever else, that the answer lists."""
        shown = self.body if isinstance(self.body, list) else [self.body]
        return [item for item in shown if isinstance(item, dict)]

    @property
    def at(self) -> int:
        """When it began, in milliseconds since the epoch: by the clock of the world if that was recorded."""
        stamp = self.exchange.notes.get("at")
        return _milliseconds(stamp) if isinstance(stamp, str) else self.exchange.started

    @property
    def retry_after(self) -> float:
        """The seconds that the answer asks to wait; 0 if it does not."""
        value = header(self.exchange.answer.headers, "retry-after") if self.exchange.answer else None
        return float(value) if value and value.isdecimal() else 0.0

    def follows(self, other: Call) -> bool:
        """Whether it was made when the answer to another call was there already: clients may do several at once.

        Starts are whole milliseconds, so that a call which was made at once seems to start a part of one too early.
        """
        return self.exchange.started + 1 > other.exchange.started + other.exchange.duration

    def cents(self, amount: object) -> int | None:
        """Return a price of this generation of the API in cents; None if it is none."""
        return money.cents(self.document.name, amount)


def calls(documents: Iterable[Document], exchanges: Iterable[Exchange]) -> Iterator[Call]:
    """Yield the calls among exchanges, in their order; what has nothing to do with the service is passed over."""
    known = tuple(documents)
    for exchange in exchanges:
        call = read(known, exchange)
        if call is not None:
            yield call


def read(documents: Iterable[Document], exchange: Exchange) -> Call | None:
    """Read an exchange as a call; None if it has nothing to do with the service."""
    found = match(documents, exchange.request)
    if found is None:
        return None
    outcome, refusal, body = _answered(found, exchange)
    if isinstance(found, Unknown):
        return Call(exchange, found.document, None, Purpose.UNKNOWN, "", {}, None, outcome, refusal, body)
    arguments = arguments_of(found, exchange.request)
    merged = _merged(found.operation, arguments)
    purpose = _purpose(found.operation, merged)
    account = arguments.user or ""
    return Call(exchange, found.document, found.operation, purpose, account, merged, arguments, outcome, refusal, body)


def arguments_of(known: Known, request: Request) -> Arguments:
    """Read the arguments of a request as its operation takes them."""
    scheme, _, key = (header(request.headers, "authorization") or "").partition(" ")
    bearer = key.strip() if scheme.lower() == "bearer" else None
    body = request.json if request.body else ABSENT
    return known.operation.read(known.path_params, request.query, body, bearer)


def _purpose(operation: Operation, arguments: Json) -> Purpose:
    if operation.name in _BY_ARGUMENT:
        return _BY_ARGUMENT[operation.name].get(str(arguments.get("next")), Purpose.CHANGES)
    usual = Purpose.READS if operation.effect == "reads" else Purpose.CHANGES
    return _PURPOSES.get(operation.name, usual)


def _merged(operation: Operation, arguments: Arguments) -> Json:
    names = {(each.place, each.name): str(each.schema.get(MARK, each.name)) for each in operation.parameters}
    query = {names.get(("query", name), name): value for name, value in arguments.query.items()}
    path = {names.get(("path", name), name): value for name, value in arguments.path.items()}
    body = operation.former_body(arguments.body)
    return {**query, **(body if isinstance(body, dict) else {}), **path}


def _answered(found: Known | Unknown, exchange: Exchange) -> tuple[Outcome, str, Any]:
    """What came of an exchange, the code of its refusal, and what its body says."""
    answer = exchange.answer
    if answer is None:
        return Outcome.LOST, "", ABSENT
    said = answer.json
    if isinstance(found, Known):
        said = found.operation.former_answer(answer.status, said)
    code = failure(said)
    body = said.get("body", said) if isinstance(said, dict) else said
    if _left_out(exchange) and HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return Outcome.GRANTED, "", ABSENT
    return _outcome(answer.status, code, body), code, body


def _left_out(exchange: Exchange) -> bool:
    """Whether the recorder has left out the body of an answer that came whole: the client could read it."""
    return "answer" in exchange.notes.get("left_out", ()) and not exchange.notes.get("failure")


def failure(said: object) -> str:
    """Return the code of a failure, which stands before its details: `?` if it has none, empty if it is no failure."""
    if not isinstance(said, dict) or not (said.get("ok") is False or said.get("error") is True):
        return ""
    return str(said.get("errorMessage", said.get("message", ""))).partition(":")[0].strip() or "?"


def _outcome(status: int, code: str, body: Any) -> Outcome:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome.LIMITED
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome.REFUSED if refusals().get(code) == status else Outcome.BROKEN
    if code or status >= HTTPStatus.BAD_REQUEST:
        return Outcome.REFUSED
    readable = isinstance(body, dict | list | str) and status < HTTPStatus.MULTIPLE_CHOICES
    return Outcome.GRANTED if readable else Outcome.BROKEN


@cache
def refusals() -> Mapping[str, int]:
    """The refusals that some reading gives a status of their own, which may be one of 500 or above."""
    wires = [value.wire for reading in readings().values() for value in reading.values.values()]
    return {code: status for wire in wires for code, status in wire.get("statuses", {}).items()}


@cache
def _milliseconds(stamp: str) -> int:
    return round(datetime.fromisoformat(stamp).timestamp() * 1000)
