"""What each operation of the vocabulary answers, whatever the document says of how it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.api.api import OPERATIONS, OperationCall
from mockserver.contract import vocabulary
from mockserver.contract.vocabulary import Type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.api.conftest import Customer

WORDS = vocabulary()
NOW = 1_750_000_000_000
"""2025-06-15 15:06:40 UTC."""
MINUTE = 60_000
PAYMENT = "af161c5a-93b1-4c1e-9d0a-5f2f6f1b7c11"

DISCORD = {"country": "12", "service": "ds", "carrier": "any"}
ASKED: dict[str, dict[str, Any]] = {
    **{name: {} for name in ("balance", "invoices", "coupons", "favourites", "countries", "popular", "statistics")},
    "toggle_favourite": {"country": "12", "service": "ds"},
    "services": {"country": "12", "carrier": "any"},
    "quote": DISCORD,
    "country_stats": {"service": "ds"},
    "order": {**DISCORD, "maximum": 100, "m": "", "n": ""},
    "look": {"order": "2"},
    "inventory": {"expired": 25},
    "orders": {"state": "expired"},
    "refund": {"order": "1"},
    "another": {"order": "2"},
    "invoice": {"amount": 515},
    "card_invoice": {"amount": 515},
    "wallet": {"currency": "USDT", "network": "BSC", "amount": 515},
    "transaction": {"payment": PAYMENT},
}
"""Arguments with which each operation succeeds."""

every_purpose = pytest.mark.parametrize("purpose", WORDS.purposes)


def wrong(type_: Type, value: Any, at: str) -> Iterator[str]:
    """What is not of the type that the vocabulary gives it."""
    if value is None or type_.many:
        if not type_.many:
            yield from () if type_.optional else (f"{at} is missing",)
        for index, item in enumerate(value or ()):
            yield from wrong(Type(type_.name), item, f"{at}[{index}]")
    elif fields := WORDS.records.get(type_.name):
        for name, field in fields.items():
            yield from wrong(field, getattr(value, name), f"{at}.{name}")
    elif not _IS[type_.name](value) if type_.name in _IS else value not in WORDS.words[type_.name]:
        yield f"{at} is {value!r}, not {type_}"


def _is_whole(value: object) -> bool:
    return type(value) is int


_IS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "digits": lambda value: isinstance(value, str) and value.isdecimal(),
    "decimal": lambda value: isinstance(value, str) and float(value) >= 0,
    "integer": _is_whole,
    "money": _is_whole,
    "time": _is_whole,
    "ratio": lambda value: 0 <= value <= 1,
    "boolean": lambda value: type(value) is bool,
}


def test_every_operation_is_asked_for_here() -> None:
    assert ASKED.keys() == WORDS.purposes.keys()


@every_purpose
def test_a_result_has_what_the_vocabulary_says(customers: list[Customer], purpose: str) -> None:
    world = customers[0].mock.world
    arguments = {name: each.default for name, each in WORDS.purposes[purpose].arguments.items() if not each.required}
    result = OPERATIONS[purpose](OperationCall(world.customers["demo"], world, {**arguments, **ASKED[purpose]}))
    expected = WORDS.purposes[purpose].result
    assert result.keys() == expected.keys()
    assert [fault for name, type_ in expected.items() for fault in wrong(type_, result[name], name)] == []


@every_purpose
def test_all_documents_say_the_same_as_far_as_they_say_it(customers: list[Customer], purpose: str) -> None:
    said = [each.ask(purpose, **ASKED[purpose]) for each in customers if purpose in each.document.by_purpose]
    assert [path for other in said[1:] for path in contradictions(said[0], other)] == []


def contradictions(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """The names of what two answers say differently."""
    match one, other:
        case dict(), dict():
            for name in one.keys() & other.keys():
                yield from contradictions(one[name], other[name], f"{at}.{name}")
        case list(), list() if len(one) == len(other):
            for index, pair in enumerate(zip(one, other, strict=True)):
                yield from contradictions(*pair, f"{at}[{index}]")
        case _ if one != other:
            yield f"{at}: {one} is not {other}"


def test_the_balance(customer: Customer) -> None:
    account = customer.ask("balance")["account"]
    tiers = [(tier["threshold"], tier["factor"], tier["label"]) for tier in account["tiers"]]
    assert (account["id"], account["balance"], account["charges"], account["tier"]["label"]) == (
        "demo",
        100000,
        4500,
        "-10%",
    )
    assert tiers == [(8000, 0.8, "-20%"), (6000, 0.85, "-15%"), (4000, 0.9, "-10%"), (2000, 0.95, "-5%"), (0, 1, "0%")]


def test_the_countries_have_carriers_any_first(customer: Customer) -> None:
    found = {each["code"]: each for each in customer.ask("countries")["countries"]}
    assert (found["12"]["name"], [each["name"] for each in found["12"]["carriers"]][:2]) == (
        "United States",
        ["any", "tmobile"],
    )


def test_the_services_of_a_country(customer: Customer) -> None:
    offers = customer.ask("services", country="12", carrier="any")["offers"]
    found = {each["service"]["code"]: (each["service"]["name"], each["price"], each["stock"]) for each in offers}
    assert found["ds"] == ("Discord", 16, 2400)


def test_a_quote(customer: Customer) -> None:
    offer = customer.ask("quote", **DISCORD)["offer"]
    assert {**offer, "m": "", "n": ""} == {
        "service": {"code": "ds", "name": "Discord"},
        "country": {"code": "12", "name": "United States"},
        "carrier": "any",
        "price": 16,
        "stock": 2400,
        "success_rate": 0.94,
        "m": "",
        "n": "",
    }


def test_a_quote_is_the_proof_of_its_price(customer: Customer) -> None:
    offer = customer.ask("quote", **DISCORD)["offer"]
    customer.ask("order", **DISCORD, maximum=100, m=offer["m"], n=offer["n"])
    assert customer.refused("order", **DISCORD, maximum=100, m=offer["n"], n=offer["m"]) == "PRICE_CHANGED"


def test_an_order(customer: Customer) -> None:
    order = customer.ask("order", **ASKED["order"])["order"]
    assert order == {"id": order["id"], "phone": order["phone"], "price": 14, "expires_at": NOW + 20 * MINUTE}


def test_a_new_order_waits(customer: Customer) -> None:
    order = customer.ask("order", **ASKED["order"])["order"]
    assert customer.ask("look", order=order["id"])["order"] == {
        **order,
        "service": {"code": "ds", "name": "Discord"},
        "country": {"code": "12", "name": "United States"},
        "carrier": "any",
        "state": "waiting",
        "ordered_at": NOW,
        "latest": None,
        "messages": [],
    }


def test_an_order_that_has_received_an_sms(customer: Customer) -> None:
    order = customer.ask("order", **ASKED["order"])["order"]
    customer.mock.advance("5s")
    found = customer.ask("look", order=order["id"])["order"]
    message = {"text": "Your code is 424242", "code": "424242"}
    assert (found["state"], found["latest"], found["messages"]) == (
        "completed",
        message,
        [{**message, "received_at": NOW + 5000}],
    )


def test_an_sms_without_a_code(customer: Customer) -> None:
    found = customer.ask("look", order="2")["order"]
    assert (found["latest"], len(found["messages"])) == ({"text": "Hello", "code": None}, 2)


def test_a_refund(customer: Customer) -> None:
    customer.ask("refund", order="1")
    order, account = customer.ask("look", order="1")["order"], customer.ask("balance")["account"]
    assert (order["state"], account["balance"]) == ("refunded", 100016)


def test_another_sms(customer: Customer) -> None:
    customer.ask("another", order="2")
    found = customer.ask("look", order="2")["order"]
    assert (found["state"], len(found["messages"])) == ("waiting", 2)


@pytest.mark.parametrize(
    ("purpose", "values", "reason"),
    [
        ("order", {**ASKED["order"], "country": "Atlantis"}, "UNKNOWN_COUNTRY"),
        ("order", {**ASKED["order"], "service": "nope"}, "UNKNOWN_SERVICE"),
        ("order", {**ASKED["order"], "carrier": "nope"}, "UNKNOWN_CARRIER"),
        ("order", {**ASKED["order"], "maximum": 1}, "PRICE_CHANGED"),
        ("look", {"order": "99"}, "ORDER_NOT_FOUND"),
        ("refund", {"order": "2"}, "REFUND_NOT_ALLOWED"),
        ("refund", {"order": "99"}, "ORDER_NOT_FOUND"),
        ("another", {"order": "1"}, "SMS_NOT_RECEIVED"),
        ("another", {"order": "4"}, "ORDER_EXPIRED"),
        ("quote", {**DISCORD, "country": "Atlantis"}, "UNKNOWN_COUNTRY"),
        ("services", {"country": "12", "carrier": "nope"}, "UNKNOWN_CARRIER"),
    ],
)
def test_a_refusal_has_its_reason(customer: Customer, purpose: str, values: dict[str, Any], reason: str) -> None:
    assert customer.refused(purpose, **values) == reason


def test_an_invoice(customer: Customer) -> None:
    url = customer.ask("invoice", amount=515)["payment"]["url"]
    customer.mock.advance("10s")
    assert (url.startswith("https://pay.cryptomus.com/pay/"), customer.ask("balance")["account"]["balance"]) == (
        True,
        100515,
    )


def test_a_wallet(customer: Customer) -> None:
    facts = customer.ask("wallet", **ASKED["wallet"])
    assert (facts["wallet"]["currency"], facts["wallet"]["network"], facts["payment"]["amount"]) == ("USDT", "BSC", 515)
    assert (facts["payment"]["expires_at"], facts["payment"]["status"]) == (NOW + 60 * MINUTE, "check")


# What one document says only


def test_orders_are_found_by_their_end(customers: list[Customer]) -> None:
    [v2] = (each for each in customers if "orders" in each.document.by_purpose)
    found = v2.ask("orders", expires_through=NOW - 40 * MINUTE)["orders"]
    assert [order["id"] for order in found] == ["4"]


def test_a_transaction(customers: list[Customer]) -> None:
    facts = customers[0].ask("transaction", payment=PAYMENT)
    assert (facts["payment"]["id"], facts["payment"]["amount"], facts["wallet"]["units"]) == (PAYMENT, 500, "4.99")


def test_statistics_are_counted_from_one_day_through_another(customers: list[Customer]) -> None:
    day = 86_400_000
    ends = [NOW // day * day - 1, (NOW // day + 1) * day - 1]
    counted = [customers[0].ask("statistics", through=end)["totals"]["orders"] for end in ends]
    assert counted == [0, 4]


def test_a_favourite_that_is_toggled(customers: list[Customer]) -> None:
    toggled = [customers[0].ask("toggle_favourite", country="12", service="ds") for _ in range(2)]
    assert [facts["favourite"]["marked"] for facts in toggled] == [True, False]
