"""A short way to say what is asked of a mock and what comes back, for the proofs that a mutant misbehaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.simulation.units import duration

if TYPE_CHECKING:
    import httpx

    from mockserver.domain.world import World

SCENARIO = """
description: Four accounts for the proofs; time stands still until it is told to pass.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - {userId: ann, key: ann-key, balance: 1000, totalCharges: 4000, coupons: [{code: TEN, percentage: 10}]}
  - {userId: bob, key: bob-key, balance: 1000, coupons: [{code: SPENT, percentage: 10, used: true}]}
  - {userId: poor, key: poor-key, balance: 1}
  - {userId: shut, key: shut-key, balance: 1000, blocked: true}
catalogue:
  - {country: "12", service: ds, price: 100, stock: 100}
  - {country: "12", service: wa, price: 100, stock: 100}
  - {country: "95", service: go, carrier: du, price: 105, stock: 9}
  - {country: "16", service: ds, price: 100, stock: 1}
  - {country: "12", service: tg, price: 100, stock: 10}
  - {country: "12", service: tg, price: 120, at: 1h}
  - {country: "6", service: ds, carrier: telkomsel, price: 100, stock: 0}
orders:
  - when: {service: wa}
  - when: {country: "95"}
    sms:
      - {after: 21m}
  - sms:
      - {after: 5s}
      - {after: 10s}
payments:
  - when: {account: bob, provider: pay4bit}
  - ends: {after: 10s}
"""


class Answer(NamedTuple):
    """What came back: the status, the headers, and the body as data, or as bytes where it is no JSON."""

    status: int
    headers: httpx.Headers
    body: Any

    @property
    def seen(self) -> tuple[int, Any]:
        """Status and body."""
        return self.status, self.body

    @property
    def result(self) -> Any:
        """What stands in the envelope, or the whole answer where there is none."""
        return self.body.get("body", self.body) if isinstance(self.body, dict) else self.body


class Probe:
    """Calls a mock as the account `ann`, or another."""

    def __init__(self, client: httpx.Client, world: World, user: str = "ann") -> None:
        self._client = client
        self._world = world
        self.user = user
        self.key = f"{user}-key"

    def as_user(self, user: str) -> Probe:
        """The same mock, called by somebody else."""
        return Probe(self._client, self._world, user)

    def wait(self, text: str) -> None:
        """Let virtual time pass, such as `20m`."""
        self._world.clock.advance(duration(text))

    def ask(self, method: str, url: str, content: bytes = b"", **headers: str) -> Answer:
        """Send a request as it stands."""
        response = self._client.request(method, url, content=content, headers=headers)
        try:
            body = response.json()
        except ValueError:
            body = response.content
        return Answer(response.status_code, response.headers, body)

    def get(self, path: str, **query: str) -> Answer:
        """GET a path of V3 below its area, such as `numbers/order/1`; the user's id goes behind the area."""
        return self._get(f"/v3/{self._own(path)}", apiKey=self.key, **query)

    def send(self, method: str, path: str, **body: Any) -> Answer:
        """PUT or PATCH a path of V3, given as to `get`."""
        return self._send(method, f"/v3/{self._own(path)}", apiKey=self.key, **body)

    def get2(self, path: str, **query: str) -> Answer:
        """GET a path of V2."""
        return self._get(f"/cs/{path}", userId=self.user, key=self.key, **query)

    def post2(self, path: str, **body: Any) -> Answer:
        """POST a path of V2."""
        return self._send("POST", f"/cs/{path}", userId=self.user, key=self.key, **body)

    def try_order(self, service: str = "ds", **changes: Any) -> Answer:
        """Order a number in the United States by V3, unless told otherwise."""
        order_arguments = {
            "country": "12",
            "service": service,
            "carrier": "any",
            "maximumPrice": "9999",
            "m": "",
            "n": "",
        }
        return self.send("PUT", "numbers/order", **{**order_arguments, **changes})

    def order(self, service: str = "ds", **changes: Any) -> str:
        """Order a number that there is; answer the order's id. Without an SMS it is of the service `wa`."""
        order_id: str = self.try_order(service, **changes).result["orderId"]
        return order_id

    def purchase(self, **changes: Any) -> Answer:
        """Order a number by V2."""
        order_arguments = {
            "country": "12",
            "service": "ds",
            "carrier": "any",
            "maximumPrice": "99.99",
            "m": "",
            "n": "",
        }
        return self.post2("purchase", **{**order_arguments, **changes})

    def show(self, order_id: str) -> Any:
        """An order as V3 shows it; None where it is not shown."""
        found = self.get(f"numbers/order/{order_id}").result
        return found[0] if isinstance(found, list) else None

    def refund(self, order_id: str) -> Answer:
        """Return a number."""
        return self.send("PATCH", f"numbers/order/{order_id}/refund")

    def another(self, order_id: str) -> Answer:
        """Ask for another SMS."""
        return self.send("PATCH", f"numbers/order/{order_id}/requestAnother")

    def inventory(self, limit: int = 99) -> list[str]:
        """The ids of the orders that V3 lists, as they are listed."""
        return [str(item["orderId"]) for item in self.get(f"numbers/inventory/{limit}").result]

    def balance(self) -> Any:
        """The balance by V3, in cents."""
        return self.get("customers/balance").result["balance"]

    def balance_later(self) -> Any:
        """The balance when all payments are paid."""
        self.wait("11s")
        return self.balance()

    def pay(self, cents: int = 500, **body: Any) -> Answer:
        """Ask for an invoice in cryptocurrency."""
        return self.send("PUT", f"customers/cryptomus/invoice/{cents}", **body)

    def _own(self, path: str) -> str:
        area, slash, rest = path.partition("/")
        return f"{area}/{self.user}{slash}{rest}"

    def _get(self, url: str, **query: str) -> Answer:
        return self.ask("GET", str(self._client.build_request("GET", url, params=query).url))

    def _send(self, method: str, url: str, **body: Any) -> Answer:
        return self.ask(method, url, json.dumps(body).encode(), **{"content-type": "application/json"})
