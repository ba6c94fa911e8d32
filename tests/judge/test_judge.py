"""What is to be said of a client: findings and their weight, cost, coverage and the grade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
import pytest

from mockserver.contract import contract
from mockserver.findings import Finding, Severity
from mockserver.judge import judge, letter
from mockserver.judge.rules import FAILS
from mockserver.traffic import Exchange, Request
from mockserver.traffic.recordings import KEY_IN_URL
from tests.judge.tape import BROKEN, DOCUMENTS, HOST, LOST, NO_NUMBERS, START, Tape, item

if TYPE_CHECKING:
    from pathlib import Path

SMS = [item(status="completed", sms="123", code="123")]


def finding(level: Severity, code: str = "client.request") -> Finding:
    return Finding(code, level, "client", "", "", "")


def lines(tape: Tape) -> list[tuple[str, int, int, str]]:
    return [(line.order, line.price, line.refunded, line.outcome) for line in tape.judged().statement.lines]


def test_a_sound_client_gets_the_best_grade() -> None:
    assert Tape().quote().order(at=2).look(SMS, at=9).judged().letter == "A"


def test_the_grade_is_that_of_the_worst_finding() -> None:
    assert letter([finding(Severity.NOTE), finding(Severity.ERROR), finding(Severity.WARNING)]) == "D"


def test_a_command_that_fails_gets_the_worst_grade() -> None:
    assert letter([finding(Severity.NOTE), finding(Severity.ERROR, FAILS)]) == "F"


def test_the_worst_finding_comes_first() -> None:
    tape = Tape().order(NO_NUMBERS, colour="red").order(at=5)
    assert [each.code for each in tape.judged().findings] == [
        "client.abandons-order", "client.unknown-name", "client.no-numbers-too-fast",
    ]  # fmt: skip


def test_a_break_of_what_is_documented_is_an_error() -> None:
    [found] = Tape().order(NO_NUMBERS, failover="yes").judged().findings
    assert (found.code, found.level, found.provenance) == ("client.request", Severity.ERROR, "documented")


def test_a_break_of_what_is_assumed_is_a_warning() -> None:
    [found] = Tape().order(NO_NUMBERS, maximumPrice="0.2").judged().findings
    assert (found.code, found.level, found.provenance) == ("client.request", Severity.WARNING, "assumed")


def test_a_break_names_the_line_of_the_contract() -> None:
    [found] = Tape().order(NO_NUMBERS, maximumPrice="0.2").judged().findings
    assert found.where.startswith("v3.yaml:")


def test_an_order_that_was_heard_of_is_kept() -> None:
    assert lines(Tape().order().look(SMS, at=9)) == [("1", 16, 0, "kept")]


def test_an_order_that_was_returned_is_paid_back() -> None:
    assert lines(Tape().order().refund(at=9)) == [("1", 16, 16, "refunded")]


def test_an_order_that_expired_is_lost() -> None:
    assert lines(Tape().order().look("expired", at=1300)) == [("1", 16, 0, "expired")]


def test_an_order_without_an_answer_that_shows_in_the_list_is_counted() -> None:
    assert lines(Tape().order(LOST).listed(item("7"), at=3)) == [("7", 16, 0, "open")]


def test_an_order_without_an_answer_that_never_shows_may_not_exist() -> None:
    assert lines(Tape().order(BROKEN).listed(at=3)) == [("?", 0, 0, "unknown")]


RULES = {
    "another SMS costs nothing": ({}, Tape().order().look(SMS).another(), ("1", 16, 0, "kept")),
    "another SMS costs the price": (
        {"another_sms": "charged"}, Tape().order().look(SMS).another().another(), ("1", 48, 0, "kept"),
    ),
    "an order that ends stays paid": ({}, Tape().order().look("expired"), ("1", 16, 0, "expired")),
    "its money returns by itself": ({"expiry": "repaid"}, Tape().order().look("expired"), ("1", 16, 16, "expired")),
    "but not once it was heard of": (
        {"expiry": "repaid"}, Tape().order().look(SMS).look("expired"), ("1", 16, 0, "kept"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_what_an_order_costs_is_by_the_rules(tmp_path: Path, name: str) -> None:
    rules, tape, line = RULES[name]
    overlay = tmp_path / "rules.json"
    described = {"overlay": "1.0.0", "info": {"title": "Rules", "version": "1"}, "x-rules": rules, "actions": []}
    overlay.write_bytes(orjson.dumps(described))
    judgement = judge(tape.exchanges, contract(overlays=[overlay]).documents, overlays=[overlay])
    assert [(each.order, each.price, each.refunded, each.outcome) for each in judgement.statement.lines] == [line]


def test_a_rule_broken_in_several_items_of_a_request_is_one_finding(tmp_path: Path) -> None:
    overlay = tmp_path / "tags.json"
    tags = {"tags": {"type": "array", "items": {"type": "string"}}}
    action = {"target": "$.components.schemas.OrderBody.properties", "update": tags}
    described = {"overlay": "1.0.0", "info": {"title": "Tags", "version": "1"}, "actions": [action]}
    overlay.write_bytes(orjson.dumps(described))
    tape = Tape().order(NO_NUMBERS, tags=[1, 2])
    [found] = judge(tape.exchanges, contract(overlays=[overlay]).documents, overlays=[overlay]).findings
    assert (found.code, found.check) == ("client.request", "body.tags[] type")


def test_an_order_that_was_there_before_costs_nothing() -> None:
    assert lines(Tape().listed(item("5"))) == []


def test_the_coverage_is_of_the_generation_that_the_client_speaks() -> None:
    operations = Tape().balance().judged().coverage.operations
    assert {name.partition(".")[0] for name in operations} == {"v3"}


def test_states_and_transitions_are_those_that_were_seen() -> None:
    coverage = Tape().order().look(at=2).look(SMS, at=9).judged().coverage
    assert [(each.before, each.after) for each in coverage.transitions if each.times] == [("waiting", "completed")]


def test_failures_are_met_by_their_codes() -> None:
    coverage = Tape().order(NO_NUMBERS).judged().coverage
    assert [each.name for each in coverage.names if each.kind == "failure" and each.times] == ["NO_NUMBERS"]


def test_a_failure_that_the_vocabulary_does_not_have_is_met_by_what_it_says() -> None:
    coverage = Tape().order((200, {"ok": False, "errorMessage": "SOLD: out of luck"})).judged().coverage
    assert [each.name for each in coverage.names if not each.listed] == ["SOLD"]


def test_every_failure_that_was_not_met_is_told() -> None:
    coverage = Tape().order(NO_NUMBERS).judged().coverage
    assert {"failure INSUFFICIENT_BALANCE", "failure ORDER_EXPIRED", "failure PRICE_CHANGED"} <= set(coverage.missing)


def test_a_failure_is_told_only_where_an_operation_can_fail_so() -> None:
    coverage = Tape().call("GET", "/cs/getBalance", {}, userId="demo", key="[redacted]").judged().coverage
    assert "TRANSACTION_NOT_FOUND" not in {each.name for each in coverage.names}


def test_readings_are_met_by_what_shows_them() -> None:
    coverage = Tape().order(NO_NUMBERS).judged().coverage
    assert [each.name for each in coverage.names if each.kind == "reading" and each.times] == ["failures=envelope"]


def stranger(url: str) -> Exchange:
    return Exchange(Request("GET", url), None, START, 1.0, notes={KEY_IN_URL: True})


def test_a_key_in_a_url_of_a_stranger_is_an_error() -> None:
    tape = Tape().balance()
    tape.exchanges.append(stranger("http://elsewhere.test/?who=[redacted]"))
    [found] = tape.judged().findings
    assert (found.code, found.level) == ("client.key-leak", Severity.ERROR)


def test_a_key_in_a_url_of_the_service_is_as_it_must_be() -> None:
    tape = Tape().balance()
    tape.exchanges.append(stranger(f"{HOST}/metrics?who=[redacted]"))
    assert tape.codes() == set()


def test_a_host_can_be_said_to_be_the_service() -> None:
    tape = Tape()
    tape.exchanges.append(stranger("http://proxy.test/?who=[redacted]"))
    assert tape.codes(service=["proxy.test"]) == set()


def test_a_service_that_grants_nothing_is_no_stranger() -> None:
    tape = Tape().call("GET", "/v3/customers/demo/balance", (401, {"ok": False, "errorMessage": "UNAUTHORIZED"}))
    tape.exchanges = [each._replace(notes={KEY_IN_URL: True}) for each in tape.exchanges]
    assert tape.codes() == set()


def test_what_has_nothing_to_do_with_the_service_is_no_call() -> None:
    judgement = judge([Exchange(Request("GET", "http://b.test/x"), None, START, 1.0)], DOCUMENTS)
    assert (judgement.exchanges, judgement.calls, judgement.letter) == (1, 0, "A")


def test_accounts_are_judged_apart() -> None:
    tape = Tape().order(LOST)
    tape.call("PUT", "/v3/numbers/other/order", NO_NUMBERS, 2, country="12", service="ds", carrier="any",
              maximumPrice="20", m="", n="")  # fmt: skip
    assert tape.listed(at=5).codes() == set()


def test_nothing_is_said_of_pauses_when_the_clock_of_the_world_stood_still() -> None:
    tape = Tape().order(NO_NUMBERS).order(NO_NUMBERS, at=0.1)
    tape.exchanges = [each._replace(notes={"at": "2025-02-15T16:20:27.000Z"}) for each in tape.exchanges]
    assert tape.codes() == set()
