"""Nothing is spent by accident: which requests are let through, and what was spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.spec import ABSENT
from contracts.traffic import money
from contracts.traffic.money import dollars

if TYPE_CHECKING:
    from contracts.proxy.checking import Match
    from contracts.spec import Document, Operation
    from contracts.traffic import Answer, Request

ORDERS, PAYS = "orders", "pays"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_CHANGED_PRICE = 222
_ABSURD = 10**12


class StoppedError(Exception):
    """A request must not be passed on. The text says why, and what would let it through."""


class Allowance(NamedTuple):
    """What may be done with money: place orders, open payments. All orders together may cost `limit` cents."""

    orders: bool = False
    payments: bool = False
    limit: int | None = None


class Gate:
    """Lets requests through as an allowance says, and counts from their answers what they cost.

    With a limit, an order holds its maximum price back until it is answered, so that orders at the same time keep to
    the limit together. What it cost is then what the answer says; nothing, if it is refused; and where no answer says
    so, the maximum price: the order may have been placed. A refund does not raise the limit again.
    """

    def __init__(self, allowance: Allowance) -> None:
        self.allowance = allowance
        self.spent = 0
        """Cents."""
        self.orders = 0
        """How many orders were placed, or may have been."""
        self._held = 0

    def needs_body(self, match: Match) -> bool:
        """Say whether the body must be known before the request can be let through."""
        return any(map(_buys, match.near))

    def ask(self, match: Match, method: str, request: Request | None) -> int:
        """Let a request through, and return the cents that it holds back. Raises StoppedError.

        `request` is needed if `needs_body`.
        """
        self._ask_for_permission(match, method)
        bought = next(filter(_buys, match.near), None)
        if bought is None or request is None:
            return 0
        maximum = _maximum(bought, request)
        limit = self.allowance.limit
        if limit is not None:
            if maximum is None:
                raise StoppedError(f"{bought.name} has no maximumPrice, so --spend-limit cannot be kept: send one")
            if self.spent + self._held + maximum > limit:
                waiting = f", and orders under way may cost {dollars(self._held)}" if self._held else ""
                raise StoppedError(
                    f"{bought.name} may cost {dollars(maximum)} dollars, {dollars(self.spent)} were spent{waiting}: "
                    f"that is more than --spend-limit {dollars(limit)}"
                )
        held = maximum or 0
        self._held += held
        return held

    def settle(self, match: Match, held: int, answer: Answer | None, *, sent: bool = True) -> None:
        """Count what a request cost that was let through; None is an answer that was lost, or is not known whole.

        `sent` says whether the request may have reached the server.
        """
        bought = next(filter(_buys, match.near), None)
        if bought is None:
            return
        self._held -= held
        if not sent or (answer is not None and _refuses(match.document, answer)):
            return
        price = None if answer is None else _price(bought, answer)
        self.orders += 1
        self.spent += held if price is None else price

    def _ask_for_permission(self, match: Match, method: str) -> None:
        effects = {operation.effect: operation.name for operation in match.near}
        if PAYS in effects and not self.allowance.payments:
            raise StoppedError(f"{effects[PAYS]} opens a payment: give --allow-payments to let it through")
        if ORDERS in effects and not self.allowance.orders:
            raise StoppedError(f"{effects[ORDERS]} may spend money: give --allow-orders to let it through")
        known = match.operation is not None and match.operation.effect
        if not known and method not in SAFE and not (self.allowance.orders and self.allowance.payments):
            raise StoppedError(
                f"the contract has no operation here, and {method} may spend money: "
                "give --allow-orders and --allow-payments to let it through"
            )


def _buys(operation: Operation) -> bool:
    """Say whether an operation buys something new; the others that order are about an order that there is."""
    fields = operation.body.schema.get("properties", {}) if operation.body else {}
    names = {parameter.name for parameter in operation.parameters} | set(fields)
    return operation.effect == ORDERS and "orderId" not in names


def _maximum(operation: Operation, request: Request) -> int | None:
    """Return what an order may cost, in cents; None if it does not say so."""
    body: Any = request.json
    return _cents(operation, body.get("maximumPrice") if isinstance(body, dict) else None)


def _price(operation: Operation, answer: Answer) -> int | None:
    """Return what was bought for, in cents; None if the answer does not say so."""
    body: Any = answer.json
    inner = body.get("body") if isinstance(body, dict) else None
    given = [
        holder["purchasePrice"] for holder in (body, inner) if isinstance(holder, dict) and "purchasePrice" in holder
    ]
    return _cents(operation, given[0]) if given else None


def _cents(operation: Operation, price: object) -> int | None:
    amount = money.cents(operation.name.partition(".")[0], price)
    return amount if amount is not None and 0 <= amount < _ABSURD else None


def _refuses(document: Document | None, answer: Answer) -> bool:
    """Say whether an answer says that nothing was bought."""
    if answer.status == _CHANGED_PRICE or 300 <= answer.status < 500:
        return True
    body = answer.json
    return document is not None and body is not ABSENT and not document.check_failure(body)
