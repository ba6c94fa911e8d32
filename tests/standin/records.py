"""What the stand-in's model knows: rules, prices, accounts, orders, payments and coupons.

All money is whole US cents, all times are Unix seconds.
"""

import hashlib
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
