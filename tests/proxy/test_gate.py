"""What the gate lets through, and what it counts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import contract
from mockserver.proxy import CheckedContract, Gate
from mockserver.proxy.gate import StoppedError
from mockserver.traffic import Answer, Request
from mockserver.traffic.spending import Allowance
from tests.proxy.wire import OK, between, body, canned

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.proxy.gate import Match

CONTRACT = CheckedContract(contract().documents.values())
V3_ORDER = ("PUT", "/v3/numbers/demo/order")
V2_ORDER = ("POST", "/cs/purchase")
V3_REFUND = ("PATCH", "/v3/numbers/demo/order/1/refund")
V3_PAYMENT = ("PUT", "/v3/customers/demo/cryptomus/invoice/500")
V2_PAYMENT = ("GET", "/cs/checkout/crypto")
READING = ("GET", "/v3/customers/demo/balance")
CHANGE = ("PATCH", "/v3/customers/demo/favourites/12/ds")
UNKNOWN = ("DELETE", "/v3/elsewhere")
EVERYTHING = Allowance(orders=True, payments=True)
IN_JSON = (("content-type", "application/json"),)
IN_DOLLARS = """
overlay: 1.0.0
info: {title: Prices are in dollars, version: '1'}
extends: v3.yaml
actions:
- target: $.components.schemas.OrderBody.properties
  update: {limit: {type: string, x-argument: maximum, x-unit: dollars}}
- {target: $.components.schemas.OrderBody.properties.maximumPrice, remove: true}
- target: $.components.schemas.OrderBody
  update: {required: [apiKey, country, service, limit]}
- target: $.components.schemas.Purchase.properties
  update: {cost: {type: string, x-value: order.price, x-unit: dollars}}
"""
UNMODELLED = """
overlay: 1.0.0
info: {title: Something that costs money, version: '1'}
extends: v3.yaml
actions:
- target: $.paths
  update:
    /rentals:
      post:
        operationId: rent
        x-effect: orders
        x-unmodelled: true
        responses: {'200': {description: A rental.}}
