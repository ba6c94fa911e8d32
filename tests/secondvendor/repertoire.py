"""The list of flows, what a flow needs of the server, and the customer who plays it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, Protocol

import requests

from tests.secondvendor.client import V2, V3, RefusedError

MINUTE = 60
LIFETIME = 25 * MINUTE
RENEWAL = 10 * MINUTE


class Backstage(Protocol):
    """A server with one fresh account, and what a test can let happen.

    Nothing else happens. The prices and the stock are at first as usual: country 12 (tmobile, verizon) sells ds for
    16 cents, tg for 120 and go for 33, country 6 (telkomsel) sells ds for 7 and wa for 9, country 16 (ee, three) sells
    tg for 85 and ig for 48. Every carrier has 40 numbers of each.
    """

    v3_url: str
    v2_url: str
    user: str
    key: str

    def advance(self, seconds: int) -> None:
        """Let time pass."""

    def deliver(self, number: str, text: str, code: str) -> None:
        """Let an SMS come."""

    def settle(self, token: str, state: str) -> None:
        """End a top-up: `paid` or `cancelled`."""

    def market(self, country: str, service: str, price: int | None = None, left: int | None = None) -> None:
        """Change a price in cents, or how many numbers each carrier has left."""

    def second_account(self) -> tuple[str, str]:
        """Return the user id and the key of one more account."""

    def coupon(self, code: str, percent: int, by: str) -> None:
        """Give the account a coupon for `crypto` or `card`. It comes before anything else in a flow."""

    def throttle(self) -> None:
        """Let the next request of the account be refused as one too many."""


class Customer(NamedTuple):
    """A customer with a client of each version."""

    v3: V3
    v2: V2


Story = Callable[[Backstage, Customer], None]


class Flow(NamedTuple):
    """A story, and what its account begins with, in cents."""

    name: str
    story: Story
    balance: int
    charges: int

    def play(self, backstage: Backstage) -> None:
        """Play the story."""
        with customer(backstage) as me:
            self.story(backstage, me)


FLOWS: list[Flow] = []


def flow(*, balance: int = 1_000, charges: int = 0) -> Callable[[Story], Story]:
    """Put a story on the list."""

    def put(story: Story) -> Story:
        FLOWS.append(Flow(story.__name__, story, balance, charges))
        return story

    return put


@contextmanager
def customer(backstage: Backstage) -> Iterator[Customer]:
    """Make a customer who has the account of a server."""
    with requests.Session() as http:
        http.trust_env = False
        login = (backstage.user, backstage.key)
        yield Customer(V3(http, backstage.v3_url, *login), V2(http, backstage.v2_url, *login))


def refused(call: Callable[[], object]) -> RefusedError:
    """Return the refusal of a call."""
    try:
        answer = call()
    except RefusedError as error:
        return error
    raise AssertionError(f"this was not refused: {answer!r}")
