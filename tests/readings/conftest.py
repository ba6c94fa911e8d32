"""A mock under readings, and a customer of either generation. Every answer is held against the changed contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from tests.conftest import Mock

    Play = Callable[..., Mock]

ACCOUNT = {"userId": "demo", "key": "demo-key", "balance": 100000}
SMS = {"sms": [{"after": "5s"}]}


class Customer:
    """The account `demo`, over one of the generations. Amounts are in cents."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def buy(self, maximum: int = 1000, **changes: str) -> httpx.Response:
        """Order a Discord number in the United States, unless told otherwise."""
        raise NotImplementedError

    def refund(self, order: str) -> httpx.Response:
        raise NotImplementedError

    def ask_again(self, order: str) -> httpx.Response:
        """Ask for another SMS."""
        raise NotImplementedError

    def look(self, order: str) -> httpx.Response:
        raise NotImplementedError

    def quote(self) -> tuple[int, dict[str, str]]:
        """What a Discord number in the United States costs, with the proof of it."""
        raise NotImplementedError

    def listed(self) -> int:
        """What it costs in the list of services."""
        raise NotImplementedError

    def balance(self) -> int:
        raise NotImplementedError

    def bought(self, maximum: int = 1000, **changes: str) -> str:
        """The id of an order that succeeds."""
        data = self.buy(maximum, **changes).json()
        return str(data.get("body", data)["orderId"])

    def bought_with_sms(self) -> str:
        """The id of an order that has received its SMS."""
        order = self.bought()
        self.mock.advance("5s")
        return order

    def status(self, order: str) -> str:
        body: Any = self.look(order).json()["body"]
        return str((body[0] if isinstance(body, list) else body)["status"])

    def refused(self, answer: httpx.Response) -> tuple[int, str]:
        """The status and the code with which something was refused."""
        data = answer.json()
        assert data.get("ok") is False or data.get("error") is True
        return answer.status_code, data.get("errorMessage") or data["message"]


class OverV3(Customer):
    """A customer of V3."""

    def buy(self, maximum: int = 1000, **changes: str) -> httpx.Response:
        return self.mock.v3.order(maximumPrice=str(maximum), **changes)

    def refund(self, order: str) -> httpx.Response:
        return self.mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/refund")

    def ask_again(self, order: str) -> httpx.Response:
        return self.mock.v3.send("PATCH", f"/numbers/{{user}}/order/{order}/requestAnother")

    def look(self, order: str) -> httpx.Response:
        return self.mock.v3.get(f"/numbers/{{user}}/order/{order}")

    def quote(self) -> tuple[int, dict[str, str]]:
        shown = self.mock.v3.get("/numbers/{user}/lookup/12/any/ds").json()["body"]
        return int(shown["price"]), {"m": shown["m"], "n": shown["n"]}

    def listed(self) -> int:
        rows = self.mock.v3.get("/numbers/{user}/lookup/12/any").json()["body"]
        return next(int(row["price"]) for row in rows if row["sShort"] == "ds")

    def balance(self) -> int:
        return self.mock.v3.balance()


class OverV2(Customer):
    """A customer of V2."""

    def buy(self, maximum: int = 1000, **changes: str) -> httpx.Response:
        return self.mock.v2.purchase(maximumPrice=f"{maximum // 100}.{maximum % 100:02}", **changes)

    def refund(self, order: str) -> httpx.Response:
        return self.mock.v2.post("/refund", orderId=order)

    def ask_again(self, order: str) -> httpx.Response:
        return self.mock.v2.post("/requestAnother", orderId=order)

    def look(self, order: str) -> httpx.Response:
        return self.mock.v2.get("/getPhoneStatus", orderId=order)

    def quote(self) -> tuple[int, dict[str, str]]:
        shown = self.mock.v2.get("/getServiceDetail", country="12", service="ds").json()["body"]
        return round(shown["price"] * 100), {"m": shown["m"], "n": shown["n"]}

    def listed(self) -> int:
        rows = self.mock.v2.get("/getServices", country="12").json()["body"]
        price: int = next(round(row["price"] * 100) for row in rows if row["sShort"] == "ds")
        return price

    def balance(self) -> int:
        return int(self.mock.v2.get("/getBalance").json()["body"]["balance"])


@pytest.fixture
def play(start: Callable[[str], Mock]) -> Play:
    """Starts a mock under readings; its account can be changed, and sections of a scenario be given."""

    def play(readings: Mapping[str, object], account: Mapping[str, object] | None = None, **sections: object) -> Mock:
        clock = {"mode": "manual", "start": "2025-06-15 15:06:40"}
        scenario = {"description": "A reading.", "clock": clock, "accounts": [{**ACCOUNT, **(account or {})}]}
        return start(yaml.safe_dump({**scenario, "readings": dict(readings), "orders": [SMS], **sections}))

    return play


@pytest.fixture(params=[OverV3, OverV2], ids=["v3", "v2"])
def over(request: pytest.FixtureRequest) -> Callable[[Mock], Customer]:
    """Makes a customer of a mock, once for each generation."""
    customer: Callable[[Mock], Customer] = request.param
    return customer
