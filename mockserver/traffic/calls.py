"""Exchanges as calls of the service: the operation of each, and its outcome in the names of the vocabulary."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT, BadPath, Found, vocabulary
from mockserver.contract.arguments import bearer
from mockserver.contract.failures import UNKNOWN
from mockserver.contract.operation import AnswerFacts
from mockserver.contract.parts import JSON_TYPE
from mockserver.contract.reader import get
from mockserver.traffic.exchange import header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract import Arguments, Document, Operation
    from mockserver.contract.reader import Facts
    from mockserver.traffic.exchange import Answer, Exchange, Request


class Known(NamedTuple):
    """A request of an operation. `path_params` are decoded."""

    document: Document
    operation: Operation
    path_params: dict[str, str]


class Unknown(NamedTuple):
    """A request below the prefix of a document, whose method and path the document does not have."""

    document: Document
    path: str


def match(documents: Iterable[Document], request: Request) -> Known | Unknown | None:
    """Find the operation of a request; None if the request has nothing to do with the documents.

    The host does not matter, nor what stands before the prefix: `https://staging.test/gateway/v3/…` is a request of V3.
    """
    unknown = None
    for document in documents:
        _, prefix, rest = request.path.partition(f"{document.prefix}/")
        if prefix:
            path = f"/{rest}"
            route = document.route(request.method, path)
            if isinstance(route, Found):
                return Known(document, route.operation, route.path_params)
            if unknown is None and not isinstance(route, BadPath):
                unknown = Unknown(document, path)
    return unknown


Offer = tuple[str, str, str]
"""What an order asks for: country, service and carrier, as it names them."""

LOOKS = frozenset({"look"})
LISTS = frozenset({"inventory", "orders"})
SHOWS = LOOKS | LISTS
"""What shows orders as they stand."""
MOVES = frozenset({"order", "refund", "another"})
"""What changes orders, and the balance."""
QUOTES = frozenset({"quote", "services"})
"""What shows prices as they are for an order."""


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

    `document` and `operation` are those of the contract, None for a path or method that it does not have. `purpose` is
    an operation of the vocabulary, empty if nothing says which. `account` is the user id. `arguments` are named by the
    vocabulary, `read` has them as they stand on the wire. `refusal` is the vocabulary's reason of a failure, `?` if it
    has none for it, empty if nothing says no; `code` is what the answer calls it. `facts` are what a granted answer
    says.
    """

    exchange: Exchange
    document: Document
    operation: Operation | None
    purpose: str
    account: str
    arguments: dict[str, Any]
    read: Arguments | None
    outcome: Outcome
    refusal: str = ""
    facts: Facts = {}  # noqa: RUF012 - the default of a tuple's field, which nobody changes
    code: str = ""

    @property
    def name(self) -> str:
        """The operation, such as `v3.getOrder`, or the method and path if there is none."""
        request = self.exchange.request
        return self.operation.name if self.operation else f"{request.method} {request.path}"

    @property
    def effect(self) -> str:
        """What the operation does to the account; empty if nothing says so."""
        return self.operation.effect if self.operation else ""

    @property
    def order(self) -> str:
        """The id of the order that is asked about; empty if none is."""
        return str(self.arguments.get("order") or "")

    @property
    def offer(self) -> Offer:
        """What is asked for; a carrier that is not named is any."""
        country, service, carrier = (self.arguments.get(name) for name in ("country", "service", "carrier"))
        return str(country or ""), str(service or ""), str(carrier or "any")

    @property
    def service(self) -> str:
        """The service that is asked for."""
        return self.offer[1]

    @property
    def carrier(self) -> str:
        """The carrier that is asked for."""
        return self.offer[2]

    @property
    def status(self) -> int:
        """The status of the answer, 0 if there was none."""
        return self.exchange.answer.status if self.exchange.answer else 0

    @property
    def orders(self) -> list[Facts]:
        """The orders that the answer shows; each has an id, if only from what was asked for."""
        return [{"id": self.order, **order} for order in _records(self.facts, "order", "orders")]

    @property
    def offers(self) -> list[Facts]:
        """The offers that the answer shows."""
        return _records(self.facts, "offer", "offers")

    @property
    def quoted(self) -> dict[Offer, Facts]:
        """The offers that the answer shows, by what an order would ask for."""
        country, service, carrier = self.offer
        offers = self.offers if self.purpose in QUOTES else ()
        return {(country, service or str(get(offer, "service.code")), carrier): offer for offer in offers}

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
    said = _answered(found, exchange)
    if isinstance(found, Unknown):
        return Call(exchange, found.document, None, "", "", {}, None, *said)
    arguments = arguments_of(found, exchange.request)
    purpose = found.operation.purpose(arguments)
    values, _ = found.operation.values(arguments, purpose)
    return Call(exchange, found.document, found.operation, purpose, arguments.user or "", values, arguments, *said)


