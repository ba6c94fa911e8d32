"""What came and went in a world: asked for, counted, verified, waited for, exported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from mockserver.simulation.limits import WorldLimits
from mockserver.traffic import jsonl

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.control.conftest import Opened, Steered

HAR = jsonschema_rs.validator_for(
    json.loads((Path(__file__).parents[1] / "traffic/har-1.2.json").read_text(encoding="utf-8"))
)


@pytest.fixture
def busy(home: Opened) -> Opened:
    """A world in which an order was placed, looked at and asked for under a wrong id; then V2 was asked."""
    order = home.order()
    home.v3.get(f"/numbers/{{user}}/order/{order}")
    home.v3.get("/numbers/{user}/order/77")
    home.v2.get("/getBalance")
    return home


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [1, 2, 3, 4]),
        ({"operation": "v3.getOrder"}, [2, 3]),
        ({"operation": "v3.*"}, [1, 2, 3]),
        ({"method": "put"}, [1]),
        ({"path": "/cs/*"}, [4]),
        ({"status": 404}, []),
        ({"account": "demo"}, [1, 2, 3, 4]),
        ({"account": "other"}, []),
        ({"order": "77"}, [3]),
        ({"after": 2}, [3, 4]),
        ({"after": 1, "limit": 1}, [2]),
        ({"operation": "v3.getOrder", "status": 200}, [2, 3]),
    ],
)
def test_a_journal_is_asked_by_conditions(busy: Opened, query: dict[str, Any], numbers: list[int]) -> None:
    assert [exchange["number"] for exchange in busy.exchanges(**query)] == numbers
    assert busy("GET", "/journal/count", params=query).json()["count"] == len(numbers)


@pytest.mark.parametrize(
    ("expectation", "verified", "message"),
    [
        ({"calls": [{"operation": "v3.getOrder"}]}, True, "2 times, expected at least once"),
        ({"calls": [{"operation": "v3.getOrder"}], "exactly": 2}, True, "expected exactly 2 times"),
        ({"calls": [{"operation": "v3.getOrder"}], "exactly": 1}, False, "expected exactly once"),
        ({"calls": [{"operation": "v3.getOrder"}], "atMost": 1}, False, "expected at most once"),
        ({"calls": [{"operation": "v3.getOrder"}], "atLeast": 3}, False, "expected at least 3 times"),
        ({"calls": [{"operation": "v3.getOrder", "status": 500}]}, False, "status is 200, not 500"),
        ({"calls": [{"operation": "v3.orderNumber"}, {"operation": "v3.getOrder"}]}, True, "all 2 calls were made"),
        (
            {"calls": [{"operation": "v3.getOrder"}, {"operation": "v3.orderNumber"}]},
            False,
            "call 2 of 2 was not made after #2",
        ),
    ],
)
def test_calls_are_verified(busy: Opened, expectation: dict[str, Any], verified: bool, message: str) -> None:
    verdict = busy("POST", "/journal/verify", json=expectation).json()
    assert (verdict["verified"], message in verdict["message"]) == (verified, True), verdict["message"]


def test_what_is_missed_is_told_with_what_comes_nearest(busy: Opened) -> None:
    expectation = {"calls": [{"operation": "v3.getOrder", "status": 500, "method": "GET"}]}
    nearest = busy("POST", "/journal/verify", json=expectation).json()["nearest"]
    assert [miss["exchange"] for miss in nearest][:2] == [2, 3]


def test_a_journal_is_bounded_and_its_numbers_go_on(steer: Callable[..., Steered]) -> None:
    home = steer(limits=WorldLimits(journal=3)).home
    for _ in range(5):
        home.v3.balance()
    answer = home("GET", "/journal").json()
    assert ([each["number"] for each in answer["exchanges"]], answer["recorded"], answer["forgotten"]) == (
        [3, 4, 5],
        5,
        2,
    )


def test_a_long_body_is_cut(steer: Callable[..., Steered]) -> None:
    home = steer(limits=WorldLimits(kept=100)).home
    home.v3.get("/numbers/{user}/countries")
    [exchange] = home.exchanges()
    assert len(exchange["answer"]["body"]) == 100


def test_faults_and_rules_are_named(home: Opened) -> None:
    home("POST", "/faults", json={"name": "down", "when": {"operation": "v3.getPopular"}, "then": {"status": 503}})
    home.v3.get("/numbers/{user}/popular")
    home.order()
    assert [(each["faults"], each["rules"]) for each in home.exchanges()] == [(["down"], []), ([], ["orders[0]"])]


def test_what_an_answer_breaks_is_recorded(home: Opened) -> None:
    home("POST", "/faults", json={"when": {"operation": "v3.getBalance"}, "then": {"omit": "body.balance"}})
    home.v3.get("/customers/{user}/balance")
    [found] = home("GET", "/violations", params={"level": "error"}).json()["violations"]
    assert (found["side"], found["operation"], found["exchange"]) == ("answer", "v3.getBalance", 1)


@pytest.mark.parametrize(
    ("query", "sides"),
    [
        ({}, ["request", "answer"]),
        ({"side": "request"}, ["request"]),
        ({"side": "answer"}, ["answer"]),
        ({"side": "request", "level": "error"}, []),
    ],
    ids=str,
)
def test_violations_are_asked_for_by_their_side(home: Opened, query: dict[str, str], sides: list[str]) -> None:
    home("POST", "/faults", json={"when": {"operation": "v3.getBalance"}, "then": {"omit": "body.balance"}})
    home.v3.get("/customers/{user}/balance", colour="red")
    found = home("GET", "/violations", params=query).json()["violations"]
    assert [each["side"] for each in found] == sides


def test_an_archive_is_valid(busy: Opened) -> None:
    archive = busy("GET", "/journal/har").json()
    assert [str(error) for error in HAR.iter_errors(archive)] == []
    assert len(archive["log"]["entries"]) == 4


def test_the_lines_can_be_read_again(busy: Opened) -> None:
    exchanges = list(jsonl.read(busy("GET", "/journal/lines").content.splitlines(keepends=True)))
    names = ["v3.orderNumber", "v3.getOrder", "v3.getOrder", "v2.getBalance"]
    assert [exchange.operation for exchange in exchanges] == names


def test_a_request_without_a_known_key_is_a_stray(steered: Steered) -> None:
    steered.service.get("/v3/customers/demo/balance", params={"apiKey": "nobodys"})
    [stray] = steered("GET", "/strays").json()["exchanges"]
    assert (stray["world"], stray["status"], "nobodys" in json.dumps(stray)) == (None, 401, False)
