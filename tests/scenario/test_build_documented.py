"""The documented examples, as the scenario of this name builds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.clock import SECOND
from mockserver.domain.order import State
from mockserver.domain.payment import Deposit, Status
from mockserver.scenario.build import build
from mockserver.scenario.load import load
from mockserver.simulation.units import instant
from mockserver.usecases.paying import CRYPTOMUS, create_invoice, invoices
from tests.rules import DEFAULT
from tests.scenario.worlds import WALL, buy

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures

    MakeWorld = Callable[[str], World]


@pytest.fixture
def documented(shipped: Fixtures) -> World:
    """The world of the documentation's examples."""
    return build(load("documented", shipped.catalogue), shipped, lambda: WALL, rules=DEFAULT)


def test_the_documented_account_is_as_documented(documented: World) -> None:
    customer = documented.customers["userId"]
    assert (documented.ledger.balance("userId"), customer.total_charges, customer.tier.label) == (500, 500, "-20%")


def test_the_documented_account_of_v2_is_as_documented(documented: World) -> None:
    customer = documented.customers["123123abc"]
    assert (documented.ledger.balance("123123abc"), customer.total_charges, customer.tier.label) == (500, 1500, "0%")


def test_the_documented_order_can_be_placed(documented: World) -> None:
    order = buy(documented, "userId", country="3")
    assert (order.id, order.phone, order.price) == ("1", "86123456789", 16)
    assert order.expires_at == instant("2025-05-17 06:07:13")


def test_the_documented_order_of_v2_can_be_placed(documented: World) -> None:
    order = buy(documented, "123123abc", country="16")
    assert (order.id, order.phone, order.price) == ("17934774", "447508190549", 16)
    assert order.expires_at == instant("2025-02-15 16:40:27")


def test_the_documented_order_can_be_looked_up(documented: World) -> None:
    order = documented.order("20046875")
    assert (order.country, order.service, order.carrier, order.phone) == ("12", "ds", "any", "1234567890")
    assert (order.price, order.state) == (16, State.COMPLETED)


def test_a_documented_order_waits_for_its_refund(documented: World) -> None:
    assert documented.order("20046876").state is State.WAITING


def test_the_documented_invoice_is_listed(documented: World) -> None:
    (invoice,) = invoices(documented, documented.customers["userId"])
    assert (invoice.session, invoice.page, invoice.method) == ("sessionId", "payId", "payment method")
    assert (invoice.cents, invoice.status) == (500, Status.CANCEL)
    assert invoice.expires_at == instant("2025-05-15 19:37:30")


def test_the_documented_wallet_is_there(documented: World) -> None:
    wallet = documented.payment("af161c5a-93b1-4c1e-9d0a-5f2f6f1b7c11")
    assert wallet.deposit == Deposit("USDT", "BSC", "4.99", "0x66b928a82377d75ced043e95738372e9e9607f1f")
    assert wallet.expires_at == 1748615577 * SECOND
    assert wallet.status is Status.CHECK


def test_the_documented_invoice_page_is_given(documented: World) -> None:
    invoice = create_invoice(documented, documented.customers["userId"], CRYPTOMUS, 500)
    assert invoice.url == "https://pay.cryptomus.com/pay/991d9a35-e6db-43b7-8922-0000000000"
