"""Compare the cost of a test with the fixture `smsonline` to other ways of mocking an API in a test.

Each way runs the same test many times in a separate pytest process. The test orders a number and polls it until the SMS
arrives, which takes three requests. The general tools return canned JSON; respx and responses do so in the client,
without a socket. The table shows the first setup with its imports, the first call (the mock loads its server then), and
the medians of the further setups with teardowns ("around") and calls. The client is created before the measurement,
because loading its certificates takes longer than everything else.

The figures are wall-clock and processor times, each the best of several rounds, because other programs use the machine
too. An empty test, and a test with two idle fixtures, as many as the mock has, show the cost of pytest itself.

    python -m benchmarks.plugin [--tests 200] [--rounds 3]

It uses `respx`, `pytest-httpserver` and `responses` in addition to the requirements of the tests, and skips the missing
ones.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

_CONFTEST = """
import json
import time
from pathlib import Path

_phases = []
_spent = [time.process_time()]

def pytest_runtest_logreport(report):
    _spent.append(time.process_time())
    _phases.append((report.when, report.duration, _spent[-1] - _spent[-2]))

def pytest_sessionfinish():
    Path("phases.json").write_text(json.dumps(_phases))
"""

_CANNED = """
import asyncio
import httpx
import pytest
import requests

ORDERED = {"ok": True, "body": {"orderId": "1", "phoneNumber": "14155550102", "purchasePrice": 16}}
WAITING = {"ok": True, "body": [{"orderId": "1", "status": "active", "sms": "", "code": ""}]}
ARRIVED = {"ok": True, "body": [{"orderId": "1", "status": "completed", "sms": "Code: 846288", "code": "846288"}]}

