"""Every shipped scenario does what its description says."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.data import scenarios
from mockserver.scenario.load import load
from tests.scenarios.client import Program, Result
from tests.scenarios.table import Running, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.scenario.fixtures import Fixtures

    Play = Callable[[str], "Customer"]

LIBRARY = {
    "default", "documented", "instant", "late-sms", "no-sms", "second-sms", "out-of-stock", "price-moves",
    "low-balance", "blocked-account", "flaky", "slow", "rate-limited", "lost-answers", "payments", "rough-day",
    "failover",
}  # fmt: skip


class Customer:
    """The account `demo` in a scenario."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self.world = running.world
        self.sleep = running.sleep

    def get(self, path: str) -> httpx.Response:
        return self._running.client.get(f"/v3{path}", params={"apiKey": "demo-key"})

    def send(self, method: str, path: str, **body: str) -> httpx.Response:
        return self._running.client.request(method, f"/v3{path}", json={"apiKey": "demo-key", **body})

    def order(self, country: str = "12", **quote: str) -> httpx.Response:
        wanted = {"country": country, "service": "ds", "carrier": "any", "maximumPrice": "99", "m": "", "n": ""}
        return self.send("PUT", "/numbers/demo/order", **{**wanted, **quote})

    def ordered(self) -> str:
        return str(self.order().json()["body"]["orderId"])

    def item(self, order: str) -> dict[str, Any]:
        return dict(self.get(f"/numbers/demo/order/{order}").json()["body"][0])

    def give_back(self, order: str) -> httpx.Response:
        return self.send("PATCH", f"/numbers/demo/order/{order}/refund")

    def price(self) -> int:
        return int(self.get("/numbers/demo/lookup/12/any/ds").json()["body"]["price"])

    def balance(self) -> int:
        return self.world.ledger.balance("demo")

    def took(self, call: Callable[[], object]) -> int:
        """How many milliseconds a call takes."""
        before = self.world.clock.now()
        call()
        return self.world.clock.now() - before


@pytest.fixture
def play(shipped: Fixtures) -> Play:
    return lambda name: Customer(run(load(name, shipped.catalogue), shipped))


def test_the_library_is_complete() -> None:
    assert scenarios().keys() == LIBRARY


@pytest.mark.parametrize("name", sorted(LIBRARY - {"documented"}))
def test_every_scenario_has_the_same_account(shipped: Fixtures, name: str) -> None:
    (account,) = load(name, shipped.catalogue).data["accounts"]
    assert (account["userId"], account["key"]) == ("demo", "demo-key")


def test_default_brings_an_sms_after_five_seconds(play: Play) -> None:
    customer = play("default")
    order = customer.ordered()
    customer.sleep(5)
    assert customer.item(order)["code"]


def test_documented_stands_still(play: Play) -> None:
    customer = play("documented")
    assert customer.world.clock.pace == 0


def test_instant_brings_every_sms_at_once(play: Play) -> None:
    customer = play("instant")
    assert customer.item(customer.ordered())["code"]


def test_instant_pays_at_once(play: Play) -> None:
    customer = play("instant")
    customer.send("PUT", "/customers/demo/cryptomus/invoice/500")
    assert customer.get("/customers/demo/balance").json()["body"]["balance"] == 10500


def test_late_sms_loses_the_first(play: Play) -> None:
    customer = play("late-sms")
    order = customer.ordered()
    customer.sleep(3600)
    item = customer.item(order)
    assert (item["status"], item["code"]) == ("expired", None)


def test_late_sms_brings_the_second_late(play: Play) -> None:
    customer = play("late-sms")
    customer.ordered()
    order = customer.ordered()
    customer.sleep(149)
    early = customer.item(order)["code"]
    customer.sleep(1)
    assert (early, bool(customer.item(order)["code"])) == (None, True)


def test_no_sms_brings_none_and_gives_the_money_back(play: Play) -> None:
    customer = play("no-sms")
    order = customer.ordered()
    customer.sleep(1199)
    assert customer.item(order)["status"] == "waiting"
    assert customer.give_back(order).json()["ok"]
    assert customer.balance() == 10000


def test_second_sms_has_the_code_that_the_first_lacks(play: Play) -> None:
    customer = play("second-sms")
    order = customer.ordered()
    customer.sleep(25)
    first, second = customer.item(order)["messages"]
    assert (first["code"], bool(second["code"])) == (None, True)


def test_out_of_stock_lasts_for_two_tries(play: Play) -> None:
    customer = play("out-of-stock")
    answers = [customer.order().json().get("errorMessage") for _ in range(3)]
    assert answers == ["NO_NUMBERS", "NO_NUMBERS", None]


def test_out_of_stock_lasts_for_five_minutes_in_the_united_kingdom(play: Play) -> None:
    customer = play("out-of-stock")
    early = [customer.order("16").json()["ok"] for _ in range(3)]
    customer.sleep(300)
    assert [*early, customer.order("16").json()["ok"]] == [False, False, False, True]


def test_price_moves_as_the_first_order_is_asked_for(play: Play) -> None:
    customer = play("price-moves")
    offer = customer.get("/numbers/demo/lookup/12/any/ds").json()["body"]
    answer = customer.order(m=offer["m"], n=offer["n"], maximumPrice="16")
    assert (answer.status_code, customer.price()) == (222, 20)


