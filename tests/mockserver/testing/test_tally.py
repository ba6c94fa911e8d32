from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.testing.records import Cost, Violation
from mockserver.testing.tally import Tally
from tests.mockserver.testing.conftest import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mockserver.testing import Server

VIOLATION = Violation(1, "request", "error", "v3.getOrder", "path.x", "type", "path.x must be text", "v3.yaml:3")
COVERAGE: dict[str, Any] = {
    "operations": [
        {
            "operation": "v3.getOrder",
            "method": "GET",
            "path": "/x",
            "answers": [{"status": 200, "provenance": "documented", "times": 1}],
        },
        {"operation": "v3.getBalance", "method": "GET", "path": "/y", "answers": []},
    ],
    "states": [{"state": "expired", "times": 0, "listed": True}],
    "transitions": [],
}


def counted(test: str = "test_a", cost: Cost = Cost(30, 10)) -> Tally:  # noqa: B008 - it is immutable
    tally = Tally()
    tally.add_world(test, COVERAGE, cost, 3)
    tally.add_violations(test, [VIOLATION])
    return tally


def test_a_line_tells_the_whole_run() -> None:
    assert counted().line() == (
        "1 test, 3 requests, 1 of 2 operations met, 1 contract violation, would have cost $0.20"
    )


def test_worlds_of_a_test_add_up() -> None:
    tally = counted()
    tally.add_world("test_a", COVERAGE, Cost(5, 5), 1)
    [test] = tally.data()["tests"]
    assert (test["spent"], test["refunded"], test["requests"]) == (35, 15, 4)


def test_what_other_processes_counted_is_merged() -> None:
    tally = counted("test_a")
    tally.merge(json.loads(json.dumps(counted("test_b", Cost(7, 0)).data())))
    data = tally.data()
    assert ([test["test"] for test in data["tests"]], data["cost"]["lost"]) == (["test_a", "test_b"], 27)
    assert data["coverage"]["operations"][0]["times"] == 2
    assert [len(test["violations"]) for test in data["tests"]] == [1, 1]


def test_merging_into_nothing_is_a_copy() -> None:
    empty = Tally()
    empty.merge(counted().data())
    assert empty.data() == counted().data()


def test_a_report_has_its_files(tmp_path: Path) -> None:
    counted().write(tmp_path / "out")
    assert json.loads((tmp_path / "out" / "coverage.json").read_text())["ratios"]["operations"]["met"] == 1
    assert json.loads((tmp_path / "out" / "smsonline.json").read_text())["cost"] == {
        "spent": 30,
        "refunded": 10,
        "lost": 20,
    }


@pytest.mark.parametrize(
    "line",
    [
        "| operations | 1 | 2 |",
        "Not met: `v3.getBalance`, `state expired`. `coverage.json` has the answers, too.",
        "Spent $0.30, refunded $0.10, lost $0.20.",
        "| `test_a` | 3 | $0.30 | $0.10 |",
        "  - error: #1 v3.getOrder: path.x must be text (v3.yaml:3)",
    ],
)
def test_a_summary_is_readable(tmp_path: Path, line: str) -> None:
    counted().write(tmp_path)
    assert line in (tmp_path / "summary.md").read_text().splitlines()


@pytest.fixture
def tallied(server: Server) -> Iterator[Tally]:
    server.tally = Tally()
    yield server.tally
    server.tally = None


def test_a_world_is_counted_when_it_ends(server: Server, tallied: Tally) -> None:
    with server.open() as world:
        client = Client(world)
        client.order()
        world.reset()
        client.order()
        client.close()
    [test] = tallied.data()["tests"]
    assert (test["spent"], test["requests"], test["test"]) == (
        32,
        2,
        "tests/mockserver/testing/test_tally.py::test_a_world_is_counted_when_it_ends",
    )


def test_violations_of_a_fork_are_counted_once(server: Server, tallied: Tally) -> None:
    with server.open(allow_violations=True) as world:
        client = Client(world.fork())
        client.order(maximumPrice="0.2")
        client.close()
    [test] = tallied.data()["tests"]
    assert len(test["violations"]) == 1
