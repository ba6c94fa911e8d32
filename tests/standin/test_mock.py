"""Plays every flow against our mock, whose contract is corrected by one overlay into what the stand-in does."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mockserver.testing.server import Server
from tests.standin.answers import QuoteChangedError
from tests.standin.flows import FLOWS, Flow
from tests.standin.mock_world import MockWorld
from tests.standin.registry import customer, refused

OVERLAY = Path(__file__).parent / "vendor.yaml"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a mock with the overlay."""
    with Server.here([OVERLAY]) as running:
        yield running


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_flow(flow: Flow, server: Server) -> None:
    with closing(MockWorld(server, flow.balance, flow.charges)) as world:
        flow(world)


def test_a_stale_quote_is_answered_with_the_new_one_at_the_discount_of_the_account(server: Server) -> None:
    with closing(MockWorld(server, 10_000, 8_000)) as world, customer(world) as me:
        old = me.v3.quote("12", "wa")
        world.set_offer("12", "wa", price_cents=50)
        error = refused(lambda: me.v3.order(old))
        assert isinstance(error, QuoteChangedError)
        assert (error.quote.price, error.quote) == (40, me.v3.quote("12", "wa"))
