"""The reasons for which a request can have been refused, by what is known of the records that it names."""

from __future__ import annotations

import re
from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT, Severity, vocabulary
from mockserver.contract.vocabulary import Type
from mockserver.drift.inference import requests
from mockserver.drift.inference.encodings import decoded, json_type
from mockserver.drift.inference.knowledge import SMS, Entity
from mockserver.drift.inference.text_patterns import pattern

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mockserver.drift.inference.call_facts import CallFacts
    from mockserver.drift.inference.knowledge import Knowledge
    from mockserver.drift.inference.service_clock import ServiceClock
    from mockserver.traffic import Request
    from mockserver.traffic.calls import Call

_STANDARD: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHORIZED",
    HTTPStatus.FORBIDDEN: "FORBIDDEN",
    HTTPStatus.METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "CONTENT_TOO_LARGE",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL_ERROR",
}
"""The reasons that the statuses of HTTP name."""
_SHARED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR})
"""The statuses among them that services give for other reasons, too."""
_OF_NAMES: Mapping[str, tuple[str, str]] = {
    "UNKNOWN_COUNTRY": ("country", "country.code"),
    "UNKNOWN_SERVICE": ("service", "service.code"),
    "UNKNOWN_CARRIER": ("carrier", "carrier.name"),
    "ORDER_NOT_FOUND": ("order", "order.id"),
    "TRANSACTION_NOT_FOUND": ("payment", "payment.id"),
}
"""The reasons that are about a name which nothing has: the argument that holds it, and where known ones stand."""


OWNED = frozenset({"order", "payment"})
"""The arguments that name something of an account."""


class Form(NamedTuple):
    """How granted requests write a value: its JSON types, and the pattern that all texts match, if they have one."""

    kinds: Collection[str]
    pattern: str

    def has(self, value: Any) -> bool:
        """Return whether a value is written so."""
        if json_type(value) not in self.kinds:
            return False
        return not self.pattern or not isinstance(value, str) or re.fullmatch(self.pattern, value) is not None


def forms(granted: Sequence[Request]) -> Mapping[requests.Spot, Form]:
    """Return how granted requests write the values of their bodies, of those that all of them have."""
    return {
        column.spot: Form(
            {json_type(value) for value in column.values.values()},
            pattern([value for value in dict.fromkeys(column.values.values()) if isinstance(value, str)]),
        )
        for column in requests.sent(granted, lambda _: {})
        if column.spot[0] == "body" and len(column.values) == len(granted) >= requests.ENOUGH
    }


class GrantedRequests(NamedTuple):
    """What granted calls have shown: the names that they used, by argument, and the form of their requests.

    `owned` are the ids of orders and payments that belong to each account. By operation, `broken` is what of their
    requests breaks the contract, and `forms` how their bodies are written. `clock` is
    what they show of the service's clock, and `carriers` are the countries with carriers that they name together.
    """

    names: Mapping[str, Collection[str]]
    owned: Mapping[str, Collection[str]]
    broken: dict[str, Collection[tuple[tuple[str | int, ...], str]]]
    forms: dict[str, Mapping[requests.Spot, Form]]
    clock: ServiceClock
    carriers: set[tuple[str, str]]

    def is_malformed(self, call: Call) -> bool:
        """Return whether a request breaks the contract otherwise than granted ones do, or is written otherwise."""
        if call.operation is None or not call.purpose:
            return call.operation is not None
        purpose = vocabulary().purposes[call.purpose]
        if any(each.required and name not in call.arguments for name, each in purpose.arguments.items()):
            return True
        usual = self.broken.get(call.name, ())
        return any(each not in usual for each in broken(call)) or self._is_strange(call)

    def _is_strange(self, call: Call) -> bool:
        """Return whether the body lacks a value that all granted requests have, or has one in another form."""
        given = {column.spot: column.values[0] for column in requests.sent([call.exchange.request], lambda _: {})}
        return any(
            spot not in given or not form.has(given[spot]) for spot, form in self.forms.get(call.name, {}).items()
        )

    def has_carrier(self, call: Call) -> bool:
        """Return whether a granted call has named the country together with the carrier of a call, if it has both."""
        country, carrier = (call.arguments.get(name) for name in ("country", "carrier"))
        return not country or not carrier or (str(country), str(carrier)) in self.carriers

    def has(self, argument: str, value: Any, listed: Iterable[Any], account: str) -> bool:
        """Return whether something has this name; for an order or a payment, one of the account if that is known."""
        if argument in OWNED and account:
            return str(value) in self.owned.get(account, ())
        return str(value) in self.names.get(argument, ()) or value in listed


