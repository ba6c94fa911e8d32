"""The accounts of a recording as they were at its start: what was seen first, minus what happened before it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mockserver.contract.reader import get
from mockserver.drift.recorded_day.day import instant
from mockserver.traffic.calls import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockserver.contract.reader import Facts
    from mockserver.drift.recorded_day.day import Moment, Omissions
    from mockserver.drift.recorded_day.orders import OrderHistory, Orders
    from mockserver.drift.recorded_day.payments import Payment, Payments

Section = dict[str, Any]

_PLAIN = {"status": "status", "language": "lang", "vip_support": "vipSupport"}
"""The fields of a scenario's account that are copied, by their names in the vocabulary."""
_PERSONAL = ("stripe_id", "cryptomus_id", "referral", "vip_telegram")
"""The facts of an account that are not copied."""

_METHODS = ("crypto", "card")
_TIERS = {"-20%": 80, "-15%": 85, "-10%": 90, "-5%": 95, "0%": 100}
"""The discounts that a scenario can give, and the percentage that remains to be paid."""


_NO_DISCOUNT = "0%"


@dataclass
class Account:
    """What a recording tells about an account.

    `moved` is the money that came and went since the start, in cents, `least` the lowest that this sum ever was, and
    `start` the balance at the start, None until one was seen.
    """

    user: str
    moved: int = 0
    least: int = 0
    start: int | None = None
    since: int = 0
    """The tick at which the balance was first seen."""
    paid_in: int = 0
    lacking: list[tuple[int, int]] = field(default_factory=list)
    """What had moved when the balance did not suffice for a price, and this price, before a balance was shown."""
    charges: int | None = None
    facts: Facts = field(default_factory=dict)
    coupons: dict[str, Facts] = field(default_factory=dict)
    received: int | None = None
    toggled: Counter[tuple[str, str]] = field(default_factory=Counter)
    favourites: dict[tuple[str, str], bool] = field(default_factory=dict)
    label: str | None = None
    """The present discount."""
    calls: int = 0
    unknown: int = 0
    blocked: int = 0

    def move(self, cents: int) -> None:
        """Add or take money."""
        self.moved += cents
        self.least = min(self.least, self.moved)

    @property
    def percent(self) -> int:
        """The percentage of list prices that the account pays."""
        return self.percent_after(0)

    def percent_after(self, cents: int) -> int:
        """Return the percentage of list prices that the account would pay after one more payment."""
        first = get(self.facts, "tier.label")
        label = self.label or first
        if self.charges is not None and self.reached(self.charges) == first:
            label = self.reached(self.charges + self.paid_in + cents)
        return _TIERS.get(str(label), 100)

    def reached(self, charges: int) -> str | None:
        """Return the label of the discount that charges give by the table of the account; None without a table."""
        tiers = [(get(tier, "threshold"), get(tier, "label")) for tier in self.facts.get("tiers") or ()]
        reached = [(threshold, label) for threshold, label in tiers if threshold is not None and threshold <= charges]
        return max(reached)[1] if reached else None

    @property
    def is_known(self) -> bool:
        """Whether the service has ever known the account."""
        return bool(self.user) and self.calls > self.unknown


