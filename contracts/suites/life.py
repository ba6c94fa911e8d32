"""Customers who act, and after every act a look at whether all of it adds up.

The acts do not know whom they face. What must come of them is forecast from what the service has said before.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.suites import book, forecast
from contracts.suites.customers import V2, V3, Reply, UnusableError, Wish
from contracts.traffic.orders import COMPLETED, EXPIRED, REFUNDED, RUNNING, WAITING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from contracts.suites.book import Order
    from contracts.suites.context import Context
    from contracts.suites.credentials import Account
    from contracts.suites.customers import Customer

Json = dict[str, Any]

SLACK = 5
"""By how many seconds the clocks of a server that is not ours may be off."""
UNKNOWN_ORDER = "ORDER_NOT_FOUND"
PAID = frozenset({"paid", "paid_over"})
LAPSED = "cancel"


class Payment(NamedTuple):
    """A payment that was opened: its key (sesid and payId of an invoice, order_id of a wallet) and its cents.

    `bonus` is what its coupon adds when it is paid, in cents.
    """

    key: str
    amount: int
    bonus: int
    wallet: bool
    status: str


class Person:
    """A user of the service, by every generation of the API, and what the account must be by now (cents)."""

    def __init__(self, context: Context, account: Account) -> None:
        known: Mapping[str, type[V3 | V2]] = {"v3": V3, "v2": V2}
        self.user = account.user
        self.by: dict[str, Any] = {name: known[name](context, account) for name in context.documents if name in known}
        self.balance = 0
        self.charges = 0
        self.orders: dict[str, Order] = {}
        self.payments: dict[str, Payment] = {}

    @property
    def any(self) -> Customer:
        """The customer by whichever generation there is."""
        customer: Customer = next(iter(self.by.values()))
        return customer


class Life:
    """What one or several persons do, and what comes of it."""

    def __init__(self, context: Context, accounts: Iterable[Account]) -> None:
        self.context = context
        self.elapsed = 0.0
        self._began = time.monotonic()
        self._anchor: tuple[float, int] | None = None  # when in this life it was which second of the server's
        self._proofs: dict[tuple[str, str], tuple[object, ...]] = {}  # what each m and n was given for
        readings = context.setting.readings
        self.lapses = readings.get("expiry") == "refunded"
        self.charged_again = readings.get("another-sms") == "charged"
        self.shown = readings.get("discount") == "shown"
        self.above = (
            forecast.SOLD_OUT if readings.get("price-above-maximum") == "no-numbers" else forecast.PRICE_CHANGED
        )
        self.people = {account.user: Person(context, account) for account in accounts}
        for person in self.people.values():
            self._meet(person)

    def person(self, user: str) -> Person:
        """Return a person by the name of the account."""
        return self.people[user]

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.context.advance(seconds)
        self.elapsed += seconds

    def quote(self, by: Customer, country: str, service: str, carrier: str = forecast.ANY) -> Reply:
        """Ask for a price."""
        reply = by.call("quote", country=country, service=service, carrier=carrier)
        if not reply.refusal:
            self._proofs[reply.body["m"], reply.body["n"]] = _offer(reply.body)
        return reply

    def buy(self, person: Person, via: str, wish: Wish, *, genuine: bool | None = None) -> Order | None:
        """Order a number. Returns the order if it was granted.

        `genuine` says whether m and n are those of the present price; None if that is not known.
        """
        by = person.by[via]
        asked = self.quote(by, wish.country, wish.service, wish.carrier)
        if asked.refusal:
            reply = by.order(wish)
            if self._expect_refusal(reply, asked.refusal, "unknown-offer-refused"):
                self.agree(person)
            return None
        anyone = self.quote(by, wish.country, wish.service)
        account = by.call("account")
        if (wish.m, wish.n) == (asked.body["m"], asked.body["n"]):
            genuine = True
        elif genuine is None and (wish.m, wish.n) in self._proofs:
            genuine = None if self._proofs[wish.m, wish.n] == _offer(asked.body) else False
        situation = forecast.Situation(asked.body, anyone.body, account.body, genuine, self.shown, self.above)
        must = forecast.forecast(wish, situation)
        reply = by.order(wish)
        order = None
        if must.refusals:
            self._expect_ground(reply, must)
        elif reply.refusal:
            self._breach(forecast.blamed(must, reply.refusal), reply, expected="an order", got=reply.refusal)
        if not reply.refusal:
            order = self._receive(person, via, wish, reply, must)
            self._expect_stock(by, wish, anyone.body)
        self.agree(person)
        return order

    def refund(self, person: Person, via: str, number: str) -> bool:
        """Return a number. Returns whether it was taken back."""
        before = self._known(person, via, number)
        reply = person.by[via].refund(number)
        if before is None:
            self._expect_refusal(reply, UNKNOWN_ORDER, "order-unknown")
            return False
        rule = self._rule_against_refund(before)
        if rule:
            self._expect_refusal(reply, "REFUND_NOT_ALLOWED", rule)
        elif reply.refusal and not self._sms_came(person, via, before):
            self._breach("refund-is-due", reply, expected="refund-completed", got=reply.refusal)
        if not reply.refusal:
            person.balance += before.price
            self.context.setting.guard.refunded(number, before.price)
            self._touch(person, before._replace(status=REFUNDED))
        self.agree(person)
        return not reply.refusal

    def another(self, person: Person, via: str, number: str) -> bool:
        """Ask for another SMS. Returns whether it was granted."""
        before = self._known(person, via, number)
        reply = person.by[via].another(number)
        if before is None:
            self._expect_refusal(reply, UNKNOWN_ORDER, "order-unknown")
            return False
        refusal = {COMPLETED: "", EXPIRED: "ORDER_EXPIRED"}.get(before.status, "SMS_NOT_RECEIVED")
        if not refusal and self.charged_again and before.price > person.balance:
            refusal = forecast.TOO_POOR
        if refusal:
            ended = before.status == EXPIRED
            self._expect_refusal(reply, refusal, "another-not-after-end" if ended else "another-needs-sms")
        elif reply.refusal:
            self._breach("another-granted", reply, expected="requestAnother-completed", got=reply.refusal)
        if not reply.refusal:
            person.balance -= before.price if self.charged_again else 0
            self._renew(person, via, before)
        self.agree(person)
        return not reply.refusal

    def look(self, person: Person, via: str, number: str) -> Order | None:
        """Look at an order, and hold it against what is known of it. None if there is none of this number."""
        reply = person.by[via].look(number)
        known = person.orders.get(number)
        if reply.refusal or not reply.body:
            self._expect("order-found", known is None, reply, expected=number, got=reply.refusal)
            return None
        self._expect("order-unknown", known is not None, reply, expected=UNKNOWN_ORDER, got=number)
        return self._see(person, book.read(reply.body), reply) if known else None

    def pay(
        self, person: Person, via: str, way: str, amount: int, coupon: str = "", *, bonus: int = 0, refusal: str = ""
    ) -> str:
        """Open a payment. `bonus` is what its coupon adds, `refusal` is what must come instead.

        Returns the key of the payment, empty if none was opened.
        """
        reply = person.by[via].pay(way, amount, coupon)
        if refusal:
            self._expect_refusal(reply, refusal, "coupon-refused")
        elif reply.refusal:
            rule = "coupon-accepted" if coupon else "payment-granted"
            self._breach(rule, reply, expected="a payment", got=reply.refusal)
        key = ""
        if not reply.refusal:
            wallet = way == "wallet"
            key = str(reply.body["order_id"]) if wallet else self._invoice(person, amount, reply)
            if wallet:
                shown = (reply.body["amountInUSD"], reply.body["currency"])
                self._expect("wallet-as-asked", shown == (_dollars(amount), "USDT"), reply, got=shown)
            if key:
                person.payments[key] = Payment(key, amount, bonus, wallet, "check")
        self.agree(person)
        return key

    def agree(self, person: Person) -> None:
        """Look at everything, and hold it against what it must be."""
        self._settle_payments(person)
        self._agree_on_orders(person)
        for by in person.by.values():
            self._agree_on_account(person, by)

    def wallet(self, person: Person, key: str) -> str:
        """Look a wallet up. Returns its status, empty if there is none."""
        reply = person.by["v3"].call("transaction", order_id=key)
        self._expect("payment-listed", not reply.refusal, reply, expected=key, got=reply.refusal)
        return "" if reply.refusal else str(reply.body["status"])

    def _meet(self, person: Person) -> None:
        account = person.any.call("account")
        if account.refusal:
            raise UnusableError(account.operation)
        person.balance, person.charges = account.body["balance"], int(account.body["totalCharges"])
        for _, reply, items in self._lists(person):
            for order in items:
                person.orders.setdefault(order.number, order._replace(inherited=True, heard=_heard(order)))
            self._expect("only-own-listed", len(items) == len({order.number for order in items}), reply)
        for invoice in self._invoices(person):
            key = _key(invoice)
            person.payments[key] = Payment(key, invoice["amount"], bonus=0, wallet=False, status=invoice["status"])

    def _receive(self, person: Person, via: str, wish: Wish, reply: Reply, must: forecast.Forecast) -> Order | None:
        """Take an order that was granted into the book."""
        bought = reply.body
        number, price = bought["orderId"], bought["purchasePrice"]
        self._expect("number-is-new", number not in person.orders, reply, got=number)
        self._expect("maximum-holds", price <= wish.maximum, reply, expected=f"at most {wish.maximum}", got=price)
        if not must.refusals:
            self._expect("price-as-quoted", price == must.price, reply, expected=must.price, got=price)
        person.balance -= price
        shown = person.by[via].look(number)
        if shown.refusal or not shown.body:
            self._breach("order-found", shown, expected=number, got=shown.refusal)
            return None
        order = book.read(shown.body)
        self._anchor = (self._now(), order.ordered)
        self._expect("price-stays", order.price == price, shown, expected=price, got=order.price)
        facts = (bought["phoneNumber"], book.seconds(bought["expiredAtUTC"]))
        got = (order.phone, order.expires)
        self._expect("order-keeps-facts", facts == got, shown, expected=facts, got=got)
        asked = (wish.country, wish.service)
        self._expect(
            "order-as-asked", asked == (order.country, order.service), shown, expected=asked, got=order.facts[:2]
        )
        if must.substitute:
            self._expect("carrier-shown", order.carrier != wish.carrier, shown, got=order.carrier)
        else:
            self._expect(
                "carrier-shown", order.carrier == wish.carrier, shown, expected=wish.carrier, got=order.carrier
            )
        self._breaches(order, shown)
        lent = {other.phone for each in self.people.values() for other in each.orders.values() if other.running}
        self._expect("phone-is-own", order.phone not in lent, shown, expected="a number of its own", got=order.phone)
        person.orders[number] = order
        self.context.setting.coverage.state(order.status)
        return order

    def _renew(self, person: Person, via: str, before: Order) -> None:
        reply = person.by[via].look(before.number)
        if reply.refusal or not reply.body:
            return
        shown = book.read(reply.body)
        now = self._server_time()
        if now is not None:
            end = (now[0] + book.LIFETIME, now[1] + book.LIFETIME)
            self._expect("lifetime", end[0] <= shown.expires <= end[1], reply, expected=end[0], got=shown.expires)
        order = before._replace(status=WAITING, heard=len(before.messages), expires=shown.expires, renewed=True)
        self._touch(person, order)
        self._see(person, shown, reply)

    def _touch(self, person: Person, order: Order) -> None:
        before = person.orders[order.number]
        self.context.setting.coverage.transition(before.status, order.status)
        person.orders[order.number] = order

    def _known(self, person: Person, via: str, number: str) -> Order | None:
        """Look at an order before it is changed."""
        return self.look(person, via, number) if number in person.orders else None

    def _see(self, person: Person, shown: Order, reply: Reply) -> Order:
        """Hold an order as it is shown against what is known of it."""
        before = person.orders[shown.number]
        order = book.follow(before, shown)
        for breach in book.changes(before, order, lapses=self.lapses):
            self._breach(breach.rule, reply, expected=breach.expected, got=breach.got)
        self._breaches(order, reply)
        if order.status != before.status:
            if order.status == REFUNDED:
                person.balance += before.price
            self.context.setting.coverage.transition(before.status, order.status)
        self.context.setting.coverage.state(order.status)
        person.orders[order.number] = order
        return order

    def _breaches(self, order: Order, reply: Reply) -> None:
        for breach in book.breaches(order, self._server_time()):
            self._breach(breach.rule, reply, expected=breach.expected, got=breach.got)

    def _rule_against_refund(self, order: Order) -> str:
        now = self._server_time()
        if order.status == REFUNDED:
            return "refund-once"
        if order.messages:
            return "refund-not-after-sms"
        return "refund-not-after-window" if now and now[0] > order.ordered + book.REFUND_WINDOW else ""

    def _sms_came(self, person: Person, via: str, before: Order) -> bool:
        """Say whether an SMS came between a look at an order and its refund."""
        after = self.look(person, via, before.number)
        return after is not None and len(after.messages) > len(before.messages)

    def _expect_refusal(self, reply: Reply, refusal: str, rule: str) -> bool:
        if self._expect(rule, reply.refusal, reply, expected=refusal, got="granted"):
            return self._expect(
                "refusal-says-why", reply.refusal == refusal, reply, expected=refusal, got=reply.refusal
            )
        return False

    def _expect_ground(self, reply: Reply, must: forecast.Forecast) -> None:
        """Expect that an order is refused, and for a reason that holds."""
        words = " or ".join(must.refusals)
        if not reply.refusal:
            self._breach(next(iter(must.refusals.values())), reply, expected=words, got="granted")
        elif self._expect("refusal-says-why", reply.refusal in must.refusals, reply, expected=words, got=reply.refusal):
            is_v3_price = reply.operation.startswith("v3.") and reply.refusal == forecast.PRICE_CHANGED
            self._expect(
                "price-changed-is-222", not is_v3_price or reply.status == 222, reply, expected=222, got=reply.status
            )

    def _expect_stock(self, by: Customer, wish: Wish, before: Json) -> None:
        if not self.context.staged:
            return
        after = self.quote(by, wish.country, wish.service)
        if not after.refusal:
            left = before["count"] - 1
            self._expect("stock-falls", after.body["count"] == left, after, expected=left, got=after.body["count"])

    def _lists(self, person: Person) -> list[tuple[str, Reply, list[Order]]]:
        lists = []
        for name, by in person.by.items():
            reply = by.orders()
            if not reply.refusal:
                lists.append((name, reply, [book.read(item) for item in reply.body]))
        return lists

    def _agree_on_orders(self, person: Person) -> None:
        for name, reply, items in self._lists(person):
            for order in items:
                if order.number in person.orders:
                    self._see(person, order, reply)
            numbers = [order.number for order in items]
            strange = [number for number in numbers if number not in person.orders]
            self._expect("only-own-listed", not strange and len(numbers) == len(set(numbers)), reply, got=strange)
            known = person.orders.values()
            for order in [order for order in known if order.running and order.number not in numbers]:
                shown = self.look(person, name, order.number)  # it may have ended without being told
                self._expect("running-listed", not (shown and shown.running), reply, expected=order.number)
            if name == "v2":
                every = {order.number for order in known}
                self._expect("all-in-bulk", every <= set(numbers), reply, expected=every, got=numbers)
            else:
                gone = [order.number for order in items if order.status == REFUNDED]
                self._expect("refunded-not-listed", not gone, reply, got=gone)
            for group in (RUNNING, {EXPIRED}):
                times = [order.ordered for order in items if order.status in group]
                self._expect("newest-first", times == sorted(times, reverse=True), reply)

    def _agree_on_account(self, person: Person, by: Customer) -> None:
        reply = by.call("account")
        if reply.refusal:
            return
        account = reply.body
        balance, charges = account["balance"], int(account["totalCharges"])
        if not self.context.staged and balance - person.balance >= charges - person.charges > 0:
            person.balance, person.charges = balance, charges  # somebody else has paid money in
        self._expect("balance-adds-up", balance == person.balance, reply, expected=person.balance, got=balance)
        self._expect("charges-add-up", charges == person.charges, reply, expected=person.charges, got=charges)
        label, shown = forecast.tier(account), account["currentDiscountRate"]
        self._expect("tier-follows-charges", label == shown, reply, expected=label, got=shown)
        # What is wrong once is not to be found again with every step that follows.
        person.balance, person.charges = balance, charges

    def _settle_payments(self, person: Person) -> None:
        if "v3" not in person.by or not any(payment.status == "check" for payment in person.payments.values()):
            return
        statuses = {_key(invoice): invoice["status"] for invoice in self._invoices(person)}
        for key, payment in person.payments.items():
            if payment.status == "check":
                status = self.wallet(person, key) if payment.wallet else statuses.get(key, "")
                person.payments[key] = payment._replace(status=status or payment.status)
                if status in PAID:
                    person.balance += payment.amount + payment.bonus
                    person.charges += payment.amount

    def _invoices(self, person: Person) -> list[Json]:
        if "v3" not in person.by:
            return []
        reply = person.by["v3"].call("invoices")
        return [] if reply.refusal else list(reply.body)

    def _invoice(self, person: Person, amount: int, opened: Reply) -> str:
        """Find the invoice that was just opened, as the list shows it."""
        new = [invoice for invoice in self._invoices(person) if _key(invoice) not in person.payments]
        if "v3" not in person.by:
            return ""
        if not self._expect("payment-listed", len(new) == 1, opened, expected="one new invoice", got=len(new)):
            return ""
        amounts = new[0]["amount"]
        self._expect("payment-listed", amounts == amount, opened, expected=amount, got=amounts)
        lifetime = book.seconds(new[0]["expires_at"]) - book.seconds(new[0]["created"])
        self._expect("payment-lifetime", lifetime == 3600, opened, expected="3600 seconds", got=lifetime)
        return _key(new[0])

    def _expect(self, rule: str, holds: object, reply: Reply, *, expected: object = "", got: object = "") -> bool:
        return self.context.expect(rule, holds, reply.operation, expected=_text(expected), got=_text(got))

    def _breach(self, rule: str, reply: Reply, *, expected: object = "", got: object = "") -> None:
        self.context.breach(rule, reply.operation, expected=_text(expected), got=_text(got))

    def _now(self) -> float:
        """Return the seconds since this life began."""
        return self.elapsed if self.context.can_advance else time.monotonic() - self._began

    def _server_time(self) -> tuple[int, int] | None:
        """Return a span in which the server's present time lies, in seconds since the epoch; None if it is unknown."""
        if self._anchor is None:
            return None
        at, second = self._anchor
        slack = 0 if self.context.can_advance else SLACK
        now = second + int(self._now() - at)
        return now - slack, now + slack + 1


def _offer(quote: Json) -> tuple[object, ...]:
    return tuple(quote[name] for name in ("cShort", "sShort", "carrier", "price"))


def _heard(order: Order) -> int:
    """Return how many messages an order had when another SMS was last asked for, as far as its state tells."""
    return len(order.messages) if order.status == WAITING else 0


def _key(invoice: Json) -> str:
    return f"{invoice['sesid']} {invoice['payId']}"


def _dollars(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def _text(value: object) -> str:
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(map(str, value)))
    return str(value)
