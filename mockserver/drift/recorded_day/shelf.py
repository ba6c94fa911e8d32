"""The numbers of one service in one country, as a recording shows them: prices and stock by carrier."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

ANY = "any"
"""The carrier of a request for all carriers."""


class Slot:
    """The numbers of some carriers at one price: those of one carrier, or those of all that are never named alone.

    `price` and `stock` are the present ones, None if they are unknown yet; `first` are those at the start. `sold` is
    what was sold before the stock was known.
    """

    def __init__(self, carriers: Sequence[str]) -> None:
        self.carriers = carriers
        self.price: int | None = None
        self.stock: int | None = None
        self.sold = 0
        self.first: dict[str, int] = {}

    @property
    def left(self) -> int:
        """The stock, 0 if it is unknown."""
        return self.stock or 0

    def set_price(self, price: int) -> list[Edit]:
        """Set the price. The first one that is known held from the start; return any later one."""
        known, self.price = self.price, price
        if known is not None:
            return [(self, "price", price)]
        self.first["price"] = price
        return []

    def set_stock(self, stock: int) -> list[Edit]:
        """Set the stock. The first one that is known, and what was sold before, was there from the start."""
        known, self.stock = self.stock, stock
        if known is not None:
            return [(self, "stock", stock)]
        self.first["stock"] = stock + self.sold
        return []

    def begin(self, price: int | None, stock: int | None) -> None:
        """Set the price and the stock if they are unknown yet."""
        if self.price is None and price is not None:
            self.set_price(price)
        if self.stock is None and stock is not None:
            self.set_stock(stock)

    def rewind(self) -> None:
        """Go back to the start, and keep what was there."""
        self.price, self.stock, self.sold = self.first.get("price"), self.first.get("stock"), 0


Edit = tuple[Slot, str, int]
"""A change of the price or the stock of a slot: the field, and its new value."""


class Shelf:
    """The prices and the stock of an offer, forecast from what was shown last and what was sold since.

    The mock forecasts the same. So only what differs from the forecast has to change in a scenario.
    """

    def __init__(self, carriers: Sequence[str], named: Container[str]) -> None:
        """Divide the carriers of the country: those that are named alone, and the rest."""
        rest = [carrier for carrier in carriers if carrier not in named]
        self.named = {carrier: Slot((carrier,)) for carrier in carriers if carrier in named}
        self.rest = Slot(rest) if rest else None

    @property
    def slots(self) -> list[Slot]:
        """All slots, in the order in which they serve orders for any carrier."""
        found = [*self.named.values(), *([self.rest] if self.rest else [])]
        return sorted(found, key=lambda slot: (slot.price is None, slot.price or 0, slot.carriers[0]))

    def of(self, carrier: str) -> list[Slot]:
        """Return the slots that a request for a carrier means."""
        return [self.named[carrier]] if carrier in self.named else self.slots if carrier == ANY else []

    def front(self, carrier: str) -> Slot | None:
        """Return the slot that serves the next order for a carrier; the first one if all are empty."""
        slots = self.of(carrier)
        return next((slot for slot in slots if slot.left or slot.stock is None), slots[0] if slots else None)

    def shown(self, carrier: str) -> int | None:
        """Return the price that the mock shows for a carrier; None if it is unknown."""
        front = self.front(carrier)
        return front.price if front else None

    def show(self, carrier: str, price: int | None, stock: int | None) -> Iterator[Edit]:
        """See the price and the stock of a carrier, and yield what has to change for the mock to show them."""
        if stock is not None:
            yield from self._restock(carrier, stock)
        if price is not None:
            yield from self._reprice(carrier, price)

    def _restock(self, carrier: str, stock: int) -> Iterator[Edit]:
        slots = self.of(carrier)
        missing = stock - sum(slot.left for slot in slots)
        for slot in sorted(slots, key=lambda slot: (slot is not self.rest, slot.stock is not None)):
            new = max(0, slot.left + missing)
            missing -= new - slot.left
            if new != slot.stock:
                yield from slot.set_stock(new)

    def _reprice(self, carrier: str, price: int) -> Iterator[Edit]:
        """Change prices so that the cheapest slot with stock has this one.

        A carrier that is named alone before its price is known is taken to be a cent dearer than the rest.
        """
        for slot in self.of(carrier):
            is_alone = carrier == ANY and self.rest is not None and slot is not self.rest
            if slot.price is None:
                yield from slot.set_price(price + is_alone)
            elif slot.price < price and slot.left:
                yield from slot.set_price(price)
        front = self.front(carrier)
        if front is not None and front.price != price:
            yield from front.set_price(price)

    def filled(self, carrier: str) -> list[Slot]:
        """Return the slots that have stock, or may have, for a carrier."""
        return [slot for slot in self.of(carrier) if slot.stock != 0]

    def sell(self, carrier: str) -> Iterator[Edit]:
        """Take one number from the stock, as an order does. Yield a change if there was none left."""
        front = self.front(carrier)
        if front is None:
            return
        if front.stock is None:
            front.sold += 1
            return
        if not front.stock:
            yield from front.set_stock(1)
        front.stock = (front.stock or 1) - 1
