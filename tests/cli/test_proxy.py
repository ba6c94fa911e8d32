"""The command `proxy` as a process of its own, in front of the mock."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

import httpx
import pytest

from mockserver.traffic import jsonl
from tests.conftest import operations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Command

COMMAND = [sys.executable, "-c", "from mockserver.cli import main; main()"]
SECONDS = 60
KEY = "planted key/4711"
SCENARIO = f"""
description: One account with a key that must not be seen.
accounts:
  - {{userId: me, key: {KEY}, balance: 1000}}
"""
ORDER = {"apiKey": KEY, "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16", "m": "", "n": ""}
MOVED = """
overlay: 1.0.0
info: {title: An order has moved, version: '1'}
actions:
- target: $.paths
  x-document: v2
  update:
    /buy:
      post:
        operationId: purchase
        x-effect: orders
        x-unmodelled: true
        responses: {'200': {description: An order.}}
- {target: "$.paths['/purchase']", x-document: v2, remove: true}
"""
BALANCE = f"/v3/customers/me/balance?apiKey={quote(KEY, safe='')}"


class Running(NamedTuple):
    """A command that serves: its process and its URL."""

    process: subprocess.Popen[str]
    url: str

    def stop(self, how: int = signal.SIGINT) -> tuple[int, str, str]:
        """Stop it; returns its exit code and what it printed."""
        self.process.send_signal(how)
        printed, complained = self.process.communicate(timeout=SECONDS)
        return self.process.returncode, printed, complained


@contextmanager
def running(directory: Path, *arguments: str) -> Iterator[Running]:
    """Run a command that serves on a free port."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, *arguments, "--port=0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=directory,
    )
    try:
        assert process.stdout is not None
        begun = [process.stdout.readline()]
        while "-q" not in arguments and not begun[-1].startswith("Press"):
            begun.append(process.stdout.readline())
        yield Running(process, next(word for word in begun[0].replace(",", "").split() if word.startswith("http")))
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def mock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a mock with a planted key."""
    directory = tmp_path_factory.mktemp("mock")
    (directory / "planted.yaml").write_text(SCENARIO)
    with running(directory, "serve", "-q", "--scenario=planted.yaml") as served:
        yield served.url


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory, mock: str) -> Iterator[str]:
    """The URL of a proxy that prints nothing, in front of the mock."""
    with running(tmp_path_factory.mktemp("quiet"), "proxy", "-q", f"--upstream={mock}") as proxy:
        yield proxy.url


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, mock: str) -> Iterator[str]:
    """The URL of a proxy with a token, in front of the mock."""
    with running(tmp_path_factory.mktemp("guarded"), "proxy", "-q", f"--upstream={mock}", "--token=t0ken") as proxy:
        yield proxy.url


def test_a_day_through_the_proxy_leaves_no_key_on_disk(tmp_path: Path, mock: str) -> None:
    """In any file, whatever the key was planted in."""
    with running(tmp_path, "proxy", f"--upstream={mock}", "--record=day.har", "--allow-orders", "-v") as proxy:
        with httpx.Client(base_url=proxy.url) as client:
            client.get(BALANCE)
            client.get(f"/v3/{quote(KEY, safe='')}/{KEY}")
            client.get("/v3/customers/me/balance", headers={"authorization": f"Bearer {KEY}", "x-mine": KEY})
            client.put("/v3/numbers/me/order", json=ORDER)
            client.post("/cs/refund", data={"key": KEY})
            client.put("/v3/unknown", json={"deep": {"apiKey": KEY}})
        during = [path.read_text() for path in tmp_path.iterdir()]
        _, printed, complained = proxy.stop()
    written = [*during, *(path.read_text() for path in tmp_path.iterdir()), printed, complained]
    assert len(written) == 4
    assert not [text for text in written if "4711" in text]


def test_a_client_sees_what_it_would_have_seen(quiet: str, mock: str) -> None:
    through, direct = httpx.get(quiet + BALANCE), httpx.get(mock + BALANCE)
    names = [name for name in direct.headers if name != "date"]
    assert (through.status_code, through.content) == (direct.status_code, direct.content)
    assert [through.headers[name] for name in names] == [direct.headers[name] for name in names]


def test_an_answer_has_one_date(quiet: str) -> None:
    answer = httpx.get(quiet + BALANCE)
    assert len(answer.headers.get_list("date")) == 1


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_proxy_that_is_stopped_finishes_its_archive(tmp_path: Path, mock: str, how: int) -> None:
    with running(tmp_path, "proxy", "-q", f"--upstream={mock}", "--record=a.har") as proxy:
        httpx.get(proxy.url + BALANCE)
        code, _, complained = proxy.stop(how)
    entries = json.loads((tmp_path / "a.har").read_text())["log"]["entries"]
    assert (code, complained, len(entries)) == (0, "", 1)


def test_an_archive_that_cannot_be_written_says_where_its_exchanges_are(tmp_path: Path, mock: str) -> None:
    (tmp_path / "a.har.jsonl").write_text('{"torn')
    with running(tmp_path, "proxy", "-q", f"--upstream={mock}", "--record=a.har") as proxy:
        httpx.get(proxy.url + BALANCE)
        code, _, complained = proxy.stop()
    assert (code, "the recorded exchanges are in a.har.jsonl: line 1" in complained) == (2, True)


def test_a_proxy_that_is_killed_leaves_what_was_recorded(tmp_path: Path, mock: str) -> None:
    with running(tmp_path, "proxy", "-q", f"--upstream={mock}", "--record=a.jsonl") as proxy:
        with httpx.Client() as client:  # one connection: the second answer comes after the first exchange is recorded
            client.get(proxy.url + BALANCE)
            client.get(proxy.url + BALANCE)
        proxy.stop(signal.SIGKILL)
    recorded = list(jsonl.read((tmp_path / "a.jsonl").read_bytes().splitlines(keepends=True)))
    assert recorded[0].operation == "v3.getBalance"


def test_an_order_is_stopped_until_it_is_allowed(tmp_path: Path, mock: str) -> None:
    with running(tmp_path, "proxy", f"--upstream={mock}") as proxy:
        answer = httpx.put(f"{proxy.url}/v3/numbers/me/order", json=ORDER)
        _, _, complained = proxy.stop()
    assert (answer.status_code, answer.headers["x-smsonline-proxy"]) == (403, "stopped")
    assert "PUT /v3/numbers/me/order: stopped: v3.orderNumber may spend money" in complained


def test_orders_stop_at_the_limit(tmp_path: Path, mock: str) -> None:
    with running(tmp_path, "proxy", f"--upstream={mock}", "--allow-orders", "--spend-limit=0.40") as proxy:
        statuses = [httpx.put(f"{proxy.url}/v3/numbers/me/order", json=ORDER).status_code for _ in range(4)]
        _, printed, _ = proxy.stop()
    assert statuses == [200, 200, 403, 403]
    assert "orders: 2, for 0.32 dollars" in printed


def test_the_end_tells_what_has_passed(tmp_path: Path, mock: str) -> None:
    with running(tmp_path, "proxy", f"--upstream={mock}") as proxy:
        httpx.get(proxy.url + BALANCE)
        code, printed, complained = proxy.stop()
    assert (code, complained) == (0, "")
    assert f"exchanges: 1\n  covered: 1 of {operations('v3', 'v2')} operations" in printed
    assert printed.endswith("nothing broke the contract\n")


@pytest.mark.parametrize(("target", "code"), [(BALANCE, 0), ("/v3/customers/me/balance", 1)])
def test_strict_is_for_those_who_want_to_fail(tmp_path: Path, mock: str, target: str, code: int) -> None:
    with running(tmp_path, "proxy", f"--upstream={mock}", "--strict", "-q") as proxy:
        httpx.get(proxy.url + target)
        assert proxy.stop()[0] == code


def test_a_violation_is_told_as_it_comes(tmp_path: Path, mock: str) -> None:
    with running(tmp_path, "proxy", f"--upstream={mock}") as proxy:
        httpx.get(f"{proxy.url}/v3/customers/me/balance")
        _, _, complained = proxy.stop()
    assert complained.startswith("  breaks the contract: v3.getBalance: query.apiKey is required (v3.yaml:")


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with running(tmp_path, "proxy", f"--upstream=http://127.0.0.1:{port}") as proxy:
        with pytest.raises(httpx.NetworkError):
            httpx.get(proxy.url + BALANCE)
        _, _, complained = proxy.stop()
    assert complained == (
        f"GET /v3/customers/me/balance: 127.0.0.1:{port} refuses connections: does anything listen there?\n"
    )


def test_a_page_that_rebinds_its_name_is_refused(quiet: str) -> None:
    assert httpx.get(quiet + BALANCE, headers={"host": "evil.example"}).status_code == 421


def test_another_host_can_be_allowed(tmp_path: Path, mock: str) -> None:
    with running(tmp_path, "proxy", "-q", f"--upstream={mock}", "--allow-host=proxy.example") as proxy:
        assert httpx.get(proxy.url + BALANCE, headers={"host": "proxy.example"}).status_code == 200


@pytest.mark.parametrize(
    ("given", "status"), [("", 407), ("Bearer wrong", 407), ("Bearer t0ken", 200), ("bearer t0ken", 200)]
)
def test_with_a_token_requests_need_it(guarded: str, given: str, status: int) -> None:
    assert httpx.get(guarded + BALANCE, headers={"proxy-authorization": given}).status_code == status


def test_a_reading_changes_what_is_checked(tmp_path: Path, mock: str) -> None:
    wrong = "/v3/numbers/me/order/9?apiKey=" + quote(KEY, safe="")
    with running(tmp_path, "proxy", f"--upstream={mock}", "--reading=failures=status") as proxy:
        httpx.get(proxy.url + wrong)
        assert "breaks the contract: v3.getOrder" in proxy.stop()[2]


def test_an_overlay_corrects_what_is_checked_and_stopped(tmp_path: Path, mock: str) -> None:
    (tmp_path / "moved.yaml").write_text(MOVED)
    with running(tmp_path, "proxy", f"--upstream={mock}", "--overlay=moved.yaml") as proxy:
        statuses = [httpx.get(proxy.url + path).status_code for path in ("/cs/buy", "/cs/purchase")]
        complained = proxy.stop()[2]
    assert (statuses, "GET /cs/buy: stopped: v2.purchase may spend money" in complained) == ([403, 405], True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--upstream"),
        (["--upstream=localhost"], "write https://host"),
        (["--upstream=http://h", "-q", "-v"], "-q and -v cannot be combined"),
        (["--upstream=http://h", "--spend-limit=1"], "--spend-limit requires --allow-orders"),
        (["--upstream=http://h", "--allow-orders", "--spend-limit=much"], "write an amount in dollars"),
        (["--upstream=http://h", "--token= "], "--token is empty"),
        (["--upstream=http://h", "--host=0.0.0.0"], "pass a --token"),
        (["--upstream=http://h", "--reading=expiri=kept"], "did you mean expiry"),
        (["--upstream=http://h", "--overlay=none.yaml"], "none.yaml"),
    ],
)
def test_what_cannot_run_says_why(command: Command, arguments: list[str], told: str) -> None:
    done = command("proxy", *arguments)
    assert (done.exit_code, told in done.stderr) == (2, True), done.stderr


def refused(directory: Path, *arguments: str) -> tuple[int, str]:
    """Return the exit code and the message of a proxy that does not start."""
    done = subprocess.run(  # noqa: S603 - our own command
        [*COMMAND, "proxy", *arguments], capture_output=True, text=True, cwd=directory, timeout=SECONDS
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("file", "told"), [("day.txt", "NAME.jsonl or NAME.har"), ("nowhere/day.har", "cannot be written")]
)
def test_a_recording_that_cannot_be_begun_says_why(tmp_path: Path, file: str, told: str) -> None:
    code, message = refused(tmp_path, "--upstream=http://h", "--port=0", f"--record={file}")
    assert (code, told in message) == (2, True), message


def test_a_proxy_of_itself_is_refused(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    code, message = refused(tmp_path, f"--upstream=http://127.0.0.1:{port}", f"--port={port}")
    assert (code, "itself" in message) == (2, True)


def test_without_the_extra_it_says_what_to_install(tmp_path: Path) -> None:
    script = "import sys; sys.modules['httpcore'] = None; from mockserver.cli import main; main(['proxy', '--upstream=http://h'])"
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=SECONDS
    )
    assert (done.returncode, "pip install 'smsonline-mock[contracts]'" in done.stderr) == (2, True), done.stderr