def flow(client, base, user="me", key="my-key", wait=lambda: None):
    body = {"apiKey": key, "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "100", "m": "", "n": ""}
    ordered = client.put(f"{base}/numbers/{user}/order", json=body).json()["body"]
    url = f"{base}/numbers/{user}/order/{ordered['orderId']}"
    polls = []
    for _ in range(2):
        polls.append(client.get(url, params={"apiKey": key}).json()["body"][0]["code"])
        wait()
    assert polls[0] != polls[1]
"""

_NOTHING = """
@pytest.mark.parametrize("n", range(TESTS))
def test_order(n):
    pass
"""

_IDLE = """
@pytest.fixture(scope="session")
def server():
    yield

@pytest.fixture
def world(request, server):
    yield

@pytest.mark.parametrize("n", range(TESTS))
def test_order(world, n):
    pass
"""

_SOCKET = """
CLIENT = httpx.Client()

@pytest.fixture(scope="session", autouse=True)
def closing():
    with CLIENT:
        yield
"""

_SMSONLINE = """
@pytest.mark.smsonline(clock={"step": "3s"})
@pytest.mark.parametrize("n", range(TESTS))
def test_order(smsonline, n):
    flow(CLIENT, smsonline.base_url, smsonline.user_id, smsonline.api_key)
"""

_IN_PROCESS = """
@pytest.fixture(scope="session")
def runner():
    with asyncio.Runner() as runner:
        yield runner

async def asynchronous_flow(smsonline, app):
    base, user, key = "https://api-x.smsonline.cloud/v3", smsonline.user_id, smsonline.api_key
    body = {"apiKey": key, "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "100", "m": "", "n": ""}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
        ordered = (await client.put(f"{base}/numbers/{user}/order", json=body)).json()["body"]
        url = f"{base}/numbers/{user}/order/{ordered['orderId']}"
        polls = [(await client.get(url, params={"apiKey": key})).json()["body"][0]["code"] for _ in range(2)]
    assert polls[0] != polls[1]

@pytest.mark.smsonline(clock={"step": "3s"})
@pytest.mark.parametrize("n", range(TESTS))
def test_order(smsonline, smsonline_app, runner, n):
    runner.run(asynchronous_flow(smsonline, smsonline_app))
"""

_HTTPSERVER = """
@pytest.mark.parametrize("n", range(TESTS))
def test_order(httpserver, n):
    httpserver.expect_ordered_request("/v3/numbers/me/order", method="PUT").respond_with_json(ORDERED)
    httpserver.expect_ordered_request("/v3/numbers/me/order/1").respond_with_json(WAITING)
    httpserver.expect_ordered_request("/v3/numbers/me/order/1").respond_with_json(ARRIVED)
    flow(CLIENT, httpserver.url_for("/v3"))
"""

_RESPX = """
@pytest.mark.parametrize("n", range(TESTS))
def test_order(respx_mock, n):
    respx_mock.put("http://service/v3/numbers/me/order").respond(json=ORDERED)
    answers = [httpx.Response(200, json=WAITING), httpx.Response(200, json=ARRIVED)]
    respx_mock.get("http://service/v3/numbers/me/order/1").mock(side_effect=answers)
    with httpx.Client() as client:
        flow(client, "http://service/v3")
"""

_RESPONSES = """
@pytest.fixture
def mocked():
    import responses
    with responses.RequestsMock() as mocked:
        yield mocked

@pytest.mark.parametrize("n", range(TESTS))
def test_order(mocked, n):
    mocked.put("http://service/v3/numbers/me/order", json=ORDERED)
    mocked.get("http://service/v3/numbers/me/order/1", json=WAITING)
    mocked.get("http://service/v3/numbers/me/order/1", json=ARRIVED)
    with requests.Session() as client:
        flow(client, "http://service/v3")
"""


class Way(NamedTuple):
    """A way to mock an API in a test: the module that it needs, its pytest plugins, and its test."""

    name: str
    module: str
    plugins: tuple[str, ...]
    test: str


WAYS = (
    Way("an empty test", "pytest", (), _NOTHING),
    Way("idle fixtures", "pytest", (), _IDLE),
    Way("smsonline, socket", "mockserver", ("mockserver.pytest_plugin",), _SOCKET + _SMSONLINE),
    Way("smsonline, ASGI", "mockserver", ("mockserver.pytest_plugin",), _IN_PROCESS),
    Way("pytest-httpserver", "pytest_httpserver", ("pytest_httpserver.pytest_plugin",), _SOCKET + _HTTPSERVER),
    Way("respx", "respx", ("respx.plugin",), _RESPX),
    Way("responses", "responses", (), _RESPONSES),
)


class Figures(NamedTuple):
    """Wall-clock or processor times in milliseconds.

    `first` and `first_call` are the first setup and call; `around` (setup with teardown) and `call` are the medians of
    the further tests.
    """

    first: float
    first_call: float
    around: float
    call: float

    @classmethod
    def of(cls, spent: Mapping[str, Sequence[float]]) -> "Figures":
        """Compute the figures from the seconds of every test by phase."""
        around = [sum(pair) for pair in zip(spent["setup"][1:-1], spent["teardown"][1:-1], strict=True)]
        first = (spent["setup"][0], spent["call"][0])
        figures = (*first, statistics.median(around), statistics.median(spent["call"][1:]))
        return cls(*(1000 * seconds for seconds in figures))


def measure(way: Way, tests: int) -> tuple[Figures, Figures]:
    """Run the test of a way `tests` times; return wall-clock and processor figures. Raises RuntimeError on failure."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "conftest.py").write_text(_CONFTEST)
        Path(folder, "test_way.py").write_text(_CANNED + way.test.replace("TESTS", str(tests)))
        options = [option for plugin in way.plugins for option in ("-p", plugin)]
        command = [sys.executable, "-m", "pytest", "-qx", "-p", "no:cacheprovider", *options, "test_way.py"]
        path = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        run = subprocess.run(command, cwd=folder, env={**os.environ, **path}, capture_output=True, text=True)  # noqa: S603
        if run.returncode:
            raise RuntimeError(f"{way.name}: {run.stdout[-2000:]}{run.stderr[-2000:]}")
        phases = json.loads(Path(folder, "phases.json").read_text())
    wall, processor = (
        {when: [phase[column] for phase in phases if phase[0] == when] for when in ("setup", "call", "teardown")}
        for column in (1, 2)
    )
    return Figures.of(wall), Figures.of(processor)


def main() -> None:
    """Measure every way that is installed, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tests", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    columns = " ".join(f"{name:>10}" for name in ("first", "first call", "around", "call"))
    print(f"{'milliseconds':20} {columns} | {columns} (processor)")  # noqa: T201
    for way in WAYS:
        if find_spec(way.module) is None:
            print(f"{way.name:20} is not installed")  # noqa: T201
            continue
        rounds = [measure(way, given.tests) for _ in range(given.rounds)]
        best = [map(min, zip(*figures, strict=True)) for figures in zip(*rounds, strict=True)]
        wall, processor = (" ".join(f"{each:10.2f}" for each in figures) for figures in best)
        print(f"{way.name:20} {wall} | {processor}")  # noqa: T201


if __name__ == "__main__":
    main()
