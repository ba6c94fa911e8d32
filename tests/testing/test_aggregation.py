from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest

from mockserver.findings import Finding, Line, Severity, Skip, Statement
from mockserver.judge import Judgement
from mockserver.testing.aggregation import Aggregation, grouped_by_test
from mockserver.traffic.coverage import Coverage
from tests.testing.conftest import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mockserver.testing import Server

BROKEN = Finding("client.request", Severity.ERROR, "client", "v3.getOrder", "path.x type", "path.x must be text.")
PRICED_OVER = Finding(
    "client.stale-quote", Severity.ERROR, "client", "v3.orderNumber", "", "It ordered above its quote."
)
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


def judgement(*findings: Finding, price: int = 30, refunded: int = 10, calls: int = 3) -> Judgement:
    lines = (Line("77", "v3.orderNumber", price, refunded),) if price else ()
    return Judgement(findings, calls, calls, Statement(lines), Coverage.of_data(COVERAGE))


def counted(*tests: str, found: Finding = BROKEN) -> Aggregation:
    tally = Aggregation()
    for test in tests:
        tally.add(test, judgement(found), seconds=0.5, again=f"pytest {test}", seed=7)
    return tally


def spent(tally: Aggregation) -> Statement:
    statement = tally.run("").statement
    assert statement is not None
    return statement


def test_a_line_tells_the_whole_run() -> None:
    line = counted("test_a").summary_line()
    assert line == "1 test, 3 calls, 1 of 2 operations covered, 1 error, would have cost $0.20"


def test_a_test_is_a_suite_and_its_findings_say_how_to_repeat_them() -> None:
    run = counted("test_b", "test_a").run("shop")
    assert [(suite.name, suite.cases, suite.seconds) for suite in run.suites] == [
        ("test_a", 3, 0.5),
        ("test_b", 3, 0.5),
    ]
    assert [(each.suite, each.curl, each.seed) for each in run.findings] == [
        ("test_a", "pytest test_a", 7),
        ("test_b", "pytest test_b", 7),
    ]


def test_worlds_of_a_test_add_up() -> None:
    tally = counted("test_a")
    tally.add("test_a", judgement(BROKEN, PRICED_OVER, price=5, refunded=5, calls=1), seconds=1)
    run = tally.run("shop")
    assert (run.cases, run.suites[0].seconds, len(run.findings)) == (4, 1.5, 2)
    assert (spent(tally).spent, spent(tally).refunded) == (35, 15)


def test_orders_of_two_tests_are_told_apart() -> None:
    assert [line.order for line in spent(counted("test_b", "test_a")).lines] == ["test_a 77", "test_b 77"]


def test_what_a_test_allows_is_skipped() -> None:
    tally = Aggregation()
    tally.add("test_a", judgement(BROKEN, PRICED_OVER), seconds=0, allowed=True)
    [suite] = tally.run("shop").suites
    assert [each.code for each in suite.findings] == ["client.stale-quote"]
    assert suite.skipped == (Skip("client.request: path.x must be text.", "the test allows violations"),)


def test_clients_that_call_nothing_do_not_say_what_there_is_to_meet() -> None:
    tally = Aggregation()
    tally.add("test_a", judgement(price=0, calls=0), seconds=0)
    met = Judgement((), 1, 1, Statement(), Coverage.of_data({**COVERAGE, "operations": COVERAGE["operations"][:1]}))
    tally.add("test_b", met, seconds=0)
    assert tally.run("shop").coverage.operations == ("v3.getOrder",)


def test_without_a_call_all_is_still_to_be_met() -> None:
    tally = Aggregation()
    tally.add("test_a", judgement(price=0, calls=0), seconds=0)
    assert tally.summary_line().startswith("1 test, 0 calls, 1 of 2 operations covered, nothing found")


def test_what_other_processes_counted_is_merged() -> None:
    tally = counted("test_a")
    tally.merge(counted("test_b").pack())
    both = counted("test_a", "test_b")
    assert tally.run("").suites == both.run("").suites
    assert tally.run("").coverage.data() == both.run("").coverage.data()
    assert tally.run("").statement == both.run("").statement


def test_a_run_began_when_its_first_process_did() -> None:
    first, second = Aggregation(), Aggregation()
    first.started -= 1000
    second.merge(first.pack())
    assert second.started == first.started


