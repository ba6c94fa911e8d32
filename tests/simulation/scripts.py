"""What tests of the script need: scripts, and what they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.domain.catalogue import Carrier, Catalogue, Country, Service, StockKey
from mockserver.domain.clock import SECOND
from mockserver.domain.order import Order
from mockserver.domain.script import Attempt, Purchase, Restocking, Transfer
from mockserver.simulation.script import (
    OrderRule,
    PaymentRule,
    SeededScript,
    SmsRule,
)
from mockserver.simulation.sms_texts import Template
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


CARRIERS = (Carrier("one", 100, 100),)
LIFETIME = DEFAULT.lifetime
CATALOGUE = Catalogue(
    countries={
        "12": Country("12", "United States", "US", "en", ("120255501##", "121255501##"), CARRIERS),
        "46": Country("46", "Sweden", "SE", "sv", ("4670174####",), CARRIERS),
    },
    services={"ds": Service("ds", "Discord"), "go": Service("go", "Google")},
    offers={},
)
TEMPLATES = {
    ("*", "en"): [Template("######", "Your {service} code is {code}"), Template("####", "{code} is your code")],
    ("go", "en"): [Template("G-######", "{code} is your {service} verification code")],
}
BASIC = OrderRule(sms=(SmsRule(5 * SECOND),))


def script(
    *orders: OrderRule, payments: Sequence[PaymentRule] = (), seed: int = 1, restock: Restocking | None = None
) -> SeededScript:
    """Make a script of rules."""
    return SeededScript(seed, CATALOGUE, TEMPLATES, orders, payments, restock, lifetime=LIFETIME)


def nothing(_: str) -> bool:
    """Leave every id and every number free."""
    return False


def purchase(
    nth: int = 1,
    *,
    country: str = "12",
    service: str = "ds",
    customer: str = "alice",
    taken: Callable[[str], bool] = nothing,
    in_use: Callable[[str], bool] = nothing,
) -> Purchase:
    """Make the nth purchase, at 1000."""
    attempt = Attempt(customer, country, "one", service, 20, 1000, taken)
    return Purchase(attempt, StockKey(country, "one", service), nth, nth, in_use)


def transfer(nth: int = 1, *, customer: str = "alice", provider: str = "cryptomus") -> Transfer:
    """Make the nth payment, of five dollars on a page."""
    return Transfer(customer, provider, "crypto", 500, None, nth)


def order(order_id: str = "1", *, service: str = "ds", period: int = 1, rule: int | None = 0) -> Order:
    """Make an order of Alice that asked for another SMS; it came under the rule at this position."""
    return Order(
        id=order_id,
        customer="alice",
        country="12",
        carrier="any",
        service=service,
        phone="12025550100",
        price=16,
        ordered_at=0,
        expires_at=DEFAULT.lifetime,
        period=period,
        rule=rule,
    )
