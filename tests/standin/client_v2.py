"""A client of V2 of the stand-in's API, as a customer would write it: typed, synchronous."""

from typing import Any

import httpx

from tests.standin.answers import ApiError, Balance, Offer, Order, Quote, Receipt, Sms, Wallet, cents, pair, seconds
from tests.standin.client import Api, is_json


class V2(Api):
    """The operations of V2."""

    key_name = "key"

    def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Send a request; the user id goes beside the key."""
        return super().send(method, path, userId=self.user, **given)

    def call(self, method: str, path: str, **given: Any) -> Any:
        """Send a request; the fields of the answer are beside its flag."""
        response = self.send(method, path, **given)
        if not is_json(response):
            raise ApiError(response, "")
        answer = response.json()
        if answer["error"]:
            assert answer["fault"]["hint"]
            raise ApiError(response, answer["fault"]["name"])
        assert response.status_code == 200
        return answer

    def balance(self) -> Balance:
        """Read the account."""
        body = self.call("GET", "/getBalance")["body"]
        assert body["userId"] == self.user
        return Balance(body["balance"], int(body["totalCharges"]), body["currentDiscountRate"], body["discountRates"])

    def crypto_invoice(self, amount: int) -> str:
        """Open a crypto invoice over cents; answer its URL."""
        return str(self.call("GET", "/checkout/crypto", amount=amount)["link"])

    def wallet(self, currency: str, network: str, amount: int) -> Wallet:
        """Open a wallet address over cents."""
        item = self.call("GET", "/checkout/cryptoV2", coin=currency, chain=network, cents=amount)["deposit"]
        chain, coin = item["asset"].split(":")
        return Wallet(item["id"], item["address"], coin, chain, cents(item["due"]), seconds(item["until"]))

    def countries(self) -> dict[str, tuple[str, list[str]]]:
        """Read the countries: name and carriers by code."""
        countries = self.call("GET", "/countries")["result"]
        return {code: (item["title"], item["operators"].split(",")) for code, item in countries.items()}

    def services(self, country: str, **carrier: str) -> dict[str, Offer]:
        """Read the services of a country by code, of one `operator` if it is given."""
        result = self.call("GET", "/services", country_id=country, **carrier)["result"]
        return {
            service: Offer(country, service, item["title"], item["cents"], item["in_stock"])
            for service, item in result.items()
        }

    def quote(self, country: str, service: str, **carrier: str) -> Quote:
        """Ask for the present price, of one `operator` if it is given."""
        item = self.call("GET", "/getServiceDetail", country_id=country, service_id=service, **carrier)["result"]
        return Quote(
            *pair(item["offer"]),
            item["operator"],
            item["cents"],
            item["in_stock"],
            item["percent_ok"],
            *item["hash"],
        )

    def country_stats(self, service: str) -> dict[str, int]:
        """Read the success in percent by country."""
        result = self.call("GET", "/stats/countries", service_id=service)["result"]
        assert all(item["title"] and item["sold"] >= 0 for item in result.values())
        return {country: item["percent_ok"] for country, item in result.items()}

    def order(self, quote: Quote, maximum: int | None = None) -> Receipt:
        """Order by a quote; the maximum is the quoted price unless another is given."""
        answer = self.call(
            "POST",
            "/purchase",
            country=quote.country,
            service=quote.service,
            carrier=quote.carrier,
            maximumPrice=str(quote.price if maximum is None else maximum),
            m=quote.first,
            n=quote.second,
        )
        price = cents(str(answer["purchasePrice"]))
        return Receipt(answer["orderId"], answer["phoneNumber"], seconds(answer["expiredAtUTC"]), price)

    def refund(self, order_id: str) -> int:
        """Return a number; answer the cents that came back."""
        result = self.call("POST", "/refund", order_id=order_id)["result"]
        assert result["balance_cents"] >= result["returned_cents"]
        return int(result["returned_cents"])

    def another(self, order_id: str) -> tuple[int, int]:
        """Ask for another SMS; answer the cents it costs and the new end."""
        result = self.call("POST", "/again", order_id=order_id)["result"]
        return result["charged_cents"], result["until"]

    def get(self, order_id: str) -> Order:
        """Read an order."""
        return _v2_order(self.call("GET", "/getPhoneStatus", order_id=order_id)["result"])

    def find(self, **conditions: Any) -> list[Order]:
        """List the orders that fit all of `country_id`, `service_id`, `state`, `ends_after` and `ends_before`."""
        return [_v2_order(item) for item in self.call("GET", "/getBulkPhoneStatus", **conditions)["result"]]


def _v2_order(item: dict[str, Any]) -> Order:
    return Order(
        item["order"]["id"],
        *pair(item["order"]["offer"]),
        item["line"]["operator"],
        item["line"]["msisdn"],
        item["order"]["cents"],
        item["state"],
        seconds(item["since"]),
        item["until"],
        [Sms(message["msg"], message["otp"], message["t"]) for message in item["received"]],
    )
