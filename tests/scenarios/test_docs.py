"""What docs/scenarios.md shows is what happens."""

from __future__ import annotations

import json
import re
import runpy
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

from mockserver.cli import main
from mockserver.scenario.load import Scenario, load
from mockserver.scenario.variables import NONE
from tests.scenarios.table import Running, order_and_poll, run, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.scenario.fixtures import Fixtures

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "scenarios.md"
TOOL = runpy.run_path(str(ROOT / "tools" / "build_scenario_docs.py"))
TEXT = DOCUMENT.read_text(encoding="utf-8")
URL = "http://127.0.0.1:8080"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


EXAMPLES = {re.match(r"# (\S+)\n", text)[1]: text for text in blocks("yaml")}  # type: ignore[index]
SESSIONS = blocks("console")


def steps(session: str) -> Iterator[tuple[list[str], str]]:
    """Every command of a session, split into words, and what it prints."""
    for step in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, _, printed = step.partition("\n")
        yield shlex.split(command), printed.rstrip("\n")


class Terminal:
    """Runs the commands of a session against a mock whose time passes only when the session sleeps."""

    def __init__(self, shipped: Fixtures) -> None:
        self._shipped = shipped
        self._running: Running | None = None

    def run(self, words: list[str]) -> str:
        """What a command prints."""
        match words:
            case ["smsonline-mock", "serve", "-q", "--scenario", name, *options]:
                given = {name: yaml.safe_load(value) for name, _, value in (o.partition("=") for o in options) if value}
                self._running = run(load(name, self._shipped.catalogue, given or NONE), self._shipped)
                return URL
            case ["smsonline-mock", *command]:
                return CliRunner().invoke(main, command).stdout.rstrip("\n")
            case ["sleep", seconds]:
                self.running.sleep(float(seconds))
                return ""
            case ["curl", "-X", method, "--json", "@order.json", url]:
                return self._call(method, url, blocks("json")[0])
            case ["curl", url]:
                return self._call("GET", url)
        raise AssertionError(f"no such command: {words}")

    @property
    def running(self) -> Running:
        assert self._running is not None
        return self._running

    def _call(self, method: str, url: str, body: str | None = None) -> str:
        headers = {"content-type": "application/json"} if body else {}
        return self.running.client.request(method, url.removeprefix(URL), headers=headers, content=body).text


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with all examples."""
    for name, text in EXAMPLES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def pattern(shown: str) -> str:
    return "\n".join(".*".join(map(re.escape, line.split("…"))) for line in shown.split("\n"))


@pytest.mark.parametrize("session", SESSIONS)
def test_a_session_goes_as_shown(files: Path, shipped: Fixtures, session: str) -> None:
    terminal = Terminal(shipped)
    differing = [
        (shown, printed)
        for words, shown in steps(session)
        if not re.fullmatch(pattern(shown), printed := terminal.run(words))
    ]
    assert differing == []


def example(name: str, shipped: Fixtures) -> Scenario:
    return load(name, shipped.catalogue)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_a_scenario(files: Path, shipped: Fixtures, name: str) -> None:
    assert example(name, shipped).description.endswith(".")


def test_the_first_number_of_the_german_example_is_dead(files: Path, shipped: Fixtures) -> None:
    scenario = example("german.yaml", shipped)
    running = run(scenario, shipped)
    result = order_and_poll(scenario, running)
    latest = next(running.world.orders_of(running.world.customers["demo"]))
    assert (result.tries, latest.messages[0].text.startswith("Dein")) == (2, True)


def test_money_comes_back_by_itself_in_the_example_of_readings(files: Path, shipped: Fixtures) -> None:
    running = run(example("otherwise.yaml", shipped), shipped)
    body = json.loads(blocks("json")[0])
    running.client.put("/v3/numbers/demo/order", json=body)
    running.sleep(1200)
    answer = running.client.get("/v3/customers/demo/balance", params={"apiKey": "demo-key"}).json()
    assert answer["body"]["balance"] == 10000


@pytest.mark.parametrize(
    ("provider", "ends"), [("pay4bit", ["fail", "fail"]), ("cryptomus", ["paid", "wrong_amount_waiting"])]
)
def test_payments_of_the_example_end_as_it_says(files: Path, shipped: Fixtures, provider: str, ends: list[str]) -> None:
    running = run(example("paying.yaml", shipped), shipped)
    for _ in range(2):
        running.client.put(f"/v3/customers/demo/{provider}/invoice/500", json={"apiKey": "demo-key"})
    running.sleep(60)
    invoices = running.client.get("/v3/customers/demo/payments", params={"apiKey": "demo-key"}).json()["body"]
    assert [invoice["status"] for invoice in invoices] == ends


def test_the_own_country_of_the_example_sells(files: Path, shipped: Fixtures) -> None:
    running = run(example("freedonia.yaml", shipped), shipped)
    order = {**json.loads(blocks("json")[0]), "country": "900", "service": "zz"}
    bought = running.client.put("/v3/numbers/demo/order", json=order).json()["body"]
    assert (bought["purchasePrice"], bought["phoneNumber"][:5]) == (40, "99900")


def test_the_reference_is_current() -> None:
    assert TOOL["fill"](TEXT, "reference", TOOL["reference"](json.loads(TOOL["SCHEMA"].read_bytes()))) == TEXT


def test_the_table_is_current() -> None:
    assert TOOL["fill"](TEXT, "table", table()) == TEXT


def test_every_link_leads_somewhere() -> None:
    linked = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert [path for path in linked if not (DOCUMENT.parent / path).exists()] == []
    headings = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", TEXT, re.M)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= headings
