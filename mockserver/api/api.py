"""The API of one generation: the operations of the vocabulary, and the contract documents that write their responses.

An operation maps a call in a world to a result. `Api` writes the result as a response. `ServedContracts` loads the
APIs and the rules for each combination of readings.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from mockserver.api.results import (
    AccountRecord,
    CountryRecord,
    CouponRecord,
    FavouriteRecord,
    OfferRecord,
    OrderRecord,
    PaymentRecord,
    ShareRecord,
    totals_record,
)
from mockserver.contract import ABSENT, Contract, Document, FailureBody, Operation, Overlays, contract, vocabulary
from mockserver.contract.overlays import effective
from mockserver.contract.readings import DEFAULTS, Choices
from mockserver.contract.vocabulary import milliseconds
from mockserver.domain.clock import Instant
from mockserver.domain.customer import Customer
from mockserver.domain.order import Order, State
from mockserver.domain.refusal import Refusal
from mockserver.domain.rules import Rules
from mockserver.domain.world import World
from mockserver.usecases import account, lookup, ordering, paying
from mockserver.usecases.lookup import Listing

# ruff: noqa: D103 - the vocabulary describes every operation


Result = dict[str, Any]


class OperationCall(NamedTuple):
    """A valid request: the customer, the world, and the arguments by their names in the vocabulary."""

    customer: Customer
    world: World
    arguments: Mapping[str, Any]


def balance(_: OperationCall) -> Result:
    return {}


def invoices(call: OperationCall) -> Result:
    return {"payments": [PaymentRecord(payment) for payment in paying.invoices(call.world, call.customer)]}


def coupons(call: OperationCall) -> Result:
    now = call.world.clock.now()
    return {"coupons": [CouponRecord(coupon, now) for coupon in call.world.coupons_of(call.customer)]}


def favourites(call: OperationCall) -> Result:
    return {"favourites": [_favourite(call, *pair) for pair in call.customer.favourites]}


def toggle_favourite(call: OperationCall) -> Result:
    country, service = call.arguments["country"], call.arguments["service"]
    marked = account.toggle_favourite(call.world, call.customer, country, service)
    return {"favourite": _favourite(call, country, service, marked=marked)}


def countries(call: OperationCall) -> Result:
    return {"countries": [CountryRecord(country) for country in lookup.countries(call.world)]}


def services(call: OperationCall) -> Result:
    found = lookup.listings(call.world, call.arguments["country"], call.arguments["carrier"])
    return {"offers": [_offer(call, listing) for listing in found]}


def quote(call: OperationCall) -> Result:
    asked = call.arguments
    return {"offer": _offer(call, lookup.listing(call.world, asked["country"], asked["carrier"], asked["service"]))}


def popular(call: OperationCall) -> Result:
    return {"offers": [_offer(call, listing) for listing, _ in lookup.popular(call.world)]}


def country_stats(call: OperationCall) -> Result:
    found = lookup.by_country(call.world, call.arguments["service"])
    return {"offers": [_offer(call, listing) for listing in found]}


def order(call: OperationCall) -> Result:
    return _order(call, ordering.order_number(call.world, call.customer, ordering.OrderRequest(**call.arguments)))


def look(call: OperationCall) -> Result:
    return _order(call, lookup.single(call.world, call.customer, call.arguments["order"]))


def list_inventory(call: OperationCall) -> Result:
    return _orders(call, lookup.inventory(call.world, call.customer, call.arguments["expired"]))


def orders(call: OperationCall) -> Result:
    asked, catalogue = call.arguments, call.world.catalogue
    wanted = lookup.OrderFilter(
        country=None if asked["country"] is None else catalogue.country(asked["country"]).code,
        service=None if asked["service"] is None else catalogue.service(asked["service"]).code,
        state=None if asked["state"] is None else State(asked["state"]),
        expires_from=asked["expires_from"],
        expires_through=asked["expires_through"],
    )
    return _orders(call, list(lookup.matching(call.world, call.customer, wanted)))


def refund(call: OperationCall) -> Result:
    return _order(call, ordering.refund(call.world, call.customer, call.arguments["order"]))


def another(call: OperationCall) -> Result:
    return _order(call, ordering.request_another(call.world, call.customer, call.arguments["order"]))


def invoice(call: OperationCall) -> Result:
    return _invoice(call, paying.CRYPTOMUS)


def card_invoice(call: OperationCall) -> Result:
    return _invoice(call, paying.PAY4BIT)


def wallet(call: OperationCall) -> Result:
    asked = call.arguments
    payment = paying.create_wallet(
        call.world, call.customer, asked["currency"], asked["network"], asked["amount"], asked["coupon"]
    )
    return _wallet(PaymentRecord(payment))


def transaction(call: OperationCall) -> Result:
    return _wallet(PaymentRecord(paying.transaction(call.world, call.customer, call.arguments["payment"])))


def count(call: OperationCall) -> Result:
    since, through = call.arguments["since"], call.arguments["through"]

    def within(at: Instant) -> bool:
        return (since is None or since <= at) and (through is None or at <= through)

    total, by_service = account.statistics(call.world, call.customer, within)
    shares = [ShareRecord(service, totals_record(part)) for service, part in by_service]
    return {"totals": totals_record(total), "by_service": shares}


def _favourite(call: OperationCall, country: str, service: str, *, marked: bool = True) -> FavouriteRecord:
    catalogue = call.world.catalogue
    return FavouriteRecord(CountryRecord(catalogue.country(country)), catalogue.service(service), marked)


def _offer(call: OperationCall, listing: Listing) -> OfferRecord:
    return OfferRecord(call.world, lookup.shown(call.world, call.customer, listing))


def _order(call: OperationCall, found: Order) -> Result:
    return {"order": OrderRecord(call.world, found)}


def _orders(call: OperationCall, found: list[Order]) -> Result:
    return {"orders": [OrderRecord(call.world, each) for each in found]}


def _invoice(call: OperationCall, provider: paying.Provider) -> Result:
    asked = call.arguments
    payment = paying.create_invoice(call.world, call.customer, provider, asked["amount"], asked["coupon"])
    return {"payment": PaymentRecord(payment)}


def _wallet(payment: PaymentRecord) -> Result:
    return {"payment": payment, "wallet": payment.wallet}


OPERATIONS: Mapping[str, Callable[[OperationCall], Result]] = {
    "balance": balance,
    "invoices": invoices,
    "coupons": coupons,
    "favourites": favourites,
    "toggle_favourite": toggle_favourite,
    "countries": countries,
    "services": services,
    "quote": quote,
    "popular": popular,
    "country_stats": country_stats,
    "order": order,
    "look": look,
    "inventory": list_inventory,
    "orders": orders,
    "refund": refund,
    "another": another,
    "invoice": invoice,
    "card_invoice": card_invoice,
    "wallet": wallet,
    "transaction": transaction,
    "statistics": count,
}


_Success = tuple[int, tuple[tuple[bytes, bytes], ...], Callable[[Any], Any]]
"""A success response: its status, its headers, and a function that writes its body."""

_CACHE_SIZE = 64


class ApiError(ValueError):
    """A contract document or the vocabulary cannot be served; the text says why."""


class _Scope:
    """The values that a response can use, by name: those of the result, and those that every result has."""

    def __init__(self, values: dict[str, Any], operation: str, call: OperationCall) -> None:
        self.__dict__ = values
        self.operation = operation
        self._call = call

    @property
    def account(self) -> AccountRecord:
        """The account that made the request."""
        return AccountRecord(self._call.world, self._call.customer)

    @property
    def seed(self) -> int:
        """The seed of made-up values."""
        return self._call.world.script.secret


class Api:
    """The API of one contract document, which writes the responses.

    Raises ApiError for a document without `x-failures`.
    """

    def __init__(self, document: Document) -> None:
        if document.failures is None:
            raise ApiError(f"{document.name} has no failure responses: add x-failures")
        self.document = document
        self._failures = document.failures
        self._writers: dict[str, _Success] = {}

    def answer(self, operation: Operation, purpose: str, call: OperationCall) -> FailureBody:
        """Perform an operation and return its success or failure response."""
        if not purpose:
            return _repeated(operation)
        try:
            result = OPERATIONS[purpose](call)
        except Refusal as refusal:
            return self.refuse(refusal, call)
        status, headers, write = self._writers.get(operation.id) or self._writer(operation)
        return FailureBody(status, write(_Scope(result, purpose, call)), headers=headers)

    def fail(self, reason: str, detail: str = "") -> FailureBody:
        """Return the failure response for a reason of the vocabulary, with an optional detail after its text."""
        return self._failures.write(reason, detail)

    def refuse(self, refusal: Refusal, call: OperationCall) -> FailureBody:
        """Return the failure response for a refusal of the domain."""
        if refusal.offer is None:
            return self.fail(refusal.reason)
        return self._failures.write(refusal.reason, offer=OfferRecord(call.world, refusal.offer))

    def failure(self, status: int, text: str) -> FailureBody:
        """Return a failure response with any status and text, in the document's usual shape."""
        return self._failures.other(status, text)

    def _writer(self, operation: Operation) -> _Success:
        """Compile and cache the status, the headers and the writer of an operation's success response."""
        from mockserver.contract.example_values import make_up

        headers = tuple(header.raw for header in operation.headers)
        found = self._writers[operation.id] = operation.status, headers, operation.writer(make_up)
        return found