def granted_requests(by_operation: Iterable[Sequence[Call]], facts: CallFacts, clock: ServiceClock) -> GrantedRequests:
    """Return what granted calls have shown, of all operations."""
    names: defaultdict[str, set[str]] = defaultdict(set)
    owned: defaultdict[str, set[str]] = defaultdict(set)
    found = GrantedRequests(names, owned, {}, {}, clock, set())
    for calls in by_operation:
        found.broken[calls[0].name] = {each for call in calls for each in broken(call)}
        found.forms[calls[0].name] = forms([call.exchange.request for call in calls])
        for call in calls:
            for argument, value in call.arguments.items():
                names[argument].add(str(value))
            found.carriers.add((str(call.arguments.get("country")), str(call.arguments.get("carrier"))))
            owned[facts.account(call)] |= facts.owned(call)
    return found


def broken(call: Call) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the places and keywords at which the request of a call breaks the contract."""
    if call.operation is not None and call.read is not None:
        for violation in call.operation.check_request(call.read):
            if violation.level is Severity.ERROR:
                yield violation.path, violation.rule


def possible(call: Call, status: int, knowledge: Knowledge, granted: GrantedRequests) -> set[str]:
    """Return the reasons that a request can have been refused for with a status."""
    clock = granted.clock
    standard = _STANDARD.get(status)
    if standard is not None and status not in _SHARED:
        return {standard}
    if standard is not None:
        refusals_of = vocabulary().purposes[call.purpose].refusals if call.purpose else ()
        return {
            standard,
            *(reason for reason in refusals_of if reason in _OF_NAMES or _may_be(reason, call, knowledge, clock)),
        }
    if call.operation is None:
        return {"NOT_FOUND"} if status == HTTPStatus.NOT_FOUND else set(vocabulary().reasons)
    if not call.purpose:
        return {"INVALID_REQUEST"}
    refused = set(vocabulary().purposes[call.purpose].refusals)
    unknown = {
        reason
        for reason, (argument, listed) in _OF_NAMES.items()
        if reason in refused
        and call.arguments.get(argument) not in (None, "", "any")
        and not granted.has(argument, call.arguments[argument], knowledge.domain(listed), call.account)
    }
    if unknown and not granted.is_malformed(call):
        return unknown
    found = {reason for reason in refused - _OF_NAMES.keys() if _may_be(reason, call, knowledge, clock)}
    if "UNKNOWN_CARRIER" in refused and not granted.has_carrier(call):
        found.add("UNKNOWN_CARRIER")
    if granted.is_malformed(call):
        return {"INVALID_REQUEST", *unknown, *found}
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        found.add("UNAVAILABLE")
    return found or set(vocabulary().reasons)


def _may_be(reason: str, call: Call, knowledge: Knowledge, clock: ServiceClock) -> bool:
    """Return whether what is known of the order, the account and the offer leaves a reason possible."""
    match reason:
        case "INVALID_COUPON":
            return bool(call.arguments.get("coupon"))
        case "INSUFFICIENT_BALANCE":
            return _is_short(call, knowledge) is not False
        case "SMS_NOT_RECEIVED":
            return not _knows_sms(call, knowledge)
        case "ORDER_EXPIRED":
            return clock.has_ended(Entity("order", "", (call.order,)), call.at) is not False
        case "PRICE_CHANGED":
            return bool(call.arguments.get("m") or call.arguments.get("maximum") is not None)
    return True


def is_shown(reason: str, call: Call, body: Any, knowledge: Knowledge, clock: ServiceClock) -> bool:
    """Return whether other traffic or the body of a refusal shows that a reason applied."""
    match reason:
        case "INSUFFICIENT_BALANCE":
            return _is_short(call, knowledge) is True
        case "ORDER_EXPIRED":
            return clock.has_ended(Entity("order", "", (call.order,)), call.at) is True
        case "PRICE_CHANGED":
            return _names_the_price(call, body, knowledge)
        case "NO_NUMBERS":
            left = knowledge.left(Entity("offer", "", call.offer), call.at)
            return left is not None and left <= 0
    return False


def _is_short(call: Call, knowledge: Knowledge) -> bool | None:
    """Return whether the account has too little money for a call; None if that is unknown."""
    balances = knowledge.values(Entity("account", call.account, (call.account,)), "balance", call.at)
    whose = Entity("offer", "", call.offer) if call.purpose == "order" else Entity("order", "", (call.order,))
    prices = knowledge.values(whose, "price", call.at)
    if not balances or not prices or min(balances) < max(prices) <= max(balances):
        return None
    return bool(max(balances) < max(prices))


def _knows_sms(call: Call, knowledge: Knowledge) -> bool:
    """Return whether a response before a call has shown an SMS of its order."""
    whose = Entity("order", "", (call.order,))
    return SMS in knowledge.events(whose, call.at) or knowledge.last(whose, "latest.text", call.at) is not None


def _names_the_price(call: Call, body: Any, knowledge: Knowledge) -> bool:
    """Return whether a body has the price of the offer that a call orders."""
    prices = knowledge.values(Entity("offer", "", call.offer), "price", call.at)
    money = Type("money")
    return any(fact in prices for value in _scalars(body) for _, fact in decoded(money, value))


def _scalars(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _scalars(inner)
    elif value is not None and value is not ABSENT and not isinstance(value, bool):
        yield value
