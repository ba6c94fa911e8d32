"""A client of SMSOnline V3 with httpx and asyncio: it receives the code that a service sends to a phone number."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, Self, TypeVar
from urllib.parse import quote as escape

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

T = TypeVar("T")

ANSWER_SECONDS = 10
NO_NUMBERS = "NO_NUMBERS"
PRICE_CHANGED, PRICE_CHANGED_STATUS = "Additional user action required", 222


class NoCode(Exception):
    """No code will arrive; the text says why."""


class Refused(NoCode):
    """The service refused the request; the text is its code. Retrying does not help."""


class Again(NoCode):
    """Retrying may help, after this many seconds at least."""

    seconds = 0.0


class Unanswered(Again):
    """No response arrived, or an unreadable one. The request may have taken effect."""


class TooMany(Again):
    """The service accepts no calls for this many seconds. The request had no effect."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many requests: wait {seconds:.0f} seconds")
        self.seconds = seconds


class Offer(NamedTuple):
    """What to order, for at most this many US cents."""

    country: str
    service: str
    most: int
    carrier: str = "any"


class Quote(NamedTuple):
    """A price in US cents, and the two halves of its proof."""

    price: int
    m: str
    n: str

    @classmethod
    def read(cls, body: Any) -> Quote:
        """Read the response of getServiceDetail."""
        return cls(int(body["price"]), str(body["m"]), str(body["n"]))


class Item(NamedTuple):
    """What is known about an order. An unknown status counts as waiting."""

    id: str
    service: str = ""
    status: str = "waiting"
    has_sms: bool = False
    code: str | None = None

    @classmethod
    def read(cls, body: Any) -> list[Item]:
        """Read the list from getOrder or getInventory. The latest SMS is not always the one with the code."""
        return [
            cls(
                id=str(item["orderId"]),
                service=str(item["sShort"]),
                status=str(item["status"]),
                has_sms=item["sms"] is not None or bool(item["messages"]),
                code=next((sms["code"] for sms in reversed(item["messages"]) if sms["code"]), item["code"] or None),
            )
            for item in body
        ]


