"""The stand-in's one in-memory model: accounts, offers, orders, payments, coupons and a clock moved by hand.

It knows nothing of HTTP. All money is whole US cents, all times are Unix seconds.
"""

import hashlib
import uuid
from dataclasses import dataclass, field
from enum import StrEnum

EPOCH = 1_750_000_000
LIFE = 15 * 60
EXTENSION = 5 * 60
REFUND_WINDOW = 7 * 86_400
PAYMENT_LIFE = 3_600
COUPON_DAYS = 30
ANY = "any"

TIERS = ((8000, 80, "-20%"), (6000, 85, "-15%"), (4000, 90, "-10%"), (2000, 95, "-5%"), (0, 100, "0%"))
"""Discount tiers: total charges from, percent of the list price, label."""

_USDT = ("BSC", "TRON", "ETH", "POLYGON", "ARBITRUM", "AVALANCHE", "SOL", "TON")
NETWORKS: dict[str, tuple[str, ...]] = {
    "USDT": _USDT,
    "BTC": ("BTC",),
    "LTC": ("LTC",),
    "TRX": ("TRON",),
    "ETH": ("ETH",),
    "XMR": ("XMR",),
    "POL": ("POLYGON", "ETH"),
    "BNB": ("BSC",),
    "USDC": ("BSC", "ETH", "POLYGON", "ARBITRUM", "AVALANCHE"),
    "SOL": ("SOL",),
    "DASH": ("DASH",),
    "DOGE": ("DOGE",),
    "TON": ("TON",),
    "BCH": ("BCH",),
    "AVAX": ("AVALANCHE",),
    "DAI": ("BSC", "POLYGON", "ETH"),
}


class Fault(StrEnum):
    """Why a request is refused."""

    BAD_REQUEST = "the request is not understood"
    NO_KEY = "the key is missing or unknown"
    FOREIGN_KEY = "the key belongs to somebody else"
    NO_NUMBERS = "no number can be had on these terms"
    STALE_QUOTE = "the quote is out of date"
    POOR = "the balance does not cover the price"
    NO_ORDER = "there is no such order"
    NO_REFUND = "the order cannot be returned"
    NO_SMS_YET = "the number has not received anything yet"
    OVER = "the time of the order is over"
    NO_COUNTRY = "there is no such country"
    NO_SERVICE = "there is no such service"
    NO_CARRIER = "there is no such carrier"
    BAD_COUPON = "the coupon cannot be used"
    BAD_COIN = "the coin is not taken on this network"
    NO_TRANSACTION = "there is no such transaction"


class State(StrEnum):
    """Where an order stands."""

    WAITING = "waiting"
    COMPLETED = "completed"
    REFUNDED = "refunded"
    EXPIRED = "expired"


class PaymentState(StrEnum):
    """Where a payment stands."""

    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


class Method(StrEnum):
    """How money is paid in."""

    CRYPTO_INVOICE = "crypto-invoice"
    CRYPTO_WALLET = "crypto-wallet"
    CARD_INVOICE = "card-invoice"


@dataclass(frozen=True, slots=True)
class Country:
    """A country, its carriers and the beginning of its phone numbers."""

    name: str
    carriers: tuple[str, ...]
    prefix: str


COUNTRIES = {
    "12": Country("United States", ("tmobile", "att"), "1555"),
    "16": Country("United Kingdom", ("vodafone", "o2"), "4475"),
    "174": Country("Norway", ("telenor",), "4790"),
}
SERVICES = {"ds": "Discord", "go": "Google", "wa": "WhatsApp", "tg": "Telegram"}
LIST_PRICES = {
    ("12", "ds"): 16,
    ("12", "go"): 25,
    ("12", "wa"): 40,
    ("16", "ds"): 30,
    ("16", "tg"): 55,
    ("174", "wa"): 70,
}
RATES = {"ds": 92, "go": 88, "wa": 75, "tg": 81}
STOCK = 50
TARGETS = {Method.CRYPTO_INVOICE: "crypto", Method.CRYPTO_WALLET: "crypto", Method.CARD_INVOICE: "card"}


@dataclass(frozen=True, slots=True)
class Quote:
    """What a number costs an account now, and the two keys that prove it."""

    country: str
    service: str
    carrier: str
    price: int
    available: int
    rate: int
    first: str
    second: str


