"""Plays every flow against the second stand-in."""

import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.secondvendor.backstages import StandinBackstage
from tests.secondvendor.flows import FLOWS, Flow
from tests.secondvendor.server import create_server, listen


@pytest.fixture(scope="module")
def standin() -> Iterator[httpx.Client]:
    """Run a stand-in, and give a client of its backstage."""
    listener, url = listen(0)
    server = create_server()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    with httpx.Client(base_url=url, trust_env=False, timeout=10) as http:
        yield http
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_flow(flow: Flow, standin: httpx.Client) -> None:
    flow.play(StandinBackstage(standin, flow.balance, flow.charges))


def test_flows_are_many_and_named_apart() -> None:
    assert len(FLOWS) >= 60
    assert len({flow.name for flow in FLOWS}) == len(FLOWS)
