"""The mock as a process, and worlds in it in which time passes with every request."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

WORLD = {"scenario": "default", "seed": 1, "clock": {"step": "1s"}}


class Mock:
    """A mock that runs."""

    def __init__(self, url: str) -> None:
        self.url = url

    def document(self, name: str) -> str:
        """Return a contract document as the mock serves it."""
        return httpx.get(f"{self.url}/__mock__/contracts/{name}.json").raise_for_status().text

    def world(self) -> World:
        """Make a world."""
        made = httpx.post(f"{self.url}/__mock__/worlds", json=WORLD).raise_for_status().json()
        return World(self.url, made)


class World:
    """A world of its own for one client."""

    def __init__(self, url: str, made: dict[str, Any]) -> None:
        """Take the URL of the mock, and how it answered the request for a world."""
        self._url = f"{url}/__mock__/worlds/{made['world']['id']}"
        self.environment = {
            "SMSONLINE_BASE_URL": f"{url}/v3",
            "SMSONLINE_USER_ID": made["userId"],
            "SMSONLINE_API_KEY": made["apiKey"],
        }

    def faults(self, printed: str) -> list[str]:
        """Return what shows that no whole life of an order has passed here, whose client printed the code."""
        orders = sorted(self._ask("orders"), key=lambda order: int(order["id"]))
        codes = [sms["code"] for order in orders for sms in order["sms"]]
        lives = [order["state"] for order in orders]
        found = [violation["message"] for violation in self._ask("violations")]
        if lives != ["completed", "refunded"]:
            found.append(f"the orders are {lives}")
        if [printed] != codes:
            found.append(f"the codes are {codes}, the client prints {printed!r}")
        return found

    def _ask(self, what: str) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self._url}/{what}").raise_for_status().json()
        listed: list[dict[str, Any]] = answer[what]
        return listed


@contextmanager
def running() -> Iterator[Mock]:
    """Start the mock of this environment on a free port, and end it."""
    beside = shutil.which("smsonline-mock", path=str(Path(sys.executable).parent))
    command = [beside or "smsonline-mock", "serve", "--quiet", "--port", "0", "--scenario", "default", "--seed", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        try:
            yield Mock(process.stdout.readline().strip())
        finally:
            process.terminate()
