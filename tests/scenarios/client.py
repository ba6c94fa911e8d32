"""A program that orders a number and waits for its code, as customers of the vendor write them.

It knows nothing of a mock: it gets an HTTP client, its credentials, and a way to sleep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import httpx

if TYPE_CHECKING:
    from collections.abc import Callable

TRIES = 3
POLL_SECONDS = 5
PATIENCE_SECONDS = 180
RESTOCK_SECONDS = 30
CALLS = 5
"""How often a call is repeated that fails for a reason of the service's own."""

NO_NUMBERS = "NO_NUMBERS"
PRICE_CHANGED = "Additional user action required"


class Refused(Exception):  # noqa: N818 - an answer, and none that repeating the call would change
    """The service said no; the text is its code."""


class Lost(Exception):  # noqa: N818 - nobody knows what has happened
    """No answer came, or none that makes sense: what was asked for may have happened."""


class Result(NamedTuple):
    """The code, if one came, after so many tries; `ending` says how the last one ended."""

    code: str | None
    tries: int
    ending: str


class Program:
    """Orders numbers of one service in one country until a code arrives, at most three times."""

    def __init__(self, http: httpx.Client, user: str, key: str, sleep: Callable[[float], None]) -> None:
        self._http = http
        self._user = user
        self._key = key
        self._sleep = sleep
        self._seen: set[str] = set()

    def run(self, country: str = "12", service: str = "ds") -> Result:
        """Get a code."""
        code, tries, ending = None, 0, ""
        try:
            self._seen.update(item["orderId"] for item in self._inventory())
            while code is None and tries < TRIES:
                tries += 1
                code, ending = self._try(country, service)
        except Refused as refusal:
            return Result(None, tries, str(refusal))
        except Lost:
            return Result(None, tries, "no answer")
        return Result(code, tries, ending)

    def _try(self, country: str, service: str) -> tuple[str | None, str]:
        """Order once: the code, if one came, and how it ended. Raises Refused when trying again is of no use."""
        try:
            order = self._order(country, service)
        except Refused as refusal:
            if str(refusal) not in (NO_NUMBERS, PRICE_CHANGED):
                raise
            self._sleep(RESTOCK_SECONDS if str(refusal) == NO_NUMBERS else 0)
            return None, str(refusal)
        self._seen.add(order)
        code = self._wait(order)
        return (None, self._return(order)) if code is None else (code, "code received")

    def _order(self, country: str, service: str) -> str:
        quote = self._get(f"/numbers/{self._user}/lookup/{country}/any/{service}")
        proof = {"maximumPrice": str(quote["price"]), "m": quote["m"], "n": quote["n"]}
        wanted = {"country": country, "service": service, "carrier": "any", **proof}
        for _ in range(CALLS):
            try:
                return str(self._send("PUT", f"/numbers/{self._user}/order", **wanted)["orderId"])
            except (Lost, KeyError):
                # The money may be gone: only the inventory knows.
                found = self._unknown_order(country, service)
                if found is not None:
                    return found
        raise Lost("order")

    def _unknown_order(self, country: str, service: str) -> str | None:
        """An order that must be this program's, since it was not there before."""
        for item in self._inventory():
            if item["orderId"] not in self._seen and (item["cShort"], item["sShort"]) == (country, service):
                return str(item["orderId"])
        return None

    def _inventory(self) -> Any:
        return self._get(f"/numbers/{self._user}/inventory/0")

    def _wait(self, order: str) -> str | None:
        for _ in range(0, PATIENCE_SECONDS, POLL_SECONDS):
            self._sleep(POLL_SECONDS)
            code: str | None = self._item(order)["code"]
            if code is not None:
                return code
        return None

    def _return(self, order: str) -> str:
        for _ in range(CALLS):
            try:
                self._send("PATCH", f"/numbers/{self._user}/order/{order}/refund")
            except Refused as refusal:
                return f"no code, {refusal}"
            except Lost:
                if self._item(order)["status"] != "refunded":
                    continue
            return "no code, number returned"
        raise Lost("return")

    def _item(self, order: str) -> Any:
        return self._get(f"/numbers/{self._user}/order/{order}")[0]

    def _get(self, path: str) -> Any:
        """Repeat a call without consequences until its answer is there."""
        for _ in range(CALLS):
            try:
                return self._call("GET", path, params={"apiKey": self._key})
            except Lost:
                self._sleep(1)
        raise Lost(path)

    def _send(self, method: str, path: str, **body: str) -> Any:
        return self._call(method, path, json={"apiKey": self._key, **body})

    def _call(self, method: str, path: str, **content: Any) -> Any:
        for attempt in range(CALLS):
            try:
                answer = self._http.request(method, f"/v3{path}", **content)
            except httpx.TransportError as error:
                raise Lost(path) from error
            if answer.status_code != httpx.codes.TOO_MANY_REQUESTS and not answer.is_server_error:
                return self._body(answer)
            self._sleep(float(answer.headers.get("retry-after", 2**attempt)))
        raise Lost(path)

    def _body(self, answer: httpx.Response) -> Any:
        try:
            envelope = answer.json()
            if envelope["ok"]:
                return envelope["body"]
            message = str(envelope["errorMessage"])
        except (ValueError, KeyError, TypeError) as error:
            raise Lost(str(answer.request.url.path)) from error
        raise Refused(message)
