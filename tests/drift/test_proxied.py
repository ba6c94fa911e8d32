"""The whole way round: a service on a socket, the proxy that records it, drift, its proposal."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.drift import Kind, compare, propose, write
from mockserver.serving.background import Background
from mockserver.traffic.recordings import read
from tests.drift.conftest import DEMO, day
from tests.drift.test_round_trip import MOVED_AND_RENAMED

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.drift.conftest import Service

    Serve = Callable[..., Service]

COMMAND = Path(sys.executable).with_name("smsonline-mock")


def proxied(service: Service, recording: Path) -> None:
    """Let a customer spend a day at a service, through the proxy that records it."""
    server = Background(service.app).start()
    allowed = ["--allow-orders", "--allow-payments", "--spend-limit", "1000"]
    command = [
        str(COMMAND),
        "proxy",
        "--upstream",
        server.url,
        "--port",
        "0",
        "--record",
        str(recording),
        "-q",
        *allowed,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as proxy:  # noqa: S603 - our own command
        try:
            assert proxy.stdout is not None
            service.base = proxy.stdout.readline().strip()
            with httpx.Client(timeout=20) as service.client:
                day(service)
        finally:
            proxy.send_signal(signal.SIGINT)
            proxy.wait(20)
            server.stop()


@pytest.mark.parametrize("name", ["recorded.jsonl", "recorded.har"])
def test_drift_of_what_the_proxy_recorded_is_what_the_service_differs_in(
    serve: Serve, tmp_path: Path, name: str
) -> None:
    (tmp_path / "real.yaml").write_text(MOVED_AND_RENAMED)
    service = serve({"failures": "status"}, tmp_path / "real.yaml")
    recording = tmp_path / name
    proxied(service, recording)

    def compared(*overlays: Path) -> Any:
        return compare(lambda: read(recording), overlays=overlays)

    found, bases = compared()
    assert {(each.kind, each.instead) for each in found.differences} == {
        (Kind.READING, "status"),
        (Kind.MOVED, "/catalogue/{userId}/places"),
        (Kind.RENAMED, "receivedMessages"),
    }
    (tmp_path / "proposed.yaml").write_text(write(propose(found, bases, recording.name) or {}))
    assert compared(tmp_path / "proposed.yaml")[0].differences == ()
    assert [path.name for path in (recording, tmp_path / "proposed.yaml") if DEMO.key in path.read_text()] == []
