"""Scenes: short lives that leave nothing out, each in a world of its own.

What holds at every step is in `life`; a scene only goes where something can go wrong, and checks what is said nowhere
else. `via` is the document by which the customer acts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.verify import account_scenarios, order_scenarios
from mockserver.verify.session import BUYING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.verify.customer import Person
    from mockserver.verify.session import Life


class Scene(NamedTuple):
    """A scene. `needs` is what the document must know by which it is played, `beside` what any document must know.

    These are operations of the vocabulary, or arguments such as `order.failover`.
    """

    play: Callable[[Life, str], None]
    needs: tuple[str, ...] = BUYING
    beside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the scene, in words."""
        return self.play.__name__.replace("_", " ")

    def ways(self, person: Person) -> list[str]:
        """Return the documents by which it can be played."""
        return [name for name, by in person.by.items() if by.knows(*self.needs) and person.knows(*self.beside)]


_CHANGING = (*BUYING, "refund", "another")
_PAYMENTS = ("invoices", "transaction")
_COUPONS = ("coupons", "invoice.coupon", "card_invoice.coupon", "wallet.coupon")

SCENES: Sequence[Scene] = (
    Scene(order_scenarios.an_order_that_receives_its_sms, _CHANGING),
    Scene(order_scenarios.two_messages_for_one_order),
    Scene(order_scenarios.an_order_that_is_returned, _CHANGING),
    Scene(order_scenarios.an_order_that_is_returned_too_early, (*BUYING, "refund")),
    Scene(order_scenarios.an_order_that_expires, _CHANGING),
    Scene(order_scenarios.a_maximum_price, (*BUYING, "order.maximum")),
    Scene(order_scenarios.a_quote_that_goes_stale, (*BUYING, "order.m", "order.n")),
    Scene(order_scenarios.a_shelf_that_is_emptied, (*BUYING, "order.carrier", "quote.carrier")),
    Scene(order_scenarios.what_is_not_in_the_catalogue),
    Scene(order_scenarios.too_little_money),
    Scene(order_scenarios.a_discount, (*BUYING, "refund")),
    Scene(account_scenarios.money_that_is_paid_in, (*BUYING, "invoice", "wallet"), _PAYMENTS),
    Scene(account_scenarios.money_that_nobody_pays, ("card_invoice", "wallet"), _PAYMENTS),
    Scene(account_scenarios.a_coupon, _COUPONS, _PAYMENTS),
    Scene(account_scenarios.favourites, ("favourites", "toggle_favourite")),
    Scene(order_scenarios.the_inventory, (*BUYING, "inventory.expired")),
    Scene(order_scenarios.filters, (*BUYING, "orders", "refund")),
    Scene(account_scenarios.the_catalogue, ("countries", "services", "quote")),
    Scene(account_scenarios.what_is_popular, (*BUYING, "popular")),
    Scene(account_scenarios.how_countries_compare, (*BUYING, "country_stats")),
    Scene(account_scenarios.statistics, (*BUYING, "refund", "statistics")),
)
