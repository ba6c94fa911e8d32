"""The SMS of a script, and what comes when another one is asked for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.clock import MINUTE, SECOND
from mockserver.simulation.script import (
    OrderRule,
    SeededScript,
    SmsRule,
    Turn,
)
from mockserver.simulation.sms_texts import Template
from tests.rules import DEFAULT
from tests.simulation.scripts import BASIC, CATALOGUE, LIFETIME, TEMPLATES, order, purchase, script

# --- SMS


def sms(rule: SmsRule, service: str = "ds") -> tuple[str, str | None]:
    """Return text and code of an SMS by a rule."""
    (delivery,) = script(OrderRule(sms=(rule,))).assign(purchase(service=service)).deliveries
    return delivery.text, delivery.code


def test_sms_come_when_their_rule_says() -> None:
    assigned = script(OrderRule(sms=(SmsRule(5), SmsRule(0), SmsRule(7)))).assign(purchase())
    assert [delivery.after for delivery in assigned.deliveries] == [5, 0, 7]


def test_a_text_from_the_templates_holds_its_code_and_service() -> None:
    text, code = sms(SmsRule(0), "go")
    assert code is not None
    assert re.fullmatch(r"G-\d{6}", code)
    assert text == f"{code} is your Google verification code"


def test_a_given_code_is_put_into_the_template() -> None:
    assert sms(SmsRule(0, code="ABC"), "go") == ("ABC is your Google verification code", "ABC")


def test_a_given_text_is_filled_in() -> None:
    text, code = sms(SmsRule(0, text="{service}: {code}"), "go")
    assert text == f"Google: {code}"


def test_a_given_text_and_code_stand_as_they_are() -> None:
    assert sms(SmsRule(0, text="{service}: {code}", code="ABC"), "go") == ("Google: ABC", "ABC")


@pytest.mark.parametrize("text", ["", "Welcome!", "Welcome to {service}!"])
def test_a_text_without_a_code_has_none(text: str) -> None:
    assert sms(SmsRule(0, text=text))[1] is None


@pytest.mark.parametrize(("text", "code"), [("Use 123 456 now", "123456"), ("{other} is old", None)])
def test_the_code_of_a_text_is_the_one_that_people_find(text: str, code: str | None) -> None:
    assert sms(SmsRule(0, text=text))[1] == code


def test_a_code_that_is_given_counts_although_the_text_does_not_mark_it() -> None:
    assert sms(SmsRule(0, text="Your code is 123", code="123")) == ("Your code is 123", "123")


def test_the_sms_of_one_order_differ() -> None:
    first, second = script(OrderRule(sms=(SmsRule(0), SmsRule(0)))).assign(purchase(service="go")).deliveries
    assert first.code != second.code


def test_a_second_code_can_be_put_into_a_text() -> None:
    text, code = sms(SmsRule(0, text="{code}, not {other}"), "go")
    first, _, other = text.partition(", not ")
    assert first == code != other
    assert re.fullmatch(r"G-\d{6}", other)


def test_what_is_filled_in_is_not_filled_in_again() -> None:
    assert sms(SmsRule(0, text="{code}", code="{service}")) == ("{service}", "{service}")


def test_what_is_made_up_is_filled_in_the_same_for_the_same_word() -> None:
    text, code = sms(SmsRule(0, text="{fake.city}, {fake.city}: {code}"))
    first, second = text.removesuffix(f": {code}").split(", ")
    assert first == second != "{fake.city}"


def test_what_is_made_up_does_not_depend_on_what_else_a_text_holds() -> None:
    alone, together = (sms(SmsRule(0, text=text))[0] for text in ("{fake.city}", "{fake.name}, {code}, {fake.city}"))
    assert together.endswith(f", {alone}")


def test_what_is_made_up_is_in_the_locale_of_the_sms() -> None:
    assert not sms(SmsRule(0, text="{fake.last_name}", locale="ja_JP"))[0].isascii()


@pytest.mark.parametrize("text", ["{fake.seed}", "{fake}", "{fake.name.x}", "{fakexname}"])
def test_what_nobody_makes_up_stands_as_it_is(text: str) -> None:
    assert sms(SmsRule(0, text=text)) == (text, None)


MADE_UP = OrderRule(sms=(SmsRule(0, text="{fake.name}"), SmsRule(1, text="{fake.name}")))


@given(st.integers(0, 2**53), st.permutations(range(1, 4)))
@settings(deadline=None)
def test_the_same_seed_makes_up_the_same_people_in_any_order(seed: int, asked: list[int]) -> None:
    drawing = script(MADE_UP, seed=seed)
    drawn = {nth: drawing.assign(purchase(nth)).deliveries for nth in asked}
    assert drawn == {nth: script(MADE_UP, seed=seed).assign(purchase(nth)).deliveries for nth in asked}


def test_other_seeds_orders_and_sms_have_other_people() -> None:
    drawn = [script(MADE_UP, seed=seed).assign(purchase(nth)) for seed in (1, 2) for nth in (1, 2)]
    assert len({sms.text for assigned in drawn for sms in assigned.deliveries}) == 8


def test_another_sms_has_other_people() -> None:
    first = script(MADE_UP).assign(purchase()).deliveries[0]
    assert script(MADE_UP).another(order(), 0).deliveries[0].text != first.text


def test_an_sms_may_come_several_times_the_same_each_time() -> None:
    deliveries = script(OrderRule(sms=(SmsRule(5, times=3),))).assign(purchase()).deliveries
    assert deliveries == (deliveries[0],) * 3


def test_an_sms_may_come_at_a_look_instead() -> None:
    (delivery,) = script(OrderRule(sms=(SmsRule(polls=3),))).assign(purchase()).deliveries
    assert (delivery.after, delivery.polls) == (0, 3)


def test_an_sms_may_be_in_another_language_than_its_country() -> None:
    templates = {("*", "en"): [Template("#", "Code {code}")], ("*", "sv"): [Template("#", "Kod {code}")]}
    drawing = SeededScript(
        1, CATALOGUE, templates, [OrderRule(sms=(SmsRule(), SmsRule(language="en")))], lifetime=LIFETIME
    )
    swedish, english = drawing.assign(purchase(country="46")).deliveries
    assert (swedish.text[:4], english.text[:5]) == ("Kod ", "Code ")


# --- another SMS


def test_another_sms_differs_from_the_first() -> None:
    drawing = script(BASIC)
    assigned = drawing.assign(purchase(service="go"))
    asked = order(assigned.order_id, service="go")
    assert drawing.another(asked, 1000).deliveries != assigned.deliveries


@pytest.mark.parametrize(("period", "text"), [(1, "second"), (2, "third"), (3, "third")])
def test_each_request_for_another_sms_may_have_its_own(period: int, text: str) -> None:
    rule = OrderRule(
        sms=(SmsRule(0, text="first"),), another=((SmsRule(0, text="second"),), (SmsRule(0, text="third"),))
    )
    [sms] = script(rule).another(order(period=period, rule=0), 0).deliveries
    assert sms.text == text


def test_another_sms_differs_from_the_one_before() -> None:
    first, second = (script(BASIC).another(order(service="go", period=period), 0) for period in (1, 2))
    assert first.deliveries != second.deliveries


@pytest.mark.parametrize(("rule", "after"), [(0, [7]), (1, [5 * SECOND]), (None, [])])
def test_another_sms_comes_by_the_rule_of_its_order(rule: int | None, after: list[int]) -> None:
    rules = (OrderRule(order_id="7", sms=(SmsRule(7),)), BASIC)
    assert [sms.after for sms in script(*rules).another(order(rule=rule), 1000).deliveries] == after


@pytest.mark.parametrize(
    ("rule", "expires_at"),
    [
        (OrderRule(), 5000 + DEFAULT.lifetime),
        (OrderRule(lifetime=MINUTE), 5000 + MINUTE),
        (OrderRule(lifetime=3 * DEFAULT.lifetime), 5000 + 3 * DEFAULT.lifetime),
        (OrderRule(expires_at=10**13), 10**13),
        (OrderRule(lifetime=MINUTE, expires_at=10**13), 10**13),
    ],
)
def test_another_sms_is_waited_for_as_long_as_the_rule_says(rule: OrderRule, expires_at: int) -> None:
    assert script(rule).another(order(), 5000).expires_at == expires_at


def test_an_order_without_a_rule_waits_for_another_sms_for_the_usual_time() -> None:
    assert script().another(order(rule=None), 5000).expires_at == 5000 + DEFAULT.lifetime


def test_a_number_waits_as_long_as_the_service_lets_it() -> None:
    made = SeededScript(1, CATALOGUE, TEMPLATES, [OrderRule()], lifetime=MINUTE)
    assert (made.assign(purchase()).expires_at, made.another(order(), 5000).expires_at) == (
        1000 + MINUTE,
        5000 + MINUTE,
    )


def test_another_sms_may_come_at_a_look_and_several_times() -> None:
    deliveries = script(OrderRule(sms=(SmsRule(polls=2, times=2),))).another(order(), 0).deliveries
    assert [sms.polls for sms in deliveries] == [2, 2]
    assert deliveries[0] == deliveries[1]


def test_another_sms_is_in_the_language_of_its_country() -> None:
    templates = {("*", "en"): [Template("#", "Code {code}")], ("*", "sv"): [Template("#", "Kod {code}")]}
    drawing = SeededScript(1, CATALOGUE, templates, [BASIC], lifetime=LIFETIME)
    (sms,) = drawing.another(order()._replace(country="46"), 0).deliveries
    assert sms.text.startswith("Kod ")


def test_another_sms_of_a_given_text_and_code_is_the_same_again() -> None:
    given = script(OrderRule(sms=(SmsRule(0, text="{service}: {code}", code="ABC"),)))
    (sms,) = given.another(order(), 0).deliveries
    assert (sms.text, sms.code) == ("Discord: ABC", "ABC")


def test_asking_for_another_sms_does_not_count_for_a_rule() -> None:
    drawing = script(OrderRule(turn=Turn(last=1)))
    drawing.another(order(), 0)
    assert drawing.assign(purchase()).rule == 0
