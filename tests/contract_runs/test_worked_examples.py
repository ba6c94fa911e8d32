"""What the world of the suites must come to, in numbers and words that no table of the product is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.serving.setup import set_up
from mockserver.verify.customer import Customer, OrderArguments
from tests.contract_runs.steered_mock import WORLD, SteeredMock

if TYPE_CHECKING:
    from mockserver.verify.customer import Reply

BALANCES = {"ann": 1000, "bob": 500, "pia": 17}
MINUTE, HOUR, DAY = 60, 3600, 86_400

DISCORD, GOOGLE = OrderArguments("12", "ds"), OrderArguments("12", "go")
WHATSAPP, TELEGRAM, INSTAGRAM = (OrderArguments("95", service) for service in ("wa", "tg", "ig"))

PRICE_CHANGED = "Additional user action required"

generations = pytest.mark.parametrize("via", ["v3", "v2"])


class Service:
    """The service as the world begins, and its customers."""

    def __init__(self) -> None:
        self._mock = SteeredMock(set_up(WORLD.scenario).app)
        self._context = self._mock.context()

    def begin(self) -> None:
        """Begin the world anew."""
        self._context.begin(WORLD.scenario, WORLD.accounts)

    def customer(self, user: str, via: str = "v3") -> Customer:
        """Return a customer by a document."""
        return Customer(self._context, WORLD.account(user), self._context.documents[via])

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self._mock.advance(seconds * 1000)

    def credit(self, user: str) -> int:
        """Return what the balance of a user has grown by."""
        balance: int = self.customer(user).call("balance").get("account.balance")
        return balance - BALANCES[user]


@pytest.fixture(scope="module")
def played() -> Service:
    """A service whose world can begin anew."""
    return Service()


@pytest.fixture
def service(played: Service) -> Service:
    """The service, begun anew."""
    played.begin()
    return played


def told(reply: Reply) -> str:
    """Return the word on the wire for why something is refused; empty if it is not."""
    body = _body(reply)
    return str(body.get("errorMessage") or (body.get("error") and body["message"]) or "")


def shown(customer: Customer, number: str) -> tuple[str, int]:
    """Return the word on the wire for the state of an order, and how many SMS it has received."""
    order = _body(customer.call("look", order=number))["body"]
    [order] = order if isinstance(order, list) else [order]
    return order["status"], len(order["messages"])


def bought(customer: Customer, arguments: OrderArguments) -> str:
    """Order a number. Returns the number of the order."""
    return str(customer.order(arguments).get("order.id"))


def _body(reply: Reply) -> Any:
    assert reply.exchange.answer
    return reply.exchange.answer.json


@generations
@pytest.mark.parametrize(
    ("user", "arguments", "seconds", "price"),
    [
        ("ann", DISCORD, 0, 16),
        ("ann", DISCORD._replace(maximum=16), 0, 16),
        ("ann", DISCORD._replace(carrier="verizon"), 0, 21),
        ("ann", DISCORD._replace(carrier="tmobile"), 10 * MINUTE, 27),
        ("ann", DISCORD, 10 * MINUTE, 21),
        ("ann", GOOGLE._replace(carrier="verizon"), 0, 29),
        ("bob", DISCORD._replace(maximum=14), 0, 14),
        ("bob", DISCORD._replace(carrier="verizon"), 0, 19),
        ("bob", TELEGRAM, 0, 41),
        ("pia", DISCORD, 0, 16),
    ],
)
def test_an_order_costs(
    service: Service, via: str, user: str, arguments: OrderArguments, seconds: int, price: int
) -> None:
    service.wait(seconds)
    reply = service.customer(user, via).order(arguments)
    assert (reply.get("order.price"), service.credit(user)) == (price, -price)


@generations
@pytest.mark.parametrize(
    ("user", "arguments", "refusal"),
    [
        ("pia", TELEGRAM, "INSUFFICIENT_BALANCE"),
        ("ann", INSTAGRAM, "NO_NUMBERS"),
        ("ann", GOOGLE._replace(carrier="verizon", maximum=28), "NO_NUMBERS"),
        ("ann", DISCORD._replace(maximum=15), PRICE_CHANGED),
        ("bob", DISCORD._replace(maximum=13), PRICE_CHANGED),
        ("ann", DISCORD._replace(m="no", n="quote"), PRICE_CHANGED),
        ("ann", DISCORD._replace(country="nowhere"), "UNKNOWN_COUNTRY"),
        ("ann", DISCORD._replace(service="nothing"), "UNKNOWN_SERVICE"),
        ("ann", DISCORD._replace(carrier="nobody"), "UNKNOWN_CARRIER"),
    ],
)
def test_an_order_is_refused(service: Service, via: str, user: str, arguments: OrderArguments, refusal: str) -> None:
    assert (told(service.customer(user, via).order(arguments)), service.credit(user)) == (refusal, 0)


@pytest.mark.parametrize(("via", "status"), [("v3", 222), ("v2", 200)])
def test_a_price_that_has_changed_has_a_status(service: Service, via: str, status: int) -> None:
    assert service.customer("ann", via).order(DISCORD._replace(maximum=15)).status == status


def test_no_other_carrier_serves_without_failover(service: Service) -> None:
    assert told(service.customer("ann").order(GOOGLE._replace(carrier="verizon", failover=False))) == "NO_NUMBERS"


@generations
@pytest.mark.parametrize(("seconds", "stock"), [(0, 0), (40 * MINUTE - 1, 0), (40 * MINUTE, 1)])
def test_a_carrier_that_is_sold_out_is_restocked(service: Service, via: str, seconds: int, stock: int) -> None:
    ann = service.customer("ann", via)
    bought(ann, DISCORD._replace(carrier="verizon"))
    service.wait(seconds)
    assert ann.call("quote", country="12", service="ds", carrier="verizon").get("offer.stock") == stock


@generations
@pytest.mark.parametrize(
    ("arguments", "seconds", "state", "messages"),
    [
        (DISCORD, 4, "waiting", 0),
        (DISCORD, 5, "completed", 1),
        (DISCORD, 20 * MINUTE - 1, "completed", 1),
        (DISCORD, 20 * MINUTE, "expired", 1),
        (GOOGLE, 40, "completed", 2),
        (WHATSAPP, 20 * MINUTE - 1, "waiting", 0),
        (WHATSAPP, 30 * MINUTE, "expired", 0),
    ],
)
def test_an_order_stands(
    service: Service, via: str, arguments: OrderArguments, seconds: int, state: str, messages: int
) -> None:
    ann = service.customer("ann", via)
    number = bought(ann, arguments)
    service.wait(seconds)
    assert shown(ann, number) == (state, messages)


@generations
@pytest.mark.parametrize(
    ("arguments", "seconds", "refusal", "credit"),
    [
        (DISCORD, 4, "", 0),
        (DISCORD, 5, "REFUND_NOT_ALLOWED", -16),
        (DISCORD, 20 * MINUTE, "REFUND_NOT_ALLOWED", -16),
        (WHATSAPP, 7 * DAY, "", 0),
        (WHATSAPP, 7 * DAY + 1, "REFUND_NOT_ALLOWED", -21),
    ],
)
def test_a_refund(
    service: Service, via: str, arguments: OrderArguments, seconds: int, refusal: str, credit: int
) -> None:
    ann = service.customer("ann", via)
    number = bought(ann, arguments)
    service.wait(seconds)
    assert (told(ann.call("refund", order=number)), service.credit("ann")) == (refusal, credit)


@generations
def test_an_order_is_refunded_once_and_receives_nothing_more(service: Service, via: str) -> None:
    ann = service.customer("ann", via)
    number = bought(ann, DISCORD)
    again = [told(ann.call("refund", order=number)) for _ in range(2)]
    service.wait(5)
    assert (again, service.credit("ann"), shown(ann, number)) == (["", "REFUND_NOT_ALLOWED"], 0, ("refunded", 0))


@generations
@pytest.mark.parametrize(
    ("arguments", "seconds", "refusal"),
    [
        (DISCORD, 4, "SMS_NOT_RECEIVED"),
        (DISCORD, 20 * MINUTE - 1, ""),
        (DISCORD, 20 * MINUTE, "ORDER_EXPIRED"),
        (WHATSAPP, 0, "SMS_NOT_RECEIVED"),
    ],
)
def test_another_sms(service: Service, via: str, arguments: OrderArguments, seconds: int, refusal: str) -> None:
    ann = service.customer("ann", via)
    number = bought(ann, arguments)
    service.wait(seconds)
    assert told(ann.call("another", order=number)) == refusal


@generations
@pytest.mark.parametrize(
    ("seconds", "state", "messages"),
    [(4, "waiting", 1), (5, "completed", 2), (20 * MINUTE - 1, "completed", 2), (20 * MINUTE, "expired", 2)],
)
def test_another_sms_is_free_and_renews(service: Service, via: str, seconds: int, state: str, messages: int) -> None:
    ann = service.customer("ann", via)
    number = bought(ann, DISCORD)
    service.wait(10 * MINUTE)
    ann.call("another", order=number)
    service.wait(seconds)
    assert (shown(ann, number), service.credit("ann")) == ((state, messages), -16)


@generations
@pytest.mark.parametrize("purpose", ["look", "refund", "another"])
def test_an_order_of_somebody_else_is_not_there(service: Service, via: str, purpose: str) -> None:
    number = bought(service.customer("ann"), DISCORD)
    assert told(service.customer("bob", via).call(purpose, order=number)) == "ORDER_NOT_FOUND"


@generations
@pytest.mark.parametrize(
    ("charges", "label", "price"),
    [
        (1999, "0%", 45),
        (2000, "-5%", 43),
        (3999, "-5%", 43),
        (4000, "-10%", 41),
        (6000, "-15%", 38),
        (8000, "-20%", 36),
    ],
)
def test_charges_give_a_discount(service: Service, via: str, charges: int, label: str, price: int) -> None:
    ann = service.customer("ann", via)
    ann.call("invoice", amount=charges)
    service.wait(10)
    account = ann.call("balance")
    shown = account.get("account.charges"), account.get("account.tier.label")
    assert (shown, ann.order(TELEGRAM).get("order.price")) == ((charges, label), price)


@pytest.mark.parametrize(
    ("via", "user", "way", "seconds", "status", "credit"),
    [
        ("v3", "ann", "invoice", 9, "check", 0),
        ("v3", "ann", "invoice", 10, "paid", 500),
        ("v2", "ann", "invoice", 10, "paid", 500),
        ("v3", "ann", "wallet", 10, "paid", 500),
        ("v2", "ann", "wallet", 10, "paid", 500),
        ("v3", "bob", "card_invoice", MINUTE, "paid", 500),
        ("v3", "ann", "card_invoice", HOUR - 1, "check", 0),
        ("v3", "ann", "card_invoice", HOUR, "cancel", 0),
        ("v3", "pia", "wallet", HOUR, "cancel", 0),
    ],
)
def test_a_payment(service: Service, via: str, user: str, way: str, seconds: int, status: str, credit: int) -> None:
    opened = service.customer(user, via).call(way, amount=500, currency="USDT", network="BSC")
    service.wait(seconds)
    payer = service.customer(user)
    invoices = payer.call("invoices").all("payments")
    assert [listed["status"] for listed in invoices] == ([] if way == "wallet" else [status])
    if way == "wallet":
        found = payer.call("transaction", payment=opened.get("payment.id"))
        assert found.get("payment.status") == status
    assert service.credit(user) == credit


def test_invoices_are_listed_with_the_newest_first(service: Service) -> None:
    ann = service.customer("ann")
    for amount in (500, 700):
        ann.call("invoice", amount=amount)
    assert [listed["amount"] for listed in ann.call("invoices").all("payments")] == [700, 500]


def test_a_wallet_of_somebody_else_is_not_there(service: Service) -> None:
    opened = service.customer("ann").call("wallet", amount=500, currency="USDT", network="BSC")
    looked_up = service.customer("bob").call("transaction", payment=opened.get("payment.id"))
    assert told(looked_up) == "TRANSACTION_NOT_FOUND"


def test_a_currency_is_not_taken_on_another_network(service: Service) -> None:
    asked = service.customer("ann").call("wallet", amount=500, currency="BTC", network="TON")
    assert told(asked) == "UNSUPPORTED_CURRENCY"


@pytest.mark.parametrize(
    ("way", "code", "seconds", "refusal", "credit"),
    [
        ("invoice", "CRYPTO10", 0, "", 1105),
        ("wallet", "CRYPTO25", 0, "", 1256),
        ("invoice", "BRIEF20", DAY - 1, "", 1206),
        ("invoice", "BRIEF20", DAY, "INVALID_COUPON", 0),
        ("invoice", "CARD50", 0, "INVALID_COUPON", 0),
        ("card_invoice", "CRYPTO10", 0, "INVALID_COUPON", 0),
        ("invoice", "SPENT5", 0, "INVALID_COUPON", 0),
        ("invoice", "FORBOB", 0, "INVALID_COUPON", 0),
        ("invoice", "NOBODYS", 0, "INVALID_COUPON", 0),
    ],
)
def test_a_coupon(service: Service, way: str, code: str, seconds: int, refusal: str, credit: int) -> None:
    service.wait(seconds)
    opened = service.customer("ann").call(way, amount=1005, coupon=code, currency="USDT", network="BSC")
    service.wait(10)
    assert (told(opened), service.credit("ann")) == (refusal, credit)


@pytest.mark.parametrize(("seconds", "status"), [(0, "issued"), (10, "used")])
def test_a_coupon_is_used_once(service: Service, seconds: int, status: str) -> None:
    ann = service.customer("ann")
    ann.call("invoice", amount=1005, coupon="CRYPTO10")
    service.wait(seconds)
    listed = {coupon["code"]: coupon["status"] for coupon in ann.call("coupons").all("coupons")}
    again = told(ann.call("wallet", amount=500, coupon="CRYPTO10", currency="USDT", network="BSC"))
    assert (listed["CRYPTO10"], again) == (status, "INVALID_COUPON")


def test_what_a_coupon_adds_is_not_among_the_charges(service: Service) -> None:
    ann = service.customer("ann")
    ann.call("invoice", amount=1005, coupon="CRYPTO10")
    service.wait(10)
    assert ann.call("balance").get("account.charges") == 1005
