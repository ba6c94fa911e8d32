"""A client of the second stand-in, as a customer would write it: one method for each operation, JSON in and out."""

from decimal import Decimal
from typing import Any

import requests


class RefusedError(Exception):
    """The service said no: with this status, this code, and whatever came with it."""

    def __init__(self, response: requests.Response, code: str, more: Any = None) -> None:
        super().__init__(f"{response.status_code} {code} {response.text[:200]}")
        self.status = response.status_code
        self.media = response.headers.get("content-type", "").partition(";")[0]
        self.code = code
        self.more = more
        self.headers = response.headers


class Api:
    """What both versions share."""

    def __init__(self, http: requests.Session, url: str, user: str, key: str) -> None:
        self.http = http
        self.url = url
        self.user = user
        self.key = key

    def send(
        self, method: str, path: str, query: dict[str, Any] | None = None, body: dict[str, Any] | None = None
    ) -> requests.Response:
        """Send a request as it is."""
        return self.http.request(method, self.url + path, params=query, json=body, timeout=10)


class V3(Api):
    """The operations of V3."""

    problems = "https://problems.smsonline.cloud/"

    def get(self, path: str, **query: Any) -> Any:
        """Send a GET; the key is in the query."""
        return self._open(self.send("GET", path, {"apiKey": self.key, **query}))

    def change(self, method: str, path: str, **fields: Any) -> Any:
        """Send a body; the key is in it."""
        return self._open(self.send(method, path, body={"apiKey": self.key, **fields}))

    def with_token(self, path: str) -> Any:
        """Send a GET with the key as a bearer token."""
        response = self.http.get(self.url + path, headers={"authorization": f"Bearer {self.key}"}, timeout=10)
        return self._open(response)

    def _open(self, response: requests.Response) -> Any:
        kind = response.headers["content-type"].partition(";")[0]
        if kind == "application/problem+json":
            problem = response.json()
            assert problem["title"]
            assert problem["type"].startswith(self.problems)
            raise RefusedError(response, problem["type"].removeprefix(self.problems))
        if kind != "application/json":
            raise RefusedError(response, "")
        answer = response.json()
        if response.status_code == 222:
            assert answer["ok"] is False
            raise RefusedError(response, "requote", answer["requote"])
        assert response.status_code == 200
        if "ok" in answer:
            assert answer["ok"] is True
            return answer["body"]
        assert answer["status"] == "OK"
        assert answer["meta"]["request"]
        assert answer["meta"]["at"].endswith("+00:00")
        return answer["data"]

    def balance(self) -> int:
        """Return the cents that are left."""
        return int(self.account()["balance"])

    def account(self) -> Any:
        """Read the account."""
        return self.get(f"/customers/{self.user}/balance")

    def crypto_invoice(self, cents: int, coupon: str = "") -> str:
        """Open an invoice to pay in coins; return its page."""
        fields = {"couponCode": coupon} if coupon else {}
        return str(self.change("PUT", f"/customers/{self.user}/cryptomus/invoice/{cents}", **fields))

    def card_invoice(self, cents: int, coupon: str = "") -> str:
        """Open an invoice to pay by card; return its page."""
        fields = {"couponCode": coupon} if coupon else {}
        return str(self.change("PUT", f"/customers/{self.user}/pay4bit/invoice/{cents}", **fields))

    def wallet(self, coin: str, chain: str, dollars: str) -> Any:
        """Open a wallet."""
        return self.change("PUT", f"/customers/{self.user}/cryptomus/direct/{coin}/{chain}/{dollars}")

    def transaction(self, token: str) -> Any:
        """Read a wallet."""
        return self.get(f"/customers/{self.user}/cryptomus/transaction/{token}")

    def invoices(self) -> Any:
        """List the invoices."""
        return self.get(f"/customers/{self.user}/payments")

    def coupons(self) -> Any:
        """List the coupons."""
        return self.get(f"/customers/{self.user}/coupons")

    def favourites(self) -> list[str]:
        """List the favourites as `12:ds`."""
        return str(self.get(f"/customers/{self.user}/favourites/list")["marked"]).split()

    def toggle(self, country: str, service: str) -> str:
        """Mark or unmark a favourite; return `on` or `off`."""
        path = f"/customers/{self.user}/favourites/toggle"
        return str(self.change("PUT", path, country_code=country, service_code=service)["mark"])

    def countries(self) -> Any:
        """Read the countries by name."""
        return self.get("/world", user=self.user)

    def services(self, country: str, carrier: str = "any") -> Any:
        """Read the services of a country by code."""
        return self.change("POST", f"/numbers/{self.user}/search", country=country, carrier=carrier)

    def quote(self, country: str, service: str, carrier: str = "any") -> Any:
        """Ask for the present price."""
        return self.get(f"/numbers/{self.user}/offers/{service}@{country}~{carrier}")

    def top(self) -> dict[tuple[str, str], tuple[str, int, int]]:
        """Read the name, the price and the orders of what is ordered most, by country and service."""
        rows = self.get(f"/numbers/top/{self.user}")
        return {(country, service): (name, cents, orders) for country, service, name, cents, orders in rows}

    def order(self, quote: Any, maximum: int | None = None, **more: Any) -> Any:
        """Order at a quote."""
        m, n = quote["hash"].split(".")
        cents = int(Decimal(quote["price"]["amount"]) * 100)
        fields = {
            "country": quote["country"]["code"],
            "service": quote["service"]["code"],
            "carrier": quote["carrier"],
            "maximumPrice": f"{cents if maximum is None else maximum} cents",
            "m": m,
            "n": n,
            **more,
        }
        return self.change("PUT", f"/numbers/{self.user}/order", **fields)

    def buy(self, country: str = "12", service: str = "ds") -> Any:
        """Order at the present price."""
        return self.order(self.quote(country, service))

    def look(self, number: str) -> Any:
        """Read an order."""
        (order,) = self.get(f"/numbers/{self.user}/order/{number}")
        return order

    def inventory(self, over: int = 10) -> Any:
        """List the orders that run, and some that are over."""
        return self.get(f"/numbers/{self.user}/inventory/{over}")

    def refund(self, number: str) -> str:
        """Give a number back."""
        return str(self.change("PATCH", f"/numbers/{self.user}/order/{number}/refund"))

    def another(self, number: str) -> str:
        """Ask for another SMS."""
        return str(self.change("PATCH", f"/numbers/{self.user}/order/{number}/requestAnother"))

    def statistics(self, **span: int) -> Any:
        """Read the statistics, from `from_ms` to `to_ms`."""
        return self.change("POST", f"/statistics/{self.user}/query", **span)


