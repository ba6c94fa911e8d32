"""Exchanges interpreted as calls of the service: the operation of each, its arguments, outcome and facts.

Arguments, refusals and facts have the names of the vocabulary. The states of orders and their transitions are here
too.
"""

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
from mockserver.contract.payload import PayloadError, malformed, read_request
from mockserver.contract.reader import get
from mockserver.traffic.exchange import ANSWER, header
from mockserver.traffic.memo import Memo, digest
from mockserver.traffic.request_coding import check_supported

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract import Arguments, Document, Operation, Violation
    from mockserver.contract.reader import Facts
    from mockserver.traffic.exchange import Answer, Exchange, Request


class Known(NamedTuple):
    """A request that matches an operation. `path_params` are decoded."""

    document: Document
    operation: Operation
    path_params: dict[str, str]


class Unknown(NamedTuple):
    """A request below the prefix of a document that matches no operation of it."""

    document: Document
    path: str


def match(documents: Iterable[Document], request: Request) -> Known | Unknown | None:
    """Find the operation of a request; None if the request is not below the prefix of any document.

    The host and any path before the prefix are ignored: `https://staging.test/gateway/v3/…` is a request of V3.
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


def _malformed(documents: Iterable[Document], request: Request) -> Unknown | None:
    """Return a request whose path is below the prefix of a document, but malformed; None for any other."""
    for document in documents:
        _, prefix, rest = request.path.partition(f"{document.prefix}/")
        if prefix and isinstance(document.route(request.method, f"/{rest}"), BadPath):
            return Unknown(document, f"/{rest}")
    return None


def is_preflight(request: Request) -> bool:
    """Whether a request is a CORS preflight request of a browser, which belongs to no operation."""
    return request.method == "OPTIONS" and header(request.headers, "access-control-request-method") is not None


Offer = tuple[str, str, str]
"""The arguments that identify an offer: country, service and carrier, as the request names them."""

LOOKS = frozenset({"look"})
LISTS = frozenset({"inventory", "orders"})
SHOWS = LOOKS | LISTS
"""The purposes whose responses show the current state of orders."""
MOVES = frozenset({"order", "refund", "another"})
"""The purposes that change orders and the balance."""
QUOTES = frozenset({"quote", "services"})
"""The purposes whose responses show the prices of orders."""


class Outcome(StrEnum):
    """The outcome of a call."""

    GRANTED = "granted"
    REFUSED = "refused"
    """The service refused: nothing has changed."""
    LIMITED = "limited"
    """The rate limit applied: nothing has changed."""
    BROKEN = "broken"
    """A status of 500 or above, or an invalid response: the requested change may have happened."""
    LOST = "lost"
    """No response: the requested change may have happened."""


UNCERTAIN = frozenset({Outcome.BROKEN, Outcome.LOST})


class Call(NamedTuple):
    """A call of the service.

    `document` is the contract document, `operation` its operation, None for an unknown path or method. `purpose` is a
    vocabulary operation, empty if it is unknown. `account` is the user id. `arguments` are by the names of the
    vocabulary, `read` are those of the wire. `refusal` is the vocabulary's reason of a failure, `?` if the failure has
    none, empty without a failure; `code` is the code of the failure in the response. `facts` are the facts in a granted
    response.
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
    facts: Facts = {}  # noqa: RUF012 - the default is never mutated
    code: str = ""

    @property
    def name(self) -> str:
        """The name of the operation, such as `v3.getOrder`; the method and path if the operation is unknown."""
        request = self.exchange.request
        return self.operation.name if self.operation else f"{request.method} {request.path}"

    @property
    def effect(self) -> str:
        """The effect of the operation on the account; empty if it is unknown."""
        return self.operation.effect if self.operation else ""

    @property
    def order(self) -> str:
        """The order id in the request; empty if it has none."""
        return str(self.arguments.get("order") or "")

    @property
    def offer(self) -> Offer:
        """The requested offer. The carrier is `any` if the request does not name one."""
        country, service, carrier = (self.arguments.get(name) for name in ("country", "service", "carrier"))
        return str(country or ""), str(service or ""), str(carrier or "any")

    @property
    def service(self) -> str:
        """The requested service."""
        return self.offer[1]

    @property
    def carrier(self) -> str:
        """The requested carrier."""
        return self.offer[2]

    @property
    def status(self) -> int:
        """The status of the response; 0 without a response."""
        return self.exchange.answer.status if self.exchange.answer else 0

    @property
    def orders(self) -> list[Facts]:
        """The orders in the response. The id of the request is used for an order without an id."""
        return [{"id": self.order, **order} for order in _records(self.facts, "order", "orders")]

    @property
    def offers(self) -> list[Facts]:
        """The offers in the response."""
        return _records(self.facts, "offer", "offers")

    @property
    def quoted(self) -> dict[Offer, Facts]:
        """The quoted offers in the response, by the arguments of an order for them."""
        if self.purpose not in QUOTES:
            return {}
        country, service, carrier = self.offer
        offers = self.offers
        if service:
            return {self.offer: offers[-1]} if offers else {}
        return {(country, str(get(offer, "service.code")), carrier): offer for offer in offers}

    @property
    def at(self) -> int:
        """The start of the call in milliseconds since the epoch: virtual time if it was recorded, else real time."""
        stamp = self.exchange.notes.get("at")
        virtual = _milliseconds(stamp) if isinstance(stamp, str) else None
        return self.exchange.started if virtual is None else virtual

    @property
    def retry_after(self) -> float:
        """The seconds of the response's Retry-After header; 0 without one."""
        value = header(self.exchange.answer.headers, "retry-after") if self.exchange.answer else None
        return float(value) if value and value.isdecimal() else 0.0

    def follows(self, other: Call) -> bool:
        """Whether the call started after the response to another call arrived: clients may make concurrent calls.

        Starts are whole milliseconds, so a call that follows immediately may appear to start a fraction too early.
        """
        return self.exchange.started + 1 > other.exchange.started + other.exchange.duration


