"""Witnesses of rules: for each rule of the service a class that infers its value from a sequence of calls."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Protocol

from mockserver.contract import vocabulary
from mockserver.contract.reader import get
from mockserver.traffic.calls import EXPIRED, QUOTES, REFUNDED, SHOWS, WAITING, Outcome, has_sms, is_silent

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.contract.reader import Facts
    from mockserver.traffic.calls import Call, Offer


SECOND = 1000


class Witness(Protocol):
    """Observes the calls of all accounts, in order. A call with an unreliable response is passed as a lost one."""

    def see(self, call: Call) -> str:
        """Return the value of a rule or a reading that a call supports; empty if it supports none.

        Values of a rule that the call cannot distinguish are separated by spaces.
        """


class Lifetime:
    """Witness of the rule `lifetime`: how long an order waits for its first SMS."""

    def see(self, call: Call) -> str:
        """Return the lifetime, in milliseconds, of a waiting order without an SMS: such an order was not renewed."""
        for order in call.orders if call.purpose in SHOWS else ():
            ordered, expires = order.get("ordered_at"), order.get("expires_at")
            if ordered is not None and expires is not None and order.get("state") == WAITING and is_silent(order):
                return f"{max(0, expires - ordered)}ms"
        return ""


class Renewal:
    """Witness of the rule `renewal`: how a request for another SMS extends an order.

    Orders whose end moved by the same span were extended by it. With a new lifetime, the span is the time that had
    passed since the order was placed, which differs from order to order.
    """

    def __init__(self) -> None:
        self._ends: dict[str, int] = {}
        self._lifetimes: dict[str, int] = {}
        self._renewed: dict[str, int] = {}

    def see(self, call: Call) -> str:
        """Return the span by which the end of a renewed order has moved, or `anew` if it lies a lifetime ahead."""
        if call.purpose == "another":
            if call.outcome is Outcome.GRANTED and call.order in self._ends:
                self._renewed[call.order] = call.at
            else:
                self._ends.pop(call.order, None)
            return ""
        found = ""
        for order in call.orders:
            number, ends, ordered = order["id"], order.get("expires_at"), order.get("ordered_at")
            if ends is None:
                continue
            before = self._ends.get(number)
            if number in self._renewed and before is not None and ends > before:
                asked = self._renewed.pop(number)
                lifetime = self._lifetimes.get(number)
                is_anew = lifetime is not None and abs(ends - asked - lifetime) <= SECOND
                found = "anew" if is_anew else f"{ends - before}ms"
            elif number not in self._renewed and ordered is not None:
                self._lifetimes.setdefault(number, ends - ordered)
            if number not in self._renewed:
                self._ends[number] = ends
        return found


class PaymentLifetime:
    """Witness of the rule `payment_lifetime`: how long a payment can be made."""

    def see(self, call: Call) -> str:
        """Return the span between the creation and the end of a payment, in milliseconds."""
        payments = [call.facts.get("payment"), *(call.facts.get("payments") or ())]
        for payment in payments:
            created, ends = (get(payment or {}, name) for name in ("created_at", "expires_at"))
            if created is not None and ends is not None:
                return f"{max(0, ends - created)}ms"
        return ""


class Expiry:
    """Witness of the rule `expiry`: whether an order without an SMS stays expired, or is refunded without a request.

    An order shown as expired may have been repaid; it was not if it can still be refunded, and it was if the balance
    has risen by its price in the meantime, though nothing else can have changed it.
    """

    def __init__(self) -> None:
        self._repaid = _Repaid()
        self._expired: set[str] = set()
        self._waiting: set[str] = set()
        self._returned: set[str] = set()

    def see(self, call: Call) -> str:
        """Return the values that the end of a waiting order supports."""
        if self._repaid.see(call):
            return "refunded repaid"
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


class _Repaid:
    """Tells when a balance has risen by the price of an order without an SMS, waiting or shown as expired.

    A payment of no more leaves that open: it may have been credited with a bonus.
    """

    def __init__(self) -> None:
        self._balances: dict[str, int] = {}
        self._waiting: defaultdict[str, dict[str, int]] = defaultdict(dict)
        self._paid_in: defaultdict[str, set[int]] = defaultdict(set)

    def see(self, call: Call) -> bool:
        """Return whether the balance that a call shows has risen so."""
        waiting = self._waiting[call.account]
        for order in call.orders:
            if has_sms(order) or order.get("state") not in (None, WAITING, EXPIRED):
                waiting.pop(order["id"], None)
            elif "price" in order and call.purpose == "order":
                waiting[order["id"]] = order["price"]
        if call.effect == "pays":
            self._paid_in[call.account].add(call.arguments.get("amount", 0))
        elif call.purpose == "order" and call.orders and "price" in call.orders[0] and call.account in self._balances:
            self._balances[call.account] -= call.orders[0]["price"]
        elif call.effect != "reads" and call.outcome not in (Outcome.REFUSED, Outcome.LIMITED):
            self._balances.pop(call.account, None)
        balance = get(call.facts, "account.balance")
        if balance is None:
            return False
        before = self._balances.get(call.account)
        self._balances[call.account] = balance
        ended = [number for number, price in waiting.items() if before is not None and balance - before == price > 0]
        if not ended or any(amount <= waiting[ended[0]] for amount in self._paid_in[call.account]):
            return False
        del waiting[ended[0]]
        return True


class AnotherSms:
    """Witness of the rule `another_sms`: whether a request for another SMS is charged the price of the order."""

    def __init__(self) -> None:
        self._balances: dict[str, int] = {}
        self._asked: defaultdict[str, list[str]] = defaultdict(list)
        self._prices: dict[str, int] = {}

    def see(self, call: Call) -> str:
        """Return the value that two balances support if only such requests were made between them."""
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


_NOTED = 64
"""The number of places whose latest prices are remembered as they came."""


class _Prices:
    """The last quoted prices of offers in stock, by account and offer, from every generation of the service."""

    def __init__(self) -> None:
        self._prices: dict[tuple[str, Offer], int] = {}
        self._changes = 0
        self._noted: dict[tuple[str, Offer], tuple[Facts, int]] = {}

    def note(self, call: Call) -> None:
        """Record the quoted prices of a call."""
        if call.purpose not in QUOTES:
            return
        place = call.account, call.offer
        facts, changes = self._noted.get(place, (None, 0))
        if facts is call.facts and changes == self._changes:
            return  # a polling client receives the same prices repeatedly
        for key, offer in call.quoted.items():
            if "price" in offer and offer.get("stock", 1):
                self._changes += self._prices.get((call.account, key)) != offer["price"]
                self._prices[call.account, key] = offer["price"]
        if len(self._noted) > _NOTED:
            self._noted.clear()
        self._noted[place] = call.facts, self._changes

    def of(self, call: Call) -> int | None:
        """Return the last quoted price of an order's offer; None if there is none."""
        return self._prices.get((call.account, call.offer))


