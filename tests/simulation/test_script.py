"""The script of a scenario: the same seed has the same future, and numbers and ids are unique."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.refusal import Reason, Refusal
from mockserver.simulation.script import (
    OrderRule,
    SeededScript,
    Turn,
)
from tests.simulation.scripts import BASIC, CATALOGUE, LIFETIME, order, purchase, script, transfer

if TYPE_CHECKING:
    from mockserver.domain.script import Script
    from mockserver.scenario.fixtures import Fixtures


def test_the_script_is_a_script_of_the_domain() -> None:
    assigned: Script = script()
    assert assigned.secret == 1


# --- the same seed, the same future


@given(st.integers(0, 2**53), st.integers(1, 500), st.sampled_from(["12", "46"]), st.sampled_from(["ds", "go"]))
@settings(deadline=None)
def test_the_same_seed_gives_the_same_order(seed: int, nth: int, country: str, service: str) -> None:
    asked = purchase(nth, country=country, service=service)
    assert script(BASIC, seed=seed).assign(asked) == script(BASIC, seed=seed).assign(asked)


@given(st.integers(0, 2**53), st.integers(1, 500))
@settings(deadline=None)
def test_the_same_seed_gives_the_same_payment(seed: int, nth: int) -> None:
    assert script(seed=seed).terms(transfer(nth)) == script(seed=seed).terms(transfer(nth))


@given(st.permutations(range(1, 6)))
@settings(deadline=None)
def test_an_order_does_not_depend_on_what_was_drawn_before(asked: list[int]) -> None:
    drawing = script(BASIC)
    drawn = {nth: drawing.assign(purchase(nth)) for nth in asked}
    assert drawn == {nth: script(BASIC).assign(purchase(nth)) for nth in asked}


def test_another_seed_gives_another_order() -> None:
    one, other = (script(BASIC, seed=seed).assign(purchase()) for seed in (1, 2))
    assert one.order_id != other.order_id
    assert one.phone != other.phone
    assert one.deliveries != other.deliveries


def test_an_order_is_pinned() -> None:
    assigned = script(BASIC).assign(purchase())
    (sms,) = assigned.deliveries
    assert (assigned.order_id, assigned.phone) == ("30394033", "12125550102")
    assert (sms.text, sms.code) == ("Your Discord code is 846288", "846288")


def test_another_sms_is_pinned() -> None:
    (sms,) = script(BASIC).another(order("30000001"), 0).deliveries
    assert (sms.text, sms.code) == ("Your Discord code is 795615", "795615")


def test_a_payment_is_pinned() -> None:
    terms = script().terms(transfer())
    assert terms.payment_id == "11ae442e-c11d-4a2e-951c-7709f20216ee"
    assert terms.session == "54560ee5dae0407332871179"
    assert terms.page == "371d5112-34e8-42aa-b65b-85dc90df3b13"
    assert terms.signature == "031c3a9e946941d4e100e0b71a772fa1a902d61988ee4cb2fee7d553fe0bc94e"


# --- numbers and ids


def test_no_number_is_given_twice_within_the_pool() -> None:
    drawing = script()
    phones = {drawing.assign(purchase(nth)).phone for nth in range(1, 201)}
    assert len(phones) == 200


def test_after_the_whole_pool_the_first_number_comes_again() -> None:
    assert script().assign(purchase(201)).phone == script().assign(purchase(1)).phone


@given(st.integers(0, 2**53), st.integers(1, 10**6), st.sampled_from(["12", "46"]))
@settings(deadline=None)
def test_a_number_fits_a_template_of_its_country(seed: int, nth: int, country: str) -> None:
    phone = script(seed=seed).assign(purchase(nth, country=country)).phone
    patterns = [template.replace("#", r"\d") for template in CATALOGUE.countries[country].numbers]
    assert any(re.fullmatch(pattern, phone) for pattern in patterns)


@pytest.mark.parametrize("code", ["12", "16", "46", "33", "43", "187"])
def test_the_shipped_numbers_of_a_country_differ(shipped: Fixtures, code: str) -> None:
    country = shipped.catalogue.countries[code]
    drawing = SeededScript(1, shipped.catalogue, shipped.templates, [], [], None, lifetime=LIFETIME)
    pool = min(1000, sum(10 ** template.count("#") for template in country.numbers))
    phones = {drawing.assign(purchase(nth, country=code)).phone for nth in range(1, pool + 1)}
    assert len(phones) == pool


def test_a_number_that_is_in_use_is_passed_over() -> None:
    used = {script().assign(purchase(nth)).phone for nth in (1, 2)}
    assigned = script().assign(purchase(1, in_use=used.__contains__))
    assert assigned.phone == script().assign(purchase(3)).phone


def test_the_last_free_number_is_found() -> None:
    last = script().assign(purchase(7)).phone
    assert script().assign(purchase(8, in_use=lambda phone: phone != last)).phone == last


def test_with_every_number_in_use_there_are_none() -> None:
    with pytest.raises(Refusal) as refused:
        script().assign(purchase(in_use=lambda _: True))
    assert refused.value.reason is Reason.NO_NUMBERS


def test_an_order_that_finds_no_number_does_not_count_for_a_rule() -> None:
    drawing = script(OrderRule(turn=Turn(last=1)))
    with suppress(Refusal):
        drawing.assign(purchase(in_use=lambda _: True))
    assert drawing.assign(purchase()).rule == 0


def test_a_rule_gives_its_number_even_while_it_is_in_use() -> None:
    pinned = OrderRule(phone="86123456789")
    assert script(pinned).assign(purchase(in_use=lambda _: True)).phone == "86123456789"


def test_a_number_that_a_later_rule_gives_is_passed_over() -> None:
    first = script().assign(purchase()).phone
    pinned = OrderRule(turn=Turn(first=2), phone=first)
    assert script(pinned).assign(purchase()).phone == script().assign(purchase(2)).phone


def test_an_id_that_a_later_rule_gives_is_passed_over() -> None:
    first = script().assign(purchase()).order_id
    pinned = OrderRule(turn=Turn(first=2), order_id=first)
    assert script(pinned).assign(purchase()).order_id == script().assign(purchase(2)).order_id


def test_ids_count_up() -> None:
    first, second = (int(script().assign(purchase(nth)).order_id) for nth in (1, 2))
    assert second == first + 1


def test_an_id_that_is_taken_is_passed_over() -> None:
    taken = {script().assign(purchase(nth)).order_id for nth in (1, 2)}
    assigned = script().assign(purchase(1, taken=taken.__contains__))
    assert assigned.order_id == script().assign(purchase(3)).order_id
