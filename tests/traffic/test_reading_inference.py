"""What traffic says about readings: which value it speaks for, and when it must not."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from mockserver.contract import ReadingError, contract, readings, vocabulary
from mockserver.contract.readings import Evidence
from mockserver.traffic import reading_inference
from mockserver.traffic.calls import calls
from mockserver.traffic.reading_inference import Indication, Readings, settled
from mockserver.traffic.rule_witnesses import WITNESSES, Lifetime
from tests.judge.tape import BROKEN, DOCUMENTS, LOST, NO_NUMBERS, PRICE_CHANGED, Tape, item

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.contract import Overlays

BALANCE = "/v3/customers/demo/balance"
SMS: dict[str, Any] = {"sms": "123", "code": "123", "messages": [{"text": "123"}]}


def failed(status: int, text: str) -> tuple[int, dict[str, Any]]:
    return status, {"ok": False, "errorMessage": text}


def balance(tape: Tape, cents: int, **said: Any) -> Tape:
    return tape.call("GET", BALANCE, {"balance": cents, **said})


def discounted(tape: Tape) -> Tape:
    rates = [[8000, 0.5, "-50%"], [0, 1, "0%"]]
    return balance(tape, 100, currentDiscountRate="-50%", discountRates=rates)


SPEAKS: dict[str, tuple[str, str, Callable[[], Tape]]] = {
    "a refusal with 200": ("failures", "envelope", lambda: Tape().order(NO_NUMBERS)),
    "a refusal with a status of its own": ("failures", "status", lambda: Tape().look(failed(404, "ORDER_NOT_FOUND"))),
    "no numbers with 503": ("failures", "status", lambda: Tape().order(failed(503, "NO_NUMBERS"))),
    "222 in V2": (
        "failures",
        "status",
        lambda: Tape().call(
            "POST", "/cs/purchase", (222, {"error": True, "message": PRICE_CHANGED[1]["errorMessage"]})
        ),
    ),
    "completed": ("completed-word", "completed", lambda: Tape().look("completed")),
    "complete": ("completed-word", "complete", lambda: Tape().look("complete")),
    "complete in a list": ("completed-word", "complete", lambda: Tape().listed(item("1", "complete"), item("2"))),
    "complete in an answer that is wrong elsewhere": (
        "completed-word",
        "complete",
        lambda: Tape().look([{**item("1", "complete"), "purchasePrice": "much"}]),
    ),
    "expired": ("expiry", "kept", lambda: Tape().order().look("expired")),
    "refunded by itself": ("expiry", "refunded", lambda: Tape().order().look("refunded")),
    "another for nothing": ("another-sms", "free", lambda: balance(balance(Tape().order(), 100).another(), 100)),
    "another for its price": ("another-sms", "charged", lambda: balance(balance(Tape().order(), 100).another(), 84)),
    "another without money": ("another-sms", "charged", lambda: Tape().another(failed(200, "INSUFFICIENT_BALANCE"))),
    "222 above the maximum": (
        "price-above-maximum",
        "222",
        lambda: Tape().quote(30).order(PRICE_CHANGED, maximumPrice="20"),
    ),
    "no numbers above the maximum": (
        "price-above-maximum",
        "no-numbers",
        lambda: Tape().quote(30).order(NO_NUMBERS, maximumPrice="20"),
    ),
    "less is paid than was shown": ("discount", "applied", lambda: discounted(Tape()).quote(20).order(price=10)),
    "what was shown is paid": ("discount", "shown", lambda: discounted(Tape()).quote(20).order(price=20)),
}

SILENT: dict[str, tuple[str, Callable[[], Tape]]] = {
    "222 in V3, whose status is documented": ("failures", lambda: Tape().order(PRICE_CHANGED)),
    "a refusal that nobody knows": ("failures", lambda: Tape().look(failed(404, "GONE_FISHING"))),
    "a refusal that is always so": ("failures", lambda: Tape().look(failed(401, "UNAUTHORIZED"))),
    "a success": ("failures", lambda: Tape().order().look().listed(item())),
    "a gateway without a server": ("failures", lambda: Tape().order((503, b"<html>"))),
    "another word": ("completed-word", lambda: Tape().look("waiting").look("done")),
    "expired after an SMS": ("expiry", lambda: Tape().order().look([item("1", "expired", **SMS)])),
    "refunded after a refund": ("expiry", lambda: Tape().order().refund().look("refunded")),
    "refunded after a refund whose answer was lost": ("expiry", lambda: Tape().order().refund(LOST).look("refunded")),
    "refunded without a time in which it waited": ("expiry", lambda: Tape().look("refunded")),
    "an order between two balances": (
        "another-sms",
        lambda: balance(balance(Tape().order(), 100).another().order("2"), 84),
    ),
    "an order whose answer was lost between two balances": (
        "another-sms",
        lambda: balance(balance(Tape().order(), 100).another().order(BROKEN), 84),
    ),
    "another that was refused": (
        "another-sms",
        lambda: balance(balance(Tape().order(), 100).another(failed(200, "SMS_NOT_RECEIVED")), 100),
    ),
    "a maximum that is high enough": ("price-above-maximum", lambda: Tape().quote(20).order(NO_NUMBERS)),
    "no price was shown": ("price-above-maximum", lambda: Tape().order(NO_NUMBERS)),
    "the account has no discount": ("discount", lambda: Tape().balance().quote(20).order(price=20)),
}


def heard(tape: Tape, *, overlays: Overlays = (), **notes: object) -> dict[str, dict[str, int]]:
    """How often a tape speaks for the values of each reading."""
    found = Readings(DOCUMENTS.values(), {}, overlays)
    for exchange in tape.exchanges:
        found.see(exchange._replace(notes=notes))
    return {each.reading: each.times for each in found.indications()}


@pytest.mark.parametrize("name", SPEAKS)
def test_traffic_speaks_for_a_value(name: str) -> None:
    reading, value, tape = SPEAKS[name]
    assert list(heard(tape())[reading]) == [value]


@pytest.mark.parametrize("name", SILENT)
def test_traffic_is_silent(name: str) -> None:
    reading, tape = SILENT[name]
    assert heard(tape())[reading] == {}


def test_traffic_speaks_for_every_value_here() -> None:
    assert {(reading, value) for reading, value, _ in SPEAKS.values()} == {
        (reading.name, value) for reading in readings().values() for value in reading.values
    }


@pytest.mark.parametrize("notes", [{"faults": ["lie"]}, {"stopped": "no money"}, {"left_out": ["answer"]}])
def test_an_answer_that_is_not_the_services_own_says_nothing(notes: dict[str, Any]) -> None:
    assert heard(Tape().look("complete"), **notes)["completed-word"] == {}


def test_a_request_counts_though_a_fault_has_changed_its_answer() -> None:
    refund, look = Tape().refund().look("refunded").exchanges
    found = Readings(DOCUMENTS.values(), {})
    for exchange in (*Tape().order().exchanges, refund._replace(notes={"faults": ["slow"]}), look):
        found.see(exchange)
    assert {each.reading: each.times for each in found.indications()}["expiry"] == {}


@pytest.mark.parametrize(("reading", "value"), [("expiry", "refunded"), ("failures", "status")])
def test_the_readings_that_were_chosen_are_the_defaults(reading: str, value: str) -> None:
    chosen = {reading: value}
    found = Readings(contract(chosen).documents.values(), chosen).indications()
    assert {each.reading: each.default for each in found}[reading] == value


def test_a_value_is_found_whatever_else_was_chosen() -> None:
    chosen = {"failures": "status", "completed-word": "complete"}
    found = Readings(contract(chosen).documents.values(), chosen)
    for exchange in Tape().order(NO_NUMBERS).look("completed").exchanges:
        found.see(exchange)
    assert settled(found.indications()) == {"failures": "envelope", "completed-word": "completed"}


def test_what_contradicts_itself_settles_nothing() -> None:
    assert settled([Indication("failures", "envelope", {"envelope": 1, "status": 2})]) == {}


def overlay(path: Path, *actions: dict[str, Any], **others: Any) -> Path:
    info = {"title": "Another service", "version": "1"}
    path.write_bytes(orjson.dumps({"overlay": "1.0.0", "info": info, "actions": actions, **others}))
    return path


def test_the_documents_are_those_that_overlays_make(tmp_path: Path) -> None:
    action = {"target": "$['x-failures'].reasons['NO_NUMBERS']", "update": {"code": "SOLD_OUT"}}
    said = heard(Tape().order(failed(503, "SOLD_OUT")), overlays=[overlay(tmp_path / "o.json", action)])
    assert said["failures"] == {}  # the documents here are without it
    found = Readings(contract({}, [tmp_path / "o.json"]).documents.values(), {}, [tmp_path / "o.json"])
    for exchange in Tape().order(failed(503, "SOLD_OUT")).exchanges:
        found.see(exchange)
    assert settled(found.indications()) == {"failures": "status"}


def test_an_overlay_that_does_not_fit_every_value_leaves_nothing_to_compare(tmp_path: Path) -> None:
    only = {"target": "$.components.schemas.OrderStatus[?@.completed[0] == 'complete']", "remove": True}
    path = overlay(tmp_path / "o.json", only)
    assert heard(Tape().look("complete"), overlays=[path])["completed-word"] == {}


REPAID, CHARGED = {"expiry": "repaid"}, {"another_sms": "charged"}
CHANGED: dict[str, tuple[dict[str, str], str, dict[str, int], Callable[[], Tape]]] = {
    "a value that another reading has": (
        CHARGED, "charged", {"charged": 1}, lambda: balance(balance(Tape().order(), 100).another(), 84),
    ),
    "and traffic that contradicts it": (
        CHARGED, "charged", {"free": 1}, lambda: balance(balance(Tape().order(), 100).another(), 100),
    ),
    "a value that no reading has": (REPAID, "repaid", {}, lambda: Tape().order().look("expired")),
    "and money that is returned": (REPAID, "repaid", {"kept": 1}, lambda: Tape().order().look("expired").refund()),
    "and another order of this number": (
        REPAID, "repaid", {}, lambda: Tape().order().look("expired").order().refund(),
    ),
    "and a return that is refused": (
        REPAID, "repaid", {}, lambda: Tape().order().look("expired").refund(failed(200, "REFUND_NOT_ALLOWED")),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_a_rule_that_overlays_change_is_the_default(tmp_path: Path, name: str) -> None:
    rules, default, times, tape = CHANGED[name]
    overlays = [overlay(tmp_path / "o.json", **{"x-rules": rules})]
    found = Readings(contract({}, overlays).documents.values(), {}, overlays)
    for exchange in tape().exchanges:
        found.see(exchange)
    [told] = [each for each in found.indications() if each.default == default]
    assert told.times == times


@pytest.mark.parametrize(
    ("shown", "seen"),
    [(item(), "1200000ms"), (item("1", "refunded"), ""), (item(**SMS), "")],
    ids=["waiting", "over", "renewed"],
)
def test_the_lifetime_is_that_of_an_order_that_waits(shown: dict[str, Any], seen: str) -> None:
    [call] = calls(DOCUMENTS.values(), Tape().look([shown]).exchanges)
    assert Lifetime().see(call) == seen


def test_witnesses_are_of_rules_that_there_are() -> None:
    assert WITNESSES.keys() <= vocabulary().rules.keys()


@pytest.mark.parametrize("rules", [{"refund_window": "3d"}, {}], ids=["no witness", "no rule"])
def test_a_reading_that_nothing_can_tell_of_is_told(monkeypatch: pytest.MonkeyPatch, rules: dict[str, str]) -> None:
    expiry = readings()["expiry"]
    values = {name: value._replace(rules=rules if value.rules else {}) for name, value in expiry.values.items()}
    wrong = expiry._replace(values=MappingProxyType(values))
    monkeypatch.setattr(reading_inference, "readings", lambda: {"expiry": wrong})
    with pytest.raises(ReadingError, match=r"expiry\.yaml:4:11: the evidence of expiry is rules, but "):
        Readings(DOCUMENTS.values(), {})


def test_a_reading_may_say_that_nothing_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    silent = readings()["expiry"]._replace(evidence=Evidence.NONE)
    monkeypatch.setattr(reading_inference, "readings", lambda: {"expiry": silent})
    assert heard(Tape().order().look("expired")) == {"expiry": {}}
