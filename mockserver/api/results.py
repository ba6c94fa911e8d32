"""The records of the vocabulary over a world: every field of a record is an attribute.

`contracts/vocabulary.yaml` gives the meaning and the type of each attribute. Times are milliseconds since the epoch,
money is US cents. The names on the wire are in the contract documents only.
"""

# ruff: noqa: D102 - the vocabulary describes every attribute

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from mockserver.domain.catalogue import ANY_CARRIER, Country, Quote, Service
from mockserver.domain.clock import Instant
from mockserver.domain.customer import TIERS, Coupon, Customer, Tier
from mockserver.domain.order import Message, Order, State
from mockserver.domain.payment import CREDITED, Payment
from mockserver.domain.world import World
from mockserver.usecases import account, lookup
from mockserver.usecases.account import Totals
from mockserver.usecases.lookup import Listing


def _of(path: str) -> Any:
    """Return a property that follows a dotted path; it is faster than a method."""
    return property(attrgetter(path))


class AccountRecord:
    """An account; its fields are read when they are written."""

    __slots__ = ("_world", "id")

    def __init__(self, world: World, customer: Customer) -> None:
        self._world = world
        self.id = customer.id

    @property
    def _customer(self) -> Customer:
        return self._world.customers[self.id]

    charges = _of("_customer.total_charges")
    tier = _of("_customer.tier")
    coupons_received = _of("_customer.coupons_received")
    stripe_id = _of("_customer.stripe_id")
    cryptomus_id = _of("_customer.cryptomus_id")
    status = _of("_customer.status")
    language = _of("_customer.lang")
    referral = _of("_customer.referral")
    vip_support = _of("_customer.vip_support")
    vip_telegram = _of("_customer.vip_telegram")
    tiers = TIERS

    @property
    def balance(self) -> int:
        return self._world.ledger.balance(self.id)

    @property
    def bonuses(self) -> int:
        return account.bonuses(self._world, self.id)

    @property
    def usable_coupons(self) -> int:
        return len(account.usable_coupons(self._world, self._customer))


class CarrierRecord(NamedTuple):
    """A carrier, or `any`."""

    name: str


class CountryRecord:
    """A country."""

    __slots__ = ("_country",)

    def __init__(self, country: Country) -> None:
        self._country = country

    code = _of("_country.code")
    name = _of("_country.name")

    @property
    def carriers(self) -> Sequence[CarrierRecord]:
        return [CarrierRecord(ANY_CARRIER), *(CarrierRecord(carrier.name) for carrier in self._country.carriers)]


class OfferRecord:
    """An offer as a customer sees it."""

    __slots__ = ("_found", "_world")

    def __init__(self, world: World, found: Listing) -> None:
        self._world = world
        self._found = found

    service = _of("_found.service")
    carrier = _of("_found.carrier")
    price = _of("_found.price")
    stock = _of("_found.stock")
    success_rate = _of("_found.offer.success")
    m = _of("_quote.m")
    n = _of("_quote.n")

    @property
    def country(self) -> CountryRecord:
        return CountryRecord(self._found.country)

    @property
    def orders(self) -> int:
        return self._world.placed.get((self._found.country.code, self._found.service.code), 0)

    @property
    def _quote(self) -> Quote:
        return lookup.quoted(self._world, self._found)


class OrderRecord:
    """An order."""

    __slots__ = ("_order", "_world", "country", "service")

    def __init__(self, world: World, order: Order) -> None:
        self._world = world
        self._order = order
        catalogue = world.catalogue
        self.country = CountryRecord(catalogue.countries[order.country])
        self.service = catalogue.services[order.service]

    id = _of("_order.id")
    carrier = _of("_order.carrier")
    phone = _of("_order.phone")
    price = _of("_order.price")
    state = _of("_order.state._value_")
    ordered_at = _of("_order.ordered_at")
    expires_at = _of("_order.expires_at")

    messages = _of("_order.messages")

    @property
    def latest(self) -> Message | None:
        messages = self._order.messages
        return messages[-1] if messages else None

    @property
    def refundable(self) -> bool:
        return self._order.is_refundable(self._world.clock.now(), self._world.rules.refund_window)


class WalletRecord(NamedTuple):
    """The address and the amount of a payment in a cryptocurrency."""

    currency: str
    network: str
    address: str
    units: str


class PaymentRecord:
    """A payment."""

    __slots__ = ("_payment",)

    def __init__(self, payment: Payment) -> None:
        self._payment = payment

    id = _of("_payment.id")
    session = _of("_payment.session")
    page = _of("_payment.page")
    provider = _of("_payment.provider")
    amount = _of("_payment.cents")
    created_at = _of("_payment.created_at")
    expires_at = _of("_payment.expires_at")
    url = _of("_payment.url")
    status = _of("_payment.status.value")

    @property
    def method(self) -> str:
        return str(self._payment.method)

    @property
    def credited(self) -> bool:
        return self._payment.status in CREDITED

    @property
    def wallet(self) -> WalletRecord | None:
        deposit = self._payment.deposit
        return deposit and WalletRecord(deposit.currency, deposit.network, deposit.address, deposit.amount)


class CouponRecord:
    """A coupon at a point in time."""

    __slots__ = ("_coupon", "_now")

    def __init__(self, coupon: Coupon, now: Instant) -> None:
        self._coupon = coupon
        self._now = now

    code = _of("_coupon.code")
    issued_at = _of("_coupon.issued_at")
    expires_at = _of("_coupon.expires_at")
    days = _of("_coupon.days")
    method = _of("_coupon.target")

    @property
    def status(self) -> str:
        return self._coupon.status(self._now).value

    @property
    def bonus(self) -> float:
        return self._coupon.percentage / 100


class FavouriteRecord(NamedTuple):
    """A service in a country, and whether it is marked as a favourite."""

    country: CountryRecord
    service: Service
    marked: bool = True


class TotalsRecord(NamedTuple):
    """The orders of a period and their sums in cents."""

    orders: int
    completed: int
    refunded: int
    expired: int
    waiting: int
    spent: int
    refunds: int
    success_rate: float


class ShareRecord(NamedTuple):
    """The totals of one service."""

    service: Service
    totals: TotalsRecord


def totals_record(totals: Totals) -> TotalsRecord:
    """Return totals as a record."""
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
    "message": Message,
    "payment": PaymentRecord,
    "wallet": WalletRecord,
    "coupon": CouponRecord,
    "favourite": FavouriteRecord,
    "totals": TotalsRecord,
    "share": ShareRecord,
}
"""The records of the vocabulary by name; the contract defines those of failures."""
