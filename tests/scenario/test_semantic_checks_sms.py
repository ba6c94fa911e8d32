"""Made-up words that nobody can make up are told with their place, and with what would be right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockserver.contract import LocatedError
from mockserver.simulation.sms_texts import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.scenario.load import Scenario

    Read = Callable[[str], Scenario]

SMALLEST = "description: Small.\naccounts: [{userId: demo, key: demo-key}]\n"
ALL = "city, color_name, company, country, first_name, job, last_name, name"


def problems(read: Read, text: str) -> list[str]:
    """List what is wrong with a scenario: places, pointers and messages."""
    with pytest.raises(LocatedError) as refused:
        read(SMALLEST + text)
    return [
        f"{problem.place.line}:{problem.place.column}: {problem.pointer}: {problem.message}"
        for problem in refused.value.problems
    ]


def problem(read: Read, sms: str) -> str:
    """What is wrong with the only SMS of a scenario, and where."""
    (found,) = problems(read, f"orders:\n- sms:\n  - after: 5s\n{sms}")
    return found


@pytest.mark.parametrize(
    ("kind", "hint"),
    [
        ("frist_name", ", did you mean first_name?"),
        ("City", ", did you mean city?"),
        (" name", ", did you mean name?"),
        ("xyz", f"; the kinds are {ALL}"),
        ("", f"; the kinds are {ALL}"),
        ("seed_instance", f"; the kinds are {ALL}"),
    ],
)
def test_what_nobody_makes_up_is_told(read: Read, kind: str, hint: str) -> None:
    found = problem(read, f'    text: "Dear {{fake.{kind}}}, {{code}}"')
    assert found == f"6:11: /orders/0/sms/0/text: unknown kind of fake value {{fake.{kind}}}{hint}"


@pytest.mark.parametrize(
    ("locale", "hint"),
    [
        ("ja", ", did you mean ja_JP?"),
        ("ja-JP", ", did you mean ja_JP?"),
        ("JA_jp", ", did you mean ja_JP?"),
        ("nl_XX", ", did you mean nl_BE or nl_NL?"),
        ("jq_JP", ", did you mean ja_JP?"),
        ("klingon", ""),
    ],
)
def test_an_unknown_locale_is_told(read: Read, locale: str, hint: str) -> None:
    assert problem(read, f"    locale: {locale}") == f"6:13: /orders/0/sms/0/locale: unknown locale {locale}{hint}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Your code is {cod}", "unknown placeholder {cod}, did you mean {code}?"),
        ("Your code is {Code}", "unknown placeholder {Code}, did you mean {code}?"),
        ("Your code is {code", "unknown placeholder {code, did you mean {code}?"),
        ("From {servce}: {code}", "unknown placeholder {servce}, did you mean {service}?"),
    ],
)
def test_a_misspelt_placeholder_is_told(read: Read, text: str, message: str) -> None:
    assert problem(read, f'    text: "{text}"') == f"6:11: /orders/0/sms/0/text: {message}"


def test_the_sms_of_a_request_for_another_are_checked_too(read: Read) -> None:
    [found] = problems(read, 'orders:\n- another: [[{after: 1s, text: "{cod}"}]]')
    assert found.endswith("/orders/0/another/0/0/text: unknown placeholder {cod}, did you mean {code}?")


def test_everything_wrong_is_told_at_once_and_a_placeholder_once(read: Read) -> None:
    sms = "{after: 1s, text: '{fake.x} {fake.y} {fake.x}', locale: klingon}"
    found = problems(read, f"orders: [{{sms: [{{after: 2s}}, {sms}]}}, {{sms: [{sms}]}}]")
    assert [each.split(": ")[1] for each in found] == [
        f"/orders/{place}"
        for place in ["0/sms/1/text"] * 2 + ["0/sms/1/locale"] + ["1/sms/0/text"] * 2 + ["1/sms/0/locale"]
    ]


def test_a_text_from_a_variable_is_checked_too(read: Read) -> None:
    (found,) = problems(read, 'variables: {who: "{fake.nam}"}\norders: [{sms: [{after: 1s, text: "${who}"}]}]')
    assert "{fake.nam}, did you mean name?; ${who} is set at " in found


@pytest.mark.parametrize(
    "sms",
    [
        '{after: 1s, text: "{fake.name}, {fake.job}, {code}", locale: ja_JP}',
        "{after: 1s, text: '{fake} {faker.name} {name}'}",
        "{after: 1s, locale: th}",
    ],
)
def test_what_is_right_passes(read: Read, sms: str) -> None:
    assert read(f"{SMALLEST}orders: [{{sms: [{sms}]}}]")


@pytest.mark.parametrize("page", ["scenarios/schema.json", "docs/scenarios.md"])
def test_all_that_can_be_made_up_is_described(page: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text(encoding="utf-8")
    assert {*re.findall(r"`\{fake[.](\w+)\}`", text)} == {*KINDS}


def test_past_sms_stand_as_they_are(read: Read) -> None:
    past = (
        '{orderId: "1", country: "12", service: ds, phoneNumber: "12025550100", price: 16, sms: [{text: "{fake.x}"}]}'
    )
    assert read(f"description: Past.\naccounts: [{{userId: demo, key: demo-key, orders: [{past}]}}]\n")
