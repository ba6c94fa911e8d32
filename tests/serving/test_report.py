"""What the person at the terminal sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from mockserver.contract import load
from mockserver.serving import report
from mockserver.serving.setup import Settings, set_up
from mockserver.simulation.journal import ServedExchange
from mockserver.web.access import guard
from tests.asgi import respond

if TYPE_CHECKING:
    from pathlib import Path

OPERATION = load("v3").operations["getInventory"]
ARGUMENTS = OPERATION.read({"userId": "demo", "limit": "x"}, [("apiKey", "demo-key")])
EXCHANGE = ServedExchange(
    document="v3",
    operation=OPERATION,
    method="GET",
    path="/v3/numbers/demo/inventory/x",
    status=400,
    answer=b'{"ok": false, "errorMessage": "INVALID_REQUEST"}',
    violations=OPERATION.check_request(ARGUMENTS),
)
UNKNOWN = EXCHANGE._replace(operation=None, path="/v3/nothing", status=404, violations=())
VIOLATION = "the request breaks the contract: v3.getInventory: path.limit must match ^[0-9]{1,4}$"


def test_the_banner_says_where_the_mock_is_and_who_may_use_it() -> None:
    lines = report.banner("http://127.0.0.1:8080", set_up("default")).splitlines()
    assert lines[0].endswith(" at http://127.0.0.1:8080")
    assert lines[1:3] == ["  v3        http://127.0.0.1:8080/v3", "  v2        http://127.0.0.1:8080/cs"]
    assert lines[3].startswith("  scenario  default: ")
    assert lines[4:] == [
        "  account   demo / demo-key, 100.00 dollars",
        "  control   http://127.0.0.1:8080/__mock__",
        "Press Ctrl-C to stop.",
    ]


def test_a_wrong_key_is_told_without_being_asked(capsys: pytest.CaptureFixture[str]) -> None:
    mock = set_up("default", observers=report.observers(quiet=False, verbose=False))
    respond(mock.app, httpx.Request("GET", "http://localhost/v3/customers/demo/balance?api_key=demo-key"))
    said = "the request breaks the contract: v3.getBalance: the key was sent as api_key in the query: send it as apiKey"
    assert said in capsys.readouterr().err


def test_the_banner_shows_all_accounts_of_a_shipped_scenario() -> None:
    banner = report.banner("http://127.0.0.1:8080", set_up("documented"))
    assert "userId / documented-key, 5.00 dollars" in banner
    assert "123123abc / documented-key, 5.00 dollars" in banner


def test_the_banner_says_why_the_control_api_is_closed() -> None:
    banner = report.banner("http://0.0.0.0:8080", set_up("default", settings=Settings(guard("0.0.0.0"))))  # noqa: S104
    assert "  control   closed on 0.0.0.0: start the mock with --token" in banner


def test_the_banner_keeps_the_keys_of_other_scenarios(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("description: Mine.\naccounts: [{userId: me, key: secret-key, balance: 5}]\n")
    banner = report.banner("http://127.0.0.1:8080", set_up(str(own)))
    assert "me / the key in its file, 0.05 dollars" in banner
    assert "secret-key" not in banner


@pytest.mark.parametrize(
    ("quiet", "verbose", "out", "err"),
    [
        (True, False, "", ""),
        (False, False, "", VIOLATION),
        (False, True, "400 GET /v3/numbers/demo/inventory/x (v3.getInventory)", VIOLATION),
    ],
    ids=["quiet", "by default", "verbose"],
)
def test_what_is_printed_of_a_request(
    capsys: pytest.CaptureFixture[str], quiet: bool, verbose: bool, out: str, err: str
) -> None:
    for observe in report.observers(quiet=quiet, verbose=verbose):
        observe(EXCHANGE)
    printed = capsys.readouterr()
    assert (printed.out.strip(), err in printed.err, bool(printed.err)) == (out, True, bool(err))


def test_what_leads_nowhere_is_printed_so(capsys: pytest.CaptureFixture[str]) -> None:
    [observe] = report.observers(quiet=False, verbose=True)
    observe(UNKNOWN)
    assert capsys.readouterr().out == "404 GET /v3/nothing (no operation)\n"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"faults": ("flaky",)}, "400 GET /v3/numbers/demo/inventory/x (v3.getInventory, flaky)\n"),
        ({"faults": ("slow", "cut")}, "400 GET /v3/numbers/demo/inventory/x (v3.getInventory, slow and cut)\n"),
        ({"status": 0}, "no answer GET /v3/numbers/demo/inventory/x (v3.getInventory)\n"),
    ],
)
def test_what_a_fault_did_is_printed(capsys: pytest.CaptureFixture[str], changes: dict[str, object], line: str) -> None:
    [observe] = report.observers(quiet=False, verbose=True)
    observe(EXCHANGE._replace(**changes))  # type: ignore[arg-type]
    assert capsys.readouterr().out == line
