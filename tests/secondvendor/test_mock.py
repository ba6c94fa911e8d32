"""Plays every flow against our mock, whose contract an overlay corrects into what the second stand-in does."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from mockserver.testing.server import Server
from tests.secondvendor.backstages import MockBackstage
from tests.secondvendor.flows import FLOWS, Flow

OVERLAY = Path(__file__).parent / "vendor.yaml"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Run a mock with the overlay."""
    with Server.here([OVERLAY]) as running:
        yield running


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_flow(flow: Flow, server: Server) -> None:
    with closing(MockBackstage(server.steering, server.url, flow.balance, flow.charges)) as backstage:
        flow.play(backstage)
