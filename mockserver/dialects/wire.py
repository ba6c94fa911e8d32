"""How values are written on the wire in both dialects, and the shapes that they share.

Field names follow the documented `getOrder` item where they can; the rest is assumed (see the contract documents).
A `Money` writes an amount of cents the dialect's way: cents in V3, dollars in V2.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from mockserver.domain.catalogue import ANY_CARRIER, Country, Service
from mockserver.domain.clock import SECOND, Instant
from mockserver.domain.customer import TIERS
from mockserver.domain.order import Order, State
from mockserver.domain.payment import Payment
from mockserver.domain.quote import Quote
from mockserver.domain.world import World
from mockserver.usecases.lookup import Listing

Shape = dict[str, object]
Money = Callable[[int], int | float]

Words = Mapping[State, str]
"""What the states of an order are called."""

WORDS: Words = {state: state.value for state in State}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def dollars(cents: int) -> float:
    """US cents as a number of dollars."""
    return cents / 100


def cents(dollars: str) -> int:
    """A text of dollars with up to two decimals as US cents."""
    return int(Decimal(dollars) * 100)


@lru_cache(maxsize=4096)
def utc(instant: Instant) -> str:
    """A point in time as `2025-05-17 06:07:13` (documented). Such texts compare as the times do."""
    return (_EPOCH + timedelta(seconds=instant // SECOND)).isoformat(" ")[:19]


def discount_rates() -> list[list[object]]:
    """The discount table: [threshold, factor, label] (documented by example)."""
    return [[tier.threshold, tier.percent / 100 if tier.percent < 100 else 1, tier.label] for tier in TIERS]


def order_item(world: World, order: Order, money: Money, words: Words = WORDS) -> Shape:
    """An order: the nine documented fields, then assumed ones."""
    latest = order.messages[-1] if order.messages else None
    return {
        "sShort": order.service,
        "cShort": order.country,
        "orderId": order.id,
        "country": world.catalogue.countries[order.country].name,
        "service": world.catalogue.services[order.service].name,
        "carrier": order.carrier,
        "phoneNumber": order.phone,
        "purchasePrice": money(order.price),
        "status": words[order.state],
        "expiredAtUTC": utc(order.expires_at),
        "orderedAtUTC": utc(order.ordered_at),
        "sms": latest.text if latest else None,
        "code": latest.code if latest else None,
        "messages": [
            {"text": message.text, "code": message.code, "receivedAtUTC": utc(message.at)} for message in order.messages
        ],
    }


def purchase(order: Order, money: Money) -> Shape:
    """What a purchase answers (documented)."""
    return {
        "orderId": order.id,
        "phoneNumber": order.phone,
        "expiredAtUTC": utc(order.expires_at),
        "purchasePrice": money(order.price),
    }


def country(place: Country) -> Shape:
    """A country with its carriers."""
    carriers = [ANY_CARRIER, *(carrier.name for carrier in place.carriers)]
    return {"cShort": place.code, "country": place.name, "carriers": carriers}


def service(listing: Listing, money: Money) -> Shape:
    """A row of a service list."""
    return {
        "sShort": listing.service.code,
        "service": listing.service.name,
        "price": money(listing.price),
        "count": listing.stock,
    }


def service_detail(listing: Listing, quote: Quote, money: Money) -> Shape:
    """A service with the quote to order it on."""
    return {
        **service_in_country(listing.service, listing.country),
        "carrier": listing.carrier,
        "price": money(listing.price),
        "count": listing.stock,
        "successRate": listing.offer.success,
        "m": quote.m,
        "n": quote.n,
    }


def service_in_country(service: Service, country: Country) -> Shape:
    """The names and codes of a service in a country."""
    return {"sShort": service.code, "service": service.name, "cShort": country.code, "country": country.name}


def transaction(payment: Payment) -> Shape:
    """A wallet (documented by example, but for `status`)."""
    if payment.deposit is None:
        raise ValueError(f"payment {payment.id} is no wallet")
    return {
        "to_address": payment.deposit.address,
        "currency": payment.deposit.currency,
        "network": payment.deposit.network.lower(),
        "amountInUSD": f"{payment.cents // 100}.{payment.cents % 100:02}",
        "amountInCrypto": payment.deposit.amount,
        "expire_at": payment.expires_at // SECOND,
        "url": payment.url,
        "order_id": payment.id,
        "status": payment.status,
    }
