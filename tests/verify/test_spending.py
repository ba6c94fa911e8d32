"""A run that orders from a server that is taken for somebody else's, and what becomes of the money."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.verify import Account, Plan, Spending, of_urls, verify
from mockserver.verify.guard import RunJournal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mockserver.contract import Contract

SECONDS = 60
SERVE = [sys.executable, "-c", "from mockserver.cli import main; main()", "serve", "--port", "0", "-q"]
DEMO = Account("demo", "demo-key")

CHECK = """
import sys
from pathlib import Path
from mockserver.contract import contract
from mockserver.verify import Account, Plan, Spending, of_urls, verify
url, journal, pause = sys.argv[1:]
held = contract()
target = of_urls(held.documents.values(), url, loopback_is_ours=False)
spending = Spending(allow_orders=True, limit=50, journal=Path(journal))
plan = Plan(held, (Account("demo", "demo-key"),), suites=("lifecycle",), spending=spending, pause=float(pause))
run = verify(target, plan)
print(run.interrupted or "to its end", run.statement.spent, run.statement.refunded, run.statement.lost, sep=", ")
"""
"""A run as a process of its own, to be interrupted."""


@contextmanager
def served(scenario: str) -> Iterator[str]:
    """A mock in a process of its own; gives its URL."""
    process = subprocess.Popen([*SERVE, "--scenario", scenario], stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        assert process.stdout
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate(timeout=SECONDS)


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a mock that sends no SMS."""
    with served("no-sms") as url:
        yield url


def balance(url: str) -> int:
    body: dict[str, Any] = httpx.get(f"{url}/v3/customers/demo/balance?apiKey=demo-key").json()["body"]
    return int(body["balance"])


def plan(held: Contract, journal: Path | None, limit: int) -> Plan:
    spending = Spending(allow_orders=limit > 0, limit=limit, journal=journal)
    return Plan(held, (DEMO,), suites=("lifecycle",), spending=spending, pause=0)


def test_nothing_is_ordered_that_is_not_allowed(url: str, held: Contract) -> None:
    before = balance(url)
    target = of_urls(held.documents.values(), url, loopback_is_ours=False)
    run = verify(target, Plan(held, (DEMO,), pause=0))
    inventory = httpx.get(f"{url}/v3/numbers/demo/inventory/9999?apiKey=demo-key").json()["body"]
    assert (balance(url), inventory, run.statement) == (before, [], None)


def test_nothing_is_found_at_a_foreign_server_that_is_sound(url: str, held: Contract) -> None:
    target = of_urls(held.documents.values(), url, loopback_is_ours=False)
    assert verify(target, Plan(held, (DEMO,), pause=0)).findings == ()


def test_what_is_ordered_is_returned(url: str, held: Contract, tmp_path: Path) -> None:
    before = balance(url)
    target = of_urls(held.documents.values(), url, loopback_is_ours=False)
    run = verify(target, plan(held, tmp_path / "spending.jsonl", 50))
    assert run.statement
    assert run.findings == ()
    assert (run.statement.spent > 0, run.statement.lost, balance(url)) == (True, 0, before)


def test_what_has_received_its_sms_is_lost_and_told(held: Contract, tmp_path: Path) -> None:
    with served("instant") as url:
        before = balance(url)
        target = of_urls(held.documents.values(), url, loopback_is_ours=False)
        run = verify(target, plan(held, tmp_path / "spending.jsonl", 50))
        assert run.statement
        assert {line.outcome for line in run.statement.lines} == {"kept"}
        assert run.statement.lost == run.statement.spent == before - balance(url) > 0


def test_no_more_is_spent_than_the_limit(url: str, held: Contract, tmp_path: Path) -> None:
    before = balance(url)
    run = verify(of_urls(held.documents.values(), url, loopback_is_ours=False), plan(held, tmp_path / "s.jsonl", 1))
    assert run.statement
    assert (run.statement.spent, balance(url)) == (0, before)
    assert "the limit of 0.01 dollars is reached" in run.statement.stopped


LOSING = """
description: The answer to an order by V3 is lost once its money is gone; no SMS arrives.
accounts:
  - {userId: demo, key: demo-key, balance: 10000}
orders:
  - sms: []
faults:
  - when: {operation: "v3.orderNumber"}
    at: after
    then: {reset: true}
"""


def test_an_order_whose_answer_was_lost_is_found_and_returned(held: Contract, tmp_path: Path) -> None:
    (tmp_path / "losing.yaml").write_text(LOSING)
    with served(str(tmp_path / "losing.yaml")) as url:
        before = balance(url)
        target = of_urls(held.documents.values(), url, loopback_is_ours=False)
        run = verify(target, plan(held, tmp_path / "spending.jsonl", 50))
        assert run.statement
        assert "answer.lost" in {finding.code for finding in run.findings}
        assert [line.outcome for line in run.statement.lines] == ["refunded"]
        assert balance(url) == before


def killed(url: str, journal: Path, how: signal.Signals) -> str:
    """Start a run, and end it as soon as it has ordered; answers what it printed."""
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", CHECK, url, str(journal), "0.05"], stdout=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + SECONDS
    while not (journal.exists() and '"ordered"' in journal.read_text()):
        assert process.poll() is None
        assert time.monotonic() < deadline
        os.sched_yield()
    process.send_signal(how)
    printed, _ = process.communicate(timeout=SECONDS)
    return printed.strip()


def test_an_interrupted_run_returns_what_it_ordered_and_says_so(url: str, tmp_path: Path) -> None:
    before = balance(url)
    printed = killed(url, tmp_path / "spending.jsonl", signal.SIGINT)
    price = json.loads(next(line for line in (tmp_path / "spending.jsonl").read_text().splitlines() if "price" in line))
    assert printed == f"it was interrupted, {price['price']}, {price['price']}, 0"
    assert balance(url) == before


def test_the_next_run_returns_what_a_killed_one_has_left(url: str, held: Contract, tmp_path: Path) -> None:
    before = balance(url)
    journal = tmp_path / "spending.jsonl"
    assert killed(url, journal, signal.SIGKILL) == ""
    assert balance(url) < before
    target = of_urls(held.documents.values(), url, loopback_is_ours=False)
    verify(target, plan(held, journal, 50)._replace(suites=()))
    assert (balance(url), RunJournal(journal).open) == (before, ())
