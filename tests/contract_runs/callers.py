"""A customer of the service as each generation has it: the same questions and the same answers, with money in cents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.contract_runs.model import PRICE_CHANGED

if TYPE_CHECKING:
    import httpx

    from tests.contract_runs.model import Json, Wish


class Answer(NamedTuple):
    """The code of a refusal, or what was asked for."""

    refusal: str | None
    body: Any = None


class V3:
    """A customer of V3."""

    def __init__(self, client: httpx.Client, user: str) -> None:
        self._client = client
        self._user = user
        self._key = {"apiKey": f"{user}-key"}

    def account(self) -> Json:
        """The balance and what goes with it."""
        account: Json = self._get("customers", "balance").body
        return account

    def orders(self) -> list[Json]:
        """The orders, but for the refunded ones, which V3 does not list."""
        orders: list[Json] = self._get("numbers", "inventory/9999").body
        return orders

    def invoices(self) -> list[Json]:
        """The payments but for wallets, newest first."""
        invoices: list[Json] = self._get("customers", "payments").body
        return invoices

    def coupons(self) -> list[Json]:
        """The coupons."""
        coupons: list[Json] = self._get("customers", "coupons").body["codes"]
        return coupons

    def quote(self, country: str, service: str, carrier: str) -> Json:
        """The present price with its proof."""
        quote: Json = self._get("numbers", f"lookup/{country}/{carrier}/{service}").body
        return quote

    def order(self, wish: Wish) -> Answer:
        """Order a number."""
        return self._send("PUT", "numbers", "order", **{**wish._asdict(), "maximumPrice": str(wish.maximum)})

    def refund(self, number: str) -> Answer:
        """Return a number."""
        return self._send("PATCH", "numbers", f"order/{number}/refund")

    def another(self, number: str) -> Answer:
        """Ask for another SMS."""
        return self._send("PATCH", "numbers", f"order/{number}/requestAnother")

    def pay(self, way: str, cents: int, coupon: str) -> Answer:
        """Ask for an invoice or a wallet."""
        path = {
            "invoice": f"cryptomus/invoice/{cents}",
            "card": f"pay4bit/invoice/{cents}",
            "wallet": f"cryptomus/direct/USDT/BSC/{dollars(cents)}",
            "odd wallet": f"cryptomus/direct/BTC/TON/{dollars(cents)}",
        }[way]
        return self._send("PUT", "customers", path, couponCode=coupon)

    def wallet(self, number: str) -> Answer:
        """Look a wallet up."""
        return self._get("customers", f"cryptomus/transaction/{number}")

    def _get(self, area: str, path: str) -> Answer:
        return self._read(self._client.get(f"/v3/{area}/{self._user}/{path}", params=self._key))

    def _send(self, method: str, area: str, path: str, **body: Any) -> Answer:
        return self._read(self._client.request(method, f"/v3/{area}/{self._user}/{path}", json={**self._key, **body}))

    def _read(self, response: httpx.Response) -> Answer:
        answer = response.json()
        if answer["ok"]:
            return Answer(None, answer["body"])
        refusal = answer["errorMessage"]
        assert response.status_code == (222 if refusal == PRICE_CHANGED else 200), response.text
        return Answer(refusal)


class V2:
    """A customer of V2, which knows neither cards nor coupons."""

    def __init__(self, client: httpx.Client, user: str) -> None:
        self._client = client
        self._credentials = {"userId": user, "key": f"{user}-key"}

    def account(self) -> Json:
        """The balance and what goes with it."""
        account: Json = self._get("getBalance").body
        return account

    def orders(self) -> list[Json]:
        """The orders."""
        return [in_cents(order) for order in self._get("getBulkPhoneStatus").body]

    def quote(self, country: str, service: str, carrier: str) -> Json:
        """The present price with its proof."""
        return in_cents(self._get("getServiceDetail", country=country, service=service, carrier=carrier).body)

    def order(self, wish: Wish) -> Answer:
        """Order a number."""
        refusal, bought = self._post("purchase", **{**wish._asdict(), "maximumPrice": dollars(wish.maximum)})
        return Answer(refusal, bought and in_cents(bought))

    def refund(self, number: str) -> Answer:
        """Return a number."""
        return self._post("refund", orderId=number)

    def another(self, number: str) -> Answer:
        """Ask for another SMS."""
        return self._post("requestAnother", orderId=number)

    def pay(self, way: str, cents: int, _: str) -> Answer:
        """Ask for an invoice or a wallet."""
        if way == "invoice":
            return self._get("checkout/crypto", amount=str(cents))
        return self._get("checkout/cryptoV2", currency="USDT", network="BSC", amount=dollars(cents))

    def _get(self, path: str, **query: str) -> Answer:
        return self._read(self._client.get(f"/cs/{path}", params={**self._credentials, **query}))

    def _post(self, path: str, **body: Any) -> Answer:
        return self._read(self._client.post(f"/cs/{path}", json={**self._credentials, **body}))

    def _read(self, response: httpx.Response) -> Answer:
        answer = response.json()
        assert response.status_code == 200, response.text
        return Answer(answer["message"]) if answer["error"] else Answer(None, answer.get("body", answer))


def dollars(cents: int) -> str:
    """Cents as a text of dollars."""
    return f"{cents // 100}.{cents % 100:02}"


def in_cents(item: Json) -> Json:
    """An item of V2 with its prices in cents."""
    return {name: round(100 * value) if name in ("price", "purchasePrice") else value for name, value in item.items()}
