"""What is said of a client on the terminal."""

from __future__ import annotations

from io import StringIO

from rich.console import Console

from mockserver.findings import explain
from mockserver.grade import console as judge_console
from tests.judge.tape import LOST, NO_NUMBERS, Tape, item


def shown(tape: Tape, *places: str) -> str:
    console = Console(file=StringIO(), width=200)
    judge_console.show_finding(tape.judged().findings[0], console, places)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


def told(tape: Tape) -> str:
    return judge_console.cost(tape.judged().statement)


TOO_FAST = Tape().order(NO_NUMBERS).order(NO_NUMBERS, at=5)


def test_a_finding_shows_its_code_and_operation() -> None:
    assert "client.no-numbers-too-fast  v3.orderNumber" in shown(TOO_FAST)


def test_a_finding_shows_what_it_costs() -> None:
    assert explain("client.no-numbers-too-fast").cost in shown(TOO_FAST)


def test_a_finding_shows_its_evidence_with_its_times() -> None:
    assert "15:06:45.000 PUT /v3/numbers/demo/order → 200" in shown(TOO_FAST)


def test_a_lost_answer_is_told_as_none() -> None:
    tape = Tape().order(LOST).order("2", at=5).refund(at=9, number="2")
    assert "15:06:40.000 PUT /v3/numbers/demo/order → no answer" in shown(tape)


def test_a_finding_shows_under_what_it_was_made() -> None:
    assert "no-sms; slow" in shown(TOO_FAST, "no-sms", "slow")


def test_what_orders_cost_is_told() -> None:
    tape = Tape().order().refund(at=9).order("2", at=10)
    cost = "Cost: 2 orders, $0.32 charged, $0.16 refunded, $0.16 lost, $0.16 of it for orders without an SMS."
    assert cost in told(tape)


def test_an_order_that_may_not_exist_is_told() -> None:
    assert "1 of them may not exist: they got no response" in told(Tape().order(LOST).listed(at=2))


def test_what_was_never_met_is_named() -> None:
    console = Console(file=StringIO(), width=200)
    console.print(judge_console.met(Tape().listed(item("5")).judged().coverage))
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    [states] = [line.split() for line in text.splitlines() if "states" in line]
    assert states == ["states", "1", "of", "4", "completed,", "refunded,", "expired"]


def test_how_long_it_took_is_told() -> None:
    assert judge_console.span(Tape().balance().balance(at=500).judged()) == "2 calls in 8 minutes."
