"""A world of our own mock, steered so that nothing happens in it but what a flow asks for."""

from datetime import timedelta
from typing import Any

from mockserver.testing.server import Server
from tests.standin.records import COUNTRIES, LIST_PRICES, RATES, SERVICES, STOCK

START = "2025-06-15 15:06:40"

CATALOGUE = {
    "extends": "nothing",
    "countries": [
        {
            "code": code,
            "name": country.name,
            "numbers": [f"{country.prefix}#######"],
            "carriers": [{"name": carrier} for carrier in country.carriers],
        }
        for code, country in COUNTRIES.items()
    ],
    "services": [{"code": code, "name": name} for code, name in SERVICES.items()],
    "offers": [
        {
            "country": country,
            "service": service,
            "price": price,
            "stock": STOCK * len(COUNTRIES[country].carriers),
            "success": RATES[service] / 100,
        }
        for (country, service), price in LIST_PRICES.items()
    ],
}


class MockWorld:
    """A fresh world of a running mock. The second account is there from the start, in the same world."""

    def __init__(self, server: Server, balance: int, charges: int) -> None:
        self._ask = server.steering.ask
        self._account: dict[str, Any] = {"userId": "customer1", "balance": balance, "totalCharges": charges}
        self.v3_url, self.v2_url = map(server.url_of, ("v3", "v2"))
        opened = self._ask("createWorld", body={"scenario": self._scenario(), "strictness": "strict"})
        self._world = {"world": opened["world"]["id"]}
        (self.user, self.key), self._second = (
            (account["userId"], account["apiKeys"][0]) for account in opened["accounts"]
        )

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self._ask("advanceClock", self._world, body={"by": f"{timedelta(seconds=seconds) // timedelta(seconds=1)}s"})

    def deliver_sms(self, order_id: str, text: str, code: str) -> None:
        """Let an SMS arrive."""
        self._ask("deliverSms", {**self._world, "order": order_id}, body={"text": text, "code": code})

    def settle(self, payment_id: str, status: str) -> None:
        """End a payment."""
        self._ask("settlePayment", {**self._world, "payment": payment_id}, body={"status": status})

    def set_offer(self, country: str, service: str, price_cents: int | None = None, stock: int | None = None) -> None:
        """Change an offer of each carrier."""
        new = {name: value for name, value in (("price", price_cents), ("stock", stock)) if value is not None}
        for carrier in COUNTRIES[country].carriers:
            offer = {"country": country, "service": service, "carrier": carrier}
            self._ask("changeCatalogue", self._world, body=offer | new)

    def second_account(self) -> tuple[str, str]:
        """Tell of the other account."""
        return self._second

    def coupon(self, code: str, percentage: int, target: str) -> str:
        """Give the account a coupon: the world begins anew with it, so this must come first."""
        coupons = self._account.setdefault("coupons", [])
        coupons.append({"code": code, "percentage": percentage, "targetPay": target})
        self._ask("loadScenario", self._world, body={"scenario": self._scenario()})
        return code

    def close(self) -> None:
        """Remove the world."""
        self._ask("deleteWorld", self._world)

    def _scenario(self) -> dict[str, Any]:
        return {
            "description": "The world of the stand-in.",
            "clock": {"mode": "manual", "start": START},
            "accounts": [
                {"key": "key1", **self._account},
                {"userId": "customer2", "key": "key2", "balance": 10_000},
            ],
            "catalogue": CATALOGUE,
        }
