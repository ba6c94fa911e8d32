"""The commands about scenarios, and a mock, as a process of its own, that plays one anew when it changes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from threading import Timer
from typing import TYPE_CHECKING

import httpx
import pytest

from mockserver.contract import located
from mockserver.data import scenarios

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Command

COMMAND = [sys.executable, "-c", "from mockserver.cli import main; main()"]
SECONDS = 60

OWN = """\
description: Mine.
variables: {wait: 8s}
accounts: [{userId: me, key: planted-key-4711, balance: 1000}]
orders: [{sms: [{after: "${wait}"}]}]
"""


@pytest.fixture
def run(command: Command, tmp_path: Path) -> Command:
    """Runs `scenarios` to its end."""
    (tmp_path / "own.yaml").write_text(OWN)
    return partial(command, "scenarios")


# check


def test_a_warning_is_printed_and_the_scenario_is_sound(run: Command, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(OWN.replace("orders: [", "orders: [{sms: []}, "))
    result = run("check", "own.yaml")
    assert (result.exit_code, result.stdout) == (0, "own.yaml: ok\n")
    assert result.stderr.startswith("warning: own.yaml:4:")


# list


@pytest.mark.parametrize("arguments", [[], ["list"]], ids=["scenarios", "scenarios list"])
def test_the_shipped_scenarios_are_listed(run: Command, arguments: list[str]) -> None:
    header, *rows = run(*arguments).stdout.splitlines()
    assert header.split() == ["scenario", "what", "happens"]
    assert [row.split()[0] for row in rows if row[1] != " "] == [*scenarios()]


@pytest.mark.parametrize("arguments", [["--json"], ["list", "--json"]], ids=["scenarios", "scenarios list"])
def test_the_shipped_scenarios_are_listed_as_json(run: Command, arguments: list[str]) -> None:
    rows = json.loads(run(*arguments).stdout)
    assert {row["name"]: row["description"] for row in rows} == {
        name: located.read(path).data["description"] for name, path in scenarios().items()
    }


# check


def test_good_scenarios_are_ok(run: Command) -> None:
    result = run("check", "own.yaml", "default")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "own.yaml: ok\ndefault: ok\n", "")


def test_all_that_is_wrong_with_all_files_is_told(run: Command, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("description: One.\nacounts: []\nseed: -1\n")
    (tmp_path / "two.yaml").write_text("description: [\n")
    result = run("check", "one.yaml", "own.yaml", "two.yaml", "three.yaml")
    assert (result.exit_code, result.stdout) == (2, "own.yaml: ok\n")
    assert result.stderr.splitlines() == [
        "one.yaml:2:1: $.acounts: unknown field, did you mean accounts?",
        "    2 | acounts: []",
        "      | ^",
        "one.yaml:3:7: $.seed: must be at least 0 (The source of all randomness: numbers, codes, ids.)",
        "    3 | seed: -1",
        "      |       ^",
        "two.yaml:2:1: a value is missing here",
        "    2 |",
        "      | ^",
        "three.yaml: cannot be read: No such file or directory",
    ]


def test_a_variable_can_be_given(run: Command) -> None:
    assert run("check", "own.yaml", "--set", "wait=2m").exit_code == 0


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("wait=soon", "own.yaml:4:25: $.orders[0].sms[0].after: must be a value such as 8s"),
        ("wiat=8s", "--set wiat: the scenario has no such variable, did you mean wait?"),
        ("wait", "Error: Invalid value for '--set': write NAME=VALUE, such as price=16"),
        ("=8s", "Error: Invalid value for '--set': write NAME=VALUE, such as price=16"),
    ],
)
def test_a_variable_that_cannot_be_given_is_told(run: Command, given: str, says: str) -> None:
    result = run("check", "own.yaml", "--set", given)
    assert result.exit_code == 2
    assert any(line.startswith(says) for line in result.stderr.splitlines())


# show


def test_a_scenario_is_shown_with_its_variables_resolved(run: Command) -> None:
    shown = run("show", "own.yaml", "--set", "wait=2m").stdout
    assert located.parse(shown, "shown").data["orders"] == [{"sms": [{"after": "2m"}]}]


def test_the_keys_of_an_own_scenario_are_not_shown(run: Command) -> None:
    shown = run("show", "own.yaml").stdout
    assert ("planted-key-4711" in shown, located.parse(shown, "shown").data["accounts"][0]["key"]) == (False, "***")


@pytest.mark.parametrize("name", scenarios())
def test_what_is_shown_of_a_shipped_scenario_is_the_scenario(run: Command, tmp_path: Path, name: str) -> None:
    shown = run("show", name).stdout
    (tmp_path / "shown.yaml").write_text(shown)
    assert run("show", name).stdout == shown
    assert run("check", "shown.yaml").stdout == "shown.yaml: ok\n"


def test_a_scenario_that_is_not_there_is_told(run: Command) -> None:
    result = run("show", "defualt")
    assert (result.exit_code, result.stderr) == (2, "Error: defualt: no such scenario, did you mean default?\n")


# serve --watch


class Watched:
    """A mock that watches its scenario."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = self.line("smsonline-mock").rpartition(" ")[2]
        self.line("Press Ctrl-C")

    def line(self, begin: str) -> str:
        """Read up to a line of stdout that begins so."""
        assert self._process.stdout is not None
        return next(line.rstrip("\n") for line in self._process.stdout if line.startswith(begin))

    def complaint(self, begin: str) -> str:
        """Read up to a line of stderr that begins so."""
        assert self._process.stderr is not None
        return next(line.rstrip("\n") for line in self._process.stderr if line.startswith(begin))

    def balance(self, version: str = "v3") -> int:
        """The balance, in cents."""
        path = f"{self.url}/{version}/customers/me/balance"
        balance: int = httpx.get(path, params={"apiKey": "planted-key-4711"}).json()["body"]["balance"]
        return balance

    def stop(self) -> int:
        """Press Ctrl-C; answers the exit code."""
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(SECONDS)


