"""A change is all or nothing: what is refused leaves the world, its journal and the other worlds as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.control.operations import document
from mockserver.simulation.limits import WorldLimits
from tests.control.conftest import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.control.conftest import Opened, Steered

NOT_JSON = {"content": b"{", "headers": {"content-type": "application/json"}}
MISFIT = scenario_of([{"userId": "a", "key": "aaaa", "balance": 1}], orders=[{"sms": [{"after": "soon"}]}])
TAKEN = scenario_of([{"userId": user, "key": user * 4, "balance": 1} for user in ("a", "demo")])

REFUSALS: dict[str, list[tuple[int, str, str, Any]]] = {
    "createWorld": [
        (400, "POST", "/worlds", {"scenario": "late-sm"}),
        (422, "POST", "/worlds", {"scenario": MISFIT}),
        (422, "POST", "/worlds", {"variables": {"price": 3}}),
        (400, "POST", "/worlds", {"readings": {"order.expiry": "never"}}),
        (400, "POST", "/worlds", {"readings": {"nothing": 1}}),
        (400, "POST", "/worlds", {"clock": "yesterday"}),
        (400, "POST", "/worlds", {"clock": {"step": "-1s"}}),
        (422, "POST", "/worlds", {"scenario": {"description": "Files.", "include": ["/etc/passwd"]}}),
        (422, "POST", "/worlds", {"scenario": {"description": "Files.", "include": ["./scenario.yaml"]}}),
        (400, "POST", "/worlds", {"scenario": "/etc/passwd"}),
        (400, "POST", "/worlds", {"scenario": "../scenarios/default.yaml"}),
        (409, "POST", "/worlds", {"scenario": TAKEN, "userId": "demo"}),
        (409, "POST", "/worlds", {"apiKey": "demo-key"}),
        (409, "POST", "/worlds", {"apiKey": "other-key", "scenario": "no-sms"}),
    ],
    "changeWorld": [(400, "PATCH", "", {"strictness": "loose"}), (400, "PATCH", "", {})],
    "deleteWorld": [(409, "DELETE", "", None)],
    "restoreSnapshot": [(400, "PUT", "/snapshot", {}), (400, "PUT", "/snapshot", NOT_JSON)],
    "loadScenario": [
        (400, "PUT", "/scenario", {"scenario": "late-sm"}),
        (422, "PUT", "/scenario", {"scenario": MISFIT}),
        (400, "PUT", "/scenario", {"scenario": {}}),
        (400, "PUT", "/scenario", {"scenario": 1}),
    ],
    "setClock": [
        (400, "PUT", "/clock", {"mode": "fast"}),
        (400, "PUT", "/clock", {"mode": "real", "scaled": 2}),
        (400, "PUT", "/clock", {}),
        (400, "PUT", "/clock", {"scaled": 0}),
        (400, "PUT", "/clock", {"scaled": 1.5}),
        (400, "PUT", "/clock", {"step": "-1s"}),
        (400, "PUT", "/clock", {"step": "367d"}),
    ],
    "advanceClock": [
        (400, "POST", "/clock/advance", {"by": "-1s"}),
        (400, "POST", "/clock/advance", {"by": 20}),
        (409, "POST", "/clock/advance", {"by": "999999999d"}),
        (409, "POST", "/clock/advance", {"by": "999999999d" * 6}),
    ],
    "deliverSms": [
        (404, "POST", "/orders/0/sms", {}),
        (404, "POST", "/orders/demo/sms", {"code": "1"}),
        (400, "POST", "/orders/{order}/sms", {"code": ""}),
        (400, "POST", "/orders/{order}/sms", {"text": "x" * 1601}),
        (400, "POST", "/orders/{order}/sms", {"code": 123456}),
        (409, "POST", "/orders/{refunded}/sms", {"code": "1"}),
    ],
    "expireOrder": [(404, "POST", "/orders/0/expire", None), (409, "POST", "/orders/{refunded}/expire", None)],
    "refundOrder": [
        (404, "POST", "/orders/0/refund", None),
        (409, "POST", "/orders/{refunded}/refund", None),
        (409, "POST", "/orders/{completed}/refund", None),
    ],
    "settlePayment": [
        (404, "POST", "/payments/0/settle", {"status": "paid"}),
        (400, "POST", "/payments/{payment}/settle", {"status": "payed"}),
        (400, "POST", "/payments/{payment}/settle", {}),
        (409, "POST", "/payments/{settled}/settle", {"status": "paid"}),
    ],
    "changeAccount": [
        (404, "PATCH", "/accounts/nobody", {"balance": 1}),
        (400, "PATCH", "/accounts/demo", {"balance": -1}),
        (400, "PATCH", "/accounts/demo", {"balance": "5.00"}),
        (400, "PATCH", "/accounts/demo", {}),
    ],
    "changeCatalogue": [
        (404, "PATCH", "/catalogue", {"country": "nowhere", "service": "ds", "price": 1}),
        (404, "PATCH", "/catalogue", {"country": "12", "service": "nothing", "price": 1}),
        (404, "PATCH", "/catalogue", {"country": "12", "service": "ds", "carrier": "nobody", "price": 1}),
        (400, "PATCH", "/catalogue", {"country": "12", "service": "ds"}),
        (400, "PATCH", "/catalogue", {"country": "12", "service": "ds", "price": -1}),
        (400, "PATCH", "/catalogue", {"country": "12", "service": "ds", "price": 5, "stock": -1}),
        (400, "PATCH", "/catalogue", {"country": "12", "service": "ds", "stock": 10**18}),
    ],
    "addFault": [
        (400, "POST", "/faults", {"then": {}}),
        (400, "POST", "/faults", {"then": {"status": 42}}),
        (422, "POST", "/faults", {"when": {"operation": "v3.getOrdr"}, "then": {"status": 500}}),
        (422, "POST", "/faults", {"when": {"account": "nobody"}, "then": {"status": 500}}),
        (400, "POST", "/faults", {"when": {"probability": 2}, "then": {"status": 500}}),
        (400, "POST", "/faults", {"when": {}}),
    ],
    "clearFaults": [],
    "removeFault": [(404, "DELETE", "/faults/9", None), (400, "DELETE", "/faults/0", None)],
    "clearJournal": [],
    "resetWorld": [],
    "forkWorld": [],
}
"""For every operation that changes something, what is refused, and how; what cannot go wrong has none."""

CASES = [case for cases in REFUSALS.values() for case in cases]


@pytest.fixture
def ids(home: Opened) -> dict[str, str]:
    """Something of everything: orders and payments in several states, a fault, and what they left in the journal."""
    completed, refunded = home.order(), home.order()
    home("POST", f"/orders/{completed}/sms", json={"code": "123456"})
    home("POST", f"/orders/{refunded}/refund")
    settled = home.pay()
    home("POST", f"/payments/{settled}/settle", json={"status": "paid"})
    home("POST", "/faults", json={"name": "once", "when": {"operation": "v3.getPopular"}, "then": {"status": 500}})
    return {
        "completed": completed,
        "refunded": refunded,
        "settled": settled,
        "order": home.order(),
        "payment": home.pay(),
    }


def state(steered: Steered) -> tuple[Any, ...]:
    """All that a change could touch."""
    home = steered.home
    shown = home("GET").json()
    del shown["usedAt"]
    journals = [home("GET", path).content for path in ("/journal", "/violations", "/coverage")]
    return home.snapshot(), shown, journals, steered.worlds.feed.last, len(steered.worlds), steered.worlds.keys


def sent(call: Callable[..., Any], method: str, path: str, body: Any) -> Any:
    return call(method, path, **(body if body is NOT_JSON else {"json": body} if body is not None else {}))


def test_every_operation_that_changes_something_is_here() -> None:
    harmless = {"verifyCalls", "waitForCalls"}
    changing = {operation.id for operation in document().operations.values() if operation.method != "GET"} - harmless
    assert changing == {*REFUSALS}


@pytest.mark.parametrize(("status", "method", "path", "body"), CASES, ids=lambda value: str(value)[:60])
def test_a_refused_change_changes_nothing(
    steered: Steered, ids: dict[str, str], status: int, method: str, path: str, body: Any
) -> None:
    call = steered if path.startswith("/worlds") else steered.home
    before = state(steered)
    answer = sent(call, method, path.format(**ids), body)
    assert (answer.status_code, state(steered) == before) == (status, True), answer.text


@pytest.mark.parametrize(("status", "method", "path", "body"), CASES, ids=lambda value: str(value)[:60])
def test_a_refusal_says_why(
    steered: Steered, ids: dict[str, str], status: int, method: str, path: str, body: Any
) -> None:
    call = steered if path.startswith("/worlds") else steered.home
    assert len(sent(call, method, path.format(**ids), body).json()["error"]) > 10


@pytest.mark.parametrize("operation", [name for name, cases in REFUSALS.items() if name != "createWorld"])
def test_a_change_of_a_world_that_is_not_there_changes_nothing(steered: Steered, operation: str) -> None:
    [found] = (each for each in document().operations.values() if each.id == operation)
    before = state(steered)
    path = found.path.replace("{world}", "nowhere").replace("{order}", "1").replace("{payment}", "1")
    bodies = {
        "changeWorld": {"strictness": "strict"},
        "restoreSnapshot": steered.home.snapshot(),
        "setClock": {"mode": "manual"},
        "advanceClock": {"by": "1s"},
        "settlePayment": {"status": "paid"},
        "changeAccount": {"balance": 1},
        "changeCatalogue": {"country": "12", "service": "ds", "price": 1},
        "addFault": {"then": {"status": 500}},
    }
    answer = steered(found.method, path.replace("{fault}", "1"), json=bodies.get(operation, {}))
    assert (answer.status_code, state(steered) == before) == (404, True)


def test_one_fault_more_than_the_limit_is_refused(steer: Callable[..., Steered]) -> None:
    home = steer(limits=WorldLimits(faults=2)).home
    statuses = [home("POST", "/faults", json={"then": {"status": 500}}).status_code for _ in range(4)]
    assert (statuses, len(home("GET", "/faults").json()["faults"])) == ([201, 201, 409, 409], 2)


def test_a_removed_fault_makes_room(steer: Callable[..., Steered]) -> None:
    home = steer(limits=WorldLimits(faults=1)).home
    home("POST", "/faults", json={"then": {"status": 500}})
    home("DELETE", "/faults/1")
    assert home("POST", "/faults", json={"then": {"status": 500}}).json()["number"] == 2


def test_a_clock_can_be_stepped_by_a_year(home: Opened) -> None:
    home("PUT", "/clock", json={"step": "366d"})
    home.v3.balance()
    assert home("GET", "/clock").json()["now"] == "2026-06-16T15:06:40.000Z"
