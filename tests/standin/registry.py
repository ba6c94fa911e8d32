"""The list of flows, and the decorator that puts a story on it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import httpx

from tests.standin.answers import ApiError, Quote
from tests.standin.client import V3
from tests.standin.client_v2 import V2
from tests.standin.world import World


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer of a story: a client of each version, with the credentials of the world's account."""

    v3: V3
    v2: V2


Story = Callable[[World, Customer], None]


@dataclass(frozen=True, slots=True)
class Flow:
    """A story, and the money that its account begins with (in cents)."""

    name: str
    story: Story
    balance: int
    charges: int

    def __call__(self, world: World) -> None:
        """Play the story in a fresh world whose account has this flow's balance and total charges."""
        with customer(world) as me:
            self.story(world, me)


FLOWS: list[Flow] = []


def flow(*, balance: int = 10_000, charges: int = 0) -> Callable[[Story], Story]:
    """Put a story on the list of flows."""

    def register(story: Story) -> Story:
        FLOWS.append(Flow(story.__name__, story, balance, charges))
        return story

    return register


@contextmanager
def customer(world: World) -> Iterator[Customer]:
    """Make the customer of a world, and close the connections afterwards."""
    with httpx.Client(trust_env=False, timeout=10) as http:
        yield Customer(V3(http, world.v3_url, world.user, world.key), V2(http, world.v2_url, world.user, world.key))


def refused(call: Callable[[], object]) -> ApiError:
    """Expect a call to be refused; answer the refusal."""
    try:
        answer = call()
    except ApiError as error:
        return error
    raise AssertionError(f"this was not refused: {answer!r}")


def without_keys(quote: Quote) -> Quote:
    """Forget the two keys of a quote."""
    return replace(quote, first="", second="")
