"""The ledger: an append-only list of entries in integer US cents."""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from mockserver.domain.clock import Instant
from mockserver.domain.refusal import Reason, Refusal


class EntryKind(StrEnum):
    """The cause of a ledger entry."""

    OPENING = "opening"
    CHARGE = "charge"
    REFUND = "refund"
    PAYMENT = "payment"
    BONUS = "bonus"
    ADJUSTMENT = "adjustment"
    """The balance was set from outside the service."""


class Entry(NamedTuple):
    """One movement of a customer's money.

    `cents` is signed: a charge is negative. `reference` is the id of the order or payment. `period` is 0 for the
    purchase of an order, and counts its requests for another SMS.
    """

    at: Instant
    customer: str
    kind: EntryKind
    cents: int
    reference: str
    period: int = 0


class Ledger:
    """The entries of all customers of a world; a balance is the sum of a customer's entries."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._balances: dict[str, int] = {}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def entry(self, position: int) -> Entry:
        """Return the entry at a position, counted from 0. Raises IndexError."""
        return self._entries[position]

    def balance(self, customer: str) -> int:
        """Return the balance of a customer, in cents."""
        return self._balances.get(customer, 0)

    def post(self, entry: Entry) -> None:
        """Append an entry. Raises Refusal(INSUFFICIENT_BALANCE) if the balance would fall below zero."""
        after = self.balance(entry.customer) + entry.cents
        if after < 0:
            raise Refusal(Reason.INSUFFICIENT_BALANCE)
        self._entries.append(entry)
        self._balances[entry.customer] = after

    def invariant_violations(self) -> list[str]:
        """Return a message for every invariant of the ledger that does not hold."""
        return [*self._sums(), *self._overdrafts(), *self._charges()]

    def _sums(self) -> Iterator[str]:
        sums: Counter[str] = Counter()
        for entry in self._entries:
            sums[entry.customer] += entry.cents
        for customer in {**sums, **self._balances}:
            if self.balance(customer) != sums[customer]:
                yield f"{customer}: the balance is {self.balance(customer)}, the entries sum to {sums[customer]}"

    def _overdrafts(self) -> Iterator[str]:
        running: Counter[str] = Counter()
        for entry in self._entries:
            running[entry.customer] += entry.cents
            if running[entry.customer] < 0:
                yield f"{entry.customer}: {running[entry.customer]} cents after {entry.kind} {entry.reference}"

    def _charges(self) -> Iterator[str]:
        charges = self._by_period(EntryKind.CHARGE)
        refunds = self._by_period(EntryKind.REFUND)
        for (order, period), entries in charges.items():
            if len(entries) > 1:
                yield f"order {order}, period {period}: charged {len(entries)} times"
        for (order, period), entries in refunds.items():
            if len(entries) > 1:
                yield f"order {order}, period {period}: refunded {len(entries)} times"
            paid = sum(-entry.cents for entry in charges.get((order, period), ()))
            back = sum(entry.cents for entry in entries)
            if back > paid:
                yield f"order {order}, period {period}: {back} cents refunded of {paid} charged"

    def _by_period(self, kind: EntryKind) -> dict[tuple[str, int], list[Entry]]:
        found: dict[tuple[str, int], list[Entry]] = {}
        for entry in self._entries:
            if entry.kind is kind:
                found.setdefault((entry.reference, entry.period), []).append(entry)
        return found
