"""A client of SMSOnline V3 with requests: it gets the code that a service sends to a phone number."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANSWER_SECONDS = 10
ATTEMPTS = 4
FIRST_PAUSE = 2.0
LONGEST_PAUSE = 15.0


class Refused(Exception):
    """The service said no; the text is its code. To ask again would not help."""


class Unanswered(Exception):
    """No answer came, or none that makes sense: what was asked for may have happened."""


class TooMany(Exception):
    """The service wants a pause of some seconds. Nothing has happened."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many requests: wait {seconds:.0f} seconds")
        self.seconds = seconds


class Client:
    """One account. Places one order at a time: what was ordered without an answer is found by what is new."""

    def __init__(
        self, base_url: str, user_id: str, api_key: str, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._numbers = f"{base_url}/numbers/{user_id}"
        self._key = api_key
        self._sleep = sleep
        self._session = requests.Session()

    def receive_code(self, country: str, service: str, most: int, patience: float = 300) -> str | None:
        """Order a number for at most so many US cents and return the code that it receives.

        Without a code after so many seconds, the number is returned for its money, and the answer is None.
        Raises Refused, Unanswered or TooMany.
        """
        order = self.order(country, service, most)
        code = self.wait_for_code(order, patience)
        if code is None:
            self.refund(order)
        return code

    def order(self, country: str, service: str, most: int) -> str:
        """Order a number and return the order's id. An answer that is lost does not make it two orders."""
        before = {item["orderId"] for item in self._inventory()}
        wanted = {"country": country, "service": service, "carrier": "any", "maximumPrice": str(most), "m": "", "n": ""}

        def attempt() -> str:
            try:
                return str(self._send("PUT", "/order", **wanted)["orderId"])
            except Unanswered:
                for item in self._inventory():
                    if item["orderId"] not in before and item["sShort"] == service:
                        return str(item["orderId"])
                raise

        return str(self._persist(attempt))

    def wait_for_code(self, order: str, patience: float) -> str | None:
        """Look at an order, less and less often, until its code is there or so many seconds have passed."""
        for pause in pauses(patience):
            self._sleep(pause)
            item = self._item(order)
            if item["code"] is not None or item["status"] != "waiting":
                return str(item["code"]) if item["code"] else None
        return None

    def refund(self, order: str) -> None:
        """Return a number for its money. An answer that is lost does no harm."""

        def attempt() -> None:
            try:
                self._send("PATCH", f"/order/{order}/refund")
            except Unanswered:
                if self._item(order)["status"] != "refunded":
                    raise

        self._persist(attempt)

    def _inventory(self) -> Any:
        return self._persist(lambda: self._send("GET", "/inventory/0"))

    def _item(self, order: str) -> Any:
        return self._persist(lambda: self._send("GET", f"/order/{order}"))[0]

    def _persist(self, attempt: Callable[[], Any]) -> Any:
        """Try again, later and later, until there is an answer."""
        for number in range(ATTEMPTS - 1):
            try:
                return attempt()
            except TooMany as refusal:
                self._sleep(refusal.seconds)
            except Unanswered:
                self._sleep(2.0**number)
        return attempt()

    def _send(self, method: str, path: str, **fields: str) -> Any:
        """Send a request once and return the body of its answer."""
        content = {"apiKey": self._key, **fields}
        query, body = (content, None) if method == "GET" else (None, content)
        try:
            answer = self._session.request(
                method, f"{self._numbers}{path}", params=query, json=body, timeout=ANSWER_SECONDS
            )
        except requests.RequestException as error:
            # Without its cause, whose text has the URL, and with it the key.
            raise Unanswered(f"{method} {path}: {type(error).__name__}") from None
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise TooMany(float(answer.headers.get("Retry-After", FIRST_PAUSE)))
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Unanswered(f"{method} {path}: status {answer.status_code}")
        try:
            envelope = answer.json()
            if envelope["ok"]:
                return envelope["body"]
            message = str(envelope["errorMessage"])
        except (ValueError, KeyError, TypeError):
            raise Unanswered(f"{method} {path}: not an answer of the service") from None
        raise Refused(message)


def pauses(patience: float) -> Iterator[float]:
    """Pauses that begin short and grow, together as long as the patience, in seconds."""
    pause = FIRST_PAUSE
    while patience > 0:
        yield min(pause, patience)
        patience -= pause
        pause = min(pause * 1.5, LONGEST_PAUSE)
