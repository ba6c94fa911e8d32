"""Which rule of the service is kept: for each rule a witness, which looks at calls in their order."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from mockserver.contract.reader import get
from mockserver.traffic.calls import EXPIRED, REFUNDED, SHOWS, WAITING, Outcome, has_sms, is_silent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.contract.reader import Facts
    from mockserver.traffic.calls import Call, Offer


class Witness(Protocol):
    """Looks at calls of all accounts, in their order. An answer that tells nothing reliable is a lost one to it."""

    def see(self, call: Call) -> str:
        """Return the value that a call speaks for, of a rule or of a reading; empty if it speaks for none.

        Those of a rule that it does not tell apart are separated by blanks.
        """


class Lifetime:
    """How long an order waits that has not received an SMS, and so was not renewed."""

    def see(self, call: Call) -> str:
        """Look for the times of such an order."""
        for order in call.orders if call.purpose in SHOWS else ():
            ordered, expires = order.get("ordered_at"), order.get("expires_at")
            if ordered is not None and expires is not None and order.get("state") == WAITING and is_silent(order):
                return f"{max(0, expires - ordered)}ms"
        return ""


class Expiry:
    """Whether an order without SMS stays expired, or becomes refunded though nobody asked for it.

    One that is shown as expired may have been repaid; it was not if it can be returned.
    """

    def __init__(self) -> None:
        self._expired: set[str] = set()
        self._waiting: set[str] = set()
        self._returned: set[str] = set()

    def see(self, call: Call) -> str:
        """Look for the end of an order that was seen to wait."""
        if call.purpose == "refund":
            self._returned.add(call.order)
            return "kept" if call.outcome is Outcome.GRANTED and call.order in self._expired else ""
        if call.purpose == "order":
            placed = {order["id"] for order in call.orders}
            self._waiting |= placed
            self._expired -= placed
        for order in call.orders if call.purpose in SHOWS else ():
            number, state = order["id"], order.get("state")
            if state == WAITING:
                self._waiting.add(number)
            if has_sms(order):
                self._waiting.discard(number)
            elif state == EXPIRED and is_silent(order):
                self._expired.add(number)
                return "kept repaid"
            elif state == REFUNDED and number in self._waiting - self._returned:
                return "refunded"
        return ""


class AnotherSms:
    """Whether the balance falls by the price when nothing was done but to ask for another SMS."""

    def __init__(self) -> None:
        self._balances: dict[str, int] = {}
        self._asked: defaultdict[str, list[str]] = defaultdict(list)
        self._prices: dict[str, int] = {}

    def see(self, call: Call) -> str:
        """Look for two balances with nothing between them but such a request."""
        if call.purpose == "another" and call.refusal == "INSUFFICIENT_BALANCE":
            return "charged"
        self._prices |= {order["id"]: order["price"] for order in call.orders if "price" in order}
        if call.purpose == "another" and call.outcome is Outcome.GRANTED:
            self._asked[call.account].append(call.order)
        elif call.effect != "reads" and call.outcome not in (Outcome.REFUSED, Outcome.LIMITED):
            self._balances.pop(call.account, None)
        balance = get(call.facts, "account.balance")
        return "" if balance is None else self._compare(call.account, balance)

    def _compare(self, account: str, balance: int) -> str:
        before = self._balances.get(account)
        asked = self._asked.pop(account, [])
        self._balances[account] = balance
        if before is None or not asked:
            return ""
        if balance == before:
            return "free"
        return "charged" if before - balance == sum(self._prices.get(order, -1) for order in asked) else ""


class _Prices:
    """The prices last shown of what is there, by account and offer, whichever generation showed them."""

    def __init__(self) -> None:
        self._prices: dict[tuple[str, Offer], int] = {}

    def note(self, call: Call) -> None:
        """Take in what is quoted."""
        for key, offer in call.quoted.items():
            if "price" in offer and offer.get("stock", 1):
                self._prices[call.account, key] = offer["price"]

    def of(self, call: Call) -> int | None:
        """Return the price last shown of what an order is for; None if none was."""
        return self._prices.get((call.account, call.offer))


class AboveMaximum:
    """How an order is refused whose maximum is below the price that was shown."""

    def __init__(self) -> None:
        self._prices = _Prices()

    def see(self, call: Call) -> str:
        """Look for such an order."""
        self._prices.note(call)
        if call.purpose != "order" or call.outcome is not Outcome.REFUSED:
            return ""
        price, maximum = self._prices.of(call), call.arguments.get("maximum")
        return call.refusal if price is not None and maximum is not None and maximum < price else ""


class Discount:
    """Whether an account with a discount pays less than it was shown."""

    def __init__(self) -> None:
        self._prices = _Prices()
        self._factors: dict[str, float] = {}

    def see(self, call: Call) -> str:
        """Look for an order of such an account."""
        self._prices.note(call)
        factor = _factor(call.facts.get("account", {}))
        if factor is not None:
            self._factors[call.account] = factor
        if call.purpose != "order" or not call.orders:
            return ""
        shown, paid = self._prices.of(call), call.orders[0].get("price")
        if shown is None or paid is None:
            return ""
        lowered = int(shown * self._factors.get(call.account, 1) + 0.5)
        return {shown: "shown", lowered: "applied"}.get(paid, "") if lowered < shown else ""


def _factor(account: Facts) -> float | None:
    """Return what is paid of a price, as the tier of an account says, or its row in the table; None if none does."""
    tier = account.get("tier") or {}
    rows = [row for row in account.get("tiers") or () if tier and tier.items() <= row.items()]
    factors = (row.get("factor", 1 - row["discount"] if "discount" in row else None) for row in (tier, *rows))
    return next((factor for factor in factors if factor is not None), None)


WITNESSES: Mapping[str, Callable[[], Witness]] = {
    "lifetime": Lifetime,
    "expiry": Expiry,
    "another_sms": AnotherSms,
    "above_maximum": AboveMaximum,
    "discount": Discount,
}
"""The witnesses of rules, each of which says which value of its rule a call speaks for."""
