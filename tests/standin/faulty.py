"""The stand-in with a fault: `python -m tests.standin.faulty --port 0 --fault steals-a-cent`; it prints its URL."""

import argparse
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from unittest.mock import patch

from tests.standin import vendor, vendor_v2, vendor_v3, web
from tests.standin.model import Model
from tests.standin.records import Account, Fault, Order, OrderRequest, Quote, RefusedError, State


class Thief(Model):
    """Takes a cent more for every order than it says."""

    def order(self, account: Account, request: OrderRequest) -> Order:
        """Sell a number."""
        order = super().order(account, request)
        account.balance -= 1
        return order


class Haggler(Model):
    """Sells for a cent more than it has quoted."""

    def order(self, account: Account, request: OrderRequest) -> Order:
        """Sell a number."""
        order = super().order(account, request)
        account.balance -= 1
        order.price += 1
        order.charged += 1
        return order


class Merchant(Model):
    """Sells at any price."""

    def order(self, account: Account, request: OrderRequest) -> Order:
        """Sell a number."""
        return super().order(account, replace(request, maximum=10**9))


class Forger(Model):
    """Takes any proof of a price."""

    def order(self, account: Account, request: OrderRequest) -> Order:
        """Sell a number."""
        return super().order(account, replace(request, first="", second=""))


class Spendthrift(Model):
    """Returns the money of an order as often as somebody asks."""

    def refund(self, account: Account, order_id: str) -> Order:
        """Take a number back and return its price."""
        self.order_of(account, order_id).returned = 0
        return super().refund(account, order_id)


class Miser(Model):
    """Keeps the money of what is returned."""

    def refund(self, account: Account, order_id: str) -> Order:
        """Take a number back."""
        order = super().refund(account, order_id)
        account.balance -= order.returned
        return order


class Gossip(Model):
    """Shows an order to anybody."""

    def order_of(self, account: Account, order_id: str) -> Order:
        """Find an order of any account."""
        order = self.orders.get(order_id)
        return super().order_of(account, order_id) if order is None else order


class Doorman(Model):
    """Lets anybody in with a key of somebody else."""

    def authenticate(self, user: str, key: str) -> Account:
        """Find the account of a user id."""
        try:
            return super().authenticate(user, key)
        except RefusedError as refused:
            if refused.fault is Fault.FOREIGN_KEY and user in self.accounts:
                return self.accounts[user]
            raise


def dearer(quote: Quote) -> dict[str, object]:
    """Show a service for a cent more."""
    return SERVICE_ITEM(replace(quote, price=quote.price + 1))


SERVICE_ITEM = vendor_v2.service_item
FAULTS: Mapping[str, AbstractContextManager[object]] = {
    "steals-a-cent": patch.object(web, "Model", Thief),
    "sells-for-more-than-quoted": patch.object(web, "Model", Haggler),
    "forgets-the-maximum": patch.object(web, "Model", Merchant),
    "takes-any-proof": patch.object(web, "Model", Forger),
    "refunds-twice": patch.object(web, "Model", Spendthrift),
    "keeps-the-money": patch.object(web, "Model", Miser),
    "shows-anothers-order": patch.object(web, "Model", Gossip),
    "takes-anothers-key": patch.object(web, "Model", Doorman),
    "says-a-word-of-its-own": patch.dict(vendor_v3.STATES, {State.WAITING: "on-hold"}),
    "quotes-differently": patch.object(vendor_v2, "service_item", dearer),
}
"""What can be wrong, and what makes it so."""


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="The stand-in for the vendor's API, with a fault.")
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    parser.add_argument("--fault", required=True, choices=FAULTS)
    given = parser.parse_args()
    with FAULTS[given.fault]:
        listener = vendor.listen(given.port)
        sys.stdout.write(f"{vendor.url_of(listener)}\n")
        sys.stdout.flush()
        vendor.create_server().run(sockets=[listener])


if __name__ == "__main__":
    main()
