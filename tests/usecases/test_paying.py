"""Paying in by page or wallet, with a coupon or without."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.clock import DAY, HOUR, MINUTE
from mockserver.domain.customer import Coupon, CouponStatus
from mockserver.domain.payment import CREDITED, OPEN, Deposit, Status
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.script import Settlement
from mockserver.usecases.paying import (
    CRYPTOMUS,
    PAY4BIT,
    Provider,
    create_invoice,
    create_wallet,
    invoices,
    transaction,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.payment import Payment
    from tests.usecases.conftest import Shop

TEN_PERCENT = Coupon("TEN", "alice", 0, DAY, days=1, percentage=10, target="crypto")

providers = pytest.mark.parametrize("provider", [CRYPTOMUS, PAY4BIT], ids=lambda provider: provider.name)


def invoice(shop: Shop, provider: Provider = CRYPTOMUS, coupon: str | None = None) -> Payment:
    """Ask for an invoice of five dollars as Alice."""
    return create_invoice(shop.world, shop.alice, provider, 500, coupon)


def wallet(shop: Shop, coupon: str | None = None) -> Payment:
    """Ask for a wallet of five dollars as Alice."""
    return create_wallet(shop.world, shop.alice, "USDT", "BSC", 500, coupon)


def refused(ask: Callable[[], object]) -> Reason:
    """Return why something is refused."""
    with pytest.raises(Refusal) as refusal:
        ask()
    return refusal.value.reason


@providers
def test_an_invoice_can_be_paid_for_an_hour(shop: Shop, provider: Provider) -> None:
    payment = invoice(shop, provider)
    assert payment.expires_at - payment.created_at == HOUR


@providers
def test_an_invoice_moves_no_money_yet(shop: Shop, provider: Provider) -> None:
    invoice(shop, provider)
    assert shop.balance == 1000


@providers
def test_an_invoice_knows_its_provider_and_method(shop: Shop, provider: Provider) -> None:
    payment = invoice(shop, provider)
    assert (payment.provider, payment.method, payment.deposit) == (provider.name, provider.method, None)


def test_an_invoice_of_cryptomus_has_the_documented_page(shop: Shop) -> None:
    assert invoice(shop).url == "https://pay.cryptomus.com/pay/page"


def test_an_invoice_of_pay4bit_carries_sum_account_and_signature(shop: Shop) -> None:
    payment = create_invoice(shop.world, shop.alice, PAY4BIT, 1205)
    url = urlsplit(payment.url)
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://api.pay4bit.net/pay"
    assert parse_qs(url.query) == {
        "public_key": ["page"],
        "sum": ["12.05"],
        "account": ["alice"],
        "desc": ["Balance"],
        "currency": ["USD"],
        "sign": ["signature"],
    }


def test_a_wallet_shows_the_documented_amount_and_an_address(shop: Shop) -> None:
    assert wallet(shop).deposit == Deposit("USDT", "BSC", "4.99", "address-1")


@pytest.mark.parametrize(("currency", "network"), [("USDT", "BTC"), ("XXX", "BSC")])
def test_a_wallet_of_another_currency_is_refused(shop: Shop, currency: str, network: str) -> None:
    ask = lambda: create_wallet(shop.world, shop.alice, currency, network, 500)  # noqa: E731
    assert refused(ask) is Reason.UNSUPPORTED_CURRENCY


@pytest.mark.parametrize("ask", [invoice, wallet])
def test_a_payment_is_credited_when_it_is_paid(shop: Shop, ask: Callable[[Shop], Payment]) -> None:
    shop.plan.settlement = Settlement(10, Status.PAID)
    ask(shop)
    shop.wait(10)
    assert (shop.balance, shop.alice.total_charges) == (1500, 500)


def test_a_payment_is_open_until_it_is_paid(shop: Shop) -> None:
    shop.plan.settlement = Settlement(10, Status.PAID)
    invoice(shop)
    shop.wait(9)
    assert (shop.payment().status, shop.balance) == (Status.CHECK, 1000)


@pytest.mark.parametrize("ask", [invoice, wallet])
def test_a_payment_that_nobody_paid_is_cancelled_after_an_hour(shop: Shop, ask: Callable[[Shop], Payment]) -> None:
    ask(shop)
    shop.wait(HOUR)
    assert (shop.payment().status, shop.balance) == (Status.CANCEL, 1000)


def test_a_payment_that_nobody_paid_is_open_until_then(shop: Shop) -> None:
    invoice(shop)
    shop.wait(HOUR - 1)
    assert shop.payment().is_open


def test_a_payment_in_its_last_moment_counts(shop: Shop) -> None:
    shop.plan.settlement = Settlement(HOUR, Status.PAID)
    invoice(shop)
    shop.wait(HOUR)
    assert shop.balance == 1500


def test_a_payment_after_the_hour_is_lost(shop: Shop) -> None:
    shop.plan.settlement = Settlement(HOUR + 1, Status.PAID)
    invoice(shop)
    shop.wait(2 * HOUR)
    assert (shop.payment().status, shop.balance) == (Status.CANCEL, 1000)


@pytest.mark.parametrize("status", sorted(set(Status) - CREDITED - OPEN))
def test_a_payment_that_fails_moves_no_money(shop: Shop, status: Status) -> None:
    shop.plan.settlement = Settlement(10, status)
    invoice(shop)
    shop.wait(2 * HOUR)
    assert (shop.payment().status, shop.balance) == (status, 1000)


def test_paying_in_reaches_the_next_tier(shop: Shop) -> None:
    shop.plan.settlement = Settlement(10, Status.PAID)
    create_invoice(shop.world, shop.alice, CRYPTOMUS, 2000)
    shop.wait(10)
    assert shop.alice.tier.label == "-5%"


# --- coupons


@pytest.fixture
def rewarded(shop: Shop) -> Shop:
    """A shop in which Alice has a coupon of 10 % for a day, and payments are paid after a minute."""
    shop.world.save_coupon(TEN_PERCENT)
    shop.plan.settlement = Settlement(MINUTE, Status.PAID)
    return shop


@pytest.mark.parametrize("ask", [lambda shop: invoice(shop, coupon="TEN"), lambda shop: wallet(shop, "TEN")])
def test_a_coupon_adds_credit(rewarded: Shop, ask: Callable[[Shop], Payment]) -> None:
    ask(rewarded)
    rewarded.wait(MINUTE)
    assert rewarded.balance == 1550


def test_a_coupon_is_no_charge(rewarded: Shop) -> None:
    invoice(rewarded, coupon="TEN")
    rewarded.wait(MINUTE)
    assert rewarded.alice.total_charges == 500


def test_a_coupon_is_used_once_it_was_paid(rewarded: Shop) -> None:
    invoice(rewarded, coupon="TEN")
    rewarded.wait(MINUTE)
    (coupon,) = rewarded.world.coupons_of(rewarded.alice)
    assert coupon.status(MINUTE) is CouponStatus.USED


def test_a_coupon_is_good_once(rewarded: Shop) -> None:
    invoice(rewarded, coupon="TEN")
    rewarded.wait(MINUTE)
    assert refused(lambda: invoice(rewarded, coupon="TEN")) is Reason.INVALID_COUPON


def test_a_coupon_cannot_be_promised_to_two_open_payments(rewarded: Shop) -> None:
    invoice(rewarded, coupon="TEN")
    assert refused(lambda: wallet(rewarded, "TEN")) is Reason.INVALID_COUPON


def test_a_coupon_can_be_used_again_after_its_payment_was_cancelled(rewarded: Shop) -> None:
    rewarded.plan.settlement = None
    invoice(rewarded, coupon="TEN")
    rewarded.wait(HOUR)
    assert invoice(rewarded, coupon="TEN").coupon == "TEN"


def test_a_coupon_that_expires_before_it_is_paid_still_counts(rewarded: Shop) -> None:
    rewarded.wait(DAY - 1)
    invoice(rewarded, coupon="TEN")
    rewarded.wait(MINUTE)
    assert rewarded.balance == 1550


@pytest.mark.parametrize("code", [None, ""])
def test_no_coupon_is_no_problem(rewarded: Shop, code: str | None) -> None:
    assert invoice(rewarded, coupon=code).coupon is None


@pytest.mark.parametrize("code", ["ten", "ELEVEN", "TEN "])
def test_an_unknown_coupon_is_refused(rewarded: Shop, code: str) -> None:
    assert refused(lambda: invoice(rewarded, coupon=code)) is Reason.INVALID_COUPON


def test_a_coupon_of_somebody_else_is_refused(rewarded: Shop) -> None:
    ask = lambda: create_invoice(rewarded.world, rewarded.bob, CRYPTOMUS, 500, "TEN")  # noqa: E731
    assert refused(ask) is Reason.INVALID_COUPON


def test_a_coupon_for_another_method_is_refused(rewarded: Shop) -> None:
    assert refused(lambda: invoice(rewarded, PAY4BIT, "TEN")) is Reason.INVALID_COUPON


def test_an_expired_coupon_is_refused(rewarded: Shop) -> None:
    rewarded.wait(DAY)
    assert refused(lambda: invoice(rewarded, coupon="TEN")) is Reason.INVALID_COUPON


@pytest.mark.parametrize(
    "ask",
    [
        lambda shop: invoice(shop, coupon="ELEVEN"),
        lambda shop: wallet(shop, "ELEVEN"),
        lambda shop: create_wallet(shop.world, shop.alice, "USDT", "BTC", 500),
    ],
    ids=["invoice", "wallet", "currency"],
)
def test_what_is_refused_has_changed_nothing(rewarded: Shop, ask: Callable[[Shop], Payment]) -> None:
    before = rewarded.facts()
    with pytest.raises(Refusal):
        ask(rewarded)
    assert rewarded.facts() == before


# --- looking


def test_invoices_are_listed_newest_first(shop: Shop) -> None:
    for _ in range(3):
        invoice(shop)
    assert [payment.id for payment in invoices(shop.world, shop.alice)] == ["payment-3", "payment-2", "payment-1"]


def test_a_wallet_is_no_invoice(shop: Shop) -> None:
    wallet(shop)
    assert invoices(shop.world, shop.alice) == []


def test_a_wallet_is_found_by_its_id(shop: Shop) -> None:
    payment = wallet(shop)
    assert transaction(shop.world, shop.alice, payment.id) == payment


def test_an_invoice_is_no_transaction(shop: Shop) -> None:
    payment = invoice(shop)
    assert refused(lambda: transaction(shop.world, shop.alice, payment.id)) is Reason.TRANSACTION_NOT_FOUND


def test_a_wallet_of_somebody_else_is_not_found(shop: Shop) -> None:
    payment = wallet(shop)
    assert refused(lambda: transaction(shop.world, shop.bob, payment.id)) is Reason.TRANSACTION_NOT_FOUND


# --- laws

asked = st.lists(
    st.tuples(
        st.sampled_from([CRYPTOMUS, PAY4BIT]),
        st.integers(1, 10_000_000),
        st.sampled_from([None, "TEN"]),
        st.sampled_from([0, MINUTE, HOUR, DAY]),
    ),
    max_size=10,
)


@given(asked, st.sampled_from(Status), st.integers(0, 2 * HOUR))
@settings(deadline=None)
def test_what_was_paid_in_is_what_was_credited(
    make_shop: Callable[[], Shop],
    payments: list[tuple[Provider, int, str | None, int]],
    status: Status,
    after: int,
) -> None:
    shop = make_shop()
    shop.world.save_coupon(TEN_PERCENT)
    shop.plan.settlement = Settlement(after, status)
    for provider, cents, coupon, pause in payments:
        with suppress(Refusal):
            create_invoice(shop.world, shop.alice, provider, cents, coupon)
        shop.wait(pause)
    shop.wait(2 * HOUR)
    paid = [payment for payment in invoices(shop.world, shop.alice) if payment.status in CREDITED]
    bonuses = [TEN_PERCENT.bonus(payment.cents) for payment in paid if payment.coupon]
    assert shop.alice.total_charges == sum(payment.cents for payment in paid)
    assert shop.balance == 1000 + shop.alice.total_charges + sum(bonuses)
    assert len(bonuses) <= 1