class Client:
    """A client for one account. Tasks can share it: it orders numbers one after another, and polls them in parallel."""

    tries = 5  # orders before giving up on a refusal
    calls = 6  # calls before the service counts as down
    back_off = 1.5
    restock_pause = 25.0
    first_poll, longest_poll = 2.0, 15.0

    def __init__(
        self,
        base_url: str,
        user_id: str,
        api_key: str,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._base_url = base_url
        self._numbers = ("numbers", user_id)
        self._key = api_key
        self._sleep = sleep
        self._http = httpx.AsyncClient(timeout=ANSWER_SECONDS, transport=transport)
        self._with_sms: set[str] = set()
        self._ordering = asyncio.Lock()

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.__aexit__()

    async def receive_code(self, offer: Offer, patience: float = 300) -> str | None:
        """Order a number and return the code that it receives.

        If no SMS arrives in time, request a refund and return None. The patience is in seconds. So it is if
        the task is cancelled. Raises NoCode.
        """
        order = await self.order(offer)
        try:
            code = await self.wait_for_code(order, patience)
        except asyncio.CancelledError:
            await asyncio.shield(self.refund(order))
            raise
        if code is None and not await self.refund(order):
            return (await self._look(order, self.first_poll)).code  # it may have arrived at the last moment
        return code

    async def order(self, offer: Offer) -> str:
        """Order a number at the current price, and return the order id."""
        tries, pause = self.tries, self.restock_pause
        while True:
            try:
                return await self._place(offer, await self.quote(offer))
            except Refused as refusal:
                tries -= 1
                if str(refusal) not in (NO_NUMBERS, PRICE_CHANGED) or not tries:
                    raise
                if str(refusal) == NO_NUMBERS:
                    await self._sleep(pause)
                    pause *= 1.5

    async def quote(self, offer: Offer) -> Quote:
        """Get a quote. Raises Refused if the price is above the maximum."""
        path = (*self._numbers, "lookup", offer.country, offer.carrier, offer.service)
        quote = await self._persist(lambda: self._send("GET", *path, read=Quote.read))
        if quote.price > offer.most:
            raise Refused(f"the price is {quote.price} cents")
        return quote

    async def wait_for_code(self, order: str, patience: float) -> str | None:
        """Poll an order, with growing pauses, until its code arrives, the order ends, or the time is over."""
        for pause in pauses(patience, self.first_poll, self.longest_poll):
            try:
                item = await self._look(order, pause)
            except Refused:
                continue  # the number is paid for, so keep polling
            except NoCode:
                break
            if item.code or item.status in ("refunded", "expired"):
                return item.code
        return None

    async def refund(self, order: str) -> bool:
        """Request a refund, unless an SMS has arrived. Return whether the order is refunded."""
        if order in self._with_sms:
            return False
        try:
            await self._persist(lambda: self._return(order))
        except Refused:
            return (await self._look(order, self.first_poll)).status == "refunded"
        return True

    async def _place(self, offer: Offer, quote: Quote) -> str:
        """Order a number. A lost response does not lead to a second order."""

        async def attempt() -> str:
            try:
                wanted = self._wanted(offer, quote)
                return await self._send(
                    "PUT", *self._numbers, "order", read=lambda body: str(body["orderId"]), **wanted
                )
            except Unanswered:
                found = await self._new_order(offer, before)
                if found is None:
                    raise
                return found

        # One at a time, because otherwise a new order in the inventory could be that of another task.
        async with self._ordering:
            before = {item.id for item in await self._inventory()}
            return await self._persist(attempt)

    def _wanted(self, offer: Offer, quote: Quote) -> dict[str, str]:
        place = {"country": offer.country, "service": offer.service, "carrier": offer.carrier}
        return {**place, "maximumPrice": str(quote.price), "m": quote.m, "n": quote.n}

    async def _new_order(self, offer: Offer, before: set[str]) -> str | None:
        """Find the order whose response was lost."""
        await self._sleep(self.back_off)
        items = await self._inventory()
        return next((item.id for item in items if item.id not in before and item.service == offer.service), None)

    async def _inventory(self) -> list[Item]:
        return await self._persist(lambda: self._send("GET", *self._numbers, "inventory", "0", read=Item.read))

    async def _return(self, order: str) -> None:
        try:
            await self._send("PATCH", *self._numbers, "order", order, "refund", read=str)
        except Unanswered:
            if (await self._look(order, self.first_poll)).status != "refunded":
                raise

    async def _look(self, order: str, pause: float) -> Item:
        """Read an order after a pause."""
        await self._sleep(pause)
        return await self._persist(lambda: self._item(order))

    async def _item(self, order: str) -> Item:
        items = await self._send("GET", *self._numbers, "order", order, read=Item.read)
        item = next((item for item in items if item.id == order), Item(order))
        if item.has_sms:
            self._with_sms.add(order)
        return item

    async def _persist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Retry with growing pauses, until there is a response."""
        failures = 0
        while True:
            try:
                return await attempt()
            except Again as failure:
                failures += 1
                if failures == self.calls:
                    raise NoCode(f"the service does not answer: {failure}") from None
                await self._sleep(self._respite(failure, failures))

    def _respite(self, failure: Again, failures: int) -> float:
        """Return how long to wait after this many failures in a row, in seconds."""
        return max(failure.seconds, self.back_off * 2.0 ** (failures - 1))

    async def _send(self, method: str, *path: str, read: Callable[[Any], T], **fields: str) -> T:
        """Send a request once, and read the body of its response."""
        url = "/".join([self._base_url, *(escape(part, safe="") for part in path)])
        content = {"apiKey": self._key, **fields}
        query, body = (content, None) if method == "GET" else (None, content)
        called = f"{method} {'/'.join(path)}"
        try:
            answer = await self._http.request(method, url, params=query, json=body)
        except httpx.RequestError as error:
            raise Unanswered(f"{called}: {type(error).__name__}") from None
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            after = answer.headers.get("Retry-After", "")
            raise TooMany(float(after) if after.isdecimal() else 0.0)
        try:
            envelope = answer.json()
            if envelope["ok"]:
                return read(envelope["body"])
            code = PRICE_CHANGED if answer.status_code == PRICE_CHANGED_STATUS else str(envelope["errorMessage"])
        except (LookupError, TypeError, ValueError):
            raise Unanswered(f"{called}: status {answer.status_code} without an answer of the service") from None
        if answer.is_server_error and code != NO_NUMBERS:
            raise Unanswered(f"{called}: {code}")
        raise Refused(code)


def pauses(patience: float, shortest: float, longest: float) -> Iterator[float]:
    """Yield growing pauses whose sum is the patience, in seconds."""
    pause = shortest
    while patience > 0:
        yield min(pause, patience)
        patience -= pause
        pause = min(pause * 1.5, longest)


async def main(arguments: Sequence[str], client: type[Client] = Client) -> int:
    """Print a code for `COUNTRY SERVICE MAXIMUM_CENTS`; return 0, or 3 if there is none."""
    parser = argparse.ArgumentParser(description="Print the code that a service sends to a new phone number.")
    parser.add_argument("country", help="such as 12, the United States")
    parser.add_argument("service", help="such as ds, Discord")
    parser.add_argument("most", metavar="maximum", type=int, help="what the number may cost, in US cents")
    parser.add_argument("--carrier", default="any")
    offer = Offer(**vars(parser.parse_args(arguments)))
    speed = float(os.environ.get("SMSONLINE_CLOCK_SPEED", "1"))
    try:
        base_url, user_id, api_key = (os.environ[f"SMSONLINE_{name}"] for name in ("BASE_URL", "USER_ID", "API_KEY"))
    except KeyError as missing:
        parser.error(f"set {missing.args[0]} in the environment")
    try:
        async with client(base_url, user_id, api_key, lambda seconds: asyncio.sleep(seconds / speed)) as account:
            code = await account.receive_code(offer)
    except NoCode as reason:
        print(f"No code: {reason}", file=sys.stderr)
        return 3
    print(code or "No code came", file=sys.stdout if code else sys.stderr)
    return 0 if code else 3


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
