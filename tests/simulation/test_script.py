"""Rules and seeded chance make the future of a world, the same for the same seed."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.catalogue import Carrier, Catalogue, Country, Service, StockKey
from mockserver.domain.clock import MINUTE, SECOND
from mockserver.domain.order import Order
from mockserver.domain.payment import Status
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.script import Attempt, PreOrderEffect, Purchase, Restocking, Settlement, Transfer
from mockserver.simulation.script import (
    OrderMatch,
    OrderRule,
    PaymentMatch,
    PaymentRule,
    Repricing,
    SeededScript,
    Shortage,
    SmsRule,
    Turn,
)
from mockserver.simulation.sms_texts import Template
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.domain.script import Script
    from mockserver.scenario.fixtures import Fixtures

CARRIERS = (Carrier("one", 100, 100),)
LIFETIME = DEFAULT.lifetime
CATALOGUE = Catalogue(
    countries={
        "12": Country("12", "United States", "US", "en", ("120255501##", "121255501##"), CARRIERS),
        "46": Country("46", "Sweden", "SE", "sv", ("4670174####",), CARRIERS),
    },
    services={"ds": Service("ds", "Discord"), "go": Service("go", "Google")},
    offers={},
)
TEMPLATES = {
    ("*", "en"): [Template("######", "Your {service} code is {code}"), Template("####", "{code} is your code")],
    ("go", "en"): [Template("G-######", "{code} is your {service} verification code")],
}
BASIC = OrderRule(sms=(SmsRule(5 * SECOND),))


def script(
    *orders: OrderRule, payments: Sequence[PaymentRule] = (), seed: int = 1, restock: Restocking | None = None
) -> SeededScript:
    """Make a script of rules."""
    return SeededScript(seed, CATALOGUE, TEMPLATES, orders, payments, restock, lifetime=LIFETIME)


def nothing(_: str) -> bool:
    """Leave every id and every number free."""
    return False


def purchase(
    nth: int = 1,
    *,
    country: str = "12",
    service: str = "ds",
    customer: str = "alice",
    taken: Callable[[str], bool] = nothing,
    in_use: Callable[[str], bool] = nothing,
) -> Purchase:
    """Make the nth purchase, at 1000."""
    attempt = Attempt(customer, country, "one", service, 20, 1000, taken)
    return Purchase(attempt, StockKey(country, "one", service), nth, nth, in_use)


def transfer(nth: int = 1, *, customer: str = "alice", provider: str = "cryptomus") -> Transfer:
    """Make the nth payment, of five dollars on a page."""
    return Transfer(customer, provider, "crypto", 500, None, nth)


def order(order_id: str = "1", *, service: str = "ds", period: int = 1, rule: int | None = 0) -> Order:
    """Make an order of Alice that asked for another SMS; it came under the rule at this position."""
    return Order(
        id=order_id,
        customer="alice",
        country="12",
        carrier="any",
        service=service,
        phone="12025550100",
        price=16,
        ordered_at=0,
        expires_at=DEFAULT.lifetime,
        period=period,
        rule=rule,
    )


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


# --- payments


def test_a_payment_is_settled_as_its_rule_says() -> None:
    paid = PaymentRule(after=5, status=Status.PAID)
    assert script(payments=[paid]).terms(transfer()).settlement == Settlement(5, Status.PAID)


def test_without_a_rule_a_payment_is_not_settled() -> None:
    assert script().terms(transfer()).settlement is None


def test_the_first_rule_that_fits_decides_on_a_payment() -> None:
    rules = [
        PaymentRule(PaymentMatch(provider="pay4bit"), page="other"),
        PaymentRule(PaymentMatch(account="alice"), page="hers"),
        PaymentRule(page="any"),
    ]
    assert script(payments=rules).terms(transfer()).page == "hers"


def test_a_rule_may_be_for_some_payments_in_their_turn() -> None:
    drawing = script(payments=[PaymentRule(turn=Turn(every=2), page="second")])
    assert [drawing.terms(transfer(nth)).page == "second" for nth in range(1, 5)] == [False, True, False, True]


def test_only_payments_that_meet_its_conditions_count_for_a_rule() -> None:
    rules = [PaymentRule(PaymentMatch(provider="pay4bit"), Turn(first=2), page="second")]
    drawing = script(payments=rules)
    providers = ["pay4bit", "cryptomus", "pay4bit"]
    pages = [drawing.terms(transfer(nth, provider=provider)).page for nth, provider in enumerate(providers)]
    assert [page == "second" for page in pages] == [False, False, True]


def test_a_payment_counts_for_every_rule_whose_conditions_it_meets() -> None:
    rules = [PaymentRule(turn=Turn(last=1), page="first"), PaymentRule(turn=Turn(first=2), page="second")]
    drawing = script(payments=rules)
    assert [drawing.terms(transfer(nth)).page for nth in (1, 2)] == ["first", "second"]


def test_payments_do_not_count_for_the_rules_of_orders() -> None:
    drawing = script(OrderRule(turn=Turn(last=1)), payments=[PaymentRule()])
    drawing.terms(transfer())
    assert drawing.assign(purchase()).rule == 0


def test_a_rule_by_chance_serves_its_share_of_payments() -> None:
    drawing = script(payments=[PaymentRule(turn=Turn(probability=0.3), page="hers")])
    served = [drawing.terms(transfer(nth)).page for nth in range(1, 1001)].count("hers")
    assert 250 < served < 350


def test_a_payment_may_be_settled_at_once() -> None:
    assert script(payments=[PaymentRule(status=Status.FAIL)]).terms(transfer()).settlement == Settlement(0, Status.FAIL)


def test_a_rule_without_a_page_leaves_it_to_chance() -> None:
    assert script(payments=[PaymentRule(status=Status.PAID)]).terms(transfer()).page == script().terms(transfer()).page


@pytest.mark.parametrize("change", [{"customer": "bob"}, {"cents": 501}, {"nth": 2}], ids=["customer", "cents", "nth"])
def test_a_signature_is_of_one_payment_alone(change: dict[str, Any]) -> None:
    assert script().terms(transfer()).signature != script().terms(transfer()._replace(**change)).signature


def test_payments_differ() -> None:
    first, second = (script().terms(transfer(nth)) for nth in (1, 2))
    assert first.payment_id != second.payment_id
    assert first.page != second.page


def test_an_invoice_has_no_address() -> None:
    assert script().terms(transfer()).address == ""


@pytest.mark.parametrize(
    ("template", "pattern"),
    [
        ("0x%x{40}", "0x[0-9a-f]{40}"),
        ("T%b{33}", "T[1-9A-HJ-NP-Za-km-z]{33}"),
        ("1%b{2}-%x{3}", "1[1-9A-HJ-NP-Za-km-z]{2}-[0-9a-f]{3}"),
    ],
)
def test_an_address_fits_its_currency(shipped: Fixtures, template: str, pattern: str) -> None:
    tether = shipped.currencies["USDT", "BSC"]._replace(address=template)
    terms = script().terms(transfer()._replace(currency=tether))
    assert re.fullmatch(pattern, terms.address)


def test_two_wallets_have_two_addresses(shipped: Fixtures) -> None:
    tether = shipped.currencies["USDT", "BSC"]
    first, second = (script().terms(transfer(nth)._replace(currency=tether)).address for nth in (1, 2))
    assert first != second


# --- restocking


@pytest.mark.parametrize("restock", [None, Restocking(5, 20)])
def test_every_stock_fills_again_as_the_scenario_says(restock: Restocking | None) -> None:
    assert script(restock=restock).restocking(StockKey("12", "one", "ds")) == restock
