"""A small world for the state machine, and all that can be known of it by adding up what was done there.

Nothing here comes from the mock: times are seconds since the start, money is cents, and every state follows from facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

Json = dict[str, Any]
Shelf = tuple[str, str, str]
"""A country, a service and a carrier."""

MINUTE, HOUR, DAY = 60, 3600, 86400
LIFETIME = 20 * MINUTE
REFUND_WINDOW = 7 * DAY
PAYABLE = HOUR
RESTOCK_AFTER, RESTOCKED = 2 * MINUTE, 1
TIERS = ((8000, 80, "-20%"), (6000, 85, "-15%"), (4000, 90, "-10%"), (2000, 95, "-5%"), (0, 100, "0%"))

SHELVES: dict[tuple[str, str], dict[str, tuple[int, int]]] = {
    ("12", "ds"): {"tmobile": (16, 2), "verizon": (20, 1), "att": (20, 1)},
    ("12", "go"): {"tmobile": (31, 1), "verizon": (34, 0), "att": (29, 1)},
    ("95", "wa"): {"etisalat": (25, 1), "du": (21, 2)},
    ("95", "tg"): {"etisalat": (75, 3), "du": (75, 0)},
}
"""By country and service: each carrier's price and stock."""
DEARER: tuple[Shelf, int, int] = (("12", "ds", "tmobile"), 10 * MINUTE, 27)
"""Which price changes, when, and to what."""
SMS = {"ds": (0,), "go": (5, 40), "wa": (30 * MINUTE,), "tg": ()}
"""When the SMS of a service are due; that of wa comes too late."""
USERS = {"ann": (120, 0), "bob": (60, 1990)}
"""Each user's opening balance, and what was paid in before."""
COUPONS = {
    ("ann", "CRYPTO10"): (10, "crypto", 30 * DAY),
    ("ann", "CARD50"): (50, "card", 30 * DAY),
    ("ann", "BRIEF20"): (20, "crypto", DAY),
    ("bob", "CARD50"): (50, "card", 30 * DAY),
}
"""By user and code: percentage, method, and for how long it is valid."""
PAID_AFTER = {("ann", "crypto"): 10, ("bob", "crypto"): 10, ("bob", "card"): MINUTE}
"""How soon who pays how; ann never pays by card."""

PRICE_CHANGED = "Additional user action required"

UNKNOWN = {
    ("nowhere", "ds", "any"): "UNKNOWN_COUNTRY",
    ("12", "nothing", "any"): "UNKNOWN_SERVICE",
    ("12", "ds", "nobody"): "UNKNOWN_CARRIER",
}
"""What cannot be ordered, and why."""


