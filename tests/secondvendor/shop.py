"""What the second stand-in sells and remembers: accounts, numbers, top-ups and a clock that only a test moves.

It knows nothing of HTTP. Money is whole US cents, time is milliseconds since the epoch.
"""

import secrets
import uuid
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import blake2s

from tests.secondvendor.goods import CHAINS, COUNTRIES, DISCOUNTS, EVERY, PRICES, SERVICES, STOCK, SUCCESS, Country
from tests.secondvendor.refusal import No, Why

SECOND = 1000
MINUTE = 60 * SECOND
DAY = 24 * 60 * MINUTE
START = 1_750_000_000 * SECOND
LIFETIME = 25 * MINUTE
RENEWAL = 10 * MINUTE
REFUND_WINDOW = 7 * DAY
TOP_UP_LIFETIME = 60 * MINUTE
COUPON_DAYS = 30
TOP = 10
"""Rows of the ranking."""


@dataclass(frozen=True)
class Offer:
    """What is on offer for a service, a country and a carrier; `m` and `n` stand for the price."""

    country: Country
    service: str
    carrier: str
    price: int
    left: int
    sold: int

    @property
    def success(self) -> int:
        """How many of a hundred orders get an SMS."""
        return SUCCESS[self.service]

    @property
    def halves(self) -> tuple[str, str]:
        """The two halves of the hash of the price."""
        name = f"{self.country.code} {self.service} {self.carrier} {self.price}"
        digest = blake2s(name.encode(), digest_size=12).hexdigest()
        return digest[:12], digest[12:]


@dataclass
class Account:
    """Somebody who buys numbers."""

    name: str
    key: str
    balance: int
    charges: int
    stars: list[tuple[str, str]] = field(default_factory=list)
    throttled: bool = False

    @property
    def discount(self) -> int:
        """The percent that is taken off every price."""
        return next(percent for charges, percent in DISCOUNTS if self.charges >= charges)

    def pays(self, price: int) -> int:
        """Return what a listed price costs this account, half a cent rounded up."""
        return (price * (100 - self.discount) + 50) // 100


@dataclass
class Order:
    """A number that was bought."""

    id: int
    account: str
    offer: Offer
    phone: str
    paid: int
    placed: int
    ends: int
    state: str = "waiting"
    sms: list[tuple[int, str, str]] = field(default_factory=list)
    charged: int = 0
    returned: int = 0


@dataclass
class TopUp:
    """Money that is to come in."""

    id: str
    account: str
    by: str
    cents: int
    opened: int
    ends: int
    coupon: str
    coin: str = ""
    chain: str = ""
    state: str = "open"


@dataclass
class Coupon:
    """More credit for one top-up."""

    code: str
    account: str
    percent: int
    by: str
    issued: int
    ends: int
    used: bool = False

    def word(self, now: int) -> str:
        """Return the vendor's word for what has become of the coupon."""
        return "redeemed" if self.used else "void" if now >= self.ends else "issued"


