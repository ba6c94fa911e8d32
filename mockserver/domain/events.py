"""What has happened in a world, as whoever watches it is told. Money that moves is in the ledger."""

from collections.abc import Callable
from typing import NamedTuple

from mockserver.domain.order import Order, State
from mockserver.domain.payment import Payment, Status
from mockserver.domain.stock import Shelf


class OrderChanged(NamedTuple):
    """An order is new (`before` is None), or is not as it was."""

    before: State | None
    order: Order


class PaymentChanged(NamedTuple):
    """A payment is new (`before` is None), or has another status."""

    before: Status | None
    payment: Payment


class PriceChanged(NamedTuple):
    """A shelf has another list price, in cents."""

    shelf: Shelf
    price: int


class StockChanged(NamedTuple):
    """A shelf has another number of numbers, other than by a sale."""

    shelf: Shelf
    stock: int


WorldEvent = OrderChanged | PaymentChanged | PriceChanged | StockChanged
Listener = Callable[[WorldEvent], None]


def unheard(_: WorldEvent) -> None:
    """Nobody listens."""