def scenario() -> Json:
    """The tables above as a scenario."""
    coupons = [
        (user, {"code": code, "percentage": percentage, "targetPay": method, "timing": valid // DAY})
        for (user, code), (percentage, method, valid) in COUPONS.items()
    ]
    start = [
        {"country": country, "service": service, "carrier": carrier, "price": price, "stock": stock}
        for (country, service), carriers in SHELVES.items()
        for carrier, (price, stock) in carriers.items()
    ]
    (country, service, carrier), at, price = DEARER
    later = {"country": country, "service": service, "carrier": carrier, "price": price, "at": f"{at}s"}
    return {
        "description": "Few numbers, little money, and two customers.",
        "clock": {"mode": "manual", "start": "2025-06-15 15:06:40"},
        "accounts": [
            {
                "userId": user,
                "key": f"{user}-key",
                "balance": balance,
                "totalCharges": charges,
                "coupons": [coupon for owner, coupon in coupons if owner == user],
            }
            for user, (balance, charges) in USERS.items()
        ],
        "catalogue": [*start, later],
        "restock": {"after": f"{RESTOCK_AFTER}s", "stock": RESTOCKED},
        "orders": [
            {"when": {"service": service}, "sms": [{"after": f"{after}s"} for after in due]}
            for service, due in SMS.items()
        ],
        "payments": [
            {
                "when": {"account": user, "provider": {"crypto": "cryptomus", "card": "pay4bit"}[method]},
                "ends": {"after": f"{after}s"},
            }
            for (user, method), after in PAID_AFTER.items()
        ],
    }


class Wish(NamedTuple):
    """What a customer orders; `maximum` is in cents."""

    country: str
    service: str
    carrier: str = "any"
    maximum: int = 9999
    m: str = ""
    n: str = ""
    failover: bool = True


class Quote(NamedTuple):
    """A price that was shown, and its proof."""

    country: str
    service: str
    carrier: str
    price: int
    m: str
    n: str


@dataclass
class Order:
    """What is known of an order; `heard` is how many SMS had arrived when another one was last asked for."""

    user: str
    service: str
    price: int
    at: int
    expires: int
    due: list[int]
    heard: int = 0
    refunded: int | None = None

    def messages(self, now: int) -> list[int]:
        """When the SMS arrived that have arrived."""
        end = self.expires if self.refunded is None else min(self.expires, self.refunded)
        return [due for due in self.due if due <= now and due < end]

    def state(self, now: int) -> str:
        """Where the order stands."""
        if self.refunded is not None:
            return "refunded"
        if now >= self.expires:
            return "expired"
        return "completed" if len(self.messages(now)) > self.heard else "waiting"


@dataclass
class Payment:
    """What is known of a payment; only a wallet has a number."""

    user: str
    method: str
    cents: int
    at: int
    coupon: str
    number: str

    def status(self, now: int) -> str:
        """What has become of it."""
        paid_after = PAID_AFTER.get((self.user, self.method))
        if paid_after is not None and now >= self.at + paid_after:
            return "paid"
        return "cancel" if now >= self.at + PAYABLE else "check"

    def bonus(self) -> int:
        """What its coupon adds to it."""
        return self.cents * COUPONS[self.user, self.coupon][0] // 100 if self.coupon else 0


class Model:
    """What was done, and what follows. `refuses_…` answer the code of a refusal, or None."""

    def __init__(self) -> None:
        self.now = 0
        self.orders: dict[str, Order] = {}
        self.payments: list[Payment] = []
        self._stock = {(*offer, name): stock for offer, row in SHELVES.items() for name, (_, stock) in row.items()}
        self._emptied = {shelf: 0 for shelf, stock in self._stock.items() if not stock}

    def orders_of(self, user: str) -> dict[str, Order]:
        """A user's orders by number."""
        return {number: order for number, order in self.orders.items() if order.user == user}

    def payments_of(self, user: str, *statuses: str) -> list[Payment]:
        """A user's payments with these statuses, oldest first."""
        return [pay for pay in self.payments if pay.user == user and pay.status(self.now) in statuses]

    def charges(self, user: str) -> int:
        """What the user ever paid in."""
        return USERS[user][1] + sum(payment.cents for payment in self.payments_of(user, "paid"))

    def balance(self, user: str) -> int:
        """What the user has."""
        credit = sum(payment.cents + payment.bonus() for payment in self.payments_of(user, "paid"))
        spent = sum(order.price for order in self.orders_of(user).values() if order.refunded is None)
        return USERS[user][0] + credit - spent

    def tier(self, user: str) -> tuple[int, str]:
        """What the user pays of a price in percent, and the name of that."""
        return next((percent, label) for threshold, percent, label in TIERS if self.charges(user) >= threshold)

    def offer(self, country: str, service: str, carrier: str) -> tuple[int, int]:
        """The price and the stock that anybody is shown."""
        shelves = self._shelves(country, service, carrier)
        return self._price(shelves[0]), sum(map(self._left, shelves))

    def refuses_order(self, user: str, wish: Wish, quote: Quote | None) -> str | None:
        """Why the user cannot have what the catalogue has."""
        asked = (wish.country, wish.service, wish.carrier)
        if asked in UNKNOWN:
            return UNKNOWN[asked]
        shelf = self._serving(user, wish)
        if shelf is None:
            return "NO_NUMBERS"
        if quote and (quote[:3] != asked or quote.price != self.offer(*asked)[0]):
            return PRICE_CHANGED
        price = self._discounted(user, shelf)
        if price > wish.maximum:
            return PRICE_CHANGED
        return "INSUFFICIENT_BALANCE" if price > self.balance(user) else None

    def order(self, user: str, wish: Wish, number: str) -> int:
        """Note that an order was made, and answer its price."""
        shelf = self._serving(user, wish)
        assert shelf
        price = self._discounted(user, shelf)
        self._stock[shelf] -= 1
        if not self._stock[shelf]:
            self._emptied[shelf] = self.now
        due = [self.now + after for after in SMS[wish.service]]
        self.orders[number] = Order(user, wish.service, price, self.now, self.now + LIFETIME, due)
        return price

    def refuses_refund(self, user: str, number: str) -> str | None:
        """Why the user cannot return a number."""
        order = self.orders_of(user).get(number)
        if order is None:
            return "ORDER_NOT_FOUND"
        late = self.now - order.at > REFUND_WINDOW
        return "REFUND_NOT_ALLOWED" if order.refunded is not None or order.messages(self.now) or late else None

    def refund(self, number: str) -> None:
        """Note that a number was returned."""
        self.orders[number].refunded = self.now

    def refuses_another(self, user: str, number: str) -> str | None:
        """Why the user cannot have another SMS."""
        order = self.orders_of(user).get(number)
        if order is None:
            return "ORDER_NOT_FOUND"
        return {"completed": None, "expired": "ORDER_EXPIRED"}.get(order.state(self.now), "SMS_NOT_RECEIVED")

    def another(self, number: str) -> None:
        """Note that another SMS was asked for."""
        order = self.orders[number]
        order.heard, order.expires = len(order.messages(self.now)), self.now + LIFETIME
        order.due += [self.now + after for after in SMS[order.service]]

    def coupon(self, user: str, code: str) -> str:
        """What has become of a coupon."""
        if any(payment.coupon == code for payment in self.payments_of(user, "paid")):
            return "used"
        return "issued" if self.now < COUPONS[user, code][2] else "expired"

    def refuses_coupon(self, user: str, code: str, method: str) -> str | None:
        """Why the user cannot pay with a coupon."""
        promised = any(payment.coupon == code for payment in self.payments_of(user, "check"))
        fits = (user, code) in COUPONS and COUPONS[user, code][1] == method and self.coupon(user, code) == "issued"
        return None if fits and not promised else "INVALID_COUPON"

    def _price(self, shelf: Shelf) -> int:
        dearer, at, price = DEARER
        return price if shelf == dearer and self.now >= at else SHELVES[shelf[0], shelf[1]][shelf[2]][0]

    def _discounted(self, user: str, shelf: Shelf) -> int:
        return int(self._price(shelf) * self.tier(user)[0] / 100 + 0.5)

    def _left(self, shelf: Shelf) -> int:
        if shelf in self._emptied and self.now >= self._emptied[shelf] + RESTOCK_AFTER:
            del self._emptied[shelf]
            self._stock[shelf] = RESTOCKED
        return self._stock[shelf]

    def _shelves(self, country: str, service: str, carrier: str) -> list[Shelf]:
        """The shelves that a carrier word means: those with stock first, each half by price."""
        shelves = [(country, service, name) for name in SHELVES[country, service] if carrier in ("any", name)]
        return sorted(shelves, key=lambda shelf: (not self._left(shelf), self._price(shelf), shelf))

    def _serving(self, user: str, wish: Wish) -> Shelf | None:
        """The shelf that serves an order: one of another carrier only when it is not too dear."""
        asked = self._shelves(wish.country, wish.service, wish.carrier)[0]
        if self._left(asked):
            return asked
        others = self._shelves(wish.country, wish.service, "any") if wish.failover else []
        fitting = (shelf for shelf in others if self._left(shelf) and self._discounted(user, shelf) <= wish.maximum)
        return next(fitting, None)
