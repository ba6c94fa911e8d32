"""The offers in the responses that refuse orders."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.drift.inference.encodings import Encoding
from mockserver.drift.inference.knowledge import Entity, Knowledge
from mockserver.drift.inference.meaning import Path, Value
from mockserver.drift.inference.refusals import Refusal
from mockserver.drift.inference.refused_offers import meanings
from mockserver.drift.inference.service_clock import ServiceClock
from tests.drift.inference.evidence import call

PRICES = {"ds": 1600, "wa": 2400}


def found(*bodies: Any, purpose: str = "order", prices: dict[str, int] = PRICES) -> dict[Path, Value]:
    """The meanings in refusals of orders of Discord and WhatsApp, in turn."""
    knowledge = Knowledge()
    for service, price in prices.items():
        knowledge.learn(Entity("offer", "", ("12", service, "any")), "price", price, 0)
    refusals = [
        Refusal(
            call(purpose, 10 + number, country="12", service=("ds", "wa")[number % 2], carrier="any"),
            400, "application/json", body, "",
        )
        for number, body in enumerate(bodies)
    ]  # fmt: skip
    return dict(meanings(refusals, knowledge, ServiceClock(knowledge)))


def test_the_price_of_the_offer_is_found_by_what_is_known_of_it() -> None:
    value = Value("offer.price", Encoding("string", ("x-unit", "dollars")), None, 2)
    assert found({"now": {"cost": "16.00"}}, {"now": {"cost": "24.00"}}) == {("now", "cost"): value}


@pytest.mark.parametrize(
    "bodies",
    [
        pytest.param([{"cost": 1600}, {"cost": 1600}], id="the price of another offer"),
        pytest.param([{"cost": 1}, {"cost": 2}], id="no price"),
        pytest.param([{"cost": 1600}], id="a single number"),
        pytest.param([{"rows": [1600]}, {"rows": [2400]}], id="in lists"),
        pytest.param([{"cost": None}, {"cost": None}], id="null"),
        pytest.param(["no", "no"], id="no objects"),
        pytest.param([], id="no refusals"),
    ],
)
def test_nothing_is_concluded_without_evidence(bodies: list[Any]) -> None:
    assert found(*bodies) == {}


def test_the_prices_of_unknown_offers_mean_nothing() -> None:
    assert found({"cost": 1600}, {"cost": 2400}, prices={}) == {}


def test_only_the_refusals_of_orders_have_offers() -> None:
    assert found({"cost": 1600}, {"cost": 2400}, purpose="quote") == {}
