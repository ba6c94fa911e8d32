"""Each rule by small tapes: what breaks it, and what comes near and does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.findings import codes
from mockserver.judge import Limits
from mockserver.judge.rules import BEHAVIOUR, CONTRACT
from tests.judge.tape import (
    BROKEN,
    LOST,
    NO_NUMBERS,
    PRICE_CHANGED,
    START,
    TOO_SOON,
    Tape,
    item,
    written,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.findings import Finding

ROUGH = (429, {"ok": False, "errorMessage": "TOO_MANY"})
REFUSED = (200, {"ok": False, "errorMessage": "REFUND_NOT_ALLOWED"})
GARBLED = (200, b"<html>")
HEARD = [item(status="completed", sms="Your code is 123", code="123")]


BALANCE = "/v3/customers/demo/balance"


def slow(tape: Tape, milliseconds: float) -> Tape:
    """Each answer takes so long."""
    tape.exchanges = [exchange._replace(duration=milliseconds) for exchange in tape.exchanges]
    return tape


def without_answers(tape: Tape) -> Tape:
    """As recorders write that leave out bodies."""
    tape.exchanges = [
        exchange._replace(answer=exchange.answer and exchange.answer._replace(body=b""), notes={"left_out": ["answer"]})
        for exchange in tape.exchanges
    ]
    return tape


def polls(*times: float) -> Tape:
    tape = Tape().order()
    for at in times:
        tape.look(at=at)
    return tape.refund(at=1000)


def failures(*times: float) -> Tape:
    tape = Tape()
    for at in times:
        tape.call("GET", "/v3/customers/demo/balance", BROKEN, at)
    return tape


BREACHES: dict[str, tuple[str, Callable[[], Tape]]] = {
    "four looks in a second": ("client.polls-too-fast", lambda: polls(10, 10.2, 10.4, 10.6)),
    "four looks here and there": ("client.polls-too-fast", lambda: polls(10, 10.2, 20, 20.2, 30, 30.2)),
    "looks at the list": (
        "client.polls-too-fast",
        lambda: Tape().listed(item()).listed(item(), at=0.1).listed(item(), at=0.2).listed(item(), at=0.3),
    ),
    "429 ignored": ("client.no-backoff", lambda: Tape().balance().look(ROUGH, at=10).look(at=10.2)),
    "other calls after 429": ("client.no-backoff", lambda: Tape().look(ROUGH, at=10).balance(at=10.2)),
    "500 ignored": ("client.no-backoff", lambda: Tape().look(BROKEN, at=10).look(at=10.2)),
    "a lost answer ignored": ("client.no-backoff", lambda: Tape().look(LOST, at=10).look(at=10.2)),
    "pauses that never grow": ("client.no-backoff", lambda: failures(0, 2, 4, 6)),
    "two orders for one": ("client.orders-again", lambda: Tape().order(LOST).order("2", at=5).refund(at=9, number="2")),
    "two orders after 500": (
        "client.orders-again",
        lambda: Tape().order(BROKEN).order("2", at=5).refund(at=9, number="2").listed(at=10),
    ),
    "two orders after garbage": (
        "client.orders-again",
        lambda: Tape().order(GARBLED).order("2", at=5).refund(at=9, number="2").listed(at=10),
    ),
    "a look at the list that fails": (
        "client.orders-again",
        lambda: Tape().order(LOST).listed(answer=BROKEN, at=2).order("2", at=5).refund(at=9, number="2"),
    ),
    "nothing returned": ("client.abandons-order", lambda: Tape().order().look(at=5).look(at=10)),
    "expired": ("client.abandons-order", lambda: Tape().order().look("expired", at=1300)),
    "found and left": (
        "client.abandons-order",
        lambda: Tape().order(LOST).listed(item("7"), at=2),
    ),
    "never looked for": ("client.abandons-order", lambda: Tape().order(LOST).balance(at=2)),
    "the same m and n after 222": (
        "client.stale-quote",
        lambda: Tape().order(PRICE_CHANGED, m="m1", n="n1").order(PRICE_CHANGED, at=5, m="m1", n="n1"),
    ),
    "a new quote that is not used": (
        "client.stale-quote",
        lambda: (
            Tape()
            .order(PRICE_CHANGED, m="m1", n="n1")
            .quote(20, m="m2", at=3)
            .order(PRICE_CHANGED, at=5, m="m1", n="n1")
        ),
    ),
    "again at once": ("client.no-numbers-too-fast", lambda: Tape().order(NO_NUMBERS).order(NO_NUMBERS, at=5)),
    "a dearer carrier": (
        "client.failover-price",
        lambda: Tape().quote(16, "at&t").order(carrier="at&t", maximumPrice="40", price=30, at=2).look(HEARD, at=9),
    ),
    "the balance with every look": (
        "client.balance-polling",
        lambda: (
            Tape()
            .order()
            .look(at=5)
            .balance(5)
            .look(at=10)
            .balance(10)
            .look(at=15)
            .balance(15)
            .look(at=20)
            .refund(at=30)
        ),
    ),
    "money back after the SMS": (
        "client.refunds-after-sms",
        lambda: Tape().order().look(HEARD, at=5).refund(REFUSED, 9),
    ),
    "another one first": (
        "client.another-too-early",
        lambda: Tape().order().look(at=5).another(TOO_SOON, at=6).refund(at=100),
    ),
    "no maximum price": (
        "client.request",
        lambda: Tape().call("PUT", "/v3/numbers/demo/order", NO_NUMBERS, country="12", service="ds", carrier="any"),
    ),
    "a misspelt path": ("client.path", lambda: Tape().call("GET", "/v3/customers/demo/balanse", (404, {"ok": False}))),
    "a field that is not there": ("client.unknown-name", lambda: Tape().order(NO_NUMBERS, colour="red")),
    "nothing but another service after a lost order": (
        "client.abandons-order",
        lambda: Tape().order(LOST).order("2", at=5, service="tg").refund(at=9, number="2"),
    ),
    "429 ignored while another call was on its way": (
        "client.no-backoff",
        lambda: slow(Tape().look(ROUGH, at=10).balance(at=10.05).look(at=10.3), 100),
    ),
    "a 503 that says when": (
        "client.no-backoff",
        lambda: Tape().call("GET", BALANCE, BROKEN, 0, (("Retry-After", "30"),)).balance(at=10),
    ),
    "an old quote that is too dear": (
        "client.stale-quote",
        lambda: (
            Tape().order(PRICE_CHANGED, m="m1", n="nm1").quote(30, at=3).order(PRICE_CHANGED, at=5, m="m1", n="nm1")
        ),
    ),
    "the same terms after 222 that says something else": (
        "client.stale-quote",
        lambda: Tape().order((222, {"ok": False, "errorMessage": "?!"})).order(PRICE_CHANGED, at=5),
    ),
    "V2": ("client.deprecated", lambda: Tape().call("GET", "/cs/getBalance", {}, userId="demo", key="[redacted]")),
}

NEAR: dict[str, Callable[[], Tape]] = {
    "slow looks": lambda: polls(10, 11, 12, 13, 14),
    "two hasty looks": lambda: polls(10, 10.2, 10.4, 20, 30),
    "looks at an order that is complete": lambda: (
        Tape().order().look(HEARD, at=1).look(HEARD, at=1.1).look(HEARD, at=1.2).look(HEARD, at=1.3)
    ),
    "a pause after 429": lambda: Tape().look(ROUGH, at=10).look(at=11),
    "a pause after 500": lambda: Tape().look(BROKEN, at=10).look(at=11),
    "something else after 500": lambda: Tape().look(BROKEN, at=10).balance(10.1),
    "pauses that grow": lambda: failures(0, 2, 5, 10, 20),
    "long pauses": lambda: failures(0, 15, 30, 45, 60),
    "a look before the second order": lambda: Tape().order(LOST).listed(at=2).order("2", at=5).refund(at=9, number="2"),
    "an order for another service": lambda: (
        Tape().order(LOST).listed(at=3).order("2", at=5, service="tg").refund(at=9, number="2")
    ),
    "an order after a refusal": lambda: Tape().order(NO_NUMBERS).order("2", at=25).refund(at=90, number="2"),
    "returned": lambda: polls(5, 10),
    "a return that was refused": lambda: Tape().order().look(at=5).refund(REFUSED, at=100),
    "returned by itself": lambda: Tape().order().look("refunded", at=1300),
    "an order that was there before": lambda: Tape().listed(item("5")),
    "found and returned": lambda: Tape().order(LOST).listed(item("7"), at=2).refund(at=9, number="7"),
    "a new quote that is used": lambda: (
        Tape()
        .order(PRICE_CHANGED, m="m1", n="n1")
        .quote(20, m="m2", at=3)
        .order(at=5, m="m2", n="nm2")
        .look(HEARD, at=9)
    ),
    "a higher maximum": lambda: Tape().order(PRICE_CHANGED).order(maximumPrice="30", at=5).look(HEARD, at=9),
    "a pause after NO_NUMBERS": lambda: Tape().order(NO_NUMBERS).order(NO_NUMBERS, at=20),
    "another carrier after NO_NUMBERS": lambda: Tape().order(NO_NUMBERS).order(NO_NUMBERS, at=2, carrier="at&t"),
    "the price that was quoted": lambda: Tape().quote(16, "at&t").order(carrier="at&t", at=2).look(HEARD, at=9),
    "any carrier is dearer": lambda: Tape().quote(16).order(price=20, at=2).look(HEARD, at=9),
    "a dearer carrier returned": lambda: Tape().quote(16, "at&t").order(carrier="at&t", price=20, at=2).refund(at=9),
    "the balance twice": lambda: (
        Tape().order().look(at=5).balance(5).look(at=10).balance(10).look(at=15).look(at=20).refund(at=30)
    ),
    "a return before the SMS": lambda: Tape().order().look(at=5).refund(at=9),
    "another SMS after one": lambda: Tape().order().look(HEARD, at=5).another(at=6),
    "a list before each of many orders": lambda: (
        Tape()
        .listed(item("9"))
        .order("1", at=0.1)
        .listed(item("9"), item("1"), at=0.2)
        .order("2", at=0.3)
        .listed(item("9"), item("1"), item("2"), at=0.4)
        .order("3", at=0.5)
        .listed(item("9"), item("1"), item("2"), item("3"), at=0.6)
        .refund(at=60, number="1")
        .refund(at=61, number="2")
        .refund(at=62, number="3")
    ),
    "the balance before each of many orders": lambda: (
        Tape()
        .order("1")
        .look(at=5)
        .balance(6)
        .order("2", at=7)
        .look(at=10)
        .balance(11)
        .order("3", at=12)
        .look(at=15)
        .balance(16)
        .order("4", at=17)
        .look(at=20)
        .refund(at=60, number="1")
        .refund(at=61, number="2")
        .refund(at=62, number="3")
        .refund(at=63, number="4")
    ),
    "orders at the same time, for which there are no numbers": lambda: slow(
        Tape().order(NO_NUMBERS).order(NO_NUMBERS, at=0.05).order(NO_NUMBERS, at=21), 100
    ),
    "orders at the same time, of which one is lost": lambda: slow(
        Tape().order(LOST).order("2", at=0.05).listed(item("2"), at=2).refund(at=9, number="2"), 100
    ),
    "orders at the same time when the price changes": lambda: slow(
        Tape().order(PRICE_CHANGED, m="m1", n="n1").order(PRICE_CHANGED, at=0.05, m="m1", n="n1"), 100
    ),
    "a return while the SMS is on its way": lambda: slow(Tape().order().look(HEARD, at=5).refund(at=5.05), 100),
    "pauses by chance": lambda: failures(0, 2, 6, 14, 16),
    "another SMS of an order of yesterday": lambda: Tape().another((200, {"ok": False, "errorMessage": "POOR"})),
    "a quote that is the same again": lambda: (
        Tape().order(PRICE_CHANGED, m="m1", n="nm1").quote(16, at=3).order(at=5, m="m1", n="nm1").look(HEARD, at=9)
    ),
    "the carrier itself is dearer": lambda: (
        Tape()
        .quote(16, "at&t")
        .order(carrier="at&t", price=18, at=2)
        .look([{**HEARD[0], "carrier": "at&t", "purchasePrice": 18}], at=9)
    ),
    "an order of yesterday in the list": lambda: (
        Tape().order(LOST).listed(item("5", "expired", orderedAtUTC=written(START - 86_400_000)), at=2)
    ),
    "bodies that a recorder has left out": lambda: without_answers(
        Tape().quote().order(m="m1", n="nm1", at=2).look(at=5).look(HEARD, at=9).balance(at=10)
    ),
    "what a browser asks before a request": lambda: Tape().call(
        "OPTIONS", BALANCE, (204, b""), sent=(("Access-Control-Request-Method", "GET"),)
    ),
    "sound requests": lambda: Tape().quote().order(m="m1", n="n1", at=2).look(HEARD, at=9).balance(at=10),
}


def heaviest(tape: Tape) -> Finding:
    return tape.judged().findings[0]


@pytest.mark.parametrize("name", BREACHES)
def test_a_breach_is_named(name: str) -> None:
    code, tape = BREACHES[name]
    assert code in tape().codes()


@pytest.mark.parametrize("name", NEAR)
def test_what_comes_near_is_not(name: str) -> None:
    assert NEAR[name]().codes() == set()


def test_every_rule_is_broken_here_and_explained() -> None:
    broken = {code for code, _ in BREACHES.values()}
    assert broken == {*CONTRACT, *BEHAVIOUR}
    assert broken <= set(codes())


def test_the_limit_of_looks_can_be_set() -> None:
    tape = polls(10, 13, 16, 19)
    assert tape.codes(limits=Limits(poll=5)) == {"client.polls-too-fast"}


def test_retry_after_is_the_pause_that_counts() -> None:
    limited = Tape().call("GET", "/v3/customers/demo/balance", ROUGH, 0, (("Retry-After", "30"),))
    assert limited.balance(at=10).codes() == {"client.no-backoff"}


def test_nothing_is_said_of_pauses_where_time_does_not_pass() -> None:
    assert polls(10, 10, 10, 10, 10).codes(paced=False) == set()


def test_a_client_that_goes_on_may_still_return_its_order() -> None:
    assert Tape().order().look(at=5).codes(ended=False) == set()


def test_an_order_that_expired_is_lost_though_the_client_goes_on() -> None:
    assert Tape().order().look(at=5).balance(at=1300).codes(ended=False) == {"client.abandons-order"}


def test_calls_at_the_same_time_do_not_follow_each_other() -> None:
    tape = Tape().look(BROKEN, at=10).look(at=10.2)
    slow = tape.exchanges[0]._replace(duration=5000)
    tape.exchanges[0] = slow
    assert tape.codes() == set()


def test_the_evidence_is_the_calls_that_broke_the_rule() -> None:
    tape = Tape().order(NO_NUMBERS).balance(at=2).order(NO_NUMBERS, at=5)
    assert heaviest(tape).exchanges == (tape.exchanges[0], tape.exchanges[2])


def test_the_same_mistake_is_told_once() -> None:
    tape = Tape().order(NO_NUMBERS, colour="red").order(NO_NUMBERS, colour="red", at=25)
    [finding] = tape.judged().findings
    assert finding.message.endswith("2 times in all.")


def test_who_orders_again_is_not_blamed_for_not_looking_too() -> None:
    assert Tape().order(LOST).order("2", at=5).refund(at=9, number="2").codes() == {"client.orders-again"}


def test_lists_of_two_services_are_not_one_poll() -> None:
    tape = Tape()
    for at in range(5):
        service, answer = "ds" if at % 2 else "tg", (200, {"error": False, "body": [item()]})
        tape.call("GET", "/cs/getBulkPhoneStatus", answer, at * 0.6, userId="demo", key="[redacted]", service=service)
    assert "client.polls-too-fast" not in tape.codes()


def test_looks_are_judged_in_the_order_of_time() -> None:
    tape = NEAR["slow looks"]()
    tape.exchanges.reverse()
    assert tape.codes() == set()


def test_orders_are_judged_in_the_order_of_time() -> None:
    tape = Tape().order("2", at=5).order(LOST).refund(at=9, number="2")
    assert tape.codes() == {"client.orders-again"}


def test_an_answer_that_was_cut_off_is_no_answer() -> None:
    tape = without_answers(Tape().order())
    tape.exchanges = [each._replace(notes={**each.notes, "failure": "it ended early"}) for each in tape.exchanges]
    assert tape.codes() == {"client.abandons-order"}
