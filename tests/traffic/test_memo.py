"""Results are computed once, and the least recently used ones are forgotten."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mockserver.traffic.memo import Memo, digest


class Counted:
    """A computation that counts how often it is done."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> int:
        self.times += 1
        return self.times


def test_a_result_is_computed_once() -> None:
    memo, work = Memo[int](), Counted()
    assert [memo.get("key", work) for _ in range(3)] == [1, 1, 1]


def test_the_least_recently_used_result_is_forgotten() -> None:
    memo, work = Memo[int](3000), Counted()
    assert [memo.get(key, work, 1000) for key in ("old", "other", "old", "new", "old", "other")] == [1, 2, 1, 3, 1, 4]


def test_a_result_that_is_too_large_is_not_remembered() -> None:
    memo, work = Memo[int](3000), Counted()
    assert [memo.get("key", work, 4000) for _ in range(2)] == [1, 2]


def test_what_is_cleared_is_computed_again() -> None:
    memo, work = Memo[int](), Counted()
    memo.get("key", work)
    memo.clear()
    assert memo.get("key", work) == 2


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_only_equal_data_have_equal_digests(one: bytes, other: bytes) -> None:
    assert (digest(one) == digest(other)) == (one == other)


def test_a_long_text_has_a_short_digest() -> None:
    assert len(digest(bytes(10_000))) == 64
