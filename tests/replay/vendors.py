"""The stand-ins: how each is run, its flows, and how a flow is played at it and at a mock."""

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from mockserver.testing.server import Server
from tests.secondvendor import flows as second
from tests.secondvendor.backstages import MockBackstage, StandinBackstage
from tests.secondvendor.processes import ROOT
from tests.standin import flows as first
from tests.standin.mock_world import MockWorld
from tests.standin.test_standin import StandinWorld


class Vendor(NamedTuple):
    """A stand-in and its client.

    `overlay` is the one written by hand. `at_home` plays a flow of `flows` at the stand-in, whose customers come to a
    URL. `at_mock` plays it at a mock.
    """

    name: str
    command: tuple[str, ...]
    overlay: Path
    flows: Sequence[Any]
    at_home: Callable[[httpx.Client, Any, str], None]
    at_mock: Callable[[Server, Any], None]


def _first_at_home(http: httpx.Client, flow: first.Flow, url: str) -> None:
    world = StandinWorld(http, flow.balance, flow.charges)
    world.v3_url, world.v2_url = f"{url}/v3", f"{url}/cs"
    flow(world)


def _first_at_mock(server: Server, flow: first.Flow) -> None:
    with closing(MockWorld(server, flow.balance, flow.charges)) as world:
        flow(world)


def _second_at_home(http: httpx.Client, flow: second.Flow, url: str) -> None:
    flow.play(StandinBackstage(http, flow.balance, flow.charges, url))


def _second_at_mock(server: Server, flow: second.Flow) -> None:
    with closing(MockBackstage(server.steering, server.url, flow.balance, flow.charges)) as backstage:
        flow.play(backstage)


UNLEARNED = {"comes_again_in_time"}
"""Flows that no recording has, because drift learns no headers."""
VENDORS = {
    vendor.name: vendor
    for vendor in (
        Vendor(
            "first",
            (sys.executable, "-m", "tests.standin.vendor"),
            ROOT / "tests/standin/vendor.yaml",
            first.FLOWS,
            _first_at_home,
            _first_at_mock,
        ),
        Vendor(
            "second",
            (sys.executable, "-m", "tests.secondvendor.server"),
            ROOT / "tests/secondvendor/vendor.yaml",
            [flow for flow in second.FLOWS if flow.name not in UNLEARNED],
            _second_at_home,
            _second_at_mock,
        ),
    )
}
