"""Money adds up, never falls below zero, and a planted error is found."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.ledger import Entry, EntryKind, Ledger
from mockserver.domain.refusal import Reason, Refusal

OPENING = Entry(0, "alice", EntryKind.OPENING, 100, "alice")
CHARGE = Entry(1, "alice", EntryKind.CHARGE, -16, "order 1")
REFUND = Entry(2, "alice", EntryKind.REFUND, 16, "order 1")

entries = st.builds(
    Entry,
    at=st.integers(0, 10),
    customer=st.sampled_from(["alice", "bob"]),
    kind=st.sampled_from(EntryKind),
    cents=st.integers(-1000, 1000),
    reference=st.sampled_from(["1", "2"]),
    period=st.integers(0, 1),
)


def ledger(*entries: Entry) -> Ledger:
    """Make a ledger with these entries."""
    books = Ledger()
    for entry in entries:
        books.post(entry)
    return books


def planted(*entries: Entry) -> list[str]:
    """List the rules broken by entries that no rule let in, in a ledger whose balances are their sums."""
    books = Ledger()
    books._entries = list(entries)
    books._balances = {name: sum(e.cents for e in entries if e.customer == name) for name in ("alice", "bob")}
    return books.invariant_violations()


def test_a_customer_without_entries_has_nothing() -> None:
    assert Ledger().balance("alice") == 0


def test_a_balance_is_the_sum_of_the_entries() -> None:
    assert ledger(OPENING, CHARGE).balance("alice") == 84


def test_balances_of_customers_are_apart() -> None:
    books = ledger(OPENING, OPENING._replace(customer="bob", cents=7))
    assert (books.balance("alice"), books.balance("bob")) == (100, 7)


def test_entries_are_kept_in_order() -> None:
    assert list(ledger(OPENING, CHARGE, REFUND)) == [OPENING, CHARGE, REFUND]


def test_the_length_counts_entries() -> None:
    assert len(ledger(OPENING, CHARGE)) == 2


def test_a_balance_may_come_to_nothing() -> None:
    assert ledger(OPENING, CHARGE._replace(cents=-100)).balance("alice") == 0


def test_an_entry_below_zero_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        ledger(OPENING, CHARGE._replace(cents=-101))
    assert refused.value.reason is Reason.INSUFFICIENT_BALANCE


def test_a_refused_entry_leaves_the_books_as_they_were() -> None:
    books = ledger(OPENING)
    with suppress(Refusal):
        books.post(CHARGE._replace(cents=-101))
    assert (list(books), books.balance("alice")) == ([OPENING], 100)


@given(st.lists(entries))
@settings(deadline=None)
def test_whatever_is_posted_balances_are_sums_and_never_below_zero(tried: list[Entry]) -> None:
    books = Ledger()
    for entry in tried:
        with suppress(Refusal):
            books.post(entry)
        sums = {name: sum(e.cents for e in books if e.customer == name) for name in ("alice", "bob")}
        assert {name: books.balance(name) for name in sums} == sums
        assert min(sums.values()) >= 0


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [OPENING, CHARGE._replace(cents=-100)],
        [OPENING, CHARGE, REFUND],
        [OPENING, CHARGE, CHARGE._replace(period=1)],
        [OPENING, CHARGE, REFUND._replace(cents=10)],
    ],
    ids=[
        "empty",
        "spent to the last cent",
        "charged and refunded",
        "charged again in the next period",
        "refunded in part",
    ],
)
def test_books_in_order_break_no_rule(entries: list[Entry]) -> None:
    assert ledger(*entries).invariant_violations() == []


def test_a_balance_that_is_not_the_sum_is_found() -> None:
    books = ledger(OPENING)
    books._balances["alice"] = 99
    assert books.invariant_violations() == ["alice: the balance is 99, the entries sum to 100"]


def test_a_balance_without_entries_is_found() -> None:
    books = Ledger()
    books._balances["alice"] = 5
    assert books.invariant_violations() == ["alice: the balance is 5, the entries sum to 0"]


def test_entries_without_a_balance_are_found() -> None:
    books = Ledger()
    books._entries.append(OPENING)
    assert books.invariant_violations() == ["alice: the balance is 0, the entries sum to 100"]


def test_an_overdraft_is_found_although_it_was_made_good_later() -> None:
    assert planted(CHARGE, OPENING) == ["alice: -16 cents after charge order 1"]


def test_a_second_charge_is_found() -> None:
    assert planted(OPENING, CHARGE, CHARGE) == ["order order 1, period 0: charged 2 times"]


def test_a_second_refund_is_found() -> None:
    half = REFUND._replace(cents=8)
    assert planted(OPENING, CHARGE, half, half) == ["order order 1, period 0: refunded 2 times"]


def test_a_refund_of_more_than_was_charged_is_found() -> None:
    too_much = REFUND._replace(cents=17)
    assert planted(OPENING, CHARGE, too_much) == ["order order 1, period 0: 17 cents refunded of 16 charged"]


def test_a_refund_without_a_charge_is_found() -> None:
    assert planted(OPENING, REFUND) == ["order order 1, period 0: 16 cents refunded of 0 charged"]


def test_a_refund_of_another_period_than_the_charge_is_found() -> None:
    later = REFUND._replace(period=1)
    assert planted(OPENING, CHARGE, later) == ["order order 1, period 1: 16 cents refunded of 0 charged"]
