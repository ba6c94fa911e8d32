"""The records of the vocabulary, as a world has them: what can be written of each is an attribute.

`contracts/vocabulary.yaml` says what each attribute means and of which type it is; times are milliseconds since the
epoch, money is US cents.
"""

# ruff: noqa: D102 - the vocabulary describes every attribute

from collections.abc import Sequence
from typing import NamedTuple

from mockserver.domain.catalogue import ANY_CARRIER, Country, Service
from mockserver.domain.clock import Instant
from mockserver.domain.coupon import Coupon
from mockserver.domain.customer import TIERS, Customer, Tier
from mockserver.domain.order import Message, Order, State
from mockserver.domain.payment import CREDITED, Payment
from mockserver.domain.quote import Quote
from mockserver.domain.world import World
from mockserver.usecases import account, lookup
from mockserver.usecases.lookup import Listing
from mockserver.usecases.statistics import Totals


class AccountRecord:
    """An account, as it is when it is written."""

    __slots__ = ("_customer", "_world", "id")

    def __init__(self, world: World, customer: Customer) -> None:
        self._world = world
        self._customer = customer
        self.id = customer.id

    @property
    def _now(self) -> Customer:
        return self._world.customers[self.id]

    @property
    def balance(self) -> int:
        return self._world.ledger.balance(self.id)

    @property
    def charges(self) -> int:
        return self._now.total_charges

    @property
    def tier(self) -> Tier:
        return self._now.tier

    @property
    def tiers(self) -> Sequence[Tier]:
        return TIERS

    @property
    def usable_coupons(self) -> int:
        return len(account.usable_coupons(self._world, self._now))

    @property
    def coupons_received(self) -> int:
        return self._now.coupons_received

    @property
    def stripe_id(self) -> str:
        return self._now.stripe_id

    @property
    def cryptomus_id(self) -> str | None:
        return self._now.cryptomus_id

    @property
    def status(self) -> str | None:
        return self._now.status

    @property
    def language(self) -> str | None:
        return self._now.lang

    @property
    def referral(self) -> str | None:
        return self._now.referral

    @property
    def vip_support(self) -> bool:
        return self._now.vip_support

    @property
    def vip_telegram(self) -> str:
        return self._now.vip_telegram


class CarrierRecord(NamedTuple):
    """A carrier, or `any`."""

    name: str


class CountryRecord(NamedTuple):
    """A country."""

    code: str
    name: str
    country: Country

    @property
    def carriers(self) -> Sequence[CarrierRecord]:
        return [CarrierRecord(ANY_CARRIER), *(CarrierRecord(carrier.name) for carrier in self.country.carriers)]


def country_record(country: Country) -> CountryRecord:
    """A country of the catalogue as a record."""
    return CountryRecord(country.code, country.name, country)


class OfferRecord:
    """What is for sale, as a customer sees it."""

    __slots__ = ("_found", "_world", "carrier", "service")

    def __init__(self, world: World, found: Listing) -> None:
        self._world = world
        self._found = found
        self.service = found.service
        self.carrier = found.carrier

    @property
    def country(self) -> CountryRecord:
        return country_record(self._found.country)

    @property
    def price(self) -> int:
        return self._found.price

    @property
    def stock(self) -> int:
        return self._found.stock

    @property
    def success_rate(self) -> float:
        return self._found.offer.success

    @property
    def orders(self) -> int:
        return self._world.placed.get((self._found.country.code, self.service.code), 0)

    @property
    def _quote(self) -> Quote:
        return lookup.quoted(self._world, self._found)

    @property
    def m(self) -> str:
        return self._quote.m

    @property
    def n(self) -> str:
        return self._quote.n


class MessageRecord(NamedTuple):
    """An SMS."""

    text: str
    code: str | None
    received_at: Instant


def message_record(message: Message) -> MessageRecord:
    """A received SMS as a record."""
    return MessageRecord(message.text, message.code, message.at)