def test_price_moves_over_time(play: Play) -> None:
    customer = play("price-moves")
    prices = [customer.price()]
    for _ in range(3):
        customer.sleep(60)
        prices.append(customer.price())
    assert prices == [16, 24, 32, 16]


def quoted(customer: Customer, carrier: str, most: str) -> dict[str, Any]:
    """What an order with the quote of a carrier is answered, for at most so many cents."""
    quote = customer.get(f"/numbers/demo/lookup/12/{carrier}/ds").json()["body"]
    return dict(customer.order(carrier=carrier, m=quote["m"], n=quote["n"], maximumPrice=most).json())


def test_failover_costs_more_than_the_quote(play: Play) -> None:
    assert quoted(play("failover"), "tmobile", "99")["body"]["purchasePrice"] == 30


def test_failover_costs_no_more_than_the_maximum(play: Play) -> None:
    assert quoted(play("failover"), "tmobile", "16") == {"ok": False, "errorMessage": "NO_NUMBERS"}


def test_failover_ends_after_two_minutes(play: Play) -> None:
    customer = play("failover")
    customer.sleep(120)
    assert quoted(customer, "tmobile", "99")["body"]["purchasePrice"] == 16


def test_low_balance_is_too_low(play: Play) -> None:
    assert play("low-balance").order().json()["errorMessage"] == "INSUFFICIENT_BALANCE"


def test_low_balance_is_enough_after_a_payment(play: Play) -> None:
    customer = play("low-balance")
    customer.send("PUT", "/customers/demo/cryptomus/invoice/500")
    customer.sleep(10)
    assert customer.order().json()["ok"]


def test_blocked_account_is_forbidden(play: Play) -> None:
    answer = play("blocked-account").get("/customers/demo/balance")
    assert (answer.status_code, answer.json()["errorMessage"]) == (403, "FORBIDDEN")


def outcomes(customer: Customer, count: int) -> list[int]:
    """The statuses of so many calls, 0 for a lost connection."""
    found = [0] * count
    for nth in range(count):
        with suppress(httpx.ReadError):
            found[nth] = customer.get("/customers/demo/balance").status_code
    return found


def test_flaky_breaks_every_fourth_call(play: Play) -> None:
    assert set(outcomes(play("flaky"), 40)[3::4]) <= {500, 0}


def test_flaky_breaks_others_by_chance(play: Play) -> None:
    found = outcomes(play("flaky"), 400)
    assert 15 < found.count(503) < 60
    assert 5 < found.count(0) < 40


def test_slow_is_slow(play: Play) -> None:
    customer = play("slow")
    times = sorted(customer.took(customer.price) for _ in range(101))
    assert 250 < times[50] < 650
    assert times[-1] > 2000


def test_rate_limited_lets_five_calls_through(play: Play) -> None:
    assert outcomes(play("rate-limited"), 7) == [200, 200, 200, 200, 200, 429, 429]


def test_rate_limited_says_when_to_come_back(play: Play) -> None:
    customer = play("rate-limited")
    outcomes(customer, 5)
    seconds = int(customer.get("/customers/demo/balance").headers["retry-after"])
    customer.sleep(seconds)
    assert outcomes(customer, 1) == [200]


def test_lost_answers_charge_for_the_order(play: Play) -> None:
    customer = play("lost-answers")
    with pytest.raises(httpx.ReadError):
        customer.order()
    (order,) = customer.get("/numbers/demo/inventory/0").json()["body"]
    assert (order["purchasePrice"], customer.balance()) == (16, 9984)


def test_lost_answers_return_the_number(play: Play) -> None:
    customer = play("lost-answers")
    with suppress(httpx.ReadError):
        customer.order()
    (order,) = customer.get("/numbers/demo/inventory/0").json()["body"]
    with pytest.raises(httpx.ReadError):
        customer.give_back(order["orderId"])
    assert (customer.item(order["orderId"])["status"], customer.balance()) == ("refunded", 10000)


def test_lost_answers_lose_one_of_each(play: Play) -> None:
    customer = play("lost-answers")
    with suppress(httpx.ReadError):
        customer.order()
    assert customer.order().json()["ok"]


def test_payments_end_in_every_way(play: Play) -> None:
    customer = play("payments")
    for _ in range(6):
        customer.send("PUT", "/customers/demo/cryptomus/invoice/500")
    customer.sleep(3600)
    ends = [invoice["status"] for invoice in reversed(customer.get("/customers/demo/payments").json()["body"])]
    assert ends == ["paid", "wrong_amount", "cancel", "fail", "cancel", "paid"]


def programs(customer: Customer) -> Iterator[Result]:
    """What the program meets, again and again."""
    while True:
        yield Program(customer._running.client, "demo", "demo-key", customer.sleep).run()


def test_a_rough_day_has_good_and_bad_hours(play: Play) -> None:
    results = [*islice(programs(play("rough-day")), 40)]
    assert {result.tries for result in results} == {1, 2, 3}


def test_a_rough_day_is_the_same_again(play: Play) -> None:
    first, again = ([*islice(programs(play("rough-day")), 5)] for _ in range(2))
    assert first == again


def test_the_books_are_in_order_after_a_rough_day(play: Play) -> None:
    customer = play("rough-day")
    [*islice(programs(customer), 20)]
    assert customer.world.invariant_violations() == []
