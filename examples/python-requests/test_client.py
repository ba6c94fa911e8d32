"""The client against the mock. Each test has a world of its own, whose clock moves only while the client sleeps."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from client import Client, Refused, pauses

if TYPE_CHECKING:
    from mockserver.testing.handle import SmsOnline

pytestmark = pytest.mark.smsonline(clock="manual")


@pytest.fixture
def client(smsonline: SmsOnline) -> Client:
    def sleep(seconds: float) -> None:
        smsonline.clock.advance(timedelta(seconds=seconds))

    return Client(smsonline.base_url, smsonline.user_id, smsonline.api_key, sleep)


def test_a_code_is_received(smsonline: SmsOnline, client: Client) -> None:
    code = client.receive_code("12", "ds", most=20)
    assert code == smsonline.orders[0].sms[0].code


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
def test_a_number_without_a_code_is_returned_for_its_money(smsonline: SmsOnline, client: Client) -> None:
    assert client.receive_code("12", "ds", most=20) is None
    assert smsonline.cost.lost == 0


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
def test_it_asks_less_and_less_often(smsonline: SmsOnline, client: Client) -> None:
    client.receive_code("12", "ds", most=20, patience=300)
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
    assert client.receive_code("12", "ds", most=20)
    assert len(smsonline.orders) == 1


def test_an_order_that_never_arrived_is_sent_again(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail("v3.orderNumber", times=2, status=503)
    assert client.receive_code("12", "ds", most=20)
    assert len(smsonline.orders) == 1


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
def test_a_return_without_an_answer_is_paid_back_once(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail("v3.changeOrderStatus", times=1, lost_answer=True)
    client.receive_code("12", "ds", most=20)
    assert [entry.kind for entry in smsonline.ledger].count("refund") == 1


def test_it_waits_as_long_as_it_is_told(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail(rate_limit={"limit": 2, "window": "60s"})
    assert client.receive_code("12", "ds", most=20)


def test_it_does_not_pay_more_than_it_may(smsonline: SmsOnline, client: Client) -> None:
    with pytest.raises(Refused):
        client.order("12", "ds", most=1)
    assert smsonline.cost.spent == 0


def test_a_wrong_key_is_refused_at_once(smsonline: SmsOnline) -> None:
    with pytest.raises(Refused, match="UNAUTHORIZED"):
        Client(smsonline.base_url, smsonline.user_id, "wrong").order("12", "ds", most=20)


@pytest.mark.parametrize("patience", [1, 30, 300])
def test_the_pauses_fill_the_patience(patience: int) -> None:
    assert sum(pauses(patience)) == pytest.approx(patience)


@pytest.mark.smsonline_scenarios("flaky", "late-sms", "lost-answers", "rate-limited", "slow")
def test_it_survives_a_bad_day(smsonline: SmsOnline, client: Client) -> None:
    client.receive_code("12", "ds", most=50)
    assert len(smsonline.orders) == 1
