"""A client of V3 of the stand-in's API, as a customer would write it: typed, synchronous."""

from decimal import Decimal
from typing import Any, Self

import httpx

from tests.standin.answers import (
    ApiError,
    Balance,
    Coupon,
    Offer,
    Order,
    Payment,
    Quote,
    QuoteChangedError,
    Receipt,
    Report,
    Sms,
    Wallet,
    cents,
    dollars,
    pair,
    percent,
    seconds,
)


class Api:
    """What both versions share: sending a request with the credentials in their place."""

    key_name: str

    def __init__(self, http: httpx.Client, url: str, user: str, key: str) -> None:
        self.http = http
        self.url = url
        self.user = user
        self.key = key

    def login(self, user: str, key: str) -> Self:
        """Make a client of the same server with other credentials."""
        return type(self)(self.http, self.url, user, key)

    def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send a request; the parameters go where the method has them."""
        return self._request(method, path, {self.key_name: self.key, **given})

    def _request(self, method: str, path: str, given: dict[str, Any]) -> httpx.Response:
        if method == "GET":
            return self.http.request(method, self.url + path, params=given)
        return self.http.request(method, self.url + path, json=given)


def is_json(response: httpx.Response) -> bool:
    """Tell whether an answer is JSON."""
    return str(response.headers.get("content-type")).startswith("application/json")


class V3(Api):
    """The operations of V3."""

    key_name = "apiKey"

    def call(self, method: str, path: str, **given: Any) -> Any:
        """Send a request and open its envelope."""
        response = self.send(method, path, **given)
        if not is_json(response):
            raise ApiError(response, "")
        answer = response.json()
        if answer["ok"]:
            assert response.status_code == 200
            return answer["body"]
        code = answer["error"]["code"]
        assert answer["error"]["text"]
        raise (
            QuoteChangedError(response, code, _quote(answer["quote"]))
            if "quote" in answer
            else ApiError(response, code)
        )

    def _customers(self, rest: str) -> str:
        return f"/customers/{self.user}/{rest}"

    def _numbers(self, rest: str) -> str:
        return f"/numbers/{self.user}/{rest}"

    def balance(self) -> Balance:
        """Read the account."""
        body = self.call("GET", self._customers("balance"))
        assert body["userId"] == self.user
        return Balance(
            body["balance"],
            int(body["totalCharges"]),
            body["currentDiscountRate"],
            body["discountRates"],
            body["couponCount"],
        )

    def crypto_invoice(self, whole_dollars: int, coupon: str | None = None) -> str:
        """Open a crypto invoice; answer its URL."""
        path = self._customers(f"cryptomus/invoice/{whole_dollars}")
        return str(self.call("PUT", path, **_coupon_field(coupon)))

    def card_invoice(self, whole_dollars: int) -> str:
        """Open a card invoice; answer its URL."""
        return str(self.call("PUT", self._customers(f"pay4bit/invoice/{whole_dollars}")))

    def wallet(self, currency: str, network: str, amount: str, coupon: str | None = None) -> Wallet:
        """Open a wallet address over an amount of dollars."""
        path = self._customers(f"cryptomus/direct/{currency}/{network}/{amount}")
        item = self.call("PUT", path, **_coupon_field(coupon))["wallet"]
        coin, chain = item["coin"].split("/")
        return Wallet(item["ref"], item["sendTo"], coin, chain, item["usdCents"], seconds(item["validUntil"]))

    def transaction(self, payment_id: str) -> tuple[Wallet, str]:
        """Read a wallet payment and the word for its state."""
        item = self.call("GET", self._customers(f"cryptomus/transaction/{payment_id}"))
        assert item["url"].startswith("https://pay.cryptomus.com/pay/")
        assert Decimal(item["amountInCrypto"]) > 0
        wallet = Wallet(
            item["order_id"],
            item["to_address"],
            item["currency"],
            item["network"].upper(),
            cents(item["amountInUSD"]),
            item["expire_at"],
        )
        return wallet, item["progress"]["word"]

    def payments(self) -> list[Payment]:
        """List the payments."""
        return [
            Payment(
                item["payId"],
                item["method"],
                item["amount"],
                seconds(item["created"]),
                seconds(item["expires_at"]),
                item["status"],
            )
            for item in self.call("GET", self._customers("payments"))
        ]

    def coupons(self) -> list[Coupon]:
        """List the coupons."""
        body = self.call("GET", self._customers("coupons"))
        return [Coupon(item["code"], item["percentage"], item["status"]) for item in body["codes"]]

    def favourites(self) -> list[tuple[str, str]]:
        """List the favourites as country and service."""
        starred = self.call("GET", self._customers("starred"))["starred"]
        assert starred["total"] == len(starred["pairs"])
        return [pair(text) for text in starred["pairs"]]

    def toggle_favourite(self, country: str, service: str) -> bool:
        """Put a service on the list of favourites or off it; answer whether it is on it now."""
        body = self.call("POST", self._customers("starred"), pair=f"{country}-{service}")
        assert pair(body["pair"]) == (country, service)
        return bool(body["starred"])

    def countries(self) -> dict[str, tuple[str, list[str]]]:
        """Read the countries: name and carriers by code."""
        countries = self.call("GET", f"/geo/{self.user}")["countries"]
        return {
            code: (item["label"], [operator["slug"] for operator in item["operators"]])
            for code, item in countries.items()
        }

    def services(self, country: str, carrier: str = "any") -> dict[str, Offer]:
        """Read the services of a country and a carrier by code."""
        body = self.call("GET", self._numbers("services"), country=country, carrier=carrier)
        offers = [_offer(item) for item in body["items"]]
        return {offer.service: offer for offer in offers}

    def quote(self, country: str, service: str, carrier: str = "any") -> Quote:
        """Ask for the present price."""
        return _quote(
            self.call("GET", self._numbers("quote"), country=country, service=service, carrier=carrier)["quote"]
        )

    def popular(self) -> list[Offer]:
        """Read the ranking."""
        ranking = self.call("GET", self._numbers("ranking"))["ranking"]
        assert all(item["sold"] >= 0 for item in ranking)
        return [Offer(*pair(item["pair"]), item["title"], item["cents"], item["left"]) for item in ranking]

    def order(self, quote: Quote, maximum: int | None = None, *, failover: bool | None = None) -> Receipt:
        """Order by a quote; the maximum is the quoted price unless another is given."""
        fields: dict[str, Any] = {
            "country": quote.country,
            "service": quote.service,
            "carrier": quote.carrier,
            "maximumPrice": dollars(quote.price if maximum is None else maximum),
            "m": quote.first,
            "n": quote.second,
        }
        if failover is not None:
            fields["failover"] = failover
        body = self.call("PUT", self._numbers("order"), **fields)
        return Receipt(body["orderId"], body["phoneNumber"], seconds(body["expiredAtUTC"]), body["purchasePrice"])

    def get(self, order_id: str) -> Order:
        """Read an order."""
        (item,) = self.call("GET", self._numbers(f"order/{order_id}"))
        return Order(
            item["orderId"],
            item["cShort"],
            item["sShort"],
            item["carrier"],
            item["phoneNumber"],
            item["purchasePrice"],
            item["status"],
            item["boughtAt"],
            seconds(item["endsAt"]),
            [_sms(message) for message in item["sms"]],
        )

    def change(self, order_id: str, change: str) -> str:
        """Change an order; answer the word of the vendor."""
        return str(self.call("PATCH", self._numbers(f"order/{order_id}/{change}")))

    def inventory(self, limit: int) -> list[Order]:
        """List the running orders and some expired ones."""
        return [_inventory_order(item) for item in self.call("GET", self._numbers(f"inventory/{limit}"))]

    def statistics(self, **span: int) -> Report:
        """Read the statistics, all of them or those `since` and `until` some Unix seconds."""
        return _report(self.call("GET", "/report", userId=self.user, **span)["report"])


def _coupon_field(coupon: str | None) -> dict[str, str]:
    return {} if coupon is None else {"couponCode": coupon}


def _offer(item: dict[str, Any]) -> Offer:
    return Offer(*pair(item["pair"]), item["title"], cents(item["cost"]), item["left"])


def _quote(item: dict[str, Any]) -> Quote:
    assert item["title"]
    assert item["place"]
    return Quote(
        *pair(item["pair"]),
        item["via"],
        cents(item["cost"]),
        item["left"],
        percent(item["delivered"]),
        item["proof"]["first"],
        item["proof"]["second"],
    )


def _sms(item: dict[str, Any]) -> Sms:
    return Sms(item["content"], item["pin"], seconds(item["arrived"]))


def _inventory_order(item: dict[str, Any]) -> Order:
    assert item["inbox"]["count"] == len(item["inbox"]["sms"])
    return Order(
        item["id"],
        *pair(item["pair"]),
        item["number"]["operator"],
        item["number"]["value"],
        cents(item["paid"]),
        item["state"],
        item["window"]["from"],
        item["window"]["to"],
        [_sms(message) for message in item["inbox"]["sms"]],
    )


def _report(item: dict[str, Any]) -> Report:
    services = item.get("perService", {})
    return Report(
        item["counts"],
        cents(item["money"]["out"]),
        cents(item["money"]["back"]),
        percent(item["delivered"]),
        {service: _report(part) for service, part in services.items()},
    )
