"""Nothing is spent by accident: which requests are let through, and what was spent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import ABSENT, vocabulary
from mockserver.contract.formats import dollars_text
from mockserver.traffic import header
from mockserver.traffic.calls import arguments_of
from mockserver.traffic.matching import Known
from mockserver.traffic.spending import buys, charged, may_cost

if TYPE_CHECKING:
    from mockserver.contract import Operation
    from mockserver.contract.operation import Reading
    from mockserver.proxy.checking import Match
    from mockserver.traffic import Answer, Request

ORDERS, PAYS = "orders", "pays"
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


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
        return any(map(_may_buy, match.near))

    def ask(self, match: Match, method: str, request: Request | None) -> int:
        """Let a request through, and return the cents that it holds back. Raises StoppedError.

        `request` is needed if `needs_body`.
        """
        self._ask_for_permission(match, method)
        bought = next(filter(_may_buy, match.near), None)
        if bought is None or request is None:
            return 0
        maximum = may_cost(bought, arguments_of(Known(bought.document, bought, match.path), request))
        limit = self.allowance.limit
        if limit is not None:
            if maximum is None:
                raise StoppedError(f"{bought.name} has no maximum price, so --spend-limit cannot be kept: send one")
            if self.spent + self._held + maximum > limit:
                waiting = f", and orders under way may cost {dollars_text(self._held)}" if self._held else ""
                raise StoppedError(
                    f"{bought.name} may cost {dollars_text(maximum)} dollars, {dollars_text(self.spent)} were spent"
                    f"{waiting}: that is more than --spend-limit {dollars_text(limit)}"
                )
        held = maximum or 0
        self._held += held
        return held

    def settle(self, match: Match, held: int, answer: Answer | None, *, sent: bool = True) -> None:
        """Count what a request cost that was let through; None is an answer that was lost, or is not known whole.

        `sent` says whether the request may have reached the server.
        """
        bought = next(filter(_may_buy, match.near), None)
        if bought is None:
            return
        self._held -= held
        reading = None if answer is None else _read(bought, answer)
        if not sent or (answer is not None and reading is not None and _refuses(bought, answer, reading)):
            return
        charge = None if reading is None else charged(reading)
        self.orders += 1
        self.spent += held if charge is None or charge.cents is None else charge.cents

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


def _may_buy(operation: Operation) -> bool:
    """Say whether an operation may buy something: it does, or it costs money and nothing says for what."""
    return buys(operation) or (operation.effect == ORDERS and not operation.purposes)


def _read(operation: Operation, answer: Answer) -> Reading:
    return operation.read_answer(answer.status, answer.json, header(answer.headers, "content-type") or "")


def _refuses(operation: Operation, answer: Answer, reading: Reading) -> bool:
    """Say whether an answer says that nothing was bought. A server that breaks may have sold something before."""
    refused, failures = reading.refused, operation.document.failures
    if refused is None or failures is None:
        return False
    status, body = answer.status, answer.json
    if 300 <= status < 500:
        return True
    reason = vocabulary().reasons.get(refused.reason) if body is not ABSENT else None
    if status >= 500:
        return reason is not None and reason.when == "refusal"
    other = status != operation.status and status in failures.known
    media = header(answer.headers, "content-type") or ""
    return other or reason is not None or not operation.document.check_failure(status, body, media)
