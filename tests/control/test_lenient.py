"""A lenient world serves what can be understood, and records what was wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.control.conftest import Json, Opened, Steered

MENDED: dict[str, tuple[Json, list[str]]] = {
    "a number for a text": ({"country": 12}, ["body.country"]),
    "spaces around a number": ({"maximumPrice": " 1000 "}, ["body.maximumPrice"]),
    "both": ({"country": 12, "maximumPrice": " 1000 "}, ["body.country", "body.maximumPrice"]),
}
"""What is wrong in an order, and where that is."""

NOT_UNDERSTOOD: dict[str, Json] = {
    "a list for a text": {"country": ["12"]},
    "nothing for a text": {"country": None},
    "a word for a price": {"maximumPrice": "dear"},
}


@pytest.fixture
def lenient(steered: Steered) -> Opened:
    return steered.create(strictness="lenient", clock="manual")


@pytest.fixture
def strict(steered: Steered) -> Opened:
    return steered.create(clock="manual")


def violations(world: Opened, **query: str) -> list[Json]:
    found: list[Json] = world("GET", "/violations", params=query).json()["violations"]
    return found


def order_of(answer: Any) -> str:
    order: str = answer.json()["body"]["orderId"]
    return order


@pytest.mark.parametrize(("changes", "places"), MENDED.values(), ids=MENDED)
def test_what_can_be_understood_is_served_and_recorded(lenient: Opened, changes: Json, places: list[str]) -> None:
    order = order_of(lenient.v3.order(**changes))
    assert lenient.v3.item(order)["cShort"] == "12"
    assert [(each["exchange"], each["place"], each["side"]) for each in violations(lenient, level="error")] == [
        (1, place, "request") for place in places
    ]


@pytest.mark.parametrize(("changes", "places"), MENDED.values(), ids=MENDED)
def test_a_strict_world_refuses_and_records_the_same(strict: Opened, changes: Json, places: list[str]) -> None:
    assert strict.v3.order(**changes).status_code == 400
    assert [each["place"] for each in violations(strict, level="error")] == places
    assert strict.v3.balance() == 10000


@pytest.mark.parametrize("changes", NOT_UNDERSTOOD.values(), ids=NOT_UNDERSTOOD)
def test_what_cannot_be_understood_is_refused_and_changes_nothing(lenient: Opened, changes: Json) -> None:
    answer = lenient.v3.order(**changes)
    assert (answer.status_code, len(violations(lenient, level="error"))) == (400, 1)
    assert (lenient.v3.balance(), lenient("GET", "/orders").json()["orders"]) == (10000, [])


def test_what_is_wrong_with_an_optional_parameter_is_dropped(lenient: Opened, strict: Opened) -> None:
    answers = [world.v2.get("/getBulkPhoneStatus", status="asleep") for world in (lenient, strict)]
    assert [answer.status_code for answer in answers] == [200, 400]
    assert [each["place"] for each in violations(lenient)] == ["query.status"]


def test_a_mended_order_costs_what_a_right_one_does(lenient: Opened, strict: Opened) -> None:
    lenient.v3.order(country=12)
    strict.v3.order()
    assert lenient.v3.balance() == strict.v3.balance() < 10000


def test_v2_is_mended_as_v3_is(lenient: Opened, strict: Opened) -> None:
    answers = [world.v2.purchase(country=12) for world in (lenient, strict)]
    assert [answer.status_code for answer in answers] == [200, 400]


@pytest.mark.parametrize("strictness", ["strict", "lenient"])
@pytest.mark.parametrize("generation", ["v3", "v2"])
def test_a_warning_refuses_nothing(steered: Steered, strictness: str, generation: str) -> None:
    world = steered.create(strictness=strictness)
    answers = {
        "v3": lambda: [world.v3.get("/customers/{user}/balance", colour="red"), world.v3.order(colour="red")],
        "v2": lambda: [world.v2.get("/getBalance", colour="red"), world.v2.purchase(colour="red")],
    }[generation]()
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [(each["level"], each["place"]) for each in violations(world)] == [
        ("warning", "query.colour"),
        ("warning", "body.colour"),
    ]


@pytest.mark.parametrize("strictness", ["strict", "lenient"])
def test_what_was_recorded_is_asked_for_by_its_level(steered: Steered, strictness: str) -> None:
    world = steered.create(strictness=strictness)
    world.v3.order(country=12, colour="red")
    found = {level: [each["place"] for each in violations(world, level=level)] for level in ("error", "warning")}
    assert found == {"error": ["body.country"], "warning": ["body.colour"]}


@pytest.mark.parametrize("strictness", ["strict", "lenient"])
def test_a_wrong_key_is_refused_however_lenient(steered: Steered, strictness: str) -> None:
    world = steered.create(strictness=strictness)
    answer = world.v3.get("/customers/{user}/balance", apiKey=f" {world.key} ")
    assert answer.status_code == 401


def test_a_request_as_it_came_is_in_the_journal_not_as_it_was_mended(lenient: Opened) -> None:
    lenient.v3.order(country=12)
    [exchange] = lenient.exchanges()
    assert '"country":12' in exchange["request"]["body"].replace(" ", "")


def test_strictness_can_be_changed_and_changed_back(lenient: Opened) -> None:
    statuses = []
    for strictness in ("lenient", "strict", "lenient"):
        lenient("PATCH", json={"strictness": strictness})
        statuses.append(lenient.v3.order(country=12).status_code)
    assert statuses == [200, 400, 200]


def test_a_fork_is_as_lenient(lenient: Opened, steered: Steered) -> None:
    copy = lenient("POST", "/fork").json()
    body = {"apiKey": copy["apiKey"], "country": 12, "service": "ds", "carrier": "any", "maximumPrice": "99"}
    url = f"/v3/numbers/{copy['userId']}/order"
    assert steered.service.put(url, json={**body, "m": "", "n": ""}).status_code == 200
