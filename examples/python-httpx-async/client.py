"""A client of SMSOnline V3 with httpx and asyncio: it gets the code that a service sends to a phone number."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

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
    """One account. Many tasks may share it: numbers are ordered one after another, and waited for side by side."""

    def __init__(
        self,
        base_url: str,
        user_id: str,
        api_key: str,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._key = api_key
        self._sleep = sleep
        self._http = httpx.AsyncClient(
            base_url=f"{base_url}/numbers/{user_id}", timeout=ANSWER_SECONDS, transport=transport
        )
        self._ordering = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.__aexit__()

    async def receive_code(self, country: str, service: str, most: int, patience: float = 300) -> str | None:
        """Order a number for at most so many US cents and return the code that it receives.

        Without a code after so many seconds, or if the task is cancelled, the number is returned for its money.
        Raises Refused, Unanswered or TooMany.
        """
        order = await self.order(country, service, most)
        try:
            code = await self.wait_for_code(order, patience)
        except asyncio.CancelledError:
            await asyncio.shield(self.refund(order))
            raise
        if code is None:
            await self.refund(order)
        return code

    async def order(self, country: str, service: str, most: int) -> str:
        """Order a number and return the order's id. An answer that is lost does not make it two orders."""
        wanted = {"country": country, "service": service, "carrier": "any", "maximumPrice": str(most), "m": "", "n": ""}

        async def attempt() -> str:
            try:
                return str((await self._send("PUT", "/order", **wanted))["orderId"])
            except Unanswered:
                for item in await self._inventory():
                    if item["orderId"] not in before and item["sShort"] == service:
                        return str(item["orderId"])
                raise

        # One at a time, or else an order that is found could be that of another task.
        async with self._ordering:
            before = {item["orderId"] for item in await self._inventory()}
            return str(await self._persist(attempt))

    async def wait_for_code(self, order: str, patience: float) -> str | None:
        """Look at an order, less and less often, until its code is there or so many seconds have passed."""
        for pause in pauses(patience):
            await self._sleep(pause)
            item = await self._item(order)
            if item["code"] is not None or item["status"] != "waiting":
                return str(item["code"]) if item["code"] else None
        return None

    async def refund(self, order: str) -> None:
        """Return a number for its money. An answer that is lost does no harm."""

        async def attempt() -> None:
            try:
                await self._send("PATCH", f"/order/{order}/refund")
            except Unanswered:
                if (await self._item(order))["status"] != "refunded":
                    raise

        await self._persist(attempt)

    async def _inventory(self) -> Any:
        return await self._persist(lambda: self._send("GET", "/inventory/0"))

    async def _item(self, order: str) -> Any:
        return (await self._persist(lambda: self._send("GET", f"/order/{order}")))[0]

    async def _persist(self, attempt: Callable[[], Awaitable[Any]]) -> Any:
        """Try again, later and later, until there is an answer."""
        for number in range(ATTEMPTS - 1):
            try:
                return await attempt()
            except TooMany as refusal:
                await self._sleep(refusal.seconds)
            except Unanswered:
                await self._sleep(2.0**number)
        return await attempt()

    async def _send(self, method: str, path: str, **fields: str) -> Any:
        """Send a request once and return the body of its answer."""
        content: Any = {"apiKey": self._key, **fields}
        try:
            if method == "GET":
                answer = await self._http.get(path, params=content)
            else:
                answer = await self._http.request(method, path, json=content)
        except httpx.TransportError as error:
            raise Unanswered(f"{method} {path}: {type(error).__name__}") from None
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise TooMany(float(answer.headers.get("Retry-After", FIRST_PAUSE)))
        if answer.is_server_error:
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
