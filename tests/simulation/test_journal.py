"""What came and went, up to a limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.simulation.journal import Journal, ServedExchange

KEPT = 10


def exchange(path: str = "/v3/x", content: bytes | None = b"", answer: bytes = b"") -> ServedExchange:
    return ServedExchange("v3", None, "PUT", path, 200, content=content, answer=answer)


@given(limit=st.integers(1, 5), count=st.integers(0, 12))
def test_the_last_are_kept_under_their_numbers_and_the_others_counted(limit: int, count: int) -> None:
    journal = Journal(limit, KEPT)
    for number in range(1, count + 1):
        journal.record(exchange(str(number)))
    left = range(max(count - limit, 0) + 1, count + 1)
    assert [(entry.number, entry.exchange.path) for entry in journal] == [(number, str(number)) for number in left]
    assert (len(journal), journal.recorded, journal.forgotten) == (len(left), count, count - len(left))


@given(before=st.integers(0, 4), after=st.integers(0, 4))
def test_numbers_go_on_when_it_is_cleared(before: int, after: int) -> None:
    journal = Journal(10, KEPT)
    for _ in range(before):
        journal.record(exchange())
    journal.clear()
    for _ in range(after):
        journal.record(exchange())
    assert [entry.number for entry in journal] == [*range(before + 1, before + after + 1)]
    assert (journal.recorded, journal.forgotten) == (before + after, before)


def test_what_is_recorded_while_it_is_read_is_not_read() -> None:
    journal = Journal(2, KEPT)
    for path in "ab":
        journal.record(exchange(path))
    entries = iter(journal)
    journal.record(exchange("c"))
    assert [(entry.number, entry.exchange.path) for entry in entries] == [(1, "a"), (2, "b")]


@pytest.mark.parametrize("length", [0, 1, KEPT - 1, KEPT])
def test_a_body_of_at_most_the_limit_is_kept_whole(length: int) -> None:
    given = exchange(content=b"x" * length, answer=b"y" * length)
    assert Journal(1, KEPT).record(given) is given


@pytest.mark.parametrize(
    ("content", "answer"),
    [(b"x" * (KEPT + 1), b"y"), (b"x", b"y" * (KEPT + 1)), (b"x" * 99, b"y" * 99), (None, b"y" * 99), (b"", b"y" * 99)],
)
def test_of_a_longer_body_the_beginning_is_kept(content: bytes | None, answer: bytes) -> None:
    journal = Journal(1, KEPT)
    kept = journal.record(exchange("/v3/long", content, answer))
    shortened = content if content is None else content[:KEPT]
    assert kept == exchange("/v3/long", shortened, answer[:KEPT])
    assert [entry.exchange for entry in journal] == [kept]


def test_a_body_that_was_never_read_stays_so() -> None:
    assert Journal(1, KEPT).record(exchange(content=None)).content is None
