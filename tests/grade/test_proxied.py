"""A client that is tried behind a proxy."""

from __future__ import annotations

import socket
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from mockserver.cli.proxy import hang_up
from mockserver.contract import load
from mockserver.grade.proxied import ProxyTarget, play
from mockserver.grade.trial import TrialSettings
from mockserver.proxy import UpstreamError
from mockserver.traffic.spending import Allowance

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.testing import Server

DOCUMENTS = {name: load(name) for name in ("v3", "v2")}
SHOW = "echo $SMSONLINE_BASE_URL $SMSONLINE_V2_URL; exit 1"


def bases(stand: ProxyTarget) -> list[str]:
    completed = play(stand, TrialSettings(SHOW), "here").trial.completed
    assert completed is not None
    return completed.output.split()


def stand(v3: str, v2: str) -> ProxyTarget:
    return ProxyTarget({"v3": f"{v3}/v3", "v2": f"{v2}/cs"}, DOCUMENTS, Allowance(), ("secret",), hang_up)


def test_one_server_has_one_proxy(server: Server) -> None:
    v3, v2 = map(urlsplit, bases(stand(server.url, server.url)))
    assert (v3.path, v2.path, v3.netloc == v2.netloc) == ("/v3", "/cs", True)


def test_each_server_has_a_proxy_of_its_own(server: Server) -> None:
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    v3, v2 = map(urlsplit, bases(stand(server.url, elsewhere)))
    assert v3.netloc != v2.netloc


def test_its_time_is_the_real_one(server: Server) -> None:
    attempt = TrialSettings("exit $SMSONLINE_CLOCK_SPEED", survives=frozenset({1}), speed=60)
    assert play(stand(server.url, server.url), attempt, "here").trial.survived


def test_what_a_command_prints_is_without_secrets(server: Server) -> None:
    completed = play(stand(server.url, server.url), TrialSettings("echo a secret"), "here").trial.completed
    assert completed is not None
    assert completed.output == "a [redacted]\n"


def test_nothing_runs_before_a_url_that_cannot_be_used() -> None:
    with pytest.raises(UpstreamError):
        play(stand("http://[::1", "nonsense"), TrialSettings("exit 0"), "here")


def test_nothing_runs_before_a_url_where_nobody_answers(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(UpstreamError, match="no server answers at"):
        play(
            stand(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{port}"),
            TrialSettings(f"touch {tmp_path}/ran"),
            "here",
        )
    assert not (tmp_path / "ran").exists()
