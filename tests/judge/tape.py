"""Traffic of a client, written down call by call."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from mockserver.contract import load
from mockserver.judge import Limits, judge
from mockserver.traffic import Answer, Exchange, Request

if TYPE_CHECKING:
    from mockserver.judge import Judgement

START = 1_750_000_000_000
HOST = "http://service.test"
DOCUMENTS = {name: load(name) for name in ("v3", "v2")}
LOST = None
BROKEN = (500, {"ok": False, "errorMessage": "SERVER_ERROR"})
NO_NUMBERS = (200, {"ok": False, "errorMessage": "NO_NUMBERS"})
PRICE_CHANGED = (222, {"ok": False, "errorMessage": "Additional user action required"})
TOO_SOON = (200, {"ok": False, "errorMessage": "SMS_NOT_RECEIVED"})


def written(milliseconds: int) -> str:
    """A time as the service writes it."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


def item(number: str = "1", status: str = "waiting", **fields: Any) -> dict[str, Any]:
    """An order as the service shows it."""
    return {
        "sShort": "ds",
        "cShort": "12",
        "orderId": number,
        "country": "United States",
        "service": "Discord",
        "carrier": "any",
        "phoneNumber": "15550001",
        "purchasePrice": 16,
        "status": status,
        "expiredAtUTC": written(START + 1_200_000),
        "orderedAtUTC": written(START),
        "sms": None,
        "code": None,
        "messages": [],
        **fields,
    }


class Tape:
    """What a client of V3 did, and when: `at` is in seconds since the start."""

    def __init__(self) -> None:
        self.exchanges: list[Exchange] = []

    def call(
        self, method: str, path: str, answer: Any = None, at: float = 0, headers: tuple[tuple[str, str], ...] = (),
        sent: tuple[tuple[str, str], ...] = (), **fields: Any,
    ) -> Tape:  # fmt: skip
        """Add a call; `answer` is a body that is granted, a status with a body, or LOST."""
        url, body = f"{HOST}{path}", b""
        if method == "GET":
            url += "?apiKey=[redacted]" + "".join(f"&{name}={value}" for name, value in fields.items())
        else:
            body = orjson.dumps({"apiKey": "[redacted]", **fields})
        given = None
        if answer is not None:
            status, said = answer if isinstance(answer, tuple) else (200, {"ok": True, "body": answer})
            content = said if isinstance(said, bytes) else orjson.dumps(said)
            given = Answer(status, (("content-type", "application/json"), *headers), content)
        sent = (("content-type", "application/json"), *sent) if body else sent
        started = START + round(at * 1000)
        self.exchanges.append(Exchange(Request(method, url, sent, body), given, started, 1.0))
        return self

    def order(self, answer: Any = "1", at: float = 0, **fields: Any) -> Tape:
        """Order a number; an id for an answer is an order that is granted."""
        if isinstance(answer, str):
            price = fields.pop("price", 16)
            answer = {
                "orderId": answer,
                "phoneNumber": "15550001",
                "expiredAtUTC": written(START + 1_200_000),
                "purchasePrice": price,
            }
        asked = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "20", "m": "", "n": "", **fields}
        return self.call("PUT", "/v3/numbers/demo/order", answer, at, **asked)

    def look(self, answer: Any = "waiting", at: float = 0, number: str = "1") -> Tape:
        """Look at an order; a status for an answer is an order in that state."""
        shown = [item(number, answer)] if isinstance(answer, str) else answer
        return self.call("GET", f"/v3/numbers/demo/order/{number}", shown, at)

    def listed(self, *items: dict[str, Any], at: float = 0, answer: Any = None) -> Tape:
        """Look at the inventory."""
        return self.call("GET", "/v3/numbers/demo/inventory/25", answer or list(items), at)

    def refund(self, answer: Any = "refund-completed", at: float = 0, number: str = "1") -> Tape:
        """Return a number."""
        return self.call("PATCH", f"/v3/numbers/demo/order/{number}/refund", answer, at)

    def another(self, answer: Any = "requestAnother-completed", at: float = 0, number: str = "1") -> Tape:
        """Ask for another SMS."""
        return self.call("PATCH", f"/v3/numbers/demo/order/{number}/requestAnother", answer, at)

    def quote(self, price: int = 16, carrier: str = "any", m: str = "m1", at: float = 0) -> Tape:
        """Ask for a quote."""
        quote = {
            "sShort": "ds", "service": "Discord", "cShort": "12", "country": "United States", "carrier": carrier,
            "price": price, "count": 9, "successRate": 0.9, "m": m, "n": f"n{m}",
        }  # fmt: skip
        return self.call("GET", f"/v3/numbers/demo/lookup/12/{carrier}/ds", quote, at)

    def balance(self, at: float = 0) -> Tape:
        """Read the balance."""
        return self.call("GET", "/v3/customers/demo/balance", {"balance": 100}, at)

    def judged(self, **options: Any) -> Judgement:
        """Judge it."""
        return judge(self.exchanges, DOCUMENTS, limits=options.pop("limits", Limits()), **options)

    def codes(self, **options: Any) -> set[str]:
        """The codes of what is found."""
        return {finding.code for finding in self.judged(**options).findings}