class AboveMaximum:
    """Witness of the rule `above_maximum`: the refusal of an order whose maximum price is below the quoted price."""

    def __init__(self) -> None:
        self._prices = _Prices()

    def see(self, call: Call) -> str:
        """Return the refusal reason of such an order."""
        self._prices.note(call)
        if call.purpose != "order" or call.outcome is not Outcome.REFUSED:
            return ""
        price, maximum = self._prices.of(call), call.arguments.get("maximum")
        is_above = price is not None and maximum is not None and maximum < price
        return call.refusal if is_above and call.refusal in vocabulary().rules["above_maximum"].kind else ""


class Discount:
    """Witness of the rule `discount`: whether an account with a discount pays less than the quoted price."""

    def __init__(self) -> None:
        self._prices = _Prices()
        self._factors: dict[str, float] = {}

    def see(self, call: Call) -> str:
        """Return the value that the price of such an account's order supports."""
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
    """Return the price factor of an account's tier, or of its row in the table of tiers; None if there is none."""
    tier = account.get("tier") or {}
    rows = [row for row in account.get("tiers") or () if tier and tier.items() <= row.items()]
    factors = (row.get("factor", 1 - row["discount"] if "discount" in row else None) for row in (tier, *rows))
    return next((factor for factor in factors if factor is not None), None)


WITNESSES: Mapping[str, Callable[[], Witness]] = {
    "lifetime": Lifetime,
    "renewal": Renewal,
    "payment_lifetime": PaymentLifetime,
    "expiry": Expiry,
    "another_sms": AnotherSms,
    "above_maximum": AboveMaximum,
    "discount": Discount,
}
"""The witness class of each rule."""
