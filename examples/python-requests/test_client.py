"""Tests of the client with the mock. Each test has its own world, whose clock advances only while the client sleeps."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from client import Client, NoCode, Offer, Refused, pauses

if TYPE_CHECKING:
    from mockserver.testing.handle import SmsOnline

pytestmark = pytest.mark.smsonline(clock="manual")

DISCORD = Offer("12", "ds", most=50)


@pytest.fixture
def client(smsonline: SmsOnline) -> Client:
    def sleep(seconds: float) -> None:
        smsonline.clock.advance(timedelta(seconds=seconds))

    return Client(smsonline.base_url, smsonline.user_id, smsonline.api_key, sleep)


def test_a_code_is_received(smsonline: SmsOnline, client: Client) -> None:
    code = client.receive_code(DISCORD)
    assert code == smsonline.orders[0].sms[0].code


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
def test_a_number_without_a_code_is_returned_for_its_money(smsonline: SmsOnline, client: Client) -> None:
    assert client.receive_code(DISCORD) is None
    assert smsonline.cost.lost == 0


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
def test_it_asks_less_and_less_often(smsonline: SmsOnline, client: Client) -> None:
    client.receive_code(DISCORD, patience=300)
    smsonline.journal.assert_called("v3.getOrder", at_most=25)


@pytest.mark.parametrize(
    "failure",
    [{"lost_answer": True}, {"status": 500, "at": "after"}, {"empty": "response", "at": "after"}],
    ids=["lost", "500", "empty"],
)
def test_an_order_without_an_answer_is_charged_once(
    smsonline: SmsOnline, client: Client, failure: dict[str, Any]
) -> None:
    smsonline.fail("v3.orderNumber", times=1, **failure)
    assert client.receive_code(DISCORD)
    assert len(smsonline.orders) == 1


def test_an_order_that_never_arrived_is_sent_again(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail("v3.orderNumber", times=2, status=503)
    assert client.receive_code(DISCORD)
    assert len(smsonline.orders) == 1


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
def test_a_return_without_an_answer_is_paid_back_once(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail("v3.changeOrderStatus", times=1, lost_answer=True)
    client.receive_code(DISCORD)
    assert [entry.kind for entry in smsonline.ledger].count("refund") == 1


@pytest.mark.smsonline(scenario="second-sms", clock="manual")
def test_an_sms_without_a_code_is_not_the_end(smsonline: SmsOnline, client: Client) -> None:
    assert client.receive_code(DISCORD) == smsonline.orders[0].sms[-1].code


def test_a_number_that_has_received_an_sms_is_kept(smsonline: SmsOnline, client: Client) -> None:
    order = client.order(DISCORD)
    smsonline.deliver_sms(order, text="Welcome!")
    client.wait_for_code(order, patience=3)
    assert not client.refund(order)
    smsonline.journal.assert_not_called("v3.changeOrderStatus")


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
def test_a_code_that_comes_at_the_last_moment_is_taken(smsonline: SmsOnline) -> None:
    class Unlucky(Client):
        def refund(self, order: str) -> bool:
            smsonline.deliver_sms(order, code="123456")
            return super().refund(order)

    def sleep(seconds: float) -> None:
        smsonline.clock.advance(timedelta(seconds=seconds))

    unlucky = Unlucky(smsonline.base_url, smsonline.user_id, smsonline.api_key, sleep)
    assert unlucky.receive_code(DISCORD) == "123456"


@pytest.mark.smsonline(scenario="price-moves", clock="manual")
def test_a_new_price_is_asked_for_when_the_old_one_is_stale(smsonline: SmsOnline, client: Client) -> None:
    client.order(DISCORD)
    smsonline.journal.assert_sequence("v3.orderNumber", "v3.getServiceDetail", "v3.orderNumber")


@pytest.mark.smsonline(scenario="out-of-stock", clock="manual")
def test_it_waits_for_numbers(smsonline: SmsOnline, client: Client) -> None:
    begun = smsonline.clock.now
    client.order(DISCORD)
    assert smsonline.clock.now - begun >= timedelta(seconds=2 * 20)


@pytest.mark.smsonline(scenario="failover", clock="manual")
def test_another_carrier_is_not_paid_more_than_was_quoted(smsonline: SmsOnline, client: Client) -> None:
    client.order(DISCORD._replace(carrier="tmobile"))
    assert [(order.carrier, order.price) for order in smsonline.orders] == [("tmobile", 16)]


def test_nothing_is_ordered_again_without_a_look_at_what_there_is(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail("v3.orderNumber", lost_answer=True)
    smsonline.fail("v3.getInventory", status=500, after="1s")
    with pytest.raises(NoCode, match="does not answer"):
        client.order(DISCORD)
    assert len(smsonline.orders) == 1


def test_it_gives_up_when_nobody_answers(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail(status=503)
    with pytest.raises(NoCode, match="does not answer"):
        client.order(DISCORD)


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
@pytest.mark.parametrize(
    "body",
    [
        {"ok": True, "body": []},
        {"ok": False, "errorMessage": "Please try again later"},
        {"ok": True},
        [],
    ],
)
def test_a_useless_look_does_not_cost_the_money(smsonline: SmsOnline, client: Client, body: object) -> None:
    smsonline.fail("v3.getOrder", times=1, status={"status": 200, "body": body})
    assert client.receive_code(DISCORD) is None
    assert smsonline.cost.lost == 0


@pytest.mark.parametrize("failure", [{"reset": True}, {"status": 500}, {"malformed": True}], ids=str)
def test_no_failure_names_the_key(smsonline: SmsOnline, client: Client, failure: dict[str, Any]) -> None:
    smsonline.fail(**failure)
    with pytest.raises(NoCode) as caught:
        client.order(DISCORD)
    assert smsonline.api_key not in str(caught.value)


def test_it_waits_as_long_as_it_is_told(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail(rate_limit={"limit": 2, "window": "60s"})
    assert client.receive_code(DISCORD)


def test_it_does_not_pay_more_than_it_may(smsonline: SmsOnline, client: Client) -> None:
    with pytest.raises(Refused):
        client.order(DISCORD._replace(most=1))
    assert smsonline.cost.spent == 0


def test_a_wrong_key_is_refused_at_once(smsonline: SmsOnline) -> None:
    with pytest.raises(Refused, match="UNAUTHORIZED"):
        Client(smsonline.base_url, smsonline.user_id, "wrong").order(DISCORD)


@pytest.mark.parametrize("patience", [1, 30, 300])
def test_the_pauses_fill_the_patience(patience: int) -> None:
    assert sum(pauses(patience, 2, 15)) == pytest.approx(patience)


@pytest.mark.smsonline_scenarios("flaky", "late-sms", "lost-answers", "rate-limited", "slow")
def test_it_survives_a_bad_day(smsonline: SmsOnline, client: Client) -> None:
    client.receive_code(DISCORD)
    assert len(smsonline.orders) == 1


READINGS = {
    "another-sms": "charged",
    "completed-word": "complete",
    "discount": "shown",
    "expiry": "refunded",
    "failures": "status",
    "price-above-maximum": "no-numbers",
}


@pytest.mark.smsonline(scenario="out-of-stock", clock="manual", readings=READINGS)
def test_it_understands_whatever_the_documentation_may_mean(smsonline: SmsOnline, client: Client) -> None:
    assert client.receive_code(DISCORD) == smsonline.orders[0].sms[0].code


def run(smsonline: SmsOnline, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **smsonline.env, "SMSONLINE_CLOCK_SPEED": "1000"}
    command = [sys.executable, str(Path(__file__).with_name("client.py")), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.mark.smsonline(scenario="instant")
def test_the_command_prints_the_code(smsonline: SmsOnline) -> None:
    ran = run(smsonline, "12", "ds", "50")
    assert (ran.returncode, ran.stdout) == (0, f"{smsonline.orders[0].sms[0].code}\n")


def test_the_command_says_why_there_is_no_code(smsonline: SmsOnline) -> None:
    ran = run(smsonline, "12", "ds", "1")
    assert (ran.returncode, ran.stdout, ran.stderr) == (3, "", "No code: the price is 16 cents\n")
