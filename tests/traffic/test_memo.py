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


def test_what_is_used_is_not_forgotten() -> None:
    memo, work = Memo[int](3000), Counted()
    found = [memo.get(key, work, 1000) for number in range(10) for key in ("used", number)]
    assert found[::2] == [1] * 10


def test_what_is_not_used_is_forgotten() -> None:
    memo, work = Memo[int](3000), Counted()
    for key in ("unused", *range(3)):
        memo.get(key, work, 1000)
    assert memo.get("unused", work, 1000) == 5


def test_a_large_result_leaves_with_the_next_ones() -> None:
    memo, work = Memo[int](3000), Counted()
    for key in ("large", *range(3)):
        memo.get(key, work, 10_000 if key == "large" else 0)
    assert [memo.get(key, work) for key in (0, 1, 2)] == [2, 3, 4]


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