@contextmanager
def watching(path: Path, *arguments: str) -> Iterator[Watched]:
    """Serve a scenario while it is watched."""
    process = subprocess.Popen(  # noqa: S603 - our own command
        [*COMMAND, "serve", "--port", "0", "--watch", "--scenario", str(path), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = Timer(SECONDS, process.kill)
    deadline.start()
    with process:
        try:
            yield Watched(process)
        finally:
            deadline.cancel()
            process.kill()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A scenario that includes another."""
    (tmp_path / "base.yaml").write_text(OWN)
    (tmp_path / "own.yaml").write_text("description: Mine.\ninclude: [base.yaml]\n")
    return tmp_path / "own.yaml"


def test_a_scenario_that_has_changed_is_played_anew(own: Path) -> None:
    with watching(own) as mock:
        own.write_text("description: Mine.\ninclude: [base.yaml]\naccounts: [{userId: me, balance: 5}]\nseed: 3\n")
        assert mock.line("Reloaded") == "Reloaded own: seed added; accounts changed. The world was reset."
        assert mock.balance() == 5


def test_an_included_file_is_watched_too(own: Path) -> None:
    with watching(own) as mock:
        (own.parent / "base.yaml").write_text(OWN.replace("1000", "7"))
        mock.line("Reloaded")
        assert mock.balance() == 7


def test_a_file_that_is_included_only_now_is_watched_too(own: Path) -> None:
    (own.parent / "more").mkdir()
    more = own.parent / "more" / "more.yaml"
    more.write_text("description: More.\nseed: 1\n")
    with watching(own) as mock:
        own.write_text("description: Mine.\ninclude: [more/more.yaml, base.yaml]\n")
        mock.line("Reloaded own: seed added")
        own.write_text("description: Mine.\ninclude: [base.yaml, more/more.yaml]\nrestock: {after: 1m, stock: 1}\n")
        mock.line("Reloaded own: restock added")
        more.write_text("description: More.\nseed: 2\n")
        assert mock.line("Reloaded") == "Reloaded own: seed changed. The world was reset."


def test_a_file_that_an_editor_puts_in_place_is_noticed(own: Path) -> None:
    with watching(own) as mock:
        (own.parent / "own.yaml~").write_text(OWN.replace("1000", "8"))
        (own.parent / "own.yaml~").replace(own)
        mock.line("Reloaded")
        assert mock.balance() == 8


def test_the_last_good_scenario_goes_on_while_the_file_is_broken(own: Path) -> None:
    with watching(own) as mock:
        own.write_text("description: Mine.\ninclude: [base.yaml]\nsede: 1\n")
        assert mock.complaint(str(own)) == f"{own}:3:1: $.sede: unknown field, did you mean seed?"
        assert mock.complaint("Not") == "Not reloaded: the last valid scenario stays in use."
        assert mock.balance() == 1000
        own.write_text("description: Mine.\ninclude: [base.yaml]\nseed: 1\n")
        assert mock.line("Reloaded") == "Reloaded own: seed added. The world was reset."


def test_other_readings_are_spoken_from_then_on(own: Path) -> None:
    with watching(own) as mock:
        own.write_text("description: Mine.\ninclude: [base.yaml]\nreadings: {failures: status}\n")
        mock.line("Reloaded")
        assert httpx.get(f"{mock.url}/v3/customers/me/balance", params={"apiKey": "wrong"}).status_code == 401


def test_a_variable_that_was_given_stays_given(own: Path) -> None:
    with watching(own, "--set", "wait=9s") as mock:
        (own.parent / "base.yaml").write_text(OWN.replace("8s", "1s").replace("1000", "6"))
        assert mock.line("Reloaded") == "Reloaded own: accounts changed. The world was reset."


def test_a_watching_mock_stops_on_ctrl_c(own: Path) -> None:
    with watching(own) as mock:
        assert mock.stop() == 0