class ServedContract(NamedTuple):
    """The service for a combination of readings and overlays: an API for each document, newest first, and the rules."""

    apis: tuple[Api, ...]
    rules: Rules
    readings: Choices

    @property
    def documents(self) -> Mapping[str, Document]:
        """The contract documents by name."""
        return {api.document.name: api.document for api in self.apis}


class ServedContracts:
    """The service for each combination of readings; the most recent combinations are cached."""

    def __init__(self, overlays: Overlays = ()) -> None:
        self.overlays = overlays
        self._of = lru_cache(_CACHE_SIZE)(self._load)

    def __call__(self, readings: Choices = DEFAULTS) -> ServedContract:
        """Return the service for these readings and those that the overlays choose.

        Raises LocatedError, or ApiError for an operation without a use case.
        """
        return self._of(tuple(sorted(effective(readings, self.overlays).items())))

    def _load(self, readings: tuple[tuple[str, object], ...]) -> ServedContract:
        return served(contract(dict(readings), self.overlays))


def served(loaded: Contract) -> ServedContract:
    """Return the service of a contract. Raises ApiError for an operation without a use case."""
    if missing := sorted(vocabulary().purposes.keys() - OPERATIONS.keys()):
        raise ApiError(f"no use case for {', '.join(missing)} of the vocabulary: see mockserver/api/api.py")
    apis = tuple(map(Api, loaded.documents.values()))
    return ServedContract(apis, Rules.of(loaded.rules, milliseconds), loaded.readings)


def _repeated(operation: Operation) -> FailureBody:
    """Return the recorded example of an operation without a use case, the same for every request."""
    answer = operation.answers.get(operation.status)
    seen = answer.examples.values() if answer else ()
    return FailureBody(operation.status or 204, next((example.value for example in seen), ABSENT))
