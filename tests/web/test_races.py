"""Many clients at once, over real sockets: one wins, and the books are right."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.domain.ledger import EntryKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

    Address = tuple[str, int]
    Ask = Callable[[httpx.Client, str], httpx.Response]

CLIENTS = 8


def scenario(balance: int, rest: str = "") -> str:
    return f"""
description: Something is scarce.
clock: {{mode: manual, start: "2025-06-15 15:06:40"}}
accounts:
  - userId: demo
    key: demo-key
    balance: {balance}
    coupons: [{{code: ONCE, percentage: 10}}]
    orders:
      - {{orderId: "1", country: "12", service: ds, phoneNumber: "12015550101", price: 16}}
{rest}
"""


ORDER = {"country": "12", "service": "ds", "carrier": "any", "m": "", "n": ""}


def order(client: httpx.Client, generation: str) -> httpx.Response:
    if generation == "v3":
        return client.put("/v3/numbers/demo/order", json={**ORDER, "apiKey": "demo-key", "maximumPrice": "100"})
    return client.post("/cs/purchase", json={**ORDER, "userId": "demo", "key": "demo-key", "maximumPrice": "1.00"})


def refund(client: httpx.Client, generation: str) -> httpx.Response:
    if generation == "v3":
        return client.patch("/v3/numbers/demo/order/1/refund", json={"apiKey": "demo-key"})
    return client.post("/cs/refund", json={"userId": "demo", "key": "demo-key", "orderId": "1"})


def redeem(client: httpx.Client, generation: str) -> httpx.Response:
    what = "cryptomus/invoice/1000" if generation == "v3" else "cryptomus/direct/USDT/BSC/10"
    return client.put(f"/v3/customers/demo/{what}", json={"apiKey": "demo-key", "couponCode": "ONCE"})


def race(address: Address, ask: Ask) -> Counter[str]:
    """Let all clients ask at the same moment, in both generations; count who won and why the others lost."""
    start = Barrier(CLIENTS)

    def run(number: int) -> str:
        with httpx.Client(base_url="http://{}:{}".format(*address)) as client:
            client.get("/livez")
            start.wait()
            body: dict[str, Any] = ask(client, ("v3", "v2")[number % 2]).json()
        return str(body.get("errorMessage") or body.get("message") or "won")

    with ThreadPoolExecutor(CLIENTS) as pool:
        return Counter(pool.map(run, range(CLIENTS)))


RACES = {
    "the last number": (scenario(1000, 'catalogue: [{country: "12", service: ds, stock: 1}]'), order, "NO_NUMBERS"),
    "the last cents": (scenario(16), order, "INSUFFICIENT_BALANCE"),
    "a refund": (scenario(0), refund, "REFUND_NOT_ALLOWED"),
    "a coupon": (scenario(0), redeem, "INVALID_COUPON"),
}


@pytest.mark.parametrize(("text", "ask", "loss"), RACES.values(), ids=RACES)
def test_one_of_many_wins(
    start: Callable[[str], Mock], serve: Callable[[Mock], Address], text: str, ask: Ask, loss: str
) -> None:
    assert race(serve(start(text)), ask) == {"won": 1, loss: CLIENTS - 1}


@pytest.mark.parametrize(("text", "ask", "loss"), RACES.values(), ids=RACES)
def test_the_books_are_right_after_a_race(
    start: Callable[[str], Mock], serve: Callable[[Mock], Address], text: str, ask: Ask, loss: str
) -> None:
    mock = start(text)
    race(serve(mock), ask)
    assert mock.world.invariant_violations() == []


def test_as_many_are_charged_as_won(start: Callable[[str], Mock], serve: Callable[[Mock], Address]) -> None:
    mock = start(scenario(5 * 16))
    outcome = race(serve(mock), order)
    charged = [
        entry.reference for entry in mock.world.ledger if entry.kind is EntryKind.CHARGE and entry.reference != "1"
    ]
    assert (outcome["won"], len(charged), mock.v3.balance()) == (5, 5, 0)
