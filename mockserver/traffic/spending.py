"""What orders cost, in cents: what one may cost by its request, and what was charged by its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract.reader import get

if TYPE_CHECKING:
    from mockserver.contract import Arguments, Operation
    from mockserver.contract.operation import Reading

ORDER = "order"
"""The operation of the vocabulary that buys something new; the others that order are about an order that there is."""

_ABSURD = 10**12


class Charge(NamedTuple):
    """A purchase that an answer confirms: the number of the order, and cents; None if it does not say how many."""

    order: str
    cents: int | None


def buys(operation: Operation, arguments: Arguments | None = None) -> bool:
    """Say whether a request buys something new; without arguments, or if they do not say, whether it may."""
    purpose = operation.purpose(arguments) if arguments else ""
    return purpose == ORDER if purpose else ORDER in operation.purposes


def may_cost(operation: Operation, arguments: Arguments) -> int | None:
    """Return what an order may cost at most, in cents; None if its request does not say so."""
    return _amount(operation.values(arguments, ORDER)[0].get("maximum"))


def charged(reading: Reading) -> Charge | None:
    """Return what the answer to an order says was bought; None if it says no such thing."""
    number = get(reading.facts, "order.id") if reading.granted else None
    return None if number is None else Charge(number, _amount(get(reading.facts, "order.price")))


def _amount(cents: int | None) -> int | None:
    return cents if cents is not None and 0 <= cents < _ABSURD else None