class OrderRecord:
    """An order."""

    __slots__ = ("_order", "_world", "carrier", "expires_at", "id", "ordered_at", "phone", "price")

    def __init__(self, world: World, order: Order) -> None:
        self._world = world
        self._order = order
        self.id = order.id
        self.carrier = order.carrier
        self.phone = order.phone
        self.price = order.price
        self.ordered_at = order.ordered_at
        self.expires_at = order.expires_at

    @property
    def country(self) -> CountryRecord:
        return country_record(self._world.catalogue.countries[self._order.country])

    @property
    def service(self) -> Service:
        return self._world.catalogue.services[self._order.service]

    @property
    def state(self) -> str:
        return self._order.state.value

    @property
    def messages(self) -> Sequence[MessageRecord]:
        return [message_record(message) for message in self._order.messages]

    @property
    def latest(self) -> MessageRecord | None:
        messages = self._order.messages
        return message_record(messages[-1]) if messages else None

    @property
    def refundable(self) -> bool:
        return self._order.is_refundable(self._world.clock.now(), self._world.rules.refund_window)


class WalletRecord(NamedTuple):
    """Where and how much to pay in a cryptocurrency."""

    currency: str
    network: str
    address: str
    units: str


class PaymentRecord:
    """A payment."""

    __slots__ = ("_payment", "amount", "created_at", "expires_at", "id", "page", "provider", "session", "url")

    def __init__(self, payment: Payment) -> None:
        self._payment = payment
        self.id = payment.id
        self.session = payment.session
        self.page = payment.page
        self.provider = payment.provider
        self.amount = payment.cents
        self.created_at = payment.created_at
        self.expires_at = payment.expires_at
        self.url = payment.url

    @property
    def method(self) -> str:
        return str(self._payment.method)

    @property
    def status(self) -> str:
        return self._payment.status.value

    @property
    def credited(self) -> bool:
        return self._payment.status in CREDITED

    @property
    def wallet(self) -> WalletRecord | None:
        deposit = self._payment.deposit
        return deposit and WalletRecord(deposit.currency, deposit.network, deposit.address, deposit.amount)


class CouponRecord(NamedTuple):
    """A coupon at a time."""

    coupon: Coupon
    now: Instant

    @property
    def code(self) -> str:
        return self.coupon.code

    @property
    def issued_at(self) -> Instant:
        return self.coupon.issued_at

    @property
    def expires_at(self) -> Instant:
        return self.coupon.expires_at

    @property
    def status(self) -> str:
        return self.coupon.status(self.now).value

    @property
    def days(self) -> int:
        return self.coupon.days

    @property
    def bonus(self) -> float:
        return self.coupon.percentage / 100

    @property
    def method(self) -> str:
        return self.coupon.target


class FavouriteRecord(NamedTuple):
    """A service of a country, and whether it is marked."""

    country: CountryRecord
    service: Service
    marked: bool = True


class TotalsRecord(NamedTuple):
    """Orders and their money over a time."""

    orders: int
    completed: int
    refunded: int
    expired: int
    waiting: int
    spent: int
    refunds: int
    success_rate: float


class ShareRecord(NamedTuple):
    """What of the totals belongs to one service."""

    service: Service
    totals: TotalsRecord


def totals_record(totals: Totals) -> TotalsRecord:
    """Totals as a record."""
    return TotalsRecord(
        orders=totals.orders,
        completed=totals.completed,
        refunded=totals.outcomes[State.REFUNDED],
        expired=totals.outcomes[State.EXPIRED],
        waiting=totals.outcomes[State.WAITING],
        spent=totals.spent,
        refunds=totals.refunded,
        success_rate=totals.success_rate,
    )


RECORDS = {
    "account": AccountRecord,
    "tier": Tier,
    "country": CountryRecord,
    "carrier": CarrierRecord,
    "service": Service,
    "offer": OfferRecord,
    "order": OrderRecord,
    "message": MessageRecord,
    "payment": PaymentRecord,
    "wallet": WalletRecord,
    "coupon": CouponRecord,
    "favourite": FavouriteRecord,
    "totals": TotalsRecord,
    "share": ShareRecord,
}
"""The records of the vocabulary; what a failure holds is the contract's own."""