"""


def match(what: tuple[str, str]) -> Match:
    return CONTRACT.match_loosely(*what)


def order(maximum: object) -> Request:
    return Request("PUT", "http://h", IN_JSON, orjson.dumps({"maximumPrice": maximum}))


def answer(data: object, status: int = 200) -> Answer:
    return Answer(status, IN_JSON, orjson.dumps(data))


def passes(what: tuple[str, str], allowance: Allowance) -> bool:
    try:
        Gate(allowance).ask(match(what), what[0], order("1"))
    except StoppedError:
        return False
    return True


@pytest.mark.parametrize("what", [V3_ORDER, V2_ORDER, V3_REFUND, V3_PAYMENT, V2_PAYMENT, UNKNOWN])
def test_what_may_spend_is_stopped(what: tuple[str, str]) -> None:
    assert not passes(what, Allowance())


@pytest.mark.parametrize("what", [READING, CHANGE, ("GET", "/v3/elsewhere"), ("OPTIONS", "/")])
def test_what_cannot_spend_passes(what: tuple[str, str]) -> None:
    assert passes(what, Allowance())


@pytest.mark.parametrize(
    ("what", "allowance"),
    [
        (V3_ORDER, Allowance(orders=True)),
        (V2_ORDER, Allowance(orders=True)),
        (V3_REFUND, Allowance(orders=True)),
        (V3_PAYMENT, Allowance(payments=True)),
        (V2_PAYMENT, Allowance(payments=True)),
        (UNKNOWN, EVERYTHING),
    ],
)
def test_what_is_allowed_passes(what: tuple[str, str], allowance: Allowance) -> None:
    assert passes(what, allowance)


@pytest.mark.parametrize(
    ("what", "allowance"),
    [
        (V3_ORDER, Allowance(payments=True)),
        (V2_PAYMENT, Allowance(orders=True)),
        (UNKNOWN, Allowance(orders=True)),
        (UNKNOWN, Allowance(payments=True)),
    ],
)
def test_one_allowance_is_not_the_other(what: tuple[str, str], allowance: Allowance) -> None:
    assert not passes(what, allowance)


@pytest.mark.parametrize(
    "path", ["/cs/checkout/crypto/", "/cs//checkout/crypto", "/cs/checkout/%63rypto", "/cs/x/../checkout/crypto"]
)
def test_a_path_that_a_server_may_take_for_another_is_stopped_as_that(path: str) -> None:
    assert not passes(("GET", path), Allowance(orders=True))


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD"])
def test_an_order_by_another_method_is_stopped_as_an_order(method: str) -> None:
    assert not passes((method, "/cs/purchase"), Allowance(payments=True))


@pytest.mark.parametrize("what", [V3_ORDER, V2_PAYMENT, UNKNOWN])
def test_a_refusal_says_what_would_let_it_through(what: tuple[str, str]) -> None:
    with pytest.raises(StoppedError, match=r"allow it with --allow-"):
        Gate(Allowance()).ask(match(what), what[0], None)


def spend(gate: Gate, what: tuple[str, str], maximum: object, given: Answer | None, *, sent: bool = True) -> int:
    held = gate.ask(match(what), what[0], order(maximum))
    gate.settle(match(what), held, given, sent=sent)
    return gate.spent


@pytest.mark.parametrize(
    ("what", "maximum", "given", "spent"),
    [
        (V3_ORDER, "20", answer({"ok": True, "body": {"orderId": "1", "purchasePrice": 16}}), 16),
        (V2_ORDER, "0.20", answer({"error": False, "orderId": "1", "purchasePrice": 0.16}), 16),
        (V3_ORDER, "20", answer({"ok": False, "errorMessage": "NO_NUMBERS"}), 0),
        (V2_ORDER, "0.20", answer({"error": True, "message": "NO_NUMBERS"}), 0),
        (V3_ORDER, "20", answer({"odd": 1}, 222), 0),
        (V3_ORDER, "20", answer({"odd": 1}, 402), 0),
        (V3_ORDER, "20", None, 20),
        (V3_ORDER, "20", answer({"odd": 1}, 500), 20),
        (V3_ORDER, "20", answer({"ok": True, "body": {"orderId": "1", "price": 16}}), 20),
        (V3_ORDER, "20", Answer(200, (), b"<html>"), 20),
    ],
)
def test_an_order_costs_what_its_answer_says_or_else_its_maximum(
    what: tuple[str, str], maximum: str, given: Answer | None, spent: int
) -> None:
    assert spend(Gate(EVERYTHING), what, maximum, given) == spent


@pytest.mark.parametrize(
    ("said", "status", "spent"),
    [
        ({"ok": False, "errorMessage": "NO_NUMBERS"}, 503, 0),
        ({"ok": False, "errorMessage": "INTERNAL_ERROR"}, 500, 20),
        ({"ok": False, "errorMessage": "SOMETHING_NEW"}, 200, 0),
        ({"ok": False, "errorMessage": "SOMETHING_NEW"}, 500, 20),
    ],
)
def test_only_who_surely_refused_sold_nothing(said: object, status: int, spent: int) -> None:
    assert spend(Gate(EVERYTHING), V3_ORDER, "20", answer(said, status)) == spent


def test_an_order_is_understood_as_an_overlay_has_it(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text(IN_DOLLARS)
    moved = CheckedContract(contract(overlays=(tmp_path / "real.yaml",)).documents.values()).match(*V3_ORDER)
    gate = Gate(Allowance(orders=True, limit=100))
    held = gate.ask(moved, "PUT", Request("PUT", "http://h", IN_JSON, b'{"limit": "0.20"}'))
    gate.settle(moved, held, answer({"ok": True, "body": {"orderId": "1", "cost": "0.16"}}))
    assert (held, gate.spent) == (20, 16)


def test_with_a_limit_nothing_is_bought_of_which_nobody_knows_the_price(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text(UNMODELLED)
    unknown = CheckedContract(contract(overlays=(tmp_path / "real.yaml",)).documents.values()).match(
        "POST", "/v3/rentals"
    )
    with pytest.raises(StoppedError, match="has no maximum price"):
        Gate(Allowance(orders=True, limit=100)).ask(unknown, "POST", order("1"))


def test_an_order_that_was_not_sent_costs_nothing() -> None:
    assert spend(Gate(EVERYTHING), V3_ORDER, "20", None, sent=False) == 0


@pytest.mark.parametrize("maximum", [None, "", "much", "-1", "NaN", "1e999999999", True, [1]])
def test_with_a_limit_an_order_needs_a_maximum(maximum: object) -> None:
    with pytest.raises(StoppedError, match="has no maximum price"):
        Gate(Allowance(orders=True, limit=100)).ask(match(V3_ORDER), "PUT", order(maximum))


def test_without_a_limit_an_order_needs_no_maximum() -> None:
    assert Gate(Allowance(orders=True)).ask(match(V3_ORDER), "PUT", order(None)) == 0


def test_a_refund_passes_when_the_limit_is_reached() -> None:
    gate = Gate(Allowance(orders=True, limit=0))
    assert gate.ask(match(V3_REFUND), "PATCH", None) == 0


def test_the_limit_may_be_spent_to_the_last_cent() -> None:
    assert Gate(Allowance(orders=True, limit=16)).ask(match(V3_ORDER), "PUT", order("16")) == 16


def test_an_order_under_way_counts() -> None:
    gate = Gate(Allowance(orders=True, limit=30))
    gate.ask(match(V3_ORDER), "PUT", order("16"))
    with pytest.raises(StoppedError, match=r"open orders may cost 0\.16"):
        gate.ask(match(V3_ORDER), "PUT", order("16"))


@settings(deadline=None)
@given(
    limit=st.integers(0, 200),
    steps=st.lists(st.tuples(st.integers(0, 80), st.floats(0, 1), st.booleans()), max_size=20),
)
def test_orders_never_cost_more_than_the_limit(limit: int, steps: list[tuple[int, float, bool]]) -> None:
    """Of a server that charges no more than the maximum price, whatever is under way at the same time."""
    gate = Gate(Allowance(orders=True, limit=limit))
    waiting: list[tuple[int, int]] = []
    for maximum, share, settles in steps:
        try:
            held = gate.ask(match(V3_ORDER), "PUT", order(str(maximum)))
        except StoppedError:
            continue
        waiting.append((held, int(maximum * share)))
        if settles:
            held, price = waiting.pop()
            gate.settle(match(V3_ORDER), held, answer({"ok": True, "body": {"orderId": "1", "purchasePrice": price}}))
    for held, _ in waiting:
        gate.settle(match(V3_ORDER), held, None)
    assert gate.spent <= limit


def test_what_is_stopped_never_reaches_the_server() -> None:
    async def run() -> tuple[bytes, list[bytes], str]:
        heard: list[bytes] = []
        async with between(canned(OK, heard)) as proxy:
            request = (
                b"PUT /v3/numbers/demo/order HTTP/1.1\r\nhost: p\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}"
            )
            received = await proxy.talk(request)
            relayed = await proxy.relayed()
            assert relayed.exchange.answer is None
            return received, heard, str(relayed.exchange.notes["stopped"])

    received, heard, told = asyncio.run(run())
    assert (received[:12], heard) == (b"HTTP/1.1 403", [])
    assert b"x-smsonline-proxy: stopped" in received
    assert told in orjson.loads(body(received))["error"]


def test_an_order_too_long_to_be_read_is_stopped() -> None:
    async def run() -> bytes:
        async with between(canned(OK), Allowance(orders=True)) as proxy:
            size = 1024 * 1024 + 1
            head = b"PUT /v3/numbers/demo/order HTTP/1.1\r\nhost: p\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
            return await proxy.talk(head % size + b"x" * size)

    assert b"its body is longer than" in asyncio.run(run())