class Accounts:
    """The accounts of a recording by user id, and their money."""

    def __init__(self, orders: Orders, payments: Payments, rules: Mapping[str, str], notes: Omissions) -> None:
        self.by_user: dict[str, Account] = {}
        self._orders, self._payments, self._rules, self._notes = orders, payments, rules, notes
        self._placed = {(order.account, order.opened): order for order in orders.placed}
        self._repaid: set[str] = set()

    def prepare(self, seen: Iterable[Moment]) -> None:
        """Note the discounts and the coupons, which decide what earlier calls cost and brought."""
        for moment in seen:
            call = moment.call
            account = self.by_user.setdefault(call.account, Account(call.account))
            account.calls += 1
            account.unknown += call.operation is None or call.refusal == "UNAUTHORIZED"
            account.blocked += call.refusal == "FORBIDDEN"
            facts = call.facts.get("account") or {}
            account.facts = {**facts, **account.facts}
            for coupon in call.facts.get("coupons") or ():
                if (code := get(coupon, "code")) and get(coupon, "bonus") is not None:
                    account.coupons.setdefault(code, coupon)
                    self._payments.bonus[call.account, code] = round(100 * coupon["bonus"])
            if account.received is None:
                account.received = get(facts, "coupons_received")

    def percent(self, user: str) -> int:
        """Return the percentage of list prices that an account pays."""
        return self.by_user[user].percent

    def moved(self, user: str) -> int:
        """Return the money that came and went so far, in cents."""
        return self.by_user[user].moved

    def start(self, user: str) -> int:
        """Return the balance at the start, in cents: the least that suffices if it is unknown."""
        account = self.by_user[user]
        return -account.least if account.start is None else account.start

    def pays(self, user: str, price: int, charge: int, tick: int) -> bool:
        """Whether an account pays this charge for a list price; payments that were made by then may explain it."""
        account = self.by_user[user]
        if paid(price, account.percent) == charge:
            return True
        waiting = [payment for payment in self._payments.opened if payment.account == user and payment.ended is None]
        for count in range(1, len(waiting) + 1):
            cents = sum(payment.cents for payment in waiting[:count])
            if account.charges is not None and paid(price, account.percent_after(cents)) == charge:
                for payment in self._payments.settle(user, sum(map(self._payments.credit, waiting[:count])), tick):
                    self._credit(account, payment)
                return True
        return False

    def lack(self, user: str, price: int | None) -> None:
        """See that the balance does not suffice for a price, before it was shown."""
        account = self.by_user[user]
        if account.start is None and price is not None:
            account.lacking.append((account.moved, price))

    def placed(self, moment: Moment) -> OrderHistory | None:
        """Return the order that a call placed, if it did."""
        return self._placed.get((moment.call.account, moment.tick)) if moment.call.purpose == "order" else None

    def see(self, moment: Moment) -> None:
        """See the money that moved by a call, and the balance that it shows."""
        call, account = moment.call, self.by_user[moment.call.account]
        self._pay_back(account, moment.tick)
        self._spend(account, moment)
        for payment in self._payments.see(moment):
            self._credit(account, payment)
        if call.outcome is not Outcome.GRANTED:
            return
        self._mark(account, moment)
        facts = call.facts.get("account") or {}
        if (balance := get(facts, "balance")) is not None:
            self._balance(account, balance, moment.tick)
        if account.charges is None and (charges := get(facts, "charges")) is not None:
            account.charges = charges - account.paid_in
        account.label = get(facts, "tier.label") or account.label

    def _spend(self, account: Account, moment: Moment) -> None:
        call = moment.call
        if (order := self.placed(moment)) is not None:
            self._charge(account, order.price or 0, moment.tick)
            return
        is_done = call.outcome is Outcome.GRANTED or self._orders.effects.get(moment.tick, False)
        known = self._orders.by_id.get(call.order) if is_done else None
        if known is None or known.price is None:
            return
        if call.purpose == "refund":
            account.move(known.price)
        elif call.purpose == "another" and self._rules["another_sms"] == "charged":
            self._charge(account, known.price, moment.tick)

    def _charge(self, account: Account, cents: int, tick: int) -> None:
        """Take money. What the account lacks was paid in before, although no balance has shown it."""
        lacking = 0 if account.start is None else cents - account.start - account.moved
        for payment in self._payments.settle(account.user, lacking, tick) if lacking > 0 else ():
            self._credit(account, payment)
        account.move(-cents)

    def _pay_back(self, account: Account, tick: int) -> None:
        """Pay back the orders that ended without an SMS by this tick, if that is the rule."""
        if self._rules["expiry"] == "kept":
            return
        for order in self._orders.by_id.values():
            is_over = order.ended is not None and order.ended <= tick and not order.arrivals
            if order.account == account.user and is_over and order.id not in self._repaid and order.price:
                self._repaid.add(order.id)
                account.move(order.price)

    def _credit(self, account: Account, payment: Payment) -> None:
        account.move(self._payments.credit(payment))
        account.paid_in += payment.cents

    def _balance(self, account: Account, balance: int, tick: int) -> None:
        if account.start is None:
            account.start, account.since = balance - account.moved, tick
            if account.start < 0:
                self._explain(account, -account.start, tick)
                account.start = max(0, balance - account.moved)
            excess = max((account.start + moved - price + 1 for moved, price in account.lacking), default=0)
            for payment in self._payments.settle(account.user, excess, tick) if excess > 0 else ():
                self._credit(account, payment)
                account.start = max(0, balance - account.moved)
            return
        rise = balance - account.start - account.moved
        if rise and not self._explain(account, rise, tick) and not self._antedate(account, -rise):
            self._notes.add(f"a change of the balance of {account.user} by {rise} cents that no call explains")
            account.moved += rise

    def _explain(self, account: Account, rise: int, tick: int) -> bool:
        """Find what else moved money: payments that were made, or orders that ended."""
        if paid := self._payments.explain(account.user, rise, tick):
            for payment in paid:
                self._credit(account, payment)
            return True
        for order in self._orders.by_id.values():
            may_end = order.account == account.user and order.running < tick and not order.arrivals
            if self._rules["expiry"] != "kept" and may_end and order.price == rise and order.id not in self._repaid:
                order.ended = tick
                self._pay_back(account, tick)
                return True
        return False

    def _antedate(self, account: Account, cents: int) -> bool:
        """Take payments that are known to be credited as credited before the balance was first seen."""
        payments = self._payments.antedate(account.user, cents, account.since)
        for payment in payments:
            account.start = (account.start or 0) - self._payments.credit(payment)
            account.charges = account.charges and account.charges - payment.cents
        return bool(payments)

    def _mark(self, account: Account, moment: Moment) -> None:
        """See the favourites: those at the start are those that are listed first, without the changes before."""
        call = moment.call
        for facts in (call.facts.get("favourite"),):
            if isinstance(facts, dict) and (pair := _pair(facts, call.offer)) and get(facts, "marked") is not None:
                account.favourites.setdefault(pair, not facts["marked"])
                account.toggled[pair] += 1
        for facts in call.facts.get("favourites") or ():
            if (pair := _pair(facts, call.offer)) and pair not in account.toggled:
                account.favourites.setdefault(pair, facts.get("marked") is not False)

    def section(self, key: str, account: Account, past: list[Section]) -> Section:
        """Return an account of the scenario. `key` is its API key, `past` are its orders from before the recording."""
        if account.start is None and not account.blocked:
            self._notes.add(f"the balance of {account.user}, which was not shown: it suffices for what was bought")
        if any(account.facts.get(name) for name in _PERSONAL):
            self._notes.add(f"the ids of {account.user} at payment providers, the referral and the support contact")
        favourites = [
            {"country": country, "service": service}
            for (country, service), is_marked in account.favourites.items()
            if is_marked
        ]
        optional = {
            "totalCharges": account.charges,
            "tier": self._tier(account),
            "couponsReceived": account.received,
            "blocked": True if account.blocked and account.blocked == account.calls else None,
            "coupons": self._coupons(account),
            "favourites": favourites,
            "orders": past,
            "payments": self._payments.past_section(account.user),
            **{name: account.facts.get(fact) for fact, name in _PLAIN.items()},
        }
        return {
            "userId": account.user,
            "key": key,
            "balance": max(0, self.start(account.user)),
            **{name: value for name, value in optional.items() if value not in (None, [], "", False)},
        }

    def _tier(self, account: Account) -> str | None:
        """Return the discount of an account if its charges do not give it; none if it was not shown."""
        label = get(account.facts, "tier.label")
        if label is None:
            return _NO_DISCOUNT
        if label not in _TIERS:
            self._notes.add(f"the discount {label}: a scenario has {', '.join(_TIERS)}")
            return _NO_DISCOUNT
        return None if account.charges is not None and account.reached(account.charges) == label else label

    def _coupons(self, account: Account) -> list[Section]:
        used_here: defaultdict[str, bool] = defaultdict(bool)
        for payment in self._payments.opened:
            used_here[payment.coupon] |= payment.account == account.user
        sections = []
        for code, facts in account.coupons.items():
            method, bonus = facts.get("method") or _METHODS[0], round(100 * facts["bonus"])
            if method not in _METHODS or bonus < 1:
                self._notes.add("a coupon of another kind than scenarios have")
                continue
            optional = {
                "timing": facts.get("days"),
                "issuedAt": None if facts.get("issued_at") is None else instant(facts["issued_at"]),
                "expiredAt": None if facts.get("expires_at") is None else instant(facts["expires_at"]),
                "used": (facts.get("status") == "used" and not used_here[code]) or None,
            }
            given = {name: value for name, value in optional.items() if value is not None}
            sections.append({"code": code, "percentage": bonus, "targetPay": method, **given})
        return sections


def _pair(facts: Facts, offer: tuple[str, str, str]) -> tuple[str, str] | None:
    country, service = get(facts, "country.code") or offer[0], get(facts, "service.code") or offer[1]
    return (country, service) if country and service else None


def paid(price: int, percent: int) -> int:
    """Return what an account pays for a list price, in cents, halves rounded up."""
    return (price * percent + 50) // 100


def listed(price: int, percent: int) -> int:
    """Return the least list price for which an account pays this one, in cents."""
    guess = max(0, (price * 100 - 50) // percent) if percent else price
    return next(each for each in range(guess, guess + 200) if paid(each, percent) >= price) if percent else price