def calls(documents: Iterable[Document], exchanges: Iterable[Exchange]) -> Iterator[Call]:
    """Yield the calls among exchanges, in order. Exchanges with other services and preflights are skipped."""
    reader = CallReader(documents)
    for exchange in exchanges:
        call = reader.read(exchange)
        if call is not None:
            yield call


def read(documents: Iterable[Document], exchange: Exchange) -> Call | None:
    """Interpret an exchange as a call; None for an exchange with another service, and for a preflight request."""
    return CallReader(documents).read(exchange)


class CallReader:
    """Interprets exchanges as calls by some documents. An equal response is not read again: its facts are shared."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = tuple(documents)
        self._interpretations: Memo[_Interpretation] = Memo()

    def read(self, exchange: Exchange) -> Call | None:
        """Interpret an exchange; None for an exchange with another service, and for a preflight request."""
        found = match(self._documents, exchange.request) or _malformed(self._documents, exchange.request)
        if found is None or is_preflight(exchange.request):
            return None
        interpretation = self._interpret(found, exchange)
        if isinstance(found, Unknown):
            return Call(exchange, found.document, None, "", "", {}, None, *interpretation)
        arguments = arguments_of(found, exchange.request)
        purpose = found.operation.purpose(arguments)
        values, _ = found.operation.values(arguments, purpose)
        user = arguments.user or ""
        return Call(exchange, found.document, found.operation, purpose, user, values, arguments, *interpretation)

    def _interpret(self, found: Known | Unknown, exchange: Exchange) -> _Interpretation:
        answer = exchange.answer
        if answer is None:
            return _Interpretation(Outcome.LOST)
        content, media = answer.content, header(answer.headers, "content-type")
        name = found.operation.name if isinstance(found, Known) else found.document.name
        key = (name, answer.status, media, _is_body_omitted(exchange), digest(content))
        return self._interpretations.get(key, lambda: _interpret(found, exchange), len(content))


def arguments_of(known: Known, request: Request) -> Arguments:
    """Return the arguments of a request of a known operation."""
    body = request.json if request.body else ABSENT
    key = bearer(header(request.headers, "authorization"))
    return known.operation.read(known.path_params, request.query, body, key)


def request_violations(
    operation: Operation, request: Request, arguments: Arguments, *, knows_body: bool = True
) -> tuple[Violation, ...]:
    """List the contract violations of a request with these arguments. Of an unknown body only its coding is checked.

    What cannot be read is the only violation: it is the cause of all others. A recorder may leave out all headers; the
    media type is unknown then.
    """
    content_type = (header(request.headers, "content-type") or "") if request.headers else None
    try:
        if operation.body_schema is not None:
            check_supported(header(request.headers, "content-encoding") or "")
        if not knows_body:
            return ()
        read_request(operation, content_type, request.raw_query, request.content)
    except PayloadError as error:
        return (malformed(operation, error),)
    return operation.check_request(arguments)


class _Interpretation(NamedTuple):
    """The outcome of a call: the last fields of `Call`."""

    outcome: Outcome
    refusal: str = ""
    facts: Facts = {}  # noqa: RUF012 - the default is never mutated
    code: str = ""


def _interpret(found: Known | Unknown, exchange: Exchange) -> _Interpretation:
    answer = exchange.answer
    if answer is None:
        return _Interpretation(Outcome.LOST)
    is_body_omitted = _is_body_omitted(exchange)
    if is_body_omitted and _succeeds(found, answer.status):
        return _Interpretation(Outcome.GRANTED)
    body = answer.json
    reading = _facts(found, answer, body)
    refusal = _refusal(found.document, reading, is_text=body is ABSENT and not is_body_omitted)
    outcome = _outcome(answer.status, reading, refusal)
    return _Interpretation(outcome, refusal, reading.facts, reading.refused.code if refusal and reading.refused else "")


def _is_body_omitted(exchange: Exchange) -> bool:
    """Whether the body of a complete response is unknown, although the client could read it."""
    return not exchange.knows(ANSWER) and not exchange.notes.get("failure") and not exchange.notes.get("faults")


def _succeeds(found: Known | Unknown, status: int) -> bool:
    """Whether a status may mean success: it is 2xx, and that of an operation or of no failure."""
    operations = [found.operation] if isinstance(found, Known) else found.document.operations.values()
    failing = found.document.failures.known if found.document.failures else ()
    is_of_2xx = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    return is_of_2xx and (status not in failing or any(status == operation.status for operation in operations))


def _facts(found: Known | Unknown, answer: Answer, body: object) -> AnswerFacts:
    """Return the facts in a response. For an unknown operation only failures can be read."""
    media = header(answer.headers, "content-type") or JSON_TYPE
    succeeds = _succeeds(found, answer.status)
    if isinstance(found, Known):
        return found.operation.read_answer(found.operation.status if succeeds else answer.status, body, media)
    failures = found.document.failures
    refused = failures.read(answer.status, body, media) if failures else None
    if succeeds and body is not ABSENT and not (refused and (refused.code or refused.reason != UNKNOWN)):
        return AnswerFacts(granted=True, facts={})
    return AnswerFacts(granted=False, facts={}, refused=refused)


def _refusal(document: Document, reading: AnswerFacts, *, is_text: bool) -> str:
    """Return the refusal reason of a response. A response that is not JSON has only the reasons with a text body."""
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
        return Outcome.REFUSED if _is_refusal_of_operation(refusal) else Outcome.BROKEN
    is_refusal = refusal and (refusal != UNKNOWN or status < HTTPStatus.MULTIPLE_CHOICES)
    return Outcome.REFUSED if is_refusal or status >= HTTPStatus.BAD_REQUEST else Outcome.BROKEN


def _is_refusal_of_operation(reason: str) -> bool:
    """Whether the reason is a refusal by an operation: nothing has changed then, for any status."""
    known = vocabulary().reasons.get(reason)
    return known is not None and known.when == "refusal"


def _records(facts: Facts, one: str, many: str) -> list[Facts]:
    found = [facts.get(one), *(facts.get(many) or ())]
    return [record for record in found if isinstance(record, dict)]


@cache
def _milliseconds(stamp: str) -> int | None:
    try:
        return round(datetime.fromisoformat(stamp).timestamp() * 1000)
    except ValueError:
        return None


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
"""The possible transitions between order states."""


def has_sms(order: Facts) -> bool:
    """Whether an order contains an SMS."""
    return bool(order.get("messages") or any((order.get("latest") or {}).values()))


def is_silent(order: Facts) -> bool:
    """Whether an order explicitly contains no SMS. It is False if the order has no field for SMS."""
    return not order.keys().isdisjoint(("messages", "latest")) and not has_sms(order)
