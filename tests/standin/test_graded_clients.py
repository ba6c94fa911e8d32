"""`grade` agrees with the stand-in in full, and tells each client of what it does wrong."""

import re
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from mockserver.traffic import jsonl
from tests.standin.client import V3
from tests.standin.client_v2 import V2
from tests.standin.registry import Customer, customer
from tests.standin.sessions import BAD, GOOD, Client, Life, Tape, lets_its_order_end
from tests.standin.test_standin import StandinWorld
from tests.standin.toolkit import BALANCE, Json, reported


class Graded(NamedTuple):
    """What is said of a client, and what the model knows: the balance, and the money that went out and came back."""

    exit_code: int
    letter: str
    codes: set[str]
    statement: Json
    balance: int
    out: int
    back: int


def graded(vendor: httpx.Client, directory: Path, *sessions: Life) -> Graded:
    """Let a client live, and grade it by what was recorded."""
    world, tape = StandinWorld(vendor, BALANCE, 0), Tape()
    with customer(world) as me, httpx.Client(transport=tape) as http:
        login = (world.user, world.key)
        recorded = Customer(V3(http, world.v3_url, *login), V2(http, world.v2_url, *login))
        for session in sessions:
            session(Client(world, recorded, tape))
        account, report = me.v3.balance(), me.v3.statistics()
    recording = directory / "client.jsonl"
    recording.write_bytes(b"".join(jsonl.write(tape.exchanges)))
    done, said = reported(directory, "grade", "--ended", recording)
    found = re.search(r"^Grade ([A-F]): ", done.stdout, re.MULTILINE)
    assert found is not None
    codes = {finding["code"] for finding in said["findings"]}
    return Graded(done.exit_code, found[1], codes, said["statement"], account.cents, report.out, report.back)


@pytest.fixture(scope="module", params=GOOD)
def good(request: pytest.FixtureRequest, vendor: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Grade a good client."""
    return graded(vendor, tmp_path_factory.mktemp("grade"), *GOOD[request.param])


def test_a_good_client_gets_the_best_grade(good: Graded) -> None:
    assert (good.exit_code, good.letter, good.codes) == (0, "A", set())


def test_the_statement_is_that_of_the_model(good: Graded) -> None:
    assert (good.statement["spent"], good.statement["refunded"]) == (good.out, good.back)
    assert good.statement["lost"] == BALANCE - good.balance


def test_money_that_returns_by_itself_is_not_gone(vendor: httpx.Client, tmp_path: Path) -> None:
    found = graded(vendor, tmp_path, lets_its_order_end)
    assert (found.statement["spent"], found.statement["refunded"], found.balance) == (16, 16, BALANCE)


@pytest.mark.parametrize("session", BAD, ids=lambda session: session.__name__)
def test_a_bad_client_is_told_for_exactly_what_it_does(vendor: httpx.Client, tmp_path: Path, session: Life) -> None:
    found = graded(vendor, tmp_path, session)
    assert (found.exit_code, found.letter, found.codes) == (1, *BAD[session])