def test_a_finding_of_many_tests_is_told_once() -> None:
    [finding] = grouped_by_test(counted("test_a", "test_b", "test_c", "test_d").run("")).findings
    assert finding.message == "path.x must be text. In 4 tests: test_a, test_b, test_c and 1 more."


def test_a_finding_of_one_test_is_told_as_it_is() -> None:
    assert grouped_by_test(counted("test_a").run("")).findings[0].message == BROKEN.message


def test_a_report_has_its_files(tmp_path: Path) -> None:
    counted("test_a", "test_b").write(tmp_path / "out", "shop")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "pytest.har",
        "pytest.html",
        "pytest.json",
        "pytest.junit.xml",
        "pytest.sarif",
        "summary.md",
    ]


def test_a_report_tells_the_run(tmp_path: Path) -> None:
    counted("test_a", "test_b").write(tmp_path, "shop")
    data = json.loads((tmp_path / "pytest.json").read_text())
    assert (data["tool"]["command"], data["target"], data["cases"]) == ("pytest", "shop", 6)
    assert (data["statement"]["lost"], len(data["findings"])) == (40, 1)


def test_in_junit_every_test_has_its_findings(tmp_path: Path) -> None:
    counted("test_a", "test_b").write(tmp_path, "shop")
    suites = ET.fromstring((tmp_path / "pytest.junit.xml").read_text())  # noqa: S314 - we wrote it
    assert [(suite.get("name"), suite.get("failures")) for suite in suites] == [("test_a", "1"), ("test_b", "1")]


@pytest.mark.parametrize(
    "line",
    [
        "| operations | 1 | 2 |",
        "Not covered: `v3.getBalance`, `state expired`.",
        "Spent $0.30, refunded $0.10, lost $0.20.",
        "| `test_a[x&#124;y]` | $0.30 | $0.10 | $0.20 |",
        "| error | `client.request` | v3.getOrder | path.x must be text. |",
    ],
)
def test_a_summary_is_readable(tmp_path: Path, line: str) -> None:
    counted("test_a[x|y]").write(tmp_path, "shop")
    assert line in (tmp_path / "summary.md").read_text().splitlines()


def test_a_summary_lists_the_dearest_tests(tmp_path: Path) -> None:
    tally = Aggregation()
    for price in range(1, 23):
        tally.add(f"test_{price}", judgement(price=price, refunded=0), seconds=0)
    tally.write(tmp_path, "shop")
    text = (tmp_path / "summary.md").read_text()
    assert "| `test_3` |" in text
    assert "| `test_2` |" not in text
    assert "And 2 more tests, none of which lost more." in text


@pytest.fixture
def tallied(server: Server) -> Iterator[Aggregation]:
    server.tally = Aggregation()
    yield server.tally
    server.tally = None


def test_a_world_is_counted_when_it_ends(server: Server, tallied: Aggregation) -> None:
    with server.open() as world:
        client = Client(world)
        client.order()
        world.reset()
        client.order()
        client.close()
    run = tallied.run("")
    assert (spent(tallied).spent, run.cases, run.suites[0].name) == (
        32,
        2,
        "tests/testing/test_aggregation.py::test_a_world_is_counted_when_it_ends",
    )


def test_violations_of_a_fork_are_counted_once(server: Server, tallied: Aggregation) -> None:
    with server.open(clock="manual", allow_violations=True) as world:
        client = Client(world.fork())
        client.order(maximumPrice="0.2")
        client.close()
    [suite] = tallied.run("").suites
    assert [skip.what.partition(":")[0] for skip in suite.skipped] == ["client.request"]


def test_an_order_that_a_fork_began_with_is_paid_once(server: Server, tallied: Aggregation) -> None:
    with server.open(clock="manual") as world:
        client = Client(world)
        client.order()
        client.close()
        world.fork()
    assert [line.price for line in spent(tallied).lines] == [16]


def test_no_report_holds_a_key(server: Server, tallied: Aggregation, tmp_path: Path) -> None:
    with server.open(clock="manual", allow_violations=True) as world:
        client = Client(world)
        client.order(colour=world.api_key)
        client.poll(world.api_key)
        client.close()
        key = world.api_key
    tallied.write(tmp_path, "shop")
    assert [path.name for path in tmp_path.iterdir() if key in path.read_text()] == []