class V2(Api):
    """The operations of V2."""

    def get(self, path: str, **query: Any) -> Any:
        """Send a GET; who asks is in the query."""
        return self._open(self.send("GET", path, {"userId": self.user, "key": self.key, **query}))

    def change(self, method: str, path: str, **fields: Any) -> Any:
        """Send a body; who asks is in it."""
        return self._open(self.send(method, path, body={"userId": self.user, "key": self.key, **fields}))

    def _open(self, response: requests.Response) -> Any:
        if response.headers["content-type"].partition(";")[0] != "application/json":
            raise RefusedError(response, "")
        answer = response.json()
        if answer["error"]:
            (error,) = answer["errors"]
            assert error["says"]
            raise RefusedError(response, error["no"])
        assert response.status_code == 200
        return answer.get("payload", answer)

    def account(self) -> Any:
        """Read the account."""
        return self.get("/getBalance")["body"]

    def crypto_invoice(self, cents: int) -> str:
        """Open an invoice to pay in coins; return its page."""
        return str(self.get("/checkout/crypto", amount=cents)["url"])

    def wallet(self, asset: str, dollars: str) -> Any:
        """Open a wallet for an asset such as `BSC.USDT`."""
        return self.get("/checkout/cryptoV2", asset=asset, usd=dollars)

    def countries(self) -> Any:
        """List the countries."""
        return self.get("/catalog/countries")

    def services(self, country: str, **carrier: str) -> Any:
        """List the services of a country as rows."""
        return self.change("POST", "/catalog/services", country=country, **carrier)

    def quote(self, country: str, service: str, **op: str) -> Any:
        """Ask for the present price."""
        return self.get("/getServiceDetail", c=country, s=service, **op)

    def compare(self, service: str) -> Any:
        """Compare the countries for a service."""
        return self.get(f"/catalog/{service}/stats")

    def order(self, quote: Any, maximum: str | None = None) -> Any:
        """Order at a quote; the maximum is dollars."""
        cents = int(quote["price"].removesuffix(" ct"))
        return self.change(
            "POST",
            "/purchase",
            country=quote["country_code"],
            service=quote["service_code"],
            carrier=quote["op"],
            maximumPrice=f"{cents / 100:.2f}" if maximum is None else maximum,
            m=quote["m"],
            n=quote["n"],
        )

    def buy(self, country: str = "12", service: str = "ds") -> Any:
        """Order at the present price."""
        return self.order(self.quote(country, service))

    def look(self, number: str) -> Any:
        """Read an order."""
        return self.get("/getPhoneStatus", id=number)

    def find(self, **conditions: Any) -> Any:
        """List the orders that meet conditions."""
        return self.get("/getBulkPhoneStatus", **conditions)

    def refund(self, number: str) -> Any:
        """Give a number back."""
        return self.change("POST", "/refund", number=int(number))

    def another(self, number: str) -> Any:
        """Ask for another SMS."""
        return self.change("PATCH", f"/orders/{number}/another")
