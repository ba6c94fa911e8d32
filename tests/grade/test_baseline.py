from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from mockserver.grade.answer_search import play, rehearse
from mockserver.judge.answers import GeneratedAnswer
from mockserver.testing import SteeringError, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.grade.answer_search import Usual
    from mockserver.testing import Server, SmsOnline

    Does = Callable[[SmsOnline], object]

WANTED = Wanted(clock="manual", allow_violations=True)
OPENER = build_opener(ProxyHandler({}))
ORDERED = {"orderId": "77", "phoneNumber": "14155550000", "expiredAtUTC": "2030-01-01 00:00:00", "purchasePrice": 1}
OFFER = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "99", "m": "", "n": ""}
V3_ORDER = GeneratedAnswer(200, {"ok": True, "body": ORDERED})
V2_ORDER = GeneratedAnswer(200, {"error": False, **ORDERED, "purchasePrice": 0.01})
REFUSAL = GeneratedAnswer(200, {"ok": False, "errorMessage": "NO_NUMBERS"})


def send(method: str, url: str, body: dict[str, Any] | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = Request(url, content, {"content-type": "application/json"}, method=method)  # noqa: S310 - the mock's
    with OPENER.open(request) as answer:
        return json.load(answer)


def order(world: SmsOnline) -> Any:
    return send("PUT", f"{world.base_url}/numbers/{world.user_id}/order", {**OFFER, "apiKey": world.api_key})


def purchase(world: SmsOnline) -> Any:
    offer = {**OFFER, "maximumPrice": "0.99", "userId": world.user_id, "key": world.api_key}
    return send("POST", f"{world.v2_url}/purchase", offer)


def balance(world: SmsOnline) -> Any:
    return send("GET", f"{world.base_url}/customers/{world.user_id}/balance?apiKey={world.api_key}")


def does(*calls: Does, fails: bool = False) -> Callable[[SmsOnline], str]:
    def attempt(world: SmsOnline) -> str:
        for call in calls:
            call(world)
        return "failed" if fails else ""

    return attempt


def usual(server: Server, operation: str, *calls: Does, wanted: Wanted = WANTED) -> list[Usual]:
    return list(rehearse(server, wanted, does(*calls)).calls[operation])


def test_calls_are_told_by_operation_in_the_order_of_the_first(server: Server) -> None:
    calls = rehearse(server, WANTED, does(balance, order, balance)).calls
    assert {name: [each.nth for each in made] for name, made in calls.items()} == {
        "v3.getBalance": [1, 2],
        "v3.orderNumber": [1],
    }


def test_an_answer_names_no_user_of_a_world(server: Server) -> None:
    [call] = usual(server, "v3.getBalance", balance)
    assert call.answer.body["body"]["userId"] == "demo"


def test_an_answer_names_the_user_of_the_world_in_which_it_is_given(server: Server) -> None:
    [call] = usual(server, "v3.getBalance", balance)
    said: list[Any] = []
    play(
        server,
        WANTED,
        does(lambda world: said.append(balance(world)["body"]["userId"] == world.user_id)),
        call,
        call.answer,
    )
    assert said == [True]


def test_an_order_in_vain_is_left_out(server: Server) -> None:
    scenario = {"description": "none left", "include": ["default"], "orders": [{"outOfStock": {"tries": 1}}]}
    calls = usual(server, "v3.orderNumber", order, order, wanted=WANTED._replace(scenario=scenario))
    assert [(call.nth, call.order) for call in calls] == [(2, 1)]


def test_a_call_that_a_fault_has_changed_is_left_out(server: Server) -> None:
    fault = {"when": {"operation": "v3.getBalance", "nth": 1}, "then": {"omit": "body.lang"}}
    calls = usual(server, "v3.getBalance", balance, balance, wanted=WANTED._replace(faults=[fault]))
    assert [call.nth for call in calls] == [2]


def test_a_failure_is_told(server: Server) -> None:
    assert rehearse(server, WANTED, does(balance, fails=True)).failed == "failed"


def test_a_call_is_answered_otherwise(server: Server) -> None:
    _, second = usual(server, "v3.getBalance", balance, balance)
    said: list[Any] = []
    again = does(*[lambda world: said.append(balance(world))] * 2)
    play(server, WANTED, again, second, GeneratedAnswer(200, {"ok": False, "errorMessage": "x"}))
    assert [each["ok"] for each in said] == [True, False]


@pytest.mark.parametrize(
    "scenario", ["default", {"description": "as data", "include": ["default"]}, "file"], ids=["name", "data", "file"]
)
@pytest.mark.parametrize(
    ("call", "operation", "answer"), [(order, "v3.orderNumber", V3_ORDER), (purchase, "v2.purchase", V2_ORDER)]
)
def test_an_order_that_is_answered_is_there(
    server: Server, scenario: Any, call: Does, operation: str, answer: GeneratedAnswer, tmp_path: Path
) -> None:
    if scenario == "file":
        scenario = tmp_path / "own.yaml"
        scenario.write_text("description: from a file\ninclude: [default]\n")
    wanted = WANTED._replace(scenario=scenario)
    _, second = usual(server, operation, call, call, wanted=wanted)
    seen: list[Any] = []
    look = lambda world: seen.extend((each.id, each.phone_number) for each in world.orders)  # noqa: E731
    play(server, wanted, does(call, call, look), second, answer)
    assert seen[0] == ("77", "14155550000")


def test_an_order_that_is_answered_has_the_future_of_the_usual_one(server: Server) -> None:
    [call] = usual(server, "v3.orderNumber", order)
    states: list[str] = []

    def wait(world: SmsOnline) -> None:
        world.clock.advance("10s")
        states.append(world.orders[0].state)

    play(server, WANTED, does(order, wait), call, V3_ORDER)
    assert states == ["completed"]


def test_an_order_that_is_refused_costs_nothing(server: Server) -> None:
    [call] = usual(server, "v3.orderNumber", order)
    seen: list[int] = []
    play(server, WANTED, does(order, lambda world: seen.append(len(world.orders))), call, REFUSAL)
    assert seen == [0]


@pytest.mark.parametrize("fails", [True, False])
def test_the_evidence_is_the_exchange(server: Server, fails: bool) -> None:
    [call] = usual(server, "v3.getBalance", balance)
    played = play(server, WANTED, does(balance, order, fails=fails), call, call.answer)
    assert played.exchange is not None
    assert (bool(played.failed), played.exchange.operation) == (fails, "v3.getBalance")


def test_a_call_that_is_not_made_has_no_exchange(server: Server) -> None:
    _, second = usual(server, "v3.getBalance", balance, balance)
    played = play(server, WANTED, does(balance, order), second, second.answer)
    assert (played.exchange, played.made) == (None, 1)


def test_a_world_is_gone_whatever_happens_in_it(server: Server) -> None:
    before = len(server.steering.ask("listWorlds")["worlds"])
    with pytest.raises(ZeroDivisionError):
        rehearse(server, WANTED, does(lambda _: 1 / 0))
    assert len(server.steering.ask("listWorlds")["worlds"]) == before


def test_a_scenario_that_is_not_right_is_told(server: Server) -> None:
    with pytest.raises(SteeringError, match="did you mean default"):
        rehearse(server, WANTED._replace(scenario="defualt"), does(balance))
