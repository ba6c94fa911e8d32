"""The payments that customers open, and their effect on the expected account. Money is in cents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.verify.assertions import alike
from mockserver.verify.customer import OpenPayment
from mockserver.verify.order_oracle import SECOND

if TYPE_CHECKING:
    from mockserver.contract.reader import Facts
    from mockserver.verify.assertions import Expectations
    from mockserver.verify.customer import Person, Reply
    from mockserver.verify.rules import ServiceTerms

COIN = ("USDT", "BSC")
"""The currency and the network of wallets."""
OPEN, UNTOLD = "check", ""
"""The status of an open payment, and of a payment whose status no response states."""
PAID = frozenset({"paid", "paid_over"})
"""The statuses of a credited payment."""


class Payments:
    """Opens payments, and compares them with the payments that the service lists."""

    def __init__(self, terms: ServiceTerms, expectations: Expectations) -> None:
        self._terms = terms
        self._expectations = expectations

    def open(
        self, person: Person, via: str, way: str, amount: int, coupon: str = "", *, percent: int = 0, refusal: str = ""
    ) -> str:
        """Open an `invoice`, a `card_invoice` or a `wallet` of an amount in cents.

        `percent` is the bonus of the coupon. `refusal` is the expected reason of a refusal, if one is expected. Return
        the key of the payment; empty if none was opened.
        """
        currency, network = COIN
        by = person.by[via]
        amount = by.payable(way, amount)
        reply = by.call(way, amount=amount, coupon=coupon or None, currency=currency, network=network)
        if refusal:
            self._expectations.refusal(reply, refusal, "coupon-refused")
        elif reply.refusal:
            rule = "coupon-accepted" if coupon else "payment-granted"
            self._expectations.breach(rule, reply, expected="a payment", got=reply.refusal)
        key = ""
        if not reply.refusal:
            opened, is_wallet = reply.facts.get("payment", {}), way == "wallet"
            if is_wallet:
                asked = {"payment": {"amount": amount}, "wallet": {"currency": currency, "network": network}}
                self._expectations.expect(
                    "wallet-as-asked", alike(asked, reply.facts), reply, expected=asked, got=reply.facts
                )
            listing = "" if is_wallet and not self._terms.listed else self._listing(person, amount, reply)
            key = key_of(opened) if is_wallet else listing
            if key:
                person.payments[key] = OpenPayment(key, listing, amount, amount * percent // 100, is_wallet, OPEN)
        return key

    def wallet(self, person: Person, key: str) -> str:
        """Read a wallet. Return its status; empty if the response does not state it."""
        reply = person.to("transaction").call("transaction", payment=key)
        found = self._expectations.expect("payment-listed", not reply.refusal, reply, expected=key, got=reply.refusal)
        return status_of(reply.facts.get("payment", {})) if found else OPEN

    def settle(self, person: Person) -> None:
        """Read the open payments, and add those that were paid to the expected balance and charges."""
        unsettled = {key: payment for key, payment in person.payments.items() if payment.status in (OPEN, UNTOLD)}
        if not unsettled:
            return
        statuses = {key_of(listed): status_of(listed) for listed in self.invoices(person)}
        for key, payment in unsettled.items():
            looked_up = payment.wallet and person.knows("transaction")
            status = self.wallet(person, key) if looked_up else statuses.get(payment.listing, payment.status)
            person.payments[key] = payment._replace(status=status)
            if status in PAID:
                person.earn(payment.amount + payment.bonus)
                person.charges = None if person.charges is None else person.charges + payment.amount
            elif status == UNTOLD:
                person.balance = person.charges = None

    def invoices(self, person: Person) -> list[Facts]:
        """Return the listed payments; empty if no document lists payments."""
        return person.to("invoices").call("invoices").all("payments") if person.knows("invoices") else []

    def _listing(self, person: Person, amount: int, opened: Reply) -> str:
        """Return the key of the payment that was just opened in the list of invoices; empty if it is not listed."""
        if not person.knows("invoices"):
            return ""
        known = {payment.listing for payment in person.payments.values()} - {""}
        new = [listed for listed in self.invoices(person) if key_of(listed) not in known]
        if not self._expectations.expect(
            "payment-listed", len(new) == 1, opened, expected="one new invoice", got=len(new)
        ):
            return ""
        [invoice] = new
        listed = invoice.get("amount", amount)
        self._expectations.expect("payment-listed", listed == amount, opened, expected=amount, got=listed)
        if invoice.keys() >= {"created_at", "expires_at"}:
            wanted, lifetime = self._terms.payment_lifetime, invoice["expires_at"] - invoice["created_at"]
            self._expectations.expect(
                "payment-lifetime", abs(lifetime - wanted) < SECOND, opened, expected=wanted, got=lifetime
            )
        return key_of(invoice)


def key_of(payment: Facts) -> str:
    """Return the key of a payment: the identifiers that the response states."""
    return " ".join(str(payment[name]) for name in ("id", "session", "page") if payment.get(name))


def status_of(payment: Facts) -> str:
    """Return the status of a payment; empty if the response does not state it."""
    by_money = {"True": "paid", "False": OPEN}.get(str(payment.get("credited")), "")
    return str(payment.get("status") or by_money)
