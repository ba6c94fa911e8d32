"""Workflows: scripted sessions of customers, each in a world of its own.

`session` checks what holds at every step. A workflow goes where something can go wrong, and checks what no other one
does. `via` is the document that the customer uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.verify import account_workflows, order_workflows
from mockserver.verify.session import BUYING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mockserver.verify.customer import Person
    from mockserver.verify.session import Session


class Workflow(NamedTuple):
    """A workflow. `needs` is what its document must know, `beside` what any document must know.

    These are operations of the vocabulary, or arguments such as `order.failover`.
    """

    play: Callable[[Session, str], None]
    needs: tuple[str, ...] = BUYING
    beside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the workflow, in words."""
        return self.play.__name__.replace("_", " ")

    def ways(self, person: Person) -> list[str]:
        """Return the documents by which it can be played."""
        return [name for name, by in person.by.items() if by.knows(*self.needs) and person.knows(*self.beside)]


_CHANGING = (*BUYING, "refund", "another")
_PAYMENTS = ("invoices", "transaction")
_COUPONS = ("coupons", "invoice.coupon", "card_invoice.coupon", "wallet.coupon")

WORKFLOWS: Sequence[Workflow] = (
    Workflow(order_workflows.an_order_that_receives_its_sms, _CHANGING),
    Workflow(order_workflows.two_messages_for_one_order),
    Workflow(order_workflows.an_order_that_is_returned, _CHANGING),
    Workflow(order_workflows.an_order_that_is_returned_too_early, (*BUYING, "refund")),
    Workflow(order_workflows.an_order_that_expires, _CHANGING),
    Workflow(order_workflows.a_maximum_price, (*BUYING, "order.maximum")),
    Workflow(order_workflows.a_quote_that_goes_stale, (*BUYING, "order.m", "order.n")),
    Workflow(order_workflows.a_stock_that_is_emptied, (*BUYING, "order.carrier", "quote.carrier")),
    Workflow(order_workflows.what_is_not_in_the_catalogue),
    Workflow(order_workflows.too_little_money),
    Workflow(order_workflows.a_discount, (*BUYING, "refund")),
    Workflow(account_workflows.money_that_is_paid_in, (*BUYING, "invoice", "wallet"), _PAYMENTS),
    Workflow(account_workflows.money_that_nobody_pays, ("card_invoice", "wallet"), _PAYMENTS),
    Workflow(account_workflows.a_coupon, _COUPONS, _PAYMENTS),
    Workflow(account_workflows.favourites, ("favourites", "toggle_favourite")),
    Workflow(order_workflows.the_inventory, (*BUYING, "inventory.expired")),
    Workflow(order_workflows.filters, (*BUYING, "orders", "refund")),
    Workflow(account_workflows.the_catalogue, ("countries", "services", "quote")),
    Workflow(account_workflows.what_is_popular, (*BUYING, "popular")),
    Workflow(account_workflows.how_countries_compare, (*BUYING, "country_stats")),
    Workflow(account_workflows.statistics, (*BUYING, "refund", "statistics")),
)
