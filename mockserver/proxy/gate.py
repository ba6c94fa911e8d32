"""Nothing is spent by accident: which requests are let through, and what was spent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.contract.formats import dollars_text
from mockserver.traffic import header
from mockserver.traffic.calls import Known, arguments_of
from mockserver.traffic.spending import ORDERS, PAYS, UNKNOWN, Allowance, charged, cost, may_buy, may_cost, refuses

if TYPE_CHECKING:
    from mockserver.contract import Operation
    from mockserver.contract.operation import AnswerFacts
    from mockserver.proxy.checking import Match
    from mockserver.traffic import Answer, Request

__all__ = ["Allowance", "Gate", "StoppedError"]

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class StoppedError(Exception):
    """A request must not be passed on. The text says why, and what would let it through."""


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
        return _bought(match) is not None

    def ask(self, match: Match, method: str, request: Request | None) -> int:
        """Let a request through, and return the cents that it holds back. Raises StoppedError.

        `request` is needed if `needs_body`.
        """
        self._ask_for_permission(match, method)
        bought = _bought(match)
        if bought is None or request is None:
            return 0
        maximum = may_cost(bought, arguments_of(Known(bought.document, bought, match.path), request))
        if not self.allowance.covers(maximum, self.spent, self._held):
            raise StoppedError(self._too_much(bought, maximum))
        held = maximum or 0
        self._held += held
        return held

    def settle(self, match: Match, held: int, answer: Answer | None, *, sent: bool = True) -> None:
        """Count what a request cost that was let through; None is an answer that was lost, or is not known whole.

        `sent` says whether the request may have reached the server.
        """
        bought = _bought(match)
        if bought is None:
            return
        self._held -= held
        reading = None if answer is None else _read(bought, answer)
        if not sent or (answer is not None and reading is not None and refuses(bought, answer, reading)):
            return
        charge = None if reading is None else charged(reading)
        self.orders += 1
        self.spent += cost(charge, held)

    def _too_much(self, bought: Operation, maximum: int | None) -> str:
        """Why the limit does not cover an order of this maximum price."""
        if maximum is None:
            return f"{bought.name} has no maximum price, so --spend-limit cannot be kept: send one"
        waiting = f", and orders under way may cost {dollars_text(self._held)}" if self._held else ""
        return (
            f"{bought.name} may cost {dollars_text(maximum)} dollars, {dollars_text(self.spent)} were spent"
            f"{waiting}: that is more than --spend-limit {dollars_text(self.allowance.limit or 0)}"
        )

    def _ask_for_permission(self, match: Match, method: str) -> None:
        effects = {operation.effect: operation.name for operation in match.near}
        if PAYS in effects and self.allowance.forbids(PAYS):
            raise StoppedError(f"{effects[PAYS]} opens a payment: give --allow-payments to let it through")
        if ORDERS in effects and self.allowance.forbids(ORDERS):
            raise StoppedError(f"{effects[ORDERS]} may spend money: give --allow-orders to let it through")
        known = match.operation is not None and match.operation.effect
        if not known and method not in SAFE and self.allowance.forbids(UNKNOWN):
            raise StoppedError(
                f"the contract has no operation here, and {method} may spend money: "
                "give --allow-orders and --allow-payments to let it through"
            )


def _bought(match: Match) -> Operation | None:
    """What a request may buy, if anything."""
    return next(filter(may_buy, match.near), None)


def _read(operation: Operation, answer: Answer) -> AnswerFacts:
    return operation.read_answer(answer.status, answer.json, header(answer.headers, "content-type") or "")
