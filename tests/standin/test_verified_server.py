"""`verify` finds nothing on the stand-in, and tells of each of its faults."""

import sys
from pathlib import Path

import httpx
import pytest

from tests.standin.faulty import FAULTS
from tests.standin.registry import customer
from tests.standin.test_standin import StandinWorld
from tests.standin.toolkit import BALANCE, Json, process, reported

SUITES = ("examples", "lifecycle", "equivalence", "safety")
"""The suites but `schema`: `test_docs_contract_language` runs that on a mock that an overlay changes."""

FOUND = {
    "steals-a-cent": ("lifecycle", "money.balance", "balance-adds-up"),
    "sells-for-more-than-quoted": ("lifecycle", "money.price", "price-as-quoted"),
    "forgets-the-maximum": ("lifecycle", "money.maximum", "maximum-holds"),
    "takes-any-proof": ("lifecycle", "order.quote", "quote-binds"),
    "refunds-twice": ("lifecycle", "money.refund", "refund-once"),
    "keeps-the-money": ("lifecycle", "money.balance", "balance-adds-up"),
    "shows-anothers-order": ("safety", "access.order", "order-of-user"),
    "takes-anothers-key": ("safety", "access.user", "key-of-user"),
    "says-a-word-of-its-own": ("lifecycle", "answer.body", "enum"),
    "quotes-differently": ("equivalence", "equivalence.catalogue", "catalogues-agree"),
}
"""What is found of each fault: the suite, the code of a finding, and the rule that it is about."""


def opened(http: httpx.Client) -> dict[str, str]:
    """Open two accounts, the first of which has lived a little; answer the environment that tells of them."""
    world = StandinWorld(http, BALANCE, 2000)
    other = world.second_account()
    world.coupon("BONUS", 20, "crypto")
    with customer(world) as me:
        heard, returned, running, _ = (me.v3.order(me.v3.quote("12", service)) for service in ("ds", "go", "ds", "wa"))
        world.deliver_sms(heard.id, "Your code is 1", "1")
        me.v3.change(returned.id, "refund")
        me.v3.wallet("USDT", "BSC", "5.15")
        me.v3.crypto_invoice(5)
        me.v3.toggle_favourite("12", "ds")
        world.advance(14 * 60)
        world.deliver_sms(running.id, "Your code is 2", "2")
        me.v3.change(running.id, "requestAnother")
        world.advance(2 * 60)
    return {
        "SMSONLINE_USER_ID": world.user,
        "SMSONLINE_API_KEY": world.key,
        "SMSONLINE_OTHER_USER_ID": other[0],
        "SMSONLINE_OTHER_API_KEY": other[1],
    }


def verified(http: httpx.Client, directory: Path, suite: str) -> tuple[int, Json]:
    """Verify a stand-in by a suite; answer the exit code and the report."""
    url = str(http.base_url).rstrip("/")
    done, report = reported(directory, "verify", "--url", url, "--strict", "--suite", suite, **opened(http))
    return done.exit_code, report


def findings(report: Json) -> list[str]:
    """Tell of the findings of a report."""
    return [f"{each['code']} {each['operation']} {each['message']}" for each in report["findings"]]


@pytest.mark.parametrize("suite", [*SUITES, "schema"])
def test_nothing_is_found_on_the_sound_standin(vendor: httpx.Client, tmp_path: Path, suite: str) -> None:
    exit_code, report = verified(vendor, tmp_path, suite)
    assert (findings(report), exit_code, report["cases"] > 0) == ([], 0, True)


def test_nothing_is_found_on_the_mock_that_is_the_standin(tmp_path: Path) -> None:
    suites = (word for suite in SUITES for word in ("--suite", suite))
    done, report = reported(tmp_path, "verify", "--strict", *suites)
    assert (findings(report), done.exit_code) == ([], 0)


def test_what_is_found_is_known_of_every_fault() -> None:
    assert FOUND.keys() == FAULTS.keys()


@pytest.mark.parametrize("fault", FOUND)
def test_a_fault_is_found(tmp_path: Path, fault: str) -> None:
    words = (sys.executable, "-m", "tests.standin.faulty", "--port", "0", "--fault", fault)
    with process(*words) as (url, _), httpx.Client(base_url=url, trust_env=False, timeout=10) as http:
        suite, code, check = FOUND[fault]
        exit_code, report = verified(http, tmp_path, suite)
    assert (exit_code, report["interrupted"]) == (1, "")
    assert (code, check) in {(each["code"], each["check"]) for each in report["findings"]}
