"""The rules of a script: which one serves an order, and what comes between an attempt and its order."""

from __future__ import annotations

import pytest

from mockserver.domain.clock import MINUTE
from mockserver.domain.refusal import Reason
from mockserver.domain.script import PreOrderEffect
from mockserver.simulation.script import (
    OrderMatch,
    OrderRule,
    Repricing,
    SeededScript,
    Shortage,
    Turn,
)
from tests.rules import DEFAULT
from tests.simulation.scripts import BASIC, CATALOGUE, LIFETIME, TEMPLATES, purchase, script

# --- rules


def test_the_first_rule_that_fits_decides() -> None:
    rules = (
        OrderRule(OrderMatch(country="46"), phone="46"),
        OrderRule(OrderMatch(country="12"), phone="12"),
        OrderRule(phone="0"),
    )
    assert script(*rules).assign(purchase()).phone == "12"


def test_without_a_rule_that_fits_no_sms_comes() -> None:
    assert script(OrderRule(OrderMatch(country="46"), sms=BASIC.sms)).assign(purchase()).deliveries == ()


def test_an_order_lives_for_the_usual_time() -> None:
    assert script().assign(purchase()).expires_at == 1000 + DEFAULT.lifetime


@pytest.mark.parametrize("lifetime", [0, 1, MINUTE])
def test_a_rule_may_give_another_lifetime(lifetime: int) -> None:
    assert script(OrderRule(lifetime=lifetime)).assign(purchase()).expires_at == 1000 + lifetime


@pytest.mark.parametrize("expires_at", [0, 1, 10**13])
def test_a_rule_may_give_the_end_itself(expires_at: int) -> None:
    assert script(OrderRule(expires_at=expires_at)).assign(purchase()).expires_at == expires_at


def test_a_rule_may_give_the_number() -> None:
    assert script(OrderRule(phone="86123456789")).assign(purchase()).phone == "86123456789"


def test_a_rule_with_an_id_serves_the_first_order() -> None:
    assert script(OrderRule(order_id="7", phone="86123456789")).assign(purchase()).order_id == "7"


def test_a_rule_whose_id_is_taken_serves_no_more() -> None:
    pinned = OrderRule(order_id="7", phone="86123456789")
    assigned = script(pinned, BASIC).assign(purchase(2, taken=frozenset({"7"}).__contains__))
    assert assigned == script(BASIC).assign(purchase(2))._replace(rule=1)


def test_an_order_remembers_the_rule_that_served_it() -> None:
    rules = (OrderRule(OrderMatch(country="46")), BASIC)
    assert script(*rules).assign(purchase()).rule == 1


def test_an_order_without_a_rule_remembers_none() -> None:
    assert script(OrderRule(OrderMatch(country="46"))).assign(purchase()).rule is None


def test_a_rule_may_be_for_some_orders_in_their_turn() -> None:
    drawing = script(OrderRule(turn=Turn(first=2, last=3)), BASIC)
    assert [drawing.assign(purchase(nth)).rule for nth in range(1, 5)] == [1, 0, 0, 1]


def test_only_orders_that_meet_its_conditions_count_for_a_rule() -> None:
    drawing = script(OrderRule(OrderMatch(country="46"), Turn(every=2)), BASIC)
    countries = ["46", "12", "12", "46"]
    assert [drawing.assign(purchase(nth, country=country)).rule for nth, country in enumerate(countries)] == [
        1,
        1,
        1,
        0,
    ]


def test_an_order_counts_for_every_rule_whose_conditions_it_meets() -> None:
    drawing = script(OrderRule(turn=Turn(last=1)), OrderRule(turn=Turn(first=2)))
    assert [drawing.assign(purchase(nth)).rule for nth in (1, 2)] == [0, 1]


def test_what_never_became_an_order_does_not_count() -> None:
    drawing = script(OrderRule(turn=Turn(last=1)))
    drawing.pre_order_effect(purchase().attempt)
    assert drawing.assign(purchase()).rule == 0


def test_a_rule_by_chance_serves_its_share_of_orders() -> None:
    drawing = script(OrderRule(turn=Turn(probability=0.3)))
    served = [drawing.assign(purchase(nth)).rule for nth in range(1, 1001)].count(0)
    assert 250 < served < 350


def test_a_rule_by_chance_serves_the_same_orders_for_the_same_seed() -> None:
    one, other = (script(OrderRule(turn=Turn(probability=0.5)), seed=7) for _ in range(2))
    assert [one.assign(purchase(n)).rule for n in range(1, 50)] == [
        other.assign(purchase(n)).rule for n in range(1, 50)
    ]


# --- what comes between an attempt and its order


def effects(rule: OrderRule, tries: int, at: int = 1000) -> list[PreOrderEffect]:
    """List what an order meets at each of its tries."""
    drawing = script(rule)
    return [drawing.pre_order_effect(purchase().attempt._replace(at=at)) for _ in range(tries)]


NO_NUMBERS = PreOrderEffect(refusal=Reason.NO_NUMBERS)


def test_nothing_stands_in_the_way_of_an_order() -> None:
    assert script().pre_order_effect(purchase().attempt) == PreOrderEffect()


def test_a_shortage_lasts_for_its_tries() -> None:
    assert effects(OrderRule(shortage=Shortage(tries=2)), 3) == [NO_NUMBERS, NO_NUMBERS, PreOrderEffect()]


@pytest.mark.parametrize(("at", "expected"), [(999, NO_NUMBERS), (1000, PreOrderEffect())])
def test_a_shortage_lasts_for_its_time(at: int, expected: PreOrderEffect) -> None:
    assert effects(OrderRule(shortage=Shortage(until=1000)), 1, at) == [expected]


def test_the_time_of_a_shortage_counts_from_the_start() -> None:
    rule = OrderRule(shortage=Shortage(until=1000))
    late = SeededScript(1, CATALOGUE, TEMPLATES, [rule], start=500, lifetime=LIFETIME)
    assert late.pre_order_effect(purchase().attempt) == NO_NUMBERS


def test_a_price_changes_on_its_tries() -> None:
    assert effects(OrderRule(repricing=Repricing(to=30, tries=2)), 3) == [
        PreOrderEffect(price=30),
        PreOrderEffect(price=30),
        PreOrderEffect(),
    ]


def test_a_price_changes_against_the_present_one() -> None:
    assert effects(OrderRule(repricing=Repricing(by=50)), 1) == [PreOrderEffect(price=30)]


def test_while_there_is_a_shortage_no_price_changes() -> None:
    rule = OrderRule(shortage=Shortage(tries=1), repricing=Repricing(to=30))
    assert effects(rule, 3) == [NO_NUMBERS, PreOrderEffect(price=30), PreOrderEffect()]


def test_the_tries_of_one_rule_do_not_count_for_another() -> None:
    rules = [OrderRule(OrderMatch(country=country), shortage=Shortage(tries=1)) for country in ("12", "46")]
    drawing = script(*rules)
    met = [drawing.pre_order_effect(purchase(country=country).attempt) for country in ("12", "46", "12")]
    assert met == [NO_NUMBERS, NO_NUMBERS, PreOrderEffect()]
