"""Stateful test of customers: every step is followed by a consistency check.

The steps are independent of the server. Expectations follow from earlier responses: facts that no response has stated
are not checked. Times are in milliseconds, money is in cents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.contract.reader import get
from mockserver.traffic.calls import COMPLETED, EXPIRED, REFUNDED, WAITING
from mockserver.verify import order_oracle
from mockserver.verify.assertions import Expectations, alike
from mockserver.verify.customer import OpenPayment, Person, UnusableResponseError
from mockserver.verify.order_book import UNKNOWN_ORDER, OrderBook, ServerClock
from mockserver.verify.order_oracle import ExpectedOrder
from mockserver.verify.payments import Payments, key_of, status_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.contract.reader import Facts
    from mockserver.verify.context import Context
    from mockserver.verify.customer import Customer, OrderArguments, Reply
    from mockserver.verify.target import Account

BUYING = ("balance", "quote", "order", "look")
"""The operations that a document must have, so that orders can be placed through it."""


class Session:
    """A session of one or more persons: their steps, and the expected state of their accounts and orders."""

    def __init__(self, context: Context, accounts: Iterable[Account]) -> None:
        self.context = context
        self.terms = context.terms
        self._clock = ServerClock(context)
        self._expectations = Expectations(context)
        self._book = OrderBook(context, self._expectations, self._clock)
        self._payments = Payments(context.terms, self._expectations)
        self._proofs: dict[tuple[str, str], Facts] = {}  # the offer by the m and n of its quote
        self.people = {account.user: Person(context, account) for account in accounts}
        for person in self.people.values():
            self._read_account(person)

    def person(self, user: str) -> Person:
        """Return a person by the user of the account."""
        return self.people[user]

    def knows(self, *purposes: str) -> bool:
        """Return whether every person has a document for each of these operations or arguments."""
        return all(person.knows(*purposes) for person in self.people.values())

    def wait(self, milliseconds: int) -> None:
        """Advance the server's time."""
        self._clock.wait(milliseconds)

    def quote(self, by: Customer, country: str, service: str, carrier: str = order_oracle.ANY) -> Reply:
        """Request a quote, and remember its m and n."""
        reply = by.call("quote", country=country, service=service, carrier=carrier)
        offer = offered(reply)
        if offer.keys() >= {"m", "n"}:
            self._proofs[offer["m"], offer["n"]] = offer
        return reply

    def buy(
        self, person: Person, via: str, order_arguments: OrderArguments, *, genuine: bool | None = None
    ) -> ExpectedOrder | None:
        """Order a number. Return the order if it was granted and can be read.

        `genuine` states whether m and n are those of the current price; None if unknown.
        """
        by = person.by[via]
        order_arguments = by.supported(order_arguments)
        asked = self.quote(by, order_arguments.country, order_arguments.service, order_arguments.carrier)
        if asked.refusal:
            reply = by.order(order_arguments)
            if self._expectations.refusal(reply, asked.refusal, "unknown-offer-refused"):
                self.agree(person)
            return None
        anyone = self.quote(by, order_arguments.country, order_arguments.service)
        account = by.call("balance")
        offer, proof = offered(asked), (order_arguments.m, order_arguments.n)
        if proof == (offer.get("m"), offer.get("n")):
            genuine = True
        elif genuine is None and proof in self._proofs:
            genuine = None if _is_same_offer(self._proofs[proof], offer) else False
        situation = order_oracle.Situation(offer, offered(anyone), account.facts.get("account", {}), genuine)
        expected = order_oracle.expected_purchase(order_arguments, situation, self.terms)
        reply = by.order(order_arguments)
        order = None
        if expected.refusals:
            self._expect_refusal(reply, expected)
        elif reply.refusal and reply.refusal not in expected.doubts:
            self._expectations.breach(
                order_oracle.violated_rule(expected, reply.refusal), reply, expected="an order", got=reply.refusal
            )
        if not reply.refusal:
            order = self._receive(person, via, order_arguments, reply, expected)
            self._expect_stock(by, order_arguments, offered(anyone))
        self.agree(person)
        return order

    def refund(self, person: Person, via: str, number: str) -> bool:
        """Request a refund. Return whether it was granted."""
        before = self._book.known(person, via, number)
        reply = person.to("refund", via).call("refund", order=number)
        if before is None:
            self._expectations.refusal(reply, UNKNOWN_ORDER, self._hiding_rule(person, number))
            return False
        rule = order_oracle.rule_against_refund(before, self.terms, self._clock.now())
        if rule:
            self._expectations.refusal(reply, "REFUND_NOT_ALLOWED", rule)
        elif reply.refusal and order_oracle.is_refund_due(before) and not self._book.sms_came(person, via, before):
            self._expectations.breach("refund-is-due", reply, expected="a refund", got=reply.refusal)
        if not reply.refusal:
            person.earn(before.price)
            self.context.setting.guard.refunded(number, before.price or 0)
            self._book.touch(person, before.having(state=REFUNDED))
        self.agree(person)
        return not reply.refusal

    def another(self, person: Person, via: str, number: str) -> bool:
        """Request another SMS. Return whether it was granted."""
        before = self._book.known(person, via, number)
        reply = person.to("another", via).call("another", order=number)
        if before is None:
            self._expectations.refusal(reply, UNKNOWN_ORDER, self._hiding_rule(person, number))
            return False
        refusal = self._refusal_of_another(person, before)
        if refusal:
            ended = before.state == EXPIRED
            self._expectations.refusal(reply, refusal, "another-not-after-end" if ended else "another-needs-sms")
        elif reply.refusal and before.state:
            self._expectations.breach("another-granted", reply, expected="another SMS", got=reply.refusal)
        if not reply.refusal:
            person.spend(before.price if self.terms.charged_again else 0)
            self._renew(person, via, before)
        self.agree(person)
        return not reply.refusal

    def look(self, person: Person, via: str, number: str) -> ExpectedOrder | None:
        """Read an order; see `OrderBook.look`."""
        return self._book.look(person, via, number, self._hiding_rule(person, number))

    def pay(
        self, person: Person, via: str, way: str, amount: int, coupon: str = "", *, percent: int = 0, refusal: str = ""
    ) -> str:
        """Open a payment; see `Payments.open`."""
        key = self._payments.open(person, via, way, amount, coupon, percent=percent, refusal=refusal)
        self.agree(person)
        return key

    def wallet(self, person: Person, key: str) -> str:
        """Read the status of a wallet; see `Payments.wallet`."""
        return self._payments.wallet(person, key)

    def agree(self, person: Person) -> None:
        """Check that payments, orders, balance, charges and tier agree with the expected state."""
        self._payments.settle(person)
        self._book.agree(person)
        for by in person.by.values():
            self._agree_on_account(person, by)

    def _hiding_rule(self, person: Person, number: str) -> str:
        """Return the rule that hides an order of another account, or an unknown order."""
        others = (each for each in self.people.values() if each is not person)
        return "order-of-user" if any(number in each.orders for each in others) else "order-unknown"

    def _read_account(self, person: Person) -> None:
        """Read the balance, charges, orders and payments that the account has at the start."""
        if person.knows("balance"):
            account = person.to("balance").call("balance")
            if account.refusal:
                raise UnusableResponseError(account.operation)
            person.balance, person.charges = account.get("account.balance"), account.get("account.charges")
        for _, reply, shown in self._book.lists(person):
            orders = [ExpectedOrder(facts, inherited=True) for facts in shown]
            for order in orders:
                person.orders.setdefault(order.number, order._replace(heard=_messages_before(order)))
            self._expectations.expect("only-own-listed", len(orders) == len({order.number for order in orders}), reply)
        for listed in self._payments.invoices(person):
            key = key_of(listed)
            amount, status = listed.get("amount", 0), status_of(listed)
            person.payments[key] = OpenPayment(key, key, amount, bonus=0, wallet=False, status=status)

    def _receive(
        self,
        person: Person,
        via: str,
        order_arguments: OrderArguments,
        reply: Reply,
        expected: order_oracle.ExpectedPurchase,
    ) -> ExpectedOrder | None:
        """Check an order that was granted, and add it to the orders of the person."""
        bought = ExpectedOrder(reply.facts.get("order", {}))
        if "id" not in bought.facts:
            person.orders_without_id += 1
            person.balance = None
            return None
        number, price = bought.number, bought.price
        self._expectations.expect("number-is-new", number not in person.orders, reply, got=number)
        if price is not None:
            self._expectations.expect(
                "maximum-holds",
                price <= order_arguments.maximum,
                reply,
                expected=f"at most {order_arguments.maximum}",
                got=price,
            )
            as_expected = expected.refusals or expected.price in (None, price)
            self._expectations.expect("price-as-quoted", as_expected, reply, expected=expected.price, got=price)
        found = person.by[via].call("look", order=number)
        shown = found.facts.get("order")
        if not shown:
            person.spend(price)
            self._expectations.breach("order-found", found, expected=number, got=found.refusal)
            return None
        order = order_oracle.learn(bought, order_oracle.follow(bought, shown))
        person.spend(order.price if price is None else price)
        if order.ordered is not None:
            self._clock.set(order.ordered)
        self._expect_as_ordered(bought.facts, shown, found)
        asked = {"country": {"code": order_arguments.country}, "service": {"code": order_arguments.service}}
        self._expectations.expect("order-as-asked", alike(asked, shown), found, expected=asked, got=shown)
        self._expect_carrier(order, order_arguments, expected, found)
        self._book.breaches(order, found)
        used = {other.get("phone") for each in self.people.values() for other in each.orders.values() if other.running}
        phone = order.get("phone")
        self._expectations.expect(
            "phone-is-own", phone is None or phone not in used, found, expected="an unused phone number", got=phone
        )
        person.orders[number] = order
        self._book.count_state(order)
        return order

    def _expect_as_ordered(self, bought: Facts, shown: Facts, reply: Reply) -> None:
        """Expect an order to show the facts that the response to its purchase stated."""
        for rule, names in (("price-stays", ("price",)), ("order-keeps-facts", (*order_oracle.KEPT, "expires_at"))):
            stated, got = ({name: facts[name] for name in names if name in facts} for facts in (bought, shown))
            self._expectations.expect(rule, alike(stated, got), reply, expected=stated, got=got)

    def _expect_carrier(
        self,
        order: ExpectedOrder,
        order_arguments: OrderArguments,
        expected: order_oracle.ExpectedPurchase,
        reply: Reply,
    ) -> None:
        carrier = order.get("carrier")
        if carrier is None or expected.substitute is None:
            return
        wanted = f"a carrier other than {order_arguments.carrier}" if expected.substitute else order_arguments.carrier
        holds = (carrier != order_arguments.carrier) is expected.substitute
        self._expectations.expect("carrier-shown", holds, reply, expected=wanted, got=carrier)

    def _renew(self, person: Person, via: str, before: ExpectedOrder) -> None:
        reply = person.to("look", via).call("look", order=before.number)
        shown = reply.facts.get("order")
        if not shown:
            return
        ends, now = shown.get("expires_at"), self._clock.now()
        span = now and (now[0] + self.terms.lifetime, now[1] + self.terms.lifetime)
        if self.terms.renewal is not None:
            end = None if before.expires is None else before.expires + self.terms.renewal
            span = None if end is None else (end, end)
        if span and ends is not None:
            self._expectations.expect("lifetime", span[0] <= ends <= span[1], reply, expected=span[0], got=ends)
        order = before.having(state=WAITING, expires_at=ends)._replace(heard=before.received or 0, renewed=True)
        self._book.touch(person, order)
        self._book.see(person, before.number, shown, reply)

    def _refusal_of_another(self, person: Person, order: ExpectedOrder) -> str:
        """Return the reason to refuse another SMS; empty if there is none, or if it is unknown."""
        if order.state != COMPLETED:
            return {EXPIRED: "ORDER_EXPIRED", "": ""}.get(order.state, "SMS_NOT_RECEIVED")
        price, balance = order.price, person.balance
        too_dear = price is not None and balance is not None and price > balance
        return order_oracle.TOO_POOR if self.terms.charged_again and too_dear else ""

    def _expect_refusal(self, reply: Reply, expected: order_oracle.ExpectedPurchase) -> None:
        """Expect an order to be refused for one of the expected reasons."""
        reasons = " or ".join(expected.refusals)
        if not reply.refusal:
            self._expectations.breach(next(iter(expected.refusals.values())), reply, expected=reasons, got="granted")
        else:
            holds = reply.refusal in {*expected.refusals, *expected.doubts}
            self._expectations.expect("refusal-says-why", holds, reply, expected=reasons, got=reply.refusal)

    def _expect_stock(self, by: Customer, order_arguments: OrderArguments, before: Facts) -> None:
        if not self.context.has_app_factory or "stock" not in before:
            return
        after, left = self.quote(by, order_arguments.country, order_arguments.service), before["stock"] - 1
        stock = offered(after).get("stock", left)
        self._expectations.expect("stock-falls", stock == left, after, expected=left, got=stock)

    def _agree_on_account(self, person: Person, by: Customer) -> None:
        reply = by.call("balance") if by.knows("balance") else None
        if reply is None or reply.refusal:
            return
        account = reply.facts.get("account", {})
        balance, charges = account.get("balance", person.balance), account.get("charges", person.charges)
        if not self.context.has_app_factory and self._was_paid_in(person, balance, charges):
            person.balance, person.charges = balance, charges
        for rule, known, shown in (
            ("balance-adds-up", person.balance, balance),
            ("charges-add-up", person.charges, charges),
            ("tier-follows-charges", order_oracle.tier(account), account.get("tier")),
        ):
            holds = known is None or shown is None or alike(known, shown)
            self._expectations.expect(rule, holds, reply, expected=known, got=shown)
        # Continue with the values shown, so that one error is not reported again after every further step.
        person.balance, person.charges = balance, charges

    def _was_paid_in(self, person: Person, balance: int | None, charges: int | None) -> bool:
        """Return whether a payment from outside the run explains the new balance and charges."""
        if balance is None or charges is None or person.balance is None or person.charges is None:
            return False
        return balance - person.balance >= charges - person.charges > 0


def offered(reply: Reply) -> Facts:
    """Return the offer of a quote; empty if there is none."""
    offer: Facts = reply.facts.get("offer", {})
    return offer


def _is_same_offer(one: Facts, two: Facts) -> bool:
    names = ("country.code", "service.code", "carrier", "price")
    return all(get(one, name) == get(two, name) for name in names)


def _messages_before(order: ExpectedOrder) -> int:
    """Return how many messages an order had when another SMS was last requested, inferred from its state."""
    return (order.received or 0) if order.state == WAITING else 0
