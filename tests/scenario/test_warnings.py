"""What is valid in a scenario, but has no effect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.data import scenarios
from mockserver.scenario import fixtures
from mockserver.scenario.load import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.scenario.load import Scenario

HEAD = "description: x\ninclude: [default]\n"
NEVER = "this rule never applies, because {} takes all that it matches: move it up"


def told(read: Callable[[str], Scenario], text: str) -> list[str]:
    return [f"{problem.place.line}: {problem.message}" for problem in read(HEAD + text).warnings]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("orders:\n- sms: []\n- {when: {country: '16'}}", f"5: {NEVER.format('orders[0]')}"),
        ("payments:\n- ends: {after: 1s}\n- {when: {provider: pay4bit}}", f"5: {NEVER.format('payments[0]')}"),
        (
            "orders:\n- when: {country: '16'}\n- when: {country: '16', service: ds}",
            f"5: {NEVER.format('orders[0]')}",
        ),
    ],
)
def test_what_has_no_effect_is_told(read: Callable[[str], Scenario], text: str, message: str) -> None:
    assert told(read, text) == [message]


@pytest.mark.parametrize(
    "text",
    [
        "orders:\n- when: {nth: 1}\n- sms: []",
        "orders:\n- when: {country: '16'}\n- sms: []",
        "orders:\n- {orderId: '7'}\n- sms: []",
        "orders:\n- when: {country: '16'}\n- when: {country: '12'}",
        "orders:\n- sms: [{after: 1s, language: sv}]",
        "orders:\n- sms: []",
    ],
)
def test_what_has_an_effect_is_not(read: Callable[[str], Scenario], text: str) -> None:
    assert told(read, text) == []


def test_an_unknown_language_is_told_with_those_that_are_known(read: Callable[[str], Scenario]) -> None:
    [message] = told(read, "orders:\n- sms: [{after: 1s, language: xx}]")
    assert message.startswith("4: no template has the language xx, so the SMS is English; the languages are ")


@pytest.mark.parametrize("name", scenarios())
def test_the_shipped_scenarios_have_no_warnings(name: str) -> None:
    assert load(name, fixtures.load().catalogue).warnings == []
