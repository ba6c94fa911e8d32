"""What is made up depends on its kind, its locale and the seed, and on nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from faker import Faker
from faker.config import AVAILABLE_LOCALES
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.simulation.sms_texts import DEFAULT_LOCALE, KINDS, locales, made_up

LOCALES = st.sampled_from(["en_US", "ja_JP", "ar_AA", "th_TH"])
SEEDS = st.integers(0, 2**64 - 1)


@given(st.sampled_from(KINDS), LOCALES, SEEDS, SEEDS)
@settings(deadline=None)
def test_the_same_seed_makes_up_the_same_whatever_came_before(kind: str, locale: str, seed: int, before: int) -> None:
    first = made_up(kind, locale, seed)
    made_up(kind, locale, before)
    assert made_up(kind, locale, seed) == first


@pytest.mark.parametrize("kind", KINDS)
def test_other_seeds_make_up_something_else(kind: str) -> None:
    assert len({made_up(kind, DEFAULT_LOCALE, seed) for seed in range(20)}) > 10


@given(st.sampled_from(KINDS), LOCALES, SEEDS)
@settings(deadline=None)
def test_what_is_made_up_is_a_short_text_that_holds_no_code(kind: str, locale: str, seed: int) -> None:
    text = made_up(kind, locale, seed)
    assert text.strip()
    assert len(text) < 200
    assert not re.search(r"\d{4}|[\x00-\x1f]", text)


def test_what_is_made_up_is_in_the_language_of_the_locale() -> None:
    assert not made_up("last_name", "ja_JP", 1).isascii()


def test_makers_of_others_are_left_alone() -> None:
    ours, theirs = Faker("en_US"), Faker("en_US")
    ours.seed_instance(7)
    theirs.seed_instance(7)
    expected = [theirs.name(), theirs.name()]
    first = ours.name()
    made_up("name", "en_US", 1)
    assert [first, ours.name()] == expected


def test_servers_in_threads_do_not_disturb_each_other() -> None:
    asked = list(range(200)) * 2
    with ThreadPoolExecutor(8) as pool:
        drawn = list(pool.map(lambda seed: made_up("name", "ja_JP", seed), asked))
    assert drawn[:200] == drawn[200:]


@pytest.mark.parametrize("locale", ["it_IT", "ja_JP"])
def test_every_process_makes_up_the_same(locale: str) -> None:
    program = (
        "import sys; from mockserver.simulation.sms_texts import KINDS, made_up; "
        "sys.stdout.reconfigure(encoding='utf-8'); "
        f"print([made_up(kind, {locale!r}, seed) for kind in KINDS for seed in range(5)])"
    )
    printed = {
        subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            timeout=60,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(printed) == 1


def test_the_locales_are_those_of_faker() -> None:
    assert {DEFAULT_LOCALE, "ja_JP"} <= {*locales()} == {*AVAILABLE_LOCALES}