class RefusedError(Exception):
    """A request that the vendor refuses; a stale quote carries the new one."""

    def __init__(self, fault: Fault, quote: Quote | None = None) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.quote = quote


@dataclass(slots=True)
class Account:
    """A customer of the vendor."""

    user: str
    key: str
    balance: int
    charges: int
    favourites: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Offer:
    """The list price of a service in a country, and what each carrier has left."""

    price: int
    rate: int
    stock: dict[str, int]

    def available(self, carrier: str) -> int:
        """Count the numbers of one carrier, or of all of them."""
        return sum(self.stock.values()) if carrier == ANY else self.stock[carrier]


@dataclass(frozen=True, slots=True)
class Message:
    """A received SMS."""

    text: str
    code: str
    at: int


@dataclass(slots=True)
class Order:
    """An ordered number; `charged` and `returned` are the money that went out and came back."""

    id: str
    user: str
    country: str
    service: str
    carrier: str
    phone: str
    price: int
    bought: int
    ends: int
    charged: int
    returned: int = 0
    refunded: bool = False
    awaiting: bool = True
    messages: list[Message] = field(default_factory=list)

    def state(self, now: int) -> State:
        """Tell where the order stands at a time."""
        if self.refunded:
            return State.REFUNDED
        if now >= self.ends:
            return State.EXPIRED
        return State.WAITING if self.awaiting else State.COMPLETED


@dataclass(slots=True)
class Payment:
    """Money on its way to an account."""

    id: str
    session: str
    user: str
    method: Method
    cents: int
    created: int
    expires: int
    coupon: str | None = None
    currency: str = ""
    network: str = ""
    settled: PaymentState | None = None

    def state(self, now: int) -> PaymentState:
        """Tell where the payment stands at a time; an open one ends by itself."""
        if self.settled is not None:
            return self.settled
        return PaymentState.OPEN if now < self.expires else PaymentState.CANCELLED


@dataclass(slots=True)
class Coupon:
    """A coupon that raises the credit of one payment by some percent."""

    code: str
    user: str
    percentage: int
    target: str
    issued: int
    expires: int
    received: int = 0
    used: bool = False


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """What a customer asks for when ordering; prices are cents."""

    country: str
    service: str
    carrier: str
    maximum: int
    first: str
    second: str
    failover: bool = True


def tier_of(charges: int) -> tuple[int, int, str]:
    """Find the discount tier of an account by its total charges."""
    return next(tier for tier in TIERS if charges >= tier[0])


def net_price(price: int, charges: int) -> int:
    """Lower a list price by the account's tier, rounded half up to the cent."""
    return (price * tier_of(charges)[1] + 50) // 100


def proof(country: str, service: str, price: int) -> tuple[str, str]:
    """Make the two keys that belong to a price."""
    digest = hashlib.sha256(f"{country}/{service}/{price}".encode()).hexdigest()
    return digest[:10], digest[10:18]


