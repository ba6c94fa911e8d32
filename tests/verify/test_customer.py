from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.traffic import Answer, Request
from mockserver.verify import Account, Target
from mockserver.verify.customer import MOST, Customer, OrderArguments, UnusableResponseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.verify.context import Context

ME = Account("me", "my-key")
BOUGHT = {"orderId": "7", "phoneNumber": "1555", "expiredAtUTC": "2025-06-15 15:06:40"}
SAID = {"id": "7", "phone": "1555", "expires_at": 1_750_000_000_000, "price": 16}


class Canned:
    """A server that answers everything alike, and keeps what it was asked."""

    def __init__(self, answer: Answer | None) -> None:
        self._answer = answer
        self.asked: list[Request] = []

    def carry(self, request: Request) -> Answer | None:
        self.asked.append(request)
        return self._answer


def answer(body: object, status: int = 200) -> Answer:
    return Answer(status, (("content-type", "application/json"),), orjson.dumps(body))


@pytest.fixture
def customer(context_of: Callable[..., Context]) -> Callable[..., Customer]:
    """Makes a customer of a server with one answer."""

    def make(document: str, given: Answer | None = None) -> Customer:
        context = context_of(Target("canned", {document: "http://far.example"}, Canned(given)))
        return Customer(context, ME, context.documents[document])

    return make


def asked(customer: Customer) -> list[Request]:
    transport = customer._context.setting.target.transport
    assert isinstance(transport, Canned)
    return transport.asked


@pytest.mark.parametrize(
    ("document", "body"),
    [
        ("v3", {"ok": True, "body": {**BOUGHT, "purchasePrice": 16}}),
        ("v2", {"error": False, **BOUGHT, "purchasePrice": 0.16}),
    ],
)
def test_an_answer_states_the_same_facts_whatever_the_wire(
    customer: Callable[..., Customer], document: str, body: object
) -> None:
    reply = customer(document, answer(body)).order(OrderArguments("12", "ds"))
    assert (reply.refusal, reply.facts["order"]) == ("", SAID)


@pytest.mark.parametrize(
    ("document", "body"),
    [
        (
            "v3",
            {"apiKey": "my-key", "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1600"}
            | {"m": "", "n": "", "failover": False},
        ),
        (
            "v2",
            {"userId": "me", "key": "my-key", "country": "12", "service": "ds", "carrier": "any"}
            | {"maximumPrice": "16.00", "m": "", "n": ""},
        ),
    ],
)
def test_a_wish_is_written_as_far_as_it_can_be_said(
    customer: Callable[..., Customer], document: str, body: dict[str, Any]
) -> None:
    buyer = customer(document, answer({"ok": True, "body": {**BOUGHT, "purchasePrice": 16}, "error": False}))
    with pytest.raises(UnusableResponseError) if document == "v2" else pytest.MonkeyPatch.context():
        buyer.order(OrderArguments("12", "ds", maximum=1600, failover=False))
    assert [request.json for request in asked(buyer)] == [body]


@pytest.mark.parametrize(("document", "said"), [("v3", False), ("v2", True)])
def test_what_cannot_be_said_is_as_by_default(customer: Callable[..., Customer], document: str, *, said: bool) -> None:
    assert customer(document).supported(OrderArguments("12", "ds", failover=False)).failover is said


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("NO_NUMBERS", "NO_NUMBERS"), ("ORDER_NOT_FOUND: 7", "ORDER_NOT_FOUND"), ("Something else", "Something else")],
)
def test_a_refusal_has_its_reason(customer: Callable[..., Customer], text: str, refusal: str) -> None:
    reply = customer("v3", answer({"ok": False, "errorMessage": text})).order(OrderArguments("12", "ds"))
    assert (reply.refusal, reply.facts) == (refusal, {})


@pytest.mark.parametrize(("status", "found"), [(222, []), (200, ["refusal-status"])])
def test_a_refusal_has_the_status_of_its_reason(
    customer: Callable[..., Customer], status: int, found: list[str]
) -> None:
    refused = {"ok": False, "errorMessage": "Additional user action required"}
    buyer = customer("v3", answer(refused, status))
    buyer.order(OrderArguments("12", "ds"))
    findings = buyer._context.result(0).findings
    assert [finding.check for finding in findings] == found
    assert all(finding.pointer == "/x-failures/reasons/PRICE_CHANGED" for finding in findings)


def test_each_missing_field_is_a_finding(customer: Callable[..., Customer]) -> None:
    buyer = customer("v3", answer({"ok": True, "body": {"orderId": "1", "phoneNumber": "15550001"}}))
    with pytest.raises(UnusableResponseError):
        buyer.call("order", country="12", service="ds", maximum=16)
    found = buyer._context.result(0).findings
    assert {finding.message for finding in found} >= {
        "body.body.expiredAtUTC is required",
        "body.body.purchasePrice is required",
    }


@pytest.mark.parametrize("given", [None, answer({"ok": True}), answer(7), answer({"ok": True, "body": BOUGHT}, 201)])
def test_from_a_broken_answer_nothing_is_read(customer: Callable[..., Customer], given: Answer | None) -> None:
    with pytest.raises(UnusableResponseError, match=r"^v3\.orderNumber$"):
        customer("v3", given).order(OrderArguments("12", "ds"))


@pytest.mark.parametrize(
    ("document", "purposes", "known"),
    [
        ("v3", ["order", "order.failover", "inventory.expired"], True),
        ("v2", ["order", "orders.state"], True),
        ("v2", ["order.failover"], False),
        ("v2", ["order", "coupons"], False),
    ],
)
def test_a_document_knows_operations_and_arguments(
    customer: Callable[..., Customer], document: str, purposes: list[str], *, known: bool
) -> None:
    assert customer(document).knows(*purposes) is known


def test_a_wish_on_an_offer_is_at_its_price_with_its_proof() -> None:
    assert OrderArguments("12", "ds").on({"price": 16, "m": "a", "n": "b"}) == OrderArguments(
        "12", "ds", maximum=16, m="a", n="b"
    )


def test_a_wish_on_an_offer_that_says_nothing_is_at_any_price() -> None:
    assert OrderArguments("12", "ds", maximum=1).on({}) == OrderArguments("12", "ds", maximum=MOST)
