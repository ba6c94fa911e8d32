"""The words for the states of orders, by what happened before."""

from __future__ import annotations

import pytest

from mockserver.drift.inference.order_states import UNEXPLAINED, Shown, possible, words
from mockserver.traffic.calls import STATES


@pytest.mark.parametrize(
    ("events", "has_sms", "states"),
    [
        ([], False, {"waiting", "expired"}),
        ([], True, {"completed", "expired"}),
        ([], None, {"waiting", "completed", "expired"}),
        (["another"], True, {"waiting", "completed", "expired"}),
        (["refund"], False, {"refunded"}),
        ([UNEXPLAINED], False, set(STATES)),
    ],
)
def test_what_happened_leaves_states_possible(events: list[str], has_sms: bool | None, states: set[str]) -> None:
    assert possible(events, has_sms=has_sms) == states


def shown(order: int, at: int, word: str, *events: str, has_sms: bool = False) -> Shown:
    return Shown(order, at, word, possible(events, has_sms=has_sms))


def test_a_refund_and_an_sms_tell_words_apart() -> None:
    looks = [
        shown(1, 1, "GOT", has_sms=True),
        shown(2, 1, "LATE", has_sms=True),
        shown(3, 1, "LATE"),
        shown(4, 1, "BACK", "refund"),
        shown(5, 1, "WAIT"),
    ]
    assert words(looks, {}) == {"completed": "GOT", "expired": "LATE", "refunded": "BACK", "waiting": "WAIT"}


def test_an_order_that_waits_ends_later() -> None:
    assert words([shown(1, 1, "WAIT"), shown(1, 9, "LATE")], {}) == {"waiting": "WAIT", "expired": "LATE"}


def test_two_words_that_nothing_tells_apart_stay_open() -> None:
    assert words([shown(1, 1, "A"), shown(2, 1, "B")], {}) == {}


def test_a_word_that_contradicts_itself_settles_nothing() -> None:
    assert words([shown(1, 1, "A", "refund"), shown(1, 2, "A"), shown(2, 1, "B", has_sms=True)], {}) == {}


def test_words_of_other_responses_count_if_nothing_speaks_against_them() -> None:
    assert words([shown(1, 1, "A"), shown(2, 1, "B")], {"waiting": "B"}) == {"waiting": "B", "expired": "A"}