class Shop:
    """Everything there is. Nothing happens in it but by a request, or by a test through `advance` and its like."""

    def __init__(self) -> None:
        self.now = START
        self.accounts: dict[str, Account] = {}
        self.orders: dict[int, Order] = {}
        self.top_ups: dict[str, TopUp] = {}
        self.coupons: dict[str, Coupon] = {}
        self.sold: Counter[tuple[str, str]] = Counter()
        self.restore()

    def restore(self) -> None:
        """Set the prices and the stock to what they are usually."""
        self.prices = dict(PRICES)
        self.stock = {
            (country, service, carrier): STOCK for country, service in PRICES for carrier in COUNTRIES[country].carriers
        }

    # Looking.

    def enter(self, name: str, key: str) -> Account:
        """Return the account of a name and a key."""
        if not any(secrets.compare_digest(key.encode(), each.key.encode()) for each in self.accounts.values()):
            raise No(Why.NOBODY)
        account = self.accounts.get(name)
        if account is None or account.key != key:
            raise No(Why.SOMEBODY_ELSE)
        if account.throttled:
            account.throttled = False
            raise No(Why.SLOW_DOWN)
        return account

    def country(self, code: str) -> Country:
        """Return a country by its code or its name."""
        for country in COUNTRIES.values():
            if code in (country.code, country.name):
                return country
        raise No(Why.NO_COUNTRY)

    def offer(self, country: str, service: str, carrier: str) -> Offer:
        """Return the present offer."""
        place = self.country(country)
        if carrier != EVERY and carrier not in place.carriers:
            raise No(Why.NO_CARRIER)
        if (place.code, service) not in self.prices:
            raise No(Why.NO_SERVICE)
        return self._offer(place, service, carrier)

    def offers(self, country: str, carrier: str) -> list[Offer]:
        """Return everything on offer in a country."""
        place = self.country(country)
        if carrier != EVERY and carrier not in place.carriers:
            raise No(Why.NO_CARRIER)
        return [self._offer(place, service, carrier) for code, service in self.prices if code == place.code]

    def offers_of(self, service: str) -> list[Offer]:
        """Return the offers of a service, country by country."""
        if service not in SERVICES:
            raise No(Why.NO_SERVICE)
        return [self._offer(each, service, EVERY) for each in COUNTRIES.values() if (each.code, service) in self.prices]

    def ranking(self) -> list[Offer]:
        """Return the offers that were ordered most."""
        ranked = sorted(self.sold, key=lambda pair: (-self.sold[pair], pair))[:TOP]
        return [self._offer(COUNTRIES[country], service, EVERY) for country, service in ranked]

    def _offer(self, country: Country, service: str, carrier: str) -> Offer:
        carriers = country.carriers if carrier == EVERY else (carrier,)
        left = sum(self.stock[country.code, service, each] for each in carriers)
        price = self.prices[country.code, service]
        return Offer(country, service, carrier, price, left, self.sold[country.code, service])

    def star(self, account: Account, country: str, service: str) -> bool:
        """Mark a service of a country, or unmark it; return whether it is marked now."""
        pair = (self.country(country).code, service)
        if service not in SERVICES:
            raise No(Why.NO_SERVICE)
        (account.stars.remove if pair in account.stars else account.stars.append)(pair)
        return pair in account.stars

    # Numbers.

    def buy(self, account: Account, offer: Offer, maximum: int, halves: tuple[str, str], others: bool) -> Order:
        """Sell a number at an offer."""
        carrier = self._carrier(offer, others)
        if halves not in (("", ""), offer.halves):
            raise No(Why.REPRICED, offer)
        paid = account.pays(offer.price)
        if paid > maximum:
            raise No(Why.REPRICED, offer)
        self._charge(account, paid)
        self.stock[offer.country.code, offer.service, carrier] -= 1
        self.sold[offer.country.code, offer.service] += 1
        number = len(self.orders) + 1
        order = Order(
            id=8_400_000 + number,
            account=account.name,
            offer=offer if offer.carrier == EVERY else Offer(**{**vars(offer), "carrier": carrier}),
            phone=f"{offer.country.dial}{5_550_000 + number}",
            paid=paid,
            placed=self.now,
            ends=self.now + LIFETIME,
            charged=paid,
        )
        self.orders[order.id] = order
        return order

    def _carrier(self, offer: Offer, others: bool) -> str:
        mine = [each for each in offer.country.carriers if offer.carrier in (EVERY, each)]
        more = [each for each in offer.country.carriers if others and each not in mine]
        for carrier in (*mine, *more):
            if self.stock[offer.country.code, offer.service, carrier] > 0:
                return carrier
        raise No(Why.SOLD_OUT)

    def numbers(self, account: Account, wanted: Callable[[Order], bool] = lambda _: True) -> list[Order]:
        """Return the orders of an account, the newest first."""
        return [each for each in reversed(self.orders.values()) if each.account == account.name and wanted(each)]

    def number(self, account: Account, number: int) -> Order:
        """Return one order of an account."""
        order = self.orders.get(number)
        if order is None or order.account != account.name:
            raise No(Why.NO_ORDER)
        return order

    def cancel(self, account: Account, number: int) -> Order:
        """Take a number back, and give the money back."""
        order = self.number(account, number)
        if order.sms or order.state != "waiting" or self.now - order.placed > REFUND_WINDOW:
            raise No(Why.FINAL)
        self._give_back(order)
        return order

    def more(self, account: Account, number: int) -> Order:
        """Sell one more SMS on a number, which is kept for longer."""
        order = self.number(account, number)
        if order.state == "expired":
            raise No(Why.OVER)
        if not order.sms or order.state != "completed":
            raise No(Why.SILENT)
        self._charge(account, order.paid)
        order.charged += order.paid
        order.ends += RENEWAL
        order.state = "waiting"
        return order

    def _charge(self, account: Account, cents: int) -> None:
        if cents > account.balance:
            raise No(Why.POOR)
        account.balance -= cents

    def _give_back(self, order: Order) -> None:
        order.state = "refunded"
        order.returned = order.paid
        self.accounts[order.account].balance += order.paid

    # Top-ups.

    def top_up(self, account: Account, by: str, cents: int, coupon: str, coin: str = "", chain: str = "") -> TopUp:
        """Open a top-up; one with a coin is paid to a wallet."""
        if coin and chain not in CHAINS.get(coin, "").split():
            raise No(Why.NO_COIN)
        if coupon:
            self._check(account, by, coupon)
        made = uuid.uuid5(uuid.NAMESPACE_OID, f"top-up {len(self.top_ups)}")
        top_up = TopUp(str(made), account.name, by, cents, self.now, self.now + TOP_UP_LIFETIME, coupon, coin, chain)
        self.top_ups[top_up.id] = top_up
        return top_up

    def _check(self, account: Account, by: str, code: str) -> None:
        coupon = self.coupons.get(code)
        promised = any(each.coupon == code and each.state == "open" for each in self.top_ups.values())
        if coupon is None or coupon.account != account.name or coupon.by != by or promised:
            raise No(Why.NO_COUPON)
        if coupon.used or self.now >= coupon.ends:
            raise No(Why.NO_COUPON)

    def wallet(self, account: Account, token: str) -> TopUp:
        """Return a top-up of an account by its wallet."""
        top_up = self.top_ups.get(token)
        if top_up is None or top_up.account != account.name or not top_up.coin:
            raise No(Why.NO_WALLET)
        return top_up

    def invoices(self, account: Account) -> list[TopUp]:
        """Return the invoices of an account, the newest first; wallets are none."""
        mine = (each for each in self.top_ups.values() if each.account == account.name and not each.coin)
        return list(reversed(list(mine)))

    def coupons_of(self, account: Account) -> list[Coupon]:
        """Return the coupons of an account."""
        return [each for each in self.coupons.values() if each.account == account.name]

    # What only a test does.

    def open_account(self, balance: int, charges: int) -> Account:
        """Open an account with money."""
        number = len(self.accounts) + 1
        account = Account(f"cust-{number:04}", f"k{number:04}{'abcdefgh' * 3}", balance, charges)
        self.accounts[account.name] = account
        return account

    def advance(self, milliseconds: int) -> None:
        """Let time pass, and let end what ends by then."""
        self.now += milliseconds
        for order in self._ended(self.orders.values()):
            if order.sms:
                order.state = "expired"
            else:
                self._give_back(order)
        for top_up in self.top_ups.values():
            if top_up.state == "open" and top_up.ends <= self.now:
                top_up.state = "cancelled"

    def _ended(self, orders: Iterable[Order]) -> list[Order]:
        return [each for each in orders if each.state in ("waiting", "completed") and each.ends <= self.now]

    def deliver(self, number: int, text: str, code: str) -> None:
        """Let an SMS come."""
        order = self.orders[number]
        if order.state not in ("waiting", "completed"):
            raise No(Why.OVER)
        order.sms.append((self.now, text, code))
        order.state = "completed"

    def settle(self, token: str, state: str) -> None:
        """End a top-up; `paid` credits it, with what its coupon adds."""
        top_up = self.top_ups[token]
        if top_up.state != "open":
            raise No(Why.OVER)
        top_up.state = state
        if state == "paid":
            account = self.accounts[top_up.account]
            account.balance += top_up.cents
            account.charges += top_up.cents
            coupon = self.coupons.get(top_up.coupon)
            if coupon is not None:
                coupon.used = True
                account.balance += top_up.cents * coupon.percent // 100

    def give_coupon(self, name: str, code: str, percent: int, by: str) -> None:
        """Give an account a coupon."""
        self.coupons[code] = Coupon(code, name, percent, by, self.now, self.now + COUPON_DAYS * DAY)

    def set_market(self, country: str, service: str, price: int | None, left: int | None) -> None:
        """Change the price of an offer, or what each carrier has left of it."""
        if price is not None:
            self.prices[country, service] = price
        if left is not None:
            for carrier in COUNTRIES[country].carriers:
                self.stock[country, service, carrier] = left
