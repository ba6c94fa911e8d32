"""The command as a process of its own."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from mockserver.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Command

    Run = Callable[..., subprocess.CompletedProcess[str]]

COMMAND = [sys.executable, "-c", "from mockserver.cli import main; main()"]
SECONDS = 60

KEY = "planted-key-4711"
SCENARIO = f"""
description: One account with a key that must not be seen.
accounts:
  - {{userId: me, key: {KEY}, balance: 1000}}
"""
ORDER = {"apiKey": KEY, "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16", "m": "", "n": ""}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs the command to its end."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own command
            [*COMMAND, *arguments], capture_output=True, text=True, cwd=tmp_path, timeout=SECONDS
        )

    return run


@dataclass
class Served:
    """A mock that runs as a process; `lines` is what it printed before it was ready."""

    url: str
    lines: list[str]
    process: subprocess.Popen[str]

    def stop(self) -> tuple[str, str]:
        """Press Ctrl-C; answers what was printed since it was ready, to stdout and to stderr."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=SECONDS)


@contextmanager
def serving(last: str, *arguments: str) -> Iterator[Served]:
    """Run `serve` on a free port; it is ready when it prints a line that begins so."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, "serve", "--port", "0", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        try:
            assert process.stdout is not None
            assert process.stderr is not None
            lines: list[str] = []
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                if line.startswith(last):
                    break
            assert lines, process.stderr.read()
            yield Served(lines[0].rpartition(" ")[2], lines, process)
        finally:
            process.kill()


# serve


def test_serve_prints_where_it_is_and_who_may_use_it() -> None:
    with serving("Press Ctrl-C") as mock:
        assert mock.lines == [
            mock.lines[0],
            f"  v3        {mock.url}/v3",
            f"  v2        {mock.url}/cs",
            mock.lines[3],
            "  account   demo / demo-key, 100.00 dollars",
            f"  control   {mock.url}/__mock__",
            "Press Ctrl-C to stop.",
        ]
        assert mock.lines[3].startswith("  scenario  default: ")


def test_serve_answers_when_it_has_printed_its_url() -> None:
    with serving("Press Ctrl-C") as mock:
        answer = httpx.get(f"{mock.url}/v3/customers/demo/balance", params={"apiKey": "demo-key"})
    assert answer.json()["body"]["balance"] == 10000


def test_serve_stops_cleanly_on_ctrl_c() -> None:
    with serving("Press Ctrl-C") as mock:
        printed = mock.stop()
    assert (mock.process.returncode, *printed) == (0, "Stopped.\n", "")


def test_serve_stops_while_a_client_is_connected() -> None:
    with serving("Press Ctrl-C") as mock, httpx.Client() as client:
        client.get(f"{mock.url}/livez")
        printed = mock.stop()
    assert (mock.process.returncode, *printed) == (0, "Stopped.\n", "")


def test_the_port_is_free_again_after_a_stop() -> None:
    with serving("http", "-q") as mock:
        httpx.get(f"{mock.url}/livez")
        mock.stop()
    port = mock.url.rpartition(":")[2]
    with serving("http", "-q", "--port", port) as again:
        assert again.url == mock.url


def test_a_quiet_serve_prints_nothing_but_the_url() -> None:
    with serving("http", "-q") as mock:
        httpx.get(f"{mock.url}/v3/numbers/demo/inventory/x", params={"apiKey": "demo-key"})
        printed = mock.stop()
    assert (mock.lines, printed) == ([mock.url], ("", ""))


def test_serve_prints_how_a_request_breaks_the_contract() -> None:
    with serving("Press Ctrl-C") as mock:
        httpx.get(f"{mock.url}/v3/numbers/demo/inventory/x", params={"apiKey": "demo-key"})
        _, errors = mock.stop()
    assert errors.startswith("  the request breaks the contract: v3.getInventory: path.limit must match ^[0-9]{1,4}$")


def test_a_verbose_serve_prints_a_line_for_every_request() -> None:
    with serving("Press Ctrl-C", "-v") as mock:
        httpx.get(f"{mock.url}/v3/customers/demo/balance", params={"apiKey": "demo-key"})
        httpx.get(f"{mock.url}/cs/getBalance", params={"userId": "demo", "key": "nope"})
        httpx.get(f"{mock.url}/v3/nothing")
        printed, _ = mock.stop()
    assert printed.splitlines() == [
        "200 GET /v3/customers/demo/balance (v3.getBalance)",
        "401 GET /cs/getBalance (v2.getBalance)",
        "404 GET /v3/nothing (no operation)",
        "Stopped.",
    ]


@pytest.mark.parametrize("flag", ["-q", "-v", "--port=0"], ids=["quiet", "verbose", "by default"])
def test_the_key_is_never_printed_or_answered_with_a_failure(tmp_path: Path, flag: str) -> None:
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO)
    ready = "http" if flag == "-q" else "Press Ctrl-C"
    with serving(ready, "--scenario", str(path), flag) as mock, httpx.Client(base_url=mock.url) as client:
        order = "/v3/numbers/me/order"
        answers = [
            client.get("/v3/customers/me/balance", params={"apiKey": KEY}),
            client.get("/v3/customers/me/balance", headers={"Authorization": f"Bearer {KEY}"}),
            client.get("/v3/customers/me/balance", params=[("apiKey", KEY), ("apiKey", KEY)]),
            client.get("/v3/numbers/me/inventory/x", params={"apiKey": KEY}),
            client.get("/v3/nothing", params={"apiKey": KEY}),
            client.get("/nothing", params={"apiKey": KEY}),
            client.delete("/v3/customers/me/balance", params={"apiKey": KEY}),
            client.put(order, json={**ORDER, "maximumPrice": KEY}),
            client.put(order, json={**ORDER, "maximumPrice": None}),
            client.put(order, content=json.dumps(ORDER)[:-1], headers={"content-type": "application/json"}),
            client.put(order, content=json.dumps(ORDER), headers={"content-type": "text/plain"}),
            client.put(order, json={"apiKey": KEY}),
            client.post("/cs/purchase", json={"userId": "you", "key": KEY}),
            client.get("/cs/getPhoneStatus", params={"userId": "me", "key": KEY, "orderId": KEY}),
        ]
        printed = "".join([*mock.lines, *mock.stop()])
    assert [answer.text for answer in answers if KEY in answer.text] == []
    assert KEY not in printed


def test_the_same_seed_gives_the_same_numbers_in_every_process() -> None:
    orders = []
    for _ in range(2):
        with serving("http", "-q", "--seed", "5") as mock:
            body = {**ORDER, "apiKey": "demo-key"}
            order = httpx.put(f"{mock.url}/v3/numbers/demo/order", json=body).json()["body"]
            orders.append((order["orderId"], order["phoneNumber"]))
    assert orders[0] == orders[1]


def worlds(mock: Served, **headers: str) -> httpx.Response:
    """Ask the control API for the worlds."""
    return httpx.get(f"{mock.url}/__mock__/worlds", headers=headers)


@pytest.fixture(scope="module")
def guarded() -> Iterator[Served]:
    """A mock with a token."""
    with serving("http", "-q", "--token", "let-me-in") as mock:
        yield mock


@pytest.mark.parametrize(
    ("authorization", "status"),
    [("Bearer let-me-in", 200), ("bearer let-me-in", 200), ("Bearer let-me-out", 401), ("", 401)],
)
def test_a_token_of_the_command_line_is_wanted(guarded: Served, authorization: str, status: int) -> None:
    assert worlds(guarded, authorization=authorization).status_code == status


def test_a_token_of_the_environment_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMSONLINE_MOCK_TOKEN", "let-me-in")
    with serving("http", "-q") as mock:
        answers = [worlds(mock), worlds(mock, authorization="Bearer let-me-in")]
    assert [answer.status_code for answer in answers] == [401, 200]
    assert answers[0].headers["www-authenticate"] == "Bearer"


def test_the_token_is_never_printed() -> None:
    with serving("Press Ctrl-C", "-v", "--token", "let-me-in") as mock:
        said = worlds(mock, authorization="Bearer let-me-in").text
        printed = "".join([*mock.lines, *mock.stop()])
    assert "let-me-in" not in said + printed


@pytest.mark.skipif(sys.platform != "linux", reason="only there is all of 127.0.0.0/8 this machine")
def test_the_control_api_is_closed_on_another_address_without_a_token() -> None:
    with serving("http", "-q", "--host", "127.0.0.2") as mock:
        answer = worlds(mock)
    closed = "the control API is closed on 127.0.0.2: start the mock with --token"
    assert (answer.status_code, answer.json()) == (403, {"error": closed})


@pytest.mark.parametrize(("option", "status"), [((), 421), (("--allow-host", "mock.test"), 200)])
def test_a_host_name_is_answered_for_when_it_is_allowed(option: tuple[str, ...], status: int) -> None:
    with serving("http", "-q", *option) as mock:
        assert worlds(mock, host="mock.test").status_code == status


def test_limits_can_be_changed() -> None:
    with serving("http", "-q", "--limit", "worlds=1", "--limit", "journal=7") as mock:
        limits = worlds(mock).json()["limits"]
        answer = httpx.post(f"{mock.url}/__mock__/worlds", json={})
    assert (limits["worlds"], limits["journal"], answer.status_code) == (1, 7, 409)


def test_readings_pages_and_compression_are_chosen() -> None:
    page = {"origin": "http://page.test", "accept-encoding": "gzip"}
    with serving("http", "-q", "--reading", "failures=status", "--cors", page["origin"], "--compress") as mock:
        [world] = worlds(mock).json()["worlds"]
        answer = httpx.get(f"{mock.url}/v3/numbers/demo/order/99?apiKey=demo-key", headers=page)
    assert (world["readings"]["failures"], answer.status_code) == ("status", 404)
    names = ("content-encoding", "access-control-allow-origin")
    assert [answer.headers[name] for name in names] == ["gzip", page["origin"]]


def test_a_lenient_mock_serves_what_breaks_the_contract() -> None:
    with serving("http", "-q", "--lenient") as mock:
        answer = httpx.put(
            f"{mock.url}/v3/numbers/demo/order", json={**ORDER, "apiKey": "demo-key", "maximumPrice": 16}
        )
        assert (answer.status_code, worlds(mock).json()["worlds"][0]["strictness"]) == (200, "lenient")


def test_another_host_can_be_listened_on() -> None:
    with serving("http", "-q", "--host", "localhost") as mock:
        assert httpx.get(f"{mock.url}/livez").status_code == 200


# What cannot be served: exit code 2, a reason with its place, and a way out


def test_a_port_that_is_taken(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert (result.returncode, result.stdout, result.stderr) == (
        2,
        "",
        (
            f"Error: 127.0.0.1:{port} is in use: stop what listens there, "
            "or choose another with --port (0 takes a free one)\n"
        ),
    )


BROKEN = {
    "not YAML": ("accounts: [\n", "scenario.yaml:2:1: "),
    "nothing": ("", "scenario.yaml:1:1: "),
    "a tab": ("a:\n\t- b\n", "scenario.yaml:2:1: "),
    "a misspelt field": (
        "description: x\naccounts: [{userId: me, key: k}]\nrestok: {after: 1m, stock: 1}\n",
        "scenario.yaml:3:1: $.restok: unknown field, did you mean restock?",
    ),
    "a missing field": (
        "description: x\naccounts: [{key: k}]\n",
        "scenario.yaml:2:12: $.accounts[0]: the field userId is missing",
    ),
    "a wrong type": (
        "description: x\naccounts: [{userId: me, key: k, balance: many}]\n",
        "scenario.yaml:2:42: $.accounts[0].balance: must be a value such as 500 (US cents) or 5.00 USD",
    ),
    "an unknown service": (
        "description: x\naccounts: [{userId: me, key: k}]\ncatalogue: [{country: '12', service: discord, price: 1}]\n",
        "scenario.yaml:3:38: $.catalogue[0].service: unknown service discord, did you mean ds",
    ),
}


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN)
def test_a_broken_scenario_is_told_with_its_place(command: Command, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "scenario.yaml").write_text(text)
    result = command("serve", "--scenario", "scenario.yaml")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 3)
    assert result.stderr.startswith(f"Error: {says}")


def test_all_that_is_wrong_with_a_scenario_is_told_at_once(command: Command, tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text("description: x\naccounts: [{userId: 1, key: k}]\nseed: -1\n")
    printed = command("serve", "--scenario", "scenario.yaml").stderr
    assert [path for path in ("$.accounts[0].userId", "$.seed") if path not in printed] == []


@pytest.mark.parametrize("key", ["[planted-key-4711]", "{planted-key-4711: 1}", "planted-key-4711" * 20])
def test_a_broken_key_is_not_told(command: Command, tmp_path: Path, key: str) -> None:
    (tmp_path / "scenario.yaml").write_text(f"description: x\naccounts: [{{userId: me, key: {key}}}]\n")
    result = command("serve", "--scenario", "scenario.yaml")
    assert (result.exit_code, KEY in result.stderr) == (2, False)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--scenario", "defualt"], "Error: defualt: no such scenario, did you mean default?"),
        (["--scenario", "xyz"], "Error: xyz: no such scenario; the shipped scenarios are "),
        (["--scenario", "gone.yaml"], "Error: gone.yaml: cannot be read: No such file or directory"),
        (["--scenario", "."], "Error: .: cannot be read: Is a directory"),
        (
            ["--host", "192.0.2.1"],
            "Error: 192.0.2.1:8080 is not an address of this machine: choose another with --host",
        ),
        (["--host", "a..b"], "Error: a..b is not a host name: choose another with --host"),
        (["--port", "65536"], "Error: Invalid value for '--port': 65536 is not in the range"),
        (["--port", "http"], "Error: Invalid value for '--port': 'http' is not a valid integer"),
        (["--seed", "-1"], "Error: Invalid value for '--seed': -1 is not in the range"),
        (["--limit", "world=5"], "Error: Invalid value for '--limit': there is no limit world, did you mean worlds?"),
        (
            ["--limit", "worlds=0"],
            "Error: Invalid value for '--limit': write worlds=NUMBER",
        ),
        (
            ["--limit", "worlds"],
            "Error: Invalid value for '--limit': write worlds=NUMBER",
        ),
        (
            ["--limit", "worlds=many"],
            "Error: Invalid value for '--limit': write worlds=NUMBER",
        ),
        (
            ["--cors", "http://localhost:3000/app"],
            "Error: Invalid value for '--cors': write an origin without a path, such as http://localhost:3000, not",
        ),
        (["--reading", "expiry=never"], "Error: readings.expiry: must be kept or refunded"),
        (["--token", " "], "Error: --token is empty: pass a token or omit the option"),
        (["-q", "-v"], "Error: -q and -v cannot be combined"),
        (["--senario", "default"], "Error: No such option '--senario'. Did you mean '--scenario'?"),
    ],
)
def test_what_cannot_be_served_is_told_with_a_way_out(command: Command, arguments: list[str], says: str) -> None:
    result = command("serve", *arguments)
    assert (result.exit_code, result.stdout, "Traceback" in result.stderr) == (2, "", False)
    assert result.stderr.splitlines()[-1].startswith(says)


# routes and the rest


@pytest.fixture(scope="module")
def listed() -> list[dict[str, str]]:
    """What `routes --json` prints."""
    rows: list[dict[str, str]] = json.loads(CliRunner().invoke(main, ["routes", "--json"]).stdout)
    return rows


def test_routes_lists_all_operations(listed: list[dict[str, str]]) -> None:
    versions = [row["version"] for row in listed]
    assert versions == ["v3"] * 18 + ["v2"] * 12


def test_routes_says_how_an_operation_is_known(listed: list[dict[str, str]]) -> None:
    assert listed[6] == {
        "version": "v3",
        "operation": "getBalance",
        "method": "GET",
        "path": "/customers/{userId}/balance",
        "provenance": "documented",
        "summary": "Get the account's balance",
    }


def test_readings_are_listed_with_the_default_first(command: Command) -> None:
    rows = json.loads(command("readings", "--json").stdout)
    values = {row["name"]: (row["default"], [*row["values"]]) for row in rows}
    assert values["expiry"] == ("kept", ["kept", "refunded"])
    assert "expiry=refunded" in command("readings").stdout


def test_routes_prints_a_table(command: Command, listed: list[dict[str, str]]) -> None:
    header, *rows = command("routes").stdout.splitlines()
    assert header.split() == ["operation", "method", "path", "known", "what", "it", "does"]
    assert [row.split()[:4] for row in rows] == [
        [f"{row['version']}.{row['operation']}", row["method"], row["path"], row["provenance"]] for row in listed
    ]


def test_routes_prints_markdown(command: Command, listed: list[dict[str, str]]) -> None:
    _, line, *rows = command("routes", "--markdown").stdout.splitlines()
    assert line == "|---|---|---|---|"
    assert [row.split("`")[1] for row in rows] == [f"{row['version']}.{row['operation']}" for row in listed]


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["serve", "--help"], ["routes", "-h"]])
def test_help_is_given(command: Command, arguments: list[str]) -> None:
    result = command(*arguments)
    assert (result.exit_code, result.stdout.startswith("Usage: ")) == (0, True)


def test_an_unknown_command_is_told_the_one_that_was_meant(run: Run) -> None:
    result = run("srve")
    assert (result.returncode, "Did you mean 'serve'?" in result.stderr) == (2, True)
