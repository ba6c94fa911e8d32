"""Readings in a scenario, and two of them at once: money stays in order, and every answer keeps to the contract."""

from __future__ import annotations

import json
from itertools import combinations
from typing import TYPE_CHECKING

import pytest

from mockserver import contract
from mockserver.api.api import ServedContracts
from mockserver.contract import LocatedError
from mockserver.contract.vocabulary import milliseconds
from mockserver.data import directory
from mockserver.domain.rules import Rules
from mockserver.serving.setup import set_up
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.readings.conftest import Customer, Play

READINGS = contract.readings()
ALTERNATIVES = [(name, value) for name, reading in READINGS.items() for value in [*reading.values][1:]]
CHOICES = [
    {},
    *({name: value} for name, value in ALTERNATIVES),
    *(dict(pair) for pair in combinations(ALTERNATIVES, 2) if len(dict(pair)) == 2),
    dict(ALTERNATIVES),
]

every_choice = pytest.mark.parametrize(
    "choices", CHOICES, ids=lambda choices: ",".join(map("=".join, choices.items())) or "none"
)


def live(customer: Customer) -> None:
    """Do everything that a reading may change, in an account of 80 cents with a discount."""
    first = customer.bought(1000, **customer.quote()[1])
    customer.buy(1)
    customer.buy(service="wa")
    customer.ask_again(first)
    customer.mock.advance("5s")
    customer.refund(first)
    for _ in range(3):
        customer.ask_again(first)
        customer.mock.advance("5s")
    second = customer.bought(country="16")
    customer.refund(second)
    customer.refund(second)
    third = customer.bought(country="16")
    customer.mock.advance("20m")
    for order in (first, second, third, "404"):
        customer.look(order)
        customer.ask_again(order)
        customer.refund(order)
    customer.mock.v3.get("/numbers/{user}/inventory/9")
    customer.mock.v2.get("/getBulkPhoneStatus", status="waiting")
    customer.mock.v3.get("/numbers/{user}/popular")
    customer.mock.v3.get("/statistics/{user}")
    customer.mock.client.get("/v3/nowhere")
    customer.listed()


@every_choice
def test_a_life_under_readings_leaves_money_in_order(
    play: Play, over: type[Customer], choices: Mapping[str, object]
) -> None:
    customer = over(
        play(
            choices,
            {"balance": 80, "totalCharges": 8000},
            catalogue=[{"country": "12", "service": "wa", "stock": 0}, {"country": "16", "service": "ds", "price": 10}],
            orders=[{"when": {"country": "12"}, "sms": [{"after": "5s"}]}],
        )
    )
    live(customer)
    world = customer.mock.world
    assert (world.invariant_violations(), customer.balance()) == ([], world.ledger.balance("demo"))


@every_choice
def test_both_generations_show_the_same_of_an_order(play: Play, choices: Mapping[str, object]) -> None:
    mock = play(choices, {"totalCharges": 8000})
    order = mock.v3.order().json()["body"]["orderId"]
    mock.advance("5s")
    by_v3, by_v2 = mock.v3.item(order), mock.v2.get("/getPhoneStatus", orderId=order).json()["body"]
    assert by_v2 == {**by_v3, "purchasePrice": by_v3["purchasePrice"] / 100}


def test_without_readings_a_world_has_the_default_rules(play: Play) -> None:
    assert play({}).world.rules == DEFAULT


def test_the_rules_of_all_readings_hold_in_one_world(play: Play) -> None:
    rules = {rule: to for name, value in ALTERNATIVES for rule, to in READINGS[name].values[value].rules.items()}
    assert play(dict(ALTERNATIVES)).world.rules == Rules.of({**contract.contract().rules, **rules}, milliseconds)


def test_the_documents_of_a_served_scenario_have_its_readings(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(
        "{description: x, readings: {completed-word: complete}, accounts: [{userId: demo, key: k}]}"
    )
    mock = set_up(str(tmp_path / "s.yaml"))
    documents = mock.service.documents.values()
    assert [{"complete", "completed"} & set(document.schema("OrderStatus")["enum"]) for document in documents] == [
        {"complete"}
    ] * 2


def test_the_service_by_a_choice_that_there_is_not_are_an_error() -> None:
    with pytest.raises(contract.ReadingError, match="did you mean failures"):
        ServedContracts()({"failure": "status"})


@pytest.mark.parametrize(
    ("readings", "message"),
    [
        (
            "{failure: status}",
            r"s\.yaml:2:21: \$\.readings\.failure: there is no reading of this name, did you mean failures",
        ),
        (
            "{failures: stats}",
            r"s\.yaml:2:22: \$\.readings\.failures: must be envelope or status, did you mean status\?",
        ),
        ("{price-above-maximum: 223}", r"s\.yaml:2:33: .*must be 222 or no-numbers"),
        ("{failures: true}", r"s\.yaml:2:22: \$\.readings\.failures: must be a string"),
        ("[failures]", r"s\.yaml:2:11: \$\.readings: must be an object"),
    ],
)
def test_a_scenario_with_a_wrong_reading_is_told_where(tmp_path: Path, readings: str, message: str) -> None:
    (tmp_path / "s.yaml").write_text(
        f"description: x\nreadings: {readings}\naccounts: [{{userId: demo, key: demo-key}}]\n"
    )
    with pytest.raises(LocatedError, match=message):
        set_up(str(tmp_path / "s.yaml"))


def test_the_schema_of_scenarios_offers_the_values_that_there_are() -> None:
    schema = json.loads((directory("scenarios") / "schema.json").read_bytes())
    offered = schema["properties"]["readings"]["properties"]
    assert {name: (field["default"], field["examples"]) for name, field in offered.items()} == {
        name: (reading.default, [*reading.values]) for name, reading in READINGS.items() if name in offered
    }
