"""What a run cost."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """An order that a run made: its number, the operation that made it, and cents.

    `outcome` says what became of it: `open`, `refunded`, `kept` (an SMS arrived, so the money is gone), `unknown` (the
    answer to the order or to its refund was lost).
    """

    order: str
    operation: str
    price: int
    refunded: int = 0
    outcome: str = "open"


class Statement(NamedTuple):
    """The money that a run moved, in cents, order by order. `limit` is the most it might spend; None is no limit.

    `stopped` says why the run stopped ordering before its end; empty if it did not.
    """

    lines: tuple[Line, ...] = ()
    limit: int | None = None
    stopped: str = ""

    @property
    def spent(self) -> int:
        """What was charged."""
        return sum(line.price for line in self.lines)

    @property
    def refunded(self) -> int:
        """What was paid back."""
        return sum(line.refunded for line in self.lines)

    @property
    def lost(self) -> int:
        """What was charged and did not come back."""
        return self.spent - self.refunded
