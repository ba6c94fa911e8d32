"""A customer of the service as each generation has it: the same questions and the same answers, money in cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.suites.context import BROKEN
from contracts.traffic import money
from contracts.traffic.money import dollars

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import ClassVar

    from contracts.suites.context import Context
    from contracts.suites.credentials import Account
    from contracts.traffic import Exchange

Json = dict[str, Any]

PRICES = ("price", "purchasePrice")


class UnusableError(Exception):
    """An answer breaks the contract, so that nothing can be read from it. It is noted already."""


class Wish(NamedTuple):
    """What a customer orders; `maximum` is in cents. V2 knows no `failover`: it is always on there."""

    country: str
    service: str
    carrier: str = "any"
    maximum: int = 9999
    m: str = ""
    n: str = ""
    failover: bool = True


class Reply(NamedTuple):
    """An answer: the code of its refusal, or what was asked for; and the operation and exchange it comes from."""

    operation: str
    refusal: str
    body: Any
    status: int
    exchange: Exchange


class Customer:
    """A customer, by one generation of the API. A method that it does not have is not in `knows`."""

    document: ClassVar[str]
    names: ClassVar[Mapping[str, str]]
    """The operations by what they are for."""

    def __init__(self, context: Context, account: Account) -> None:
        self._context = context
        self.account = account

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.account.user}>"

    def knows(self, verb: str) -> bool:
        """Whether this generation can do something."""
        return verb in self.names

    def name(self, verb: str) -> str:
        """Return the name of the operation that does something."""
        return f"{self.document}.{self.names[verb]}"

    def call(self, verb: str, **values: Any) -> Reply:
        """Do something. Raises UnusableError for an answer that nothing can be read from."""
        name = self.name(verb)
        exchange = self._context.ask(name, self.account, **values)
        answer = exchange.answer
        body = answer.json if answer else None
        if answer is None or BROKEN in exchange.notes or not isinstance(body, dict):
            raise UnusableError(name)
        body = self._context.operation(name).former_answer(answer.status, body)
        return self._read(name, body, answer.status, exchange)

    def _read(self, name: str, body: Json, status: int, exchange: Exchange) -> Reply:
        raise NotImplementedError

    def order(self, wish: Wish) -> Reply:
        """Order a number."""
        fields = wish._asdict() | {"maximumPrice": money.price(self.document, wish.maximum)}
        del fields["maximum"]
        if self.document == "v2":
            del fields["failover"]
        return self.call("order", **fields)


class V3(Customer):
    """A customer of V3."""

    document = "v3"
    names: ClassVar[Mapping[str, str]] = {
        "account": "getBalance",
        "invoices": "getInvoices",
        "coupons": "getCoupons",
        "favourites": "getFavourites",
        "toggle": "toggleFavourite",
        "countries": "getCountries",
        "services": "listServices",
        "quote": "getServiceDetail",
        "popular": "getPopular",
        "order": "orderNumber",
        "look": "getOrder",
        "orders": "getInventory",
        "change": "changeOrderStatus",
        "refund": "changeOrderStatus",
        "another": "changeOrderStatus",
        "invoice": "createCryptomusInvoice",
        "card": "createPay4bitInvoice",
        "wallet": "createCryptomusWallet",
        "transaction": "getCryptomusTransaction",
        "statistics": "getStatistics",
    }

    def look(self, number: str) -> Reply:
        """Look at an order; the body is the order itself."""
        reply = self.call("look", orderId=number)
        return reply if reply.refusal else reply._replace(body=reply.body[0] if reply.body else {})

    def orders(self, limit: int = 9999) -> Reply:
        """List the running orders and so many expired ones."""
        return self.call("orders", limit=limit)

    def refund(self, number: str) -> Reply:
        """Return a number."""
        return self.call("refund", orderId=number, next="refund")

    def another(self, number: str) -> Reply:
        """Ask for another SMS."""
        return self.call("another", orderId=number, next="requestAnother")

    def pay(self, way: str, amount: int, coupon: str = "", coin: tuple[str, str] = ("USDT", "BSC")) -> Reply:
        """Ask for an `invoice`, a `card` invoice or a `wallet` over so many cents."""
        code = {"couponCode": coupon} if coupon else {}
        if way == "wallet":
            return self.call(way, currency=coin[0], network=coin[1], amount=dollars(amount), **code)
        return self.call(way, amount=amount, **code)

    def _read(self, name: str, body: Json, status: int, exchange: Exchange) -> Reply:
        if body.get("ok") is True:
            return Reply(name, "", body["body"], status, exchange)
        return Reply(name, str(body.get("errorMessage")), None, status, exchange)


class V2(Customer):
    """A customer of V2, which knows neither cards nor coupons nor favourites."""

    document = "v2"
    names: ClassVar[Mapping[str, str]] = {
        "account": "getBalance",
        "countries": "getCountries",
        "services": "getServices",
        "quote": "getServiceDetail",
        "popularity": "getCountryStats",
        "order": "purchase",
        "look": "getPhoneStatus",
        "orders": "getBulkPhoneStatus",
        "refund": "refund",
        "another": "requestAnother",
        "invoice": "topUpCrypto",
        "wallet": "topUpCryptoWallet",
    }

    def look(self, number: str) -> Reply:
        """Look at an order."""
        return self.call("look", orderId=number)

    def orders(self, **wanted: str) -> Reply:
        """List the orders that pass a filter."""
        return self.call("orders", **wanted)

    def refund(self, number: str) -> Reply:
        """Return a number."""
        return self.call("refund", orderId=number)

    def another(self, number: str) -> Reply:
        """Ask for another SMS."""
        return self.call("another", orderId=number)

    def pay(self, way: str, amount: int, coupon: str = "", coin: tuple[str, str] = ("USDT", "BSC")) -> Reply:
        """Ask for an `invoice` or a `wallet` over so many cents."""
        assert not coupon  # noqa: S101 - V2 takes none
        if way == "wallet":
            return self.call(way, currency=coin[0], network=coin[1], amount=dollars(amount))
        return self.call(way, amount=amount)

    def _read(self, name: str, body: Json, status: int, exchange: Exchange) -> Reply:
        if body.get("error") is False:
            return Reply(name, "", _in_cents(body.get("body", body)), status, exchange)
        return Reply(name, str(body.get("message")), None, status, exchange)


CUSTOMERS: Mapping[str, type[V3 | V2]] = {"v3": V3, "v2": V2}


def _in_cents(body: Any) -> Any:
    """Return what V2 answers with its prices in cents."""
    if isinstance(body, list):
        return [_in_cents(item) for item in body]
    if not isinstance(body, dict):
        return body
    return {name: money.cents("v2", value) if name in PRICES else value for name, value in body.items()}
