"""Payments into an account: invoices and wallets."""

from typing import NamedTuple
from urllib.parse import urlencode

from mockserver.domain.customer import Customer
from mockserver.domain.payment import Currency, Deposit, Method, Payment, Status, find_currency
from mockserver.domain.refusal import Reason, Refusal
from mockserver.domain.schedule import PaymentSettles
from mockserver.domain.script import Terms, Transfer
from mockserver.domain.world import World


class Provider(NamedTuple):
    """A payment provider and its method."""

    name: str
    method: Method


CRYPTOMUS = Provider("cryptomus", Method.CRYPTO)
PAY4BIT = Provider("pay4bit", Method.CARD)


def create_invoice(
    world: World, customer: Customer, provider: Provider, cents: int, coupon: str | None = None
) -> Payment:
    """Create an invoice over this many US cents, with a page to pay on. Raises Refusal(INVALID_COUPON).

    It expires after the rule `payment_lifetime`.
    """
    return _create(world, customer, provider, cents, coupon, None)


def create_wallet(
    world: World, customer: Customer, currency: str, network: str, cents: int, coupon: str | None = None
) -> Payment:
    """Create a wallet over this many US cents, with an address to pay to. It expires as an invoice does.

    Raises Refusal(UNSUPPORTED_CURRENCY or INVALID_COUPON).
    """
    found = find_currency(world.currencies, currency, network)
    return _create(world, customer, CRYPTOMUS, cents, coupon, found)


def invoices(world: World, customer: Customer) -> list[Payment]:
    """Return a customer's invoices, newest first, and the wallets too if the rule `wallets` is `listed`."""
    listed = world.rules.wallets == "listed"
    return [payment for payment in world.payments_of(customer) if listed or payment.deposit is None]


def transaction(world: World, customer: Customer, payment_id: str) -> Payment:
    """Return a wallet by its id. Raises Refusal(TRANSACTION_NOT_FOUND)."""
    payment = world.payment_of(customer, payment_id)
    if payment.deposit is None:
        raise Refusal(Reason.TRANSACTION_NOT_FOUND)
    return payment


def _create(
    world: World, customer: Customer, provider: Provider, cents: int, coupon: str | None, currency: Currency | None
) -> Payment:
    if coupon:
        _check_coupon(world, customer, provider, coupon)
    now = world.clock.now()
    terms = world.script.terms(
        Transfer(
            customer=customer.id,
            provider=provider.name,
            method=provider.method,
            cents=cents,
            currency=currency,
            nth=world.payment_count() + 1,
        )
    )
    payment = Payment(
        id=terms.payment_id,
        session=terms.session,
        page=terms.page,
        customer=customer.id,
        method=provider.method,
        provider=provider.name,
        cents=cents,
        created_at=now,
        expires_at=now + world.rules.payment_lifetime,
        url=_PAGES[provider.name](customer, cents, terms),
        coupon=coupon or None,
        deposit=_deposit(currency, cents, terms) if currency else None,
    )
    world.save_payment(payment)
    for step in (*terms.steps, *([terms.settlement] if terms.settlement else ())):
        world.schedule.plan(now + step.after, PaymentSettles(payment.id, step.status))
    world.schedule.plan(payment.expires_at, PaymentSettles(payment.id, Status.CANCEL))
    return payment


def _check_coupon(world: World, customer: Customer, provider: Provider, code: str) -> None:
    coupon = world.coupon_of(customer.id, code)
    promised = any(payment.coupon == code and payment.is_open for payment in world.payments_of(customer))
    if coupon is None or promised or not coupon.covers(provider.method, world.clock.now()):
        raise Refusal(Reason.INVALID_COUPON)


def _deposit(currency: Currency, cents: int, terms: Terms) -> Deposit:
    return Deposit(currency.currency, currency.network, currency.amount(cents), terms.address)


def _cryptomus_page(customer: Customer, cents: int, terms: Terms) -> str:  # noqa: ARG001 - one of several
    return f"https://pay.cryptomus.com/pay/{terms.page}"


def _pay4bit_page(customer: Customer, cents: int, terms: Terms) -> str:
    parts = {
        "public_key": terms.page,
        "sum": f"{cents // 100}.{cents % 100:02}",
        "account": customer.id,
        "desc": "Balance",
        "currency": "USD",
        "sign": terms.signature,
    }
    return f"https://api.pay4bit.net/pay?{urlencode(parts)}"


_PAGES = {CRYPTOMUS.name: _cryptomus_page, PAY4BIT.name: _pay4bit_page}
