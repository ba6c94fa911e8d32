"""Where flows are played: the second stand-in, and a mock; each with a fresh account."""

from typing import Any

import httpx

from mockserver.testing.control_client import ControlClient
from tests.secondvendor.goods import COUNTRIES, PRICES, SERVICES, STOCK, SUCCESS
from tests.secondvendor.shop import START
from tests.secondvendor.wire import utc


class StandinBackstage:
    """A fresh account of a running stand-in. `url` is where its customers come, by default to itself."""

    def __init__(self, http: httpx.Client, balance: int, charges: int, url: str = "") -> None:
        self._http = http
        base = url or str(http.base_url).rstrip("/")
        self.v3_url, self.v2_url = f"{base}/v3", f"{base}/cs"
        self._post("restore")
        opened = self._post("open", balance=balance, charges=charges)
        self.user, self.key = opened["user"], opened["key"]

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self._post("advance", seconds=seconds)

    def deliver(self, number: str, text: str, code: str) -> None:
        """Let an SMS come."""
        self._post("deliver", number=int(number), text=text, code=code)

    def settle(self, token: str, state: str) -> None:
        """End a top-up."""
        self._post("settle", token=token, state=state)

    def market(self, country: str, service: str, price: int | None = None, left: int | None = None) -> None:
        """Change a price or the stock."""
        self._post("market", country=country, service=service, price=price, left=left)

    def second_account(self) -> tuple[str, str]:
        """Open one more account."""
        opened = self._post("open", balance=500, charges=0)
        return opened["user"], opened["key"]

    def coupon(self, code: str, percent: int, by: str) -> None:
        """Give the account a coupon."""
        self._post("coupon", account=self.user, code=code, percent=percent, by=by)

    def throttle(self) -> None:
        """Refuse the next request of the account."""
        self._post("throttle", account=self.user)

    def close(self) -> None:
        """Do nothing: the account stays."""

    def _post(self, act: str, **given: Any) -> Any:
        return self._http.post(f"/backstage/{act}", json=given).raise_for_status().json()


CATALOGUE = {
    "extends": "nothing",
    "countries": [
        {
            "code": each.code,
            "name": each.name,
            "numbers": [f"{each.dial}#######"],
            "carriers": [{"name": carrier} for carrier in each.carriers],
        }
        for each in COUNTRIES.values()
    ],
    "services": [{"code": code, "name": name} for code, name in SERVICES.items()],
    "offers": [
        {
            "country": country,
            "service": service,
            "price": price,
            "stock": STOCK * len(COUNTRIES[country].carriers),
            "success": SUCCESS[service] / 100,
        }
        for (country, service), price in PRICES.items()
    ],
}
"""What is on sale, as a scenario of a mock has it."""

STATES = {"paid": "paid", "cancelled": "cancel"}
ONE_TOO_MANY = {
    "status": 429,
    "headers": {"content-type": "application/problem+json", "retry-after": "3"},
    "body": '{"type": "https://problems.smsonline.cloud/service/slow-down", "title": "slow down"}',
}
"""A rate limit, as a scenario writes it."""


class MockBackstage:
    """A fresh world of a running mock. `url` is where it runs."""

    def __init__(self, steering: ControlClient, url: str, balance: int, charges: int) -> None:
        self._ask = steering.ask
        self._account: dict[str, Any] = {"userId": "somebody", "balance": balance, "totalCharges": charges}
        self.v3_url, self.v2_url = f"{url}/v3", f"{url}/cs"
        opened = self._ask("createWorld", body={"scenario": self._scenario(), "strictness": "strict"})
        self._world = {"world": opened["world"]["id"]}
        (self.user, self.key), self._second = (
            (account["userId"], account["apiKeys"][0]) for account in opened["accounts"]
        )

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self._ask("advanceClock", self._world, body={"by": f"{seconds}s"})

    def deliver(self, number: str, text: str, code: str) -> None:
        """Let an SMS come."""
        self._ask("deliverSms", {**self._world, "order": number}, body={"text": text, "code": code})

    def settle(self, token: str, state: str) -> None:
        """End a top-up."""
        self._ask("settlePayment", {**self._world, "payment": token}, body={"status": STATES[state]})

    def market(self, country: str, service: str, price: int | None = None, left: int | None = None) -> None:
        """Change a price or the stock."""
        new = {name: value for name, value in (("price", price), ("stock", left)) if value is not None}
        for carrier in COUNTRIES[country].carriers:
            offer = {"country": country, "service": service, "carrier": carrier}
            self._ask("changeCatalogue", self._world, body=offer | new)

    def second_account(self) -> tuple[str, str]:
        """Return the other account, which is there from the start."""
        return self._second

    def coupon(self, code: str, percent: int, by: str) -> None:
        """Give the account a coupon: the world begins anew with it."""
        coupons = self._account.setdefault("coupons", [])
        coupons.append({"code": code, "percentage": percent, "targetPay": by})
        self._ask("loadScenario", self._world, body={"scenario": self._scenario()})

    def throttle(self) -> None:
        """Refuse the next request."""
        self._ask("addFault", self._world, body={"when": {"nth": 1}, "then": {"status": ONE_TOO_MANY}})

    def close(self) -> None:
        """Remove the world."""
        self._ask("deleteWorld", self._world)

    def _scenario(self) -> dict[str, Any]:
        return {
            "description": "The shop of the second stand-in.",
            "clock": {"mode": "manual", "start": utc(START)},
            "accounts": [{"key": "first", **self._account}, {"userId": "other", "key": "second", "balance": 500}],
            "catalogue": CATALOGUE,
        }