class Model:
    """Everything the stand-in knows, and the rules that change it."""

    def __init__(self) -> None:
        self.now = EPOCH
        self.accounts: dict[str, Account] = {}
        self.orders: dict[str, Order] = {}
        self.payments: dict[str, Payment] = {}
        self.coupons: dict[str, Coupon] = {}
        self.offers = {
            (country, service): Offer(price, RATES[service], dict.fromkeys(COUNTRIES[country].carriers, STOCK))
            for (country, service), price in LIST_PRICES.items()
        }

    # Accounts and what they see.

    def authenticate(self, user: str, key: str) -> Account:
        """Find the account of a user id and a key that belong together."""
        if key not in {account.key for account in self.accounts.values()}:
            raise RefusedError(Fault.NO_KEY)
        account = self.accounts.get(user)
        if account is None or account.key != key:
            raise RefusedError(Fault.FOREIGN_KEY)
        return account

    def check_place(self, country: str, carrier: str) -> None:
        """Refuse a country or a carrier that does not exist."""
        if country not in COUNTRIES:
            raise RefusedError(Fault.NO_COUNTRY)
        if carrier != ANY and carrier not in COUNTRIES[country].carriers:
            raise RefusedError(Fault.NO_CARRIER)

    def quote(self, account: Account, country: str, service: str, carrier: str) -> Quote:
        """Tell an account its present price of a service."""
        self.check_place(country, carrier)
        offer = self.offers.get((country, service))
        if offer is None:
            raise RefusedError(Fault.NO_SERVICE)
        price = net_price(offer.price, account.charges)
        first, second = proof(country, service, price)
        return Quote(country, service, carrier, price, offer.available(carrier), offer.rate, first, second)

    def quotes(self, account: Account, country: str, carrier: str) -> list[Quote]:
        """Tell an account the prices of all services of a country."""
        self.check_place(country, carrier)
        return [self.quote(account, place, service, carrier) for place, service in self.offers if place == country]

    def sold(self, country: str, service: str) -> int:
        """Count the orders ever made of a service in a country."""
        return sum((order.country, order.service) == (country, service) for order in self.orders.values())

    def toggle_favourite(self, account: Account, country: str, service: str) -> bool:
        """Put a service on the list of favourites, or off it; answer whether it is on the list now."""
        self.quote(account, country, service, ANY)
        pair = (country, service)
        if pair in account.favourites:
            account.favourites.remove(pair)
        else:
            account.favourites.append(pair)
        return pair in account.favourites

    # Orders.

    def orders_of(self, account: Account) -> list[Order]:
        """List the orders of an account, newest first."""
        return [order for order in reversed(self.orders.values()) if order.user == account.user]

    def inventory(self, account: Account, limit: int) -> list[Order]:
        """List all running orders and the newest `limit` expired ones, newest first."""
        orders = [order for order in self.orders_of(account) if not order.refunded]
        shown = [order.id for order in orders if order.state(self.now) is State.EXPIRED][:limit]
        return [order for order in orders if order.state(self.now) is not State.EXPIRED or order.id in shown]

    def order_of(self, account: Account, order_id: str) -> Order:
        """Find an order of an account."""
        order = self.orders.get(order_id)
        if order is None or order.user != account.user:
            raise RefusedError(Fault.NO_ORDER)
        return order

    def order(self, account: Account, request: OrderRequest) -> Order:
        """Sell a number."""
        quote = self.quote(account, request.country, request.service, request.carrier)
        keys = (request.first, request.second)
        if keys not in {("", ""), (quote.first, quote.second)}:
            raise RefusedError(Fault.STALE_QUOTE, quote)
        carrier = self._serving_carrier(request)
        if carrier is None or quote.price > request.maximum:
            raise RefusedError(Fault.NO_NUMBERS)
        self._charge(account, quote.price)
        self.offers[request.country, request.service].stock[carrier] -= 1
        number = len(self.orders) + 1
        order = Order(
            id=str(70_310_000 + number),
            user=account.user,
            country=request.country,
            service=request.service,
            carrier=request.carrier,
            phone=f"{COUNTRIES[request.country].prefix}{number:07d}",
            price=quote.price,
            bought=self.now,
            ends=self.now + LIFE,
            charged=quote.price,
        )
        self.orders[order.id] = order
        return order

    def refund(self, account: Account, order_id: str) -> Order:
        """Take a number back and return its price."""
        order = self.order_of(account, order_id)
        if order.messages or order.returned or self.now - order.bought > REFUND_WINDOW:
            raise RefusedError(Fault.NO_REFUND)
        order.refunded = True
        self._give_back(order)
        return order

    def another(self, account: Account, order_id: str) -> Order:
        """Sell one more SMS on a number that has received one."""
        order = self.order_of(account, order_id)
        if not order.messages:
            raise RefusedError(Fault.NO_SMS_YET)
        if self.now >= order.ends:
            raise RefusedError(Fault.OVER)
        self._charge(account, order.price)
        order.charged += order.price
        order.ends += EXTENSION
        order.awaiting = True
        return order

    def _serving_carrier(self, request: OrderRequest) -> str | None:
        stock = self.offers[request.country, request.service].stock
        anyone = request.failover or request.carrier == ANY
        wanted = sorted(stock, key=lambda carrier: carrier != request.carrier) if anyone else [request.carrier]
        return next((carrier for carrier in wanted if stock[carrier] > 0), None)

    def _charge(self, account: Account, cents: int) -> None:
        if account.balance < cents:
            raise RefusedError(Fault.POOR)
        account.balance -= cents

    def _give_back(self, order: Order) -> None:
        order.returned = order.charged
        self.accounts[order.user].balance += order.returned

    # Payments and coupons.

    def payments_of(self, account: Account) -> list[Payment]:
        """List the payments of an account, newest first."""
        return [payment for payment in reversed(self.payments.values()) if payment.user == account.user]

    def coupons_of(self, account: Account) -> list[Coupon]:
        """List the coupons of an account."""
        return [coupon for coupon in self.coupons.values() if coupon.user == account.user]

    def pay(self, account: Account, method: Method, cents: int, coupon: str | None = None) -> Payment:
        """Open a payment."""
        if cents <= 0:
            raise RefusedError(Fault.BAD_REQUEST)
        if coupon is not None:
            self._check_coupon(account, coupon, TARGETS[method])
        number = len(self.payments) + 1
        payment = Payment(
            id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"payment/{number}")),
            session=f"s{number:06d}",
            user=account.user,
            method=method,
            cents=cents,
            created=self.now,
            expires=self.now + PAYMENT_LIFE,
            coupon=coupon,
        )
        self.payments[payment.id] = payment
        return payment

    def open_wallet(self, account: Account, coin: tuple[str, str], cents: int, coupon: str | None = None) -> Payment:
        """Open a payment to a wallet address, for a coin given as currency and network."""
        currency, network = coin
        if network not in NETWORKS.get(currency, ()):
            raise RefusedError(Fault.BAD_COIN)
        payment = self.pay(account, Method.CRYPTO_WALLET, cents, coupon)
        payment.currency, payment.network = currency, network
        return payment

    def wallet_of(self, account: Account, payment_id: str) -> Payment:
        """Find a wallet payment of an account."""
        payment = self.payments.get(payment_id)
        if payment is None or payment.user != account.user or payment.method is not Method.CRYPTO_WALLET:
            raise RefusedError(Fault.NO_TRANSACTION)
        return payment

    def _check_coupon(self, account: Account, code: str, target: str) -> None:
        coupon = self.coupons.get(code)
        if coupon is None or coupon.user != account.user or coupon.target != target:
            raise RefusedError(Fault.BAD_COUPON)
        if coupon.used or self.now >= coupon.expires:
            raise RefusedError(Fault.BAD_COUPON)

    # What only a test does.

    def advance(self, seconds: int) -> None:
        """Move the clock; orders that end without an SMS are paid back."""
        self.now += seconds
        for order in self.orders.values():
            if self.now >= order.ends and not order.messages and not order.returned:
                self._give_back(order)

    def deliver(self, order_id: str, text: str, code: str) -> None:
        """Let an SMS arrive at a running order."""
        order = self.orders[order_id]
        if order.state(self.now) not in {State.WAITING, State.COMPLETED}:
            raise RefusedError(Fault.OVER)
        order.messages.append(Message(text, code, self.now))
        order.awaiting = False

    def settle(self, payment_id: str, state: PaymentState) -> None:
        """End an open payment; a paid one is credited, with the bonus of its coupon."""
        payment = self.payments[payment_id]
        if payment.state(self.now) is not PaymentState.OPEN:
            raise RefusedError(Fault.OVER)
        payment.settled = state
        if state is PaymentState.PAID:
            account = self.accounts[payment.user]
            account.balance += payment.cents + self._bonus(payment)
            account.charges += payment.cents

    def _bonus(self, payment: Payment) -> int:
        coupon = self.coupons.get(payment.coupon or "")
        if coupon is None or coupon.used:
            return 0
        coupon.used = True
        coupon.received = payment.cents * coupon.percentage // 100
        return coupon.received

    def set_offer(self, country: str, service: str, price: int | None, stock: int | None) -> None:
        """Change the list price of an offer, or what every carrier has left of it."""
        offer = self.offers[country, service]
        offer.price = offer.price if price is None else price
        if stock is not None:
            offer.stock = dict.fromkeys(offer.stock, stock)

    def add_coupon(self, user: str, code: str, percentage: int, target: str) -> None:
        """Give an account a coupon."""
        expires = self.now + COUPON_DAYS * 86_400
        self.coupons[code] = Coupon(code, user, percentage, target, self.now, expires)