def arguments_of(known: Known, request: Request) -> Arguments:
    """Read the arguments of a request as its operation takes them."""
    body = request.json if request.body else ABSENT
    key = bearer(header(request.headers, "authorization"))
    return known.operation.read(known.path_params, request.query, body, key)


class _Answered(NamedTuple):
    """What came of a call: the last fields of it."""

    outcome: Outcome
    refusal: str = ""
    facts: Facts = {}  # noqa: RUF012 - the default of a tuple's field, which nobody changes
    code: str = ""


def _answered(found: Known | Unknown, exchange: Exchange) -> _Answered:
    answer = exchange.answer
    if answer is None:
        return _Answered(Outcome.LOST)
    left_out = _left_out(exchange)
    if left_out and _succeeds(found, answer.status):
        return _Answered(Outcome.GRANTED)
    said = answer.json
    reading = _reading(found, answer, said)
    refusal = _refusal(found.document, reading, is_text=said is ABSENT and not left_out)
    outcome = _outcome(answer.status, reading, refusal)
    return _Answered(outcome, refusal, reading.facts, reading.refused.code if refusal and reading.refused else "")


def _left_out(exchange: Exchange) -> bool:
    """Whether the recorder has left out the body of an answer that came whole: the client could read it."""
    return "answer" in exchange.notes.get("left_out", ()) and not exchange.notes.get("failure")


def _succeeds(found: Known | Unknown, status: int) -> bool:
    """Whether a status can be one of success: that of an operation, or another from 200 to 299 that no failure has."""
    operations = [found.operation] if isinstance(found, Known) else found.document.operations.values()
    failing = found.document.failures.known if found.document.failures else ()
    is_of_2xx = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    return is_of_2xx and (status not in failing or any(status == operation.status for operation in operations))


def _reading(found: Known | Unknown, answer: Answer, said: object) -> AnswerFacts:
    """What an answer says. Of an unknown operation only failures can be read."""
    media = header(answer.headers, "content-type") or JSON_TYPE
    succeeds = _succeeds(found, answer.status)
    if isinstance(found, Known):
        return found.operation.read_answer(found.operation.status if succeeds else answer.status, said, media)
    failures = found.document.failures
    refused = failures.read(answer.status, said, media) if failures else None
    if succeeds and said is not ABSENT and not (refused and (refused.code or refused.reason != UNKNOWN)):
        return AnswerFacts(granted=True, facts={})
    return AnswerFacts(granted=False, facts={}, refused=refused)


def _refusal(document: Document, reading: AnswerFacts, *, is_text: bool) -> str:
    """The reason for which an answer says no. One that is no JSON has only those that are answered by a text."""
    if reading.refused is None or document.failures is None:
        return ""
    entry = document.failures.entries.get(reading.refused.reason)
    return reading.refused.reason if not is_text or (entry and entry.schema is None) else ""


def _outcome(status: int, reading: AnswerFacts, refusal: str) -> Outcome:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Outcome.LIMITED
    if reading.granted:
        return Outcome.BROKEN if any(part.path == ("body",) for part in reading.unread) else Outcome.GRANTED
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Outcome.REFUSED if _is_of_the_business(refusal) else Outcome.BROKEN
    told = refusal and (refusal != UNKNOWN or status < HTTPStatus.MULTIPLE_CHOICES)
    return Outcome.REFUSED if told or status >= HTTPStatus.BAD_REQUEST else Outcome.BROKEN


def _is_of_the_business(reason: str) -> bool:
    """Whether an operation has declined for this reason, so that nothing has happened, whatever the status."""
    known = vocabulary().reasons.get(reason)
    return known is not None and known.when == "refusal"


def _records(facts: Facts, one: str, many: str) -> list[Facts]:
    found = [facts.get(one), *(facts.get(many) or ())]
    return [record for record in found if isinstance(record, dict)]


@cache
def _milliseconds(stamp: str) -> int:
    return round(datetime.fromisoformat(stamp).timestamp() * 1000)


STATES = vocabulary().words["state"]

WAITING, COMPLETED, REFUNDED, EXPIRED = "waiting", "completed", "refunded", "expired"

RUNNING = frozenset({WAITING, COMPLETED})

TRANSITIONS = (
    (WAITING, COMPLETED),
    (WAITING, REFUNDED),
    (WAITING, EXPIRED),
    (COMPLETED, WAITING),
    (COMPLETED, EXPIRED),
    (EXPIRED, REFUNDED),
)
"""How an order goes from state to state."""


def has_sms(order: Facts) -> bool:
    """Whether an order shows an SMS."""
    return bool(order.get("messages") or any((order.get("latest") or {}).values()))


def is_silent(order: Facts) -> bool:
    """Whether an order shows that there is no SMS, which it does not if it shows nothing of them."""
    return not order.keys().isdisjoint(("messages", "latest")) and not has_sms(order)
