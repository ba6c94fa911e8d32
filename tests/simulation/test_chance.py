"""Draws depend on the seed and their labels alone, and are the same on every Python."""

from __future__ import annotations

import re
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.simulation.chance import BASE58, DIGITS, HEX, Chance

CHANCE = Chance(1)

seeds = st.integers(0, 2**53)
labels = st.lists(st.one_of(st.integers(), st.text(max_size=5)), max_size=3)


@given(seeds, st.integers(1, 10**12), labels)
@settings(deadline=None)
def test_a_draw_is_the_same_every_time(seed: int, bound: int, labels: list[str | int]) -> None:
    assert Chance(seed).below(bound, *labels) == Chance(seed).below(bound, *labels)


@given(seeds, st.integers(1, 10**12), labels)
@settings(deadline=None)
def test_a_draw_lies_below_its_bound(seed: int, bound: int, labels: list[str | int]) -> None:
    assert 0 <= Chance(seed).below(bound, *labels) < bound


@pytest.mark.parametrize(
    ("chance", "labels"),
    [(Chance(2), ("a", 1)), (CHANCE, ("a", 2)), (CHANCE, ("a",)), (CHANCE, ("a1",)), (CHANCE, (1, "a"))],
    ids=["seed", "label", "fewer labels", "labels joined", "labels in another order"],
)
def test_another_seed_or_label_draws_anew(chance: Chance, labels: tuple[str | int, ...]) -> None:
    assert chance.below(2**64, *labels) != CHANCE.below(2**64, "a", 1)


@given(seeds, labels)
@settings(deadline=None)
def test_a_fraction_lies_between_nothing_and_one(seed: int, labels: list[str | int]) -> None:
    assert 0 <= Chance(seed).fraction(*labels) < 1


def test_fractions_are_spread_evenly() -> None:
    drawn = [CHANCE.fraction("spread", number) for number in range(10_000)]
    assert 0.49 < sum(drawn) / len(drawn) < 0.51


def test_draws_are_spread_evenly() -> None:
    drawn = Counter(CHANCE.below(10, "spread", number) for number in range(10_000))
    assert all(850 < drawn[value] < 1150 for value in range(10))


def test_every_option_gets_picked() -> None:
    assert {CHANCE.pick("abc", number) for number in range(50)} == set("abc")


@given(seeds, st.sampled_from([HEX, BASE58, DIGITS]), st.integers(0, 64))
@settings(deadline=None)
def test_a_text_has_its_length_and_its_alphabet(seed: int, alphabet: str, length: int) -> None:
    text = Chance(seed).text(alphabet, length, "x")
    assert len(text) == length
    assert set(text) <= set(alphabet)


@pytest.mark.parametrize(
    ("template", "pattern"),
    [("######", r"\d{6}"), ("G-######", r"G-\d{6}"), ("###-###", r"\d{3}-\d{3}"), ("none", "none"), ("", "")],
)
def test_every_mark_of_a_template_becomes_a_digit(template: str, pattern: str) -> None:
    assert re.fullmatch(pattern, CHANCE.digits(template, "code"))


@given(seeds, st.integers())
@settings(deadline=None)
def test_a_uuid_is_of_version_4(seed: int, number: int) -> None:
    assert UUID(Chance(seed).uuid(number)).version == 4


@given(seeds, st.integers(1, 500))
@settings(deadline=None)
def test_a_walk_visits_every_place_once(seed: int, total: int) -> None:
    assert sorted(Chance(seed).nth(step, total, "walk") for step in range(total)) == list(range(total))


@given(seeds, st.integers(1, 10**9), st.integers(0, 10**9))
@settings(deadline=None)
def test_a_walk_begins_again_after_all_places(seed: int, total: int, step: int) -> None:
    assert Chance(seed).nth(step, total) == Chance(seed).nth(step + total, total)


def test_draws_are_pinned() -> None:
    assert (
        CHANCE.below(10**6, "a", 1),
        CHANCE.pick(("x", "y", "z"), "b"),
        CHANCE.text(BASE58, 8, "c"),
        CHANCE.digits("G-####", "d"),
        CHANCE.uuid("e"),
        [CHANCE.nth(step, 1000, "f") for step in range(3)],
    ) == (293488, "z", "AMgDBfd2", "G-0276", "cb892dae-eb55-423b-a780-b56947ba3dad", [367, 214, 61])
