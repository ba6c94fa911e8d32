"""Customers who act, and after every act a look at whether all of it adds up.

The acts do not know whom they face. What must come of them is forecast from what the service has said before; of what
it does not say, nothing is expected. Times are milliseconds, money is cents.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract.reader import get
from mockserver.traffic.order_states import COMPLETED, EXPIRED, REFUNDED, RUNNING, WAITING
from mockserver.verify import order_oracle, purchase_oracle
from mockserver.verify.comparison import alike
from mockserver.verify.customer import MOST, Customer, Reply, UnusableError
from mockserver.verify.order_oracle import SECOND, Order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract.reader import Facts
    from mockserver.verify.context import Context
    from mockserver.verify.credentials import Account
    from mockserver.verify.customer import Wish

SLACK = 5 * SECOND
"""By how much the clock of a server that is not ours may be off."""
BUYING = ("balance", "quote", "order", "look")
"""What a document must know, so that orders can be placed by it."""
COIN = ("USDT", "BSC")
"""The currency and the network of wallets."""
UNKNOWN_ORDER = "ORDER_NOT_FOUND"
OPEN, UNTOLD = "check", ""
PAID = frozenset({"paid", "paid_over"})


class Payment(NamedTuple):
    """A payment that was opened: its key by what tells it from others, its cents, and its status.

    `bonus` is what its coupon adds when it is paid, in cents.
    """

    key: str
    amount: int
    bonus: int
    wallet: bool
    status: str


class Person:
    """A user of the service, by every document of it, and what the account must be by now; None if it is not known."""

    def __init__(self, context: Context, account: Account) -> None:
        self.user = account.user
        self.by = {name: Customer(context, account, document) for name, document in context.documents.items()}
        self.balance: int | None = None
        self.charges: int | None = None
        self.orders: dict[str, Order] = {}
        self.untold = 0  # orders that were granted without their number
        self.payments: dict[str, Payment] = {}

    def knows(self, *purposes: str) -> bool:
        """Whether for each of these there is a document that can do it."""
        return all(any(by.knows(purpose) for by in self.by.values()) for purpose in purposes)

    def to(self, purpose: str, via: str = "") -> Customer:
        """Return the customer by a document that can do something: by this one, or else by any. There must be one."""
        own = [by for name, by in self.by.items() if name == via]
        return next(by for by in (*own, *self.by.values()) if by.knows(purpose))

    def earn(self, cents: int | None) -> None:
        """Let the balance grow; by an amount that is not known, so that it is not known either."""
        self.balance = None if self.balance is None or cents is None else self.balance + cents

    def spend(self, cents: int | None) -> None:
        """Let the balance fall, likewise."""
        self.earn(None if cents is None else -cents)


class Life:
    """What one or several persons do, and what comes of it."""

    def __init__(self, context: Context, accounts: Iterable[Account]) -> None:
        self.context = context
        self.terms = context.terms
        self.elapsed = 0
        self._began = time.monotonic()
        self._anchor: tuple[int, int] | None = None  # when in this life it was which time of the server's
        self._proofs: dict[tuple[str, str], Facts] = {}  # what each m and n was given for
        self.people = {account.user: Person(context, account) for account in accounts}
        for person in self.people.values():
            self._meet(person)

    def person(self, user: str) -> Person:
        """Return a person by the name of the account."""
        return self.people[user]

    def knows(self, *purposes: str) -> bool:
        """Whether for each of these there is a document that can do it."""
        return all(person.knows(*purposes) for person in self.people.values())

    def wait(self, milliseconds: int) -> None:
        """Let time pass."""
        self.context.advance(milliseconds)
        self.elapsed += milliseconds

    def quote(self, by: Customer, country: str, service: str, carrier: str = purchase_oracle.ANY) -> Reply:
        """Ask for a price."""
        reply = by.call("quote", country=country, service=service, carrier=carrier)
        offer = offered(reply)
        if offer.keys() >= {"m", "n"}:
            self._proofs[offer["m"], offer["n"]] = offer
        return reply

    def buy(self, person: Person, via: str, wish: Wish, *, genuine: bool | None = None) -> Order | None:
        """Order a number. Returns the order if it was granted.

        `genuine` says whether m and n are those of the present price; None if that is not known.
        """
        by = person.by[via]
        wish = by.sayable(wish)
        asked = self.quote(by, wish.country, wish.service, wish.carrier)
        if asked.refusal:
            reply = by.order(wish)
            if self._expect_refusal(reply, asked.refusal, "unknown-offer-refused"):
                self.agree(person)
            return None
        anyone = self.quote(by, wish.country, wish.service)
        account = by.call("balance")
        offer, proof = offered(asked), (wish.m, wish.n)
        if proof == (offer.get("m"), offer.get("n")):
            genuine = True
        elif genuine is None and proof in self._proofs:
            genuine = None if _is_same_offer(self._proofs[proof], offer) else False
        situation = purchase_oracle.Situation(offer, offered(anyone), account.facts.get("account", {}), genuine)
        must = purchase_oracle.forecast(wish, situation, self.terms)
        reply = by.order(wish)
        order = None
        if must.refusals:
            self._expect_ground(reply, must)
        elif reply.refusal and reply.refusal not in must.doubts:
            self._breach(purchase_oracle.blamed(must, reply.refusal), reply, expected="an order", got=reply.refusal)
        if not reply.refusal:
            order = self._receive(person, via, wish, reply, must)
            self._expect_stock(by, wish, offered(anyone))
        self.agree(person)
        return order

    def refund(self, person: Person, via: str, number: str) -> bool:
        """Return a number. Returns whether it was taken back."""
        before = self._known(person, via, number)
        reply = person.to("refund", via).call("refund", order=number)
        if before is None:
            self._expect_refusal(reply, UNKNOWN_ORDER, "order-unknown")
            return False
        rule = self._rule_against_refund(before)
        if rule:
            self._expect_refusal(reply, "REFUND_NOT_ALLOWED", rule)
        elif reply.refusal and self._is_due(before) and not self._sms_came(person, via, before):
            self._breach("refund-is-due", reply, expected="a refund", got=reply.refusal)
        if not reply.refusal:
            person.earn(before.price)
            self.context.setting.guard.refunded(number, before.price or 0)
            self._touch(person, before.having(state=REFUNDED))
        self.agree(person)
        return not reply.refusal

    def another(self, person: Person, via: str, number: str) -> bool:
        """Ask for another SMS. Returns whether it was granted."""
        before = self._known(person, via, number)
        reply = person.to("another", via).call("another", order=number)
        if before is None:
            self._expect_refusal(reply, UNKNOWN_ORDER, "order-unknown")
            return False
        refusal = self._refusal_of_another(person, before)
        if refusal:
            ended = before.state == EXPIRED
            self._expect_refusal(reply, refusal, "another-not-after-end" if ended else "another-needs-sms")
        elif reply.refusal and before.state:
            self._breach("another-granted", reply, expected="another SMS", got=reply.refusal)
        if not reply.refusal:
            person.spend(before.price if self.terms.charged_again else 0)
            self._renew(person, via, before)
        self.agree(person)
        return not reply.refusal

    def look(self, person: Person, via: str, number: str) -> Order | None:
        """Look at an order, and hold it against what is known of it. None if there is none of this number."""
        reply = person.to("look", via).call("look", order=number)
        known, shown = number in person.orders, reply.facts.get("order")
        if not shown:
            self._expect("order-found", not known, reply, expected=number, got=reply.refusal)
            return None
        self._expect("order-unknown", known, reply, expected=UNKNOWN_ORDER, got=number)
        return self._see(person, number, shown, reply) if known else None

    def pay(
        self, person: Person, via: str, way: str, amount: int, coupon: str = "", *, percent: int = 0, refusal: str = ""
    ) -> str:
        """Open an `invoice`, a `card_invoice` or a `wallet`.

        `percent` is what its coupon adds, `refusal` is what must come instead. Returns the key of the payment, empty if
        none was opened.
        """
        currency, network = COIN
        by = person.by[via]
        amount = by.payable(way, amount)
        reply = by.call(way, amount=amount, coupon=coupon or None, currency=currency, network=network)
        if refusal:
            self._expect_refusal(reply, refusal, "coupon-refused")
        elif reply.refusal:
            rule = "coupon-accepted" if coupon else "payment-granted"
            self._breach(rule, reply, expected="a payment", got=reply.refusal)
        key = ""
        if not reply.refusal:
            opened, is_wallet = reply.facts.get("payment", {}), way == "wallet"
            if is_wallet:
                asked = {"payment": {"amount": amount}, "wallet": {"currency": currency, "network": network}}
                self._expect("wallet-as-asked", alike(asked, reply.facts), reply, expected=asked, got=reply.facts)
            key = self._wallet(person, opened, reply) if is_wallet else self._invoice(person, amount, reply)
            if key:
                person.payments[key] = Payment(key, amount, amount * percent // 100, is_wallet, OPEN)
        self.agree(person)
        return key

    def agree(self, person: Person) -> None:
        """Look at everything, and hold it against what it must be."""
        self._settle_payments(person)
        self._agree_on_orders(person)
        for by in person.by.values():
            self._agree_on_account(person, by)

    def wallet(self, person: Person, key: str) -> str:
        """Look a wallet up. Returns its status, empty if nobody tells of it."""
        reply = person.to("transaction").call("transaction", payment=key)
        found = self._expect("payment-listed", not reply.refusal, reply, expected=key, got=reply.refusal)
        return _status(reply.facts.get("payment", {})) if found else OPEN

    def _meet(self, person: Person) -> None:
        if person.knows("balance"):
            account = person.to("balance").call("balance")
            if account.refusal:
                raise UnusableError(account.operation)
            person.balance, person.charges = account.get("account.balance"), account.get("account.charges")
        for _, reply, shown in self._lists(person):
            orders = [Order(facts, inherited=True) for facts in shown]
            for order in orders:
                person.orders.setdefault(order.number, order._replace(heard=_heard(order)))
            self._expect("only-own-listed", len(orders) == len({order.number for order in orders}), reply)
        for listed in self._invoices(person):
            key = _key(listed)
            amount, status = listed.get("amount", 0), _status(listed)
            person.payments[key] = Payment(key, amount, bonus=0, wallet=False, status=status)

    def _receive(
        self, person: Person, via: str, wish: Wish, reply: Reply, must: purchase_oracle.Forecast
    ) -> Order | None:
        """Take an order that was granted into the book."""
        bought = Order(reply.facts.get("order", {}))
        if "id" not in bought.facts:
            person.untold += 1
            person.balance = None
            return None
        number, price = bought.number, bought.price
        self._expect("number-is-new", number not in person.orders, reply, got=number)
        if price is not None:
            self._expect("maximum-holds", price <= wish.maximum, reply, expected=f"at most {wish.maximum}", got=price)
            as_forecast = must.refusals or must.price in (None, price)
            self._expect("price-as-quoted", as_forecast, reply, expected=must.price, got=price)
        found = person.by[via].call("look", order=number)
        shown = found.facts.get("order")
        if not shown:
            person.spend(price)
            self._breach("order-found", found, expected=number, got=found.refusal)
            return None
        order = order_oracle.learn(bought, order_oracle.follow(bought, shown))
        person.spend(order.price if price is None else price)
        if order.ordered is not None:
            self._anchor = (self._now(), order.ordered)
        self._expect_as_ordered(bought.facts, shown, found)
        asked = {"country": {"code": wish.country}, "service": {"code": wish.service}}
        self._expect("order-as-asked", alike(asked, shown), found, expected=asked, got=shown)
        self._expect_carrier(order, wish, must, found)
        self._breaches(order, found)
        lent = {other.get("phone") for each in self.people.values() for other in each.orders.values() if other.running}
        phone = order.get("phone")
        self._expect("phone-is-own", phone is None or phone not in lent, found, expected="one of its own", got=phone)
        person.orders[number] = order
        self._count_state(order)
        return order

    def _expect_as_ordered(self, bought: Facts, shown: Facts, reply: Reply) -> None:
        """Expect an order to be what its purchase has said."""
        for rule, names in (("price-stays", ("price",)), ("order-keeps-facts", (*order_oracle.KEPT, "expires_at"))):
            said, got = ({name: facts[name] for name in names if name in facts} for facts in (bought, shown))
            self._expect(rule, alike(said, got), reply, expected=said, got=got)

    def _expect_carrier(self, order: Order, wish: Wish, must: purchase_oracle.Forecast, reply: Reply) -> None:
        carrier = order.get("carrier")
        if carrier is None or must.substitute is None:
            return
        wanted = f"another than {wish.carrier}" if must.substitute else wish.carrier
        holds = (carrier != wish.carrier) is must.substitute
        self._expect("carrier-shown", holds, reply, expected=wanted, got=carrier)

    def _renew(self, person: Person, via: str, before: Order) -> None:
        reply = person.to("look", via).call("look", order=before.number)
        shown = reply.facts.get("order")
        if not shown:
            return
        ends, now = shown.get("expires_at"), self._server_time()
        span = now and (now[0] + self.terms.lifetime, now[1] + self.terms.lifetime)
        if self.terms.renewal is not None:
            end = None if before.expires is None else before.expires + self.terms.renewal
            span = None if end is None else (end, end)
        if span and ends is not None:
            self._expect("lifetime", span[0] <= ends <= span[1], reply, expected=span[0], got=ends)
        order = before.having(state=WAITING, expires_at=ends)._replace(heard=before.received or 0, renewed=True)
        self._touch(person, order)
        self._see(person, before.number, shown, reply)

    def _touch(self, person: Person, order: Order) -> None:
        before = person.orders[order.number]
        self.context.setting.coverage.transition(before.state, order.state)
        person.orders[order.number] = order

    def _known(self, person: Person, via: str, number: str) -> Order | None:
        """Look at an order before it is changed."""
        return self.look(person, via, number) if number in person.orders else None

    def _see(self, person: Person, number: str, facts: Facts, reply: Reply) -> Order:
        """Hold an order as it is shown against what is known of it. Returns all that is known of it then."""
        before = person.orders[number]
        shown = order_oracle.follow(before, facts)
        for breach in order_oracle.changes(before, shown, lapses=self.terms.lapses):
            self._breach(breach.rule, reply, expected=breach.expected, got=breach.got)
        self._breaches(shown, reply)
        known = order_oracle.learn(before, shown)
        if shown.state and shown.state != before.state:
            if shown.state == REFUNDED or order_oracle.is_repaid(known, self.terms):
                person.earn(before.price)
            if before.state:
                self.context.setting.coverage.transition(before.state, shown.state)
        self._count_state(shown)
        person.orders[number] = known
        return known

    def _count_state(self, order: Order) -> None:
        if order.state:
            self.context.setting.coverage.state(order.state)

    def _breaches(self, order: Order, reply: Reply) -> None:
        for breach in order_oracle.breaches(order, self.terms, self._server_time()):
            self._breach(breach.rule, reply, expected=breach.expected, got=breach.got)

    def _rule_against_refund(self, order: Order) -> str:
        now = self._server_time()
        if order.state == REFUNDED or order_oracle.is_repaid(order, self.terms):
            return "refund-once"
        if order.received:
            return "refund-not-after-sms"
        is_late = now and order.ordered is not None and now[0] > order.ordered + self.terms.refund_window
        return "refund-not-after-window" if is_late else ""

    def _is_due(self, order: Order) -> bool:
        """Say whether enough is known of an order to tell that it must be taken back."""
        return order.received is not None and order.ordered is not None

    def _refusal_of_another(self, person: Person, order: Order) -> str:
        """Return why another SMS cannot be had; empty if it can, or if that is not known."""
        if order.state != COMPLETED:
            return {EXPIRED: "ORDER_EXPIRED", "": ""}.get(order.state, "SMS_NOT_RECEIVED")
        price, balance = order.price, person.balance
        too_dear = price is not None and balance is not None and price > balance
        return purchase_oracle.TOO_POOR if self.terms.charged_again and too_dear else ""

    def _sms_came(self, person: Person, via: str, before: Order) -> bool:
        """Say whether an SMS came between a look at an order and its refund."""
        after = self.look(person, via, before.number)
        return after is not None and (after.received or 0) > (before.received or 0)

    def _expect_refusal(self, reply: Reply, refusal: str, rule: str) -> bool:
        if self._expect(rule, reply.refusal, reply, expected=refusal, got="granted"):
            return self._expect(
                "refusal-says-why", reply.refusal == refusal, reply, expected=refusal, got=reply.refusal
            )
        return False

    def _expect_ground(self, reply: Reply, must: purchase_oracle.Forecast) -> None:
        """Expect that an order is refused, and for a reason that holds."""
        words = " or ".join(must.refusals)
        if not reply.refusal:
            self._breach(next(iter(must.refusals.values())), reply, expected=words, got="granted")
        else:
            holds = reply.refusal in {*must.refusals, *must.doubts}
            self._expect("refusal-says-why", holds, reply, expected=words, got=reply.refusal)

    def _expect_stock(self, by: Customer, wish: Wish, before: Facts) -> None:
        if not self.context.staged or "stock" not in before:
            return
        after, left = self.quote(by, wish.country, wish.service), before["stock"] - 1
        stock = offered(after).get("stock", left)
        self._expect("stock-falls", stock == left, after, expected=left, got=stock)

    def _lists(self, person: Person) -> Iterator[tuple[str, Reply, list[Facts]]]:
        """Yield what each list of orders is for, the answer, and its orders."""
        for by in person.by.values():
            for purpose in ("inventory", "orders"):
                if by.knows(purpose):
                    reply = by.call(purpose, expired=MOST)
                    if not reply.refusal:
                        yield purpose, reply, [order for order in reply.all("orders") if "id" in order]

    def _agree_on_orders(self, person: Person) -> None:
        lists = list(self._lists(person))
        if not lists and person.knows("look"):
            for order in [order for order in person.orders.values() if order.running]:
                self.look(person, "", order.number)
        for purpose, reply, shown in lists:
            numbers = [str(order["id"]) for order in shown]
            for number, facts in zip(numbers, shown, strict=True):
                if number in person.orders:
                    self._see(person, number, facts, reply)
                elif person.untold:
                    person.untold -= 1
                    person.orders[number] = Order(facts, inherited=True)
            strange = [number for number in numbers if number not in person.orders]
            self._expect("only-own-listed", not strange and len(numbers) == len(set(numbers)), reply, got=strange)
            known = person.orders.values()
            for missing in [order.number for order in known if order.running and order.number not in numbers]:
                # It may have ended without being told.
                found = self.look(person, reply.operation.partition(".")[0], missing) if person.knows("look") else None
                self._expect("running-listed", not (found and found.running), reply, expected=missing)
            if purpose == "orders":
                every = {order.number for order in known}
                self._expect("all-in-bulk", every <= set(numbers), reply, expected=every, got=numbers)
            else:
                gone = [number for number, order in zip(numbers, shown, strict=True) if order.get("state") == REFUNDED]
                self._expect("refunded-not-listed", not gone, reply, got=gone)
            for group in (RUNNING, {EXPIRED}):
                times = [o["ordered_at"] for o in shown if o.get("state") in group and "ordered_at" in o]
                self._expect("newest-first", times == sorted(times, reverse=True), reply)

    def _agree_on_account(self, person: Person, by: Customer) -> None:
        reply = by.call("balance") if by.knows("balance") else None
        if reply is None or reply.refusal:
            return
        account = reply.facts.get("account", {})
        balance, charges = account.get("balance", person.balance), account.get("charges", person.charges)
        if not self.context.staged and self._was_paid_in(person, balance, charges):
            person.balance, person.charges = balance, charges
        for rule, known, shown in (
            ("balance-adds-up", person.balance, balance),
            ("charges-add-up", person.charges, charges),
            ("tier-follows-charges", purchase_oracle.tier(account), account.get("tier")),
        ):
            holds = known is None or shown is None or alike(known, shown)
            self._expect(rule, holds, reply, expected=known, got=shown)
        # What is wrong once is not to be found again with every step that follows.
        person.balance, person.charges = balance, charges

    def _was_paid_in(self, person: Person, balance: int | None, charges: int | None) -> bool:
        """Say whether somebody else may have paid money in."""
        if balance is None or charges is None or person.balance is None or person.charges is None:
            return False
        return balance - person.balance >= charges - person.charges > 0

    def _settle_payments(self, person: Person) -> None:
        unsettled = {key: payment for key, payment in person.payments.items() if payment.status in (OPEN, UNTOLD)}
        if not unsettled:
            return
        statuses = {_key(listed): _status(listed) for listed in self._invoices(person)}
        for key, payment in unsettled.items():
            looked_up = payment.wallet and person.knows("transaction")
            status = self.wallet(person, key) if looked_up else statuses.get(key, payment.status)
            person.payments[key] = payment._replace(status=status)
            if status in PAID:
                person.earn(payment.amount + payment.bonus)
                person.charges = None if person.charges is None else person.charges + payment.amount
            elif status == UNTOLD:
                person.balance = person.charges = None

    def _invoices(self, person: Person) -> list[Facts]:
        return person.to("invoices").call("invoices").all("payments") if person.knows("invoices") else []

    def _invoice(self, person: Person, amount: int, opened: Reply) -> str:
        """Find the invoice that was just opened, as the list shows it."""
        if not person.knows("invoices"):
            return ""
        new = [listed for listed in self._invoices(person) if not self._is_known(person, listed)]
        if not self._expect("payment-listed", len(new) == 1, opened, expected="one new invoice", got=len(new)):
            return ""
        [invoice] = new
        listed = invoice.get("amount", amount)
        self._expect("payment-listed", listed == amount, opened, expected=amount, got=listed)
        if invoice.keys() >= {"created_at", "expires_at"}:
            lifetime, lives = self.terms.payment_lifetime, invoice["expires_at"] - invoice["created_at"]
            self._expect("payment-lifetime", abs(lives - lifetime) < SECOND, opened, expected=lifetime, got=lives)
        return _key(invoice)

    def _wallet(self, person: Person, opened: Facts, reply: Reply) -> str:
        """Return the key of the wallet that was just opened. It is listed among the invoices if the rules say so."""
        key = _key(opened)
        if self.terms.listed and key and person.knows("invoices"):
            ids = [listed["id"] for listed in self._invoices(person) if "id" in listed]
            self._expect("payment-listed", not ids or key in ids, reply, expected=key, got=ids)
        return key

    def _is_known(self, person: Person, listed: Facts) -> bool:
        """Say whether a payment of the list is one that was opened before."""
        return _key(listed) in person.payments or (self.terms.listed and listed.get("id") in person.payments)

    def _expect(self, rule: str, holds: object, reply: Reply, *, expected: object = "", got: object = "") -> bool:
        return self.context.expect(rule, holds, reply.operation, expected=_text(expected), got=_text(got))

    def _breach(self, rule: str, reply: Reply, *, expected: object = "", got: object = "") -> None:
        self.context.breach(rule, reply.operation, expected=_text(expected), got=_text(got))

    def _now(self) -> int:
        """Return the milliseconds since this life began."""
        return self.elapsed if self.context.can_advance else int((time.monotonic() - self._began) * 1000)

    def _server_time(self) -> tuple[int, int] | None:
        """Return a span in which the server's present time lies; None if it is unknown."""
        if self._anchor is None:
            return None
        at, moment = self._anchor
        slack = 0 if self.context.can_advance else SLACK
        now = moment + self._now() - at
        return now - slack, now + slack + SECOND


def offered(reply: Reply) -> Facts:
    """Return the offer of a quote; empty if there is none."""
    offer: Facts = reply.facts.get("offer", {})
    return offer


def _is_same_offer(one: Facts, two: Facts) -> bool:
    names = ("country.code", "service.code", "carrier", "price")
    return all(get(one, name) == get(two, name) for name in names)


def _heard(order: Order) -> int:
    """Return how many messages an order had when another SMS was last asked for, as far as its state tells."""
    return (order.received or 0) if order.state == WAITING else 0


def _key(payment: Facts) -> str:
    """Return what tells a payment from others."""
    return " ".join(str(payment[name]) for name in ("id", "session", "page") if payment.get(name))


def _status(payment: Facts) -> str:
    """Return the status of a payment; empty if nothing says so."""
    by_money = {"True": "paid", "False": OPEN}.get(str(payment.get("credited")), "")
    return str(payment.get("status") or by_money)


def _text(value: object) -> str:
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(map(str, value)))
    return str(value)
