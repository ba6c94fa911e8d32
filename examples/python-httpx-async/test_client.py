"""Tests of the client with the mock. Each test has its own world, whose clock advances only while the client sleeps."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from client import Client, Offer, main

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from mockserver.testing.handle import SmsOnline

pytestmark = [pytest.mark.anyio, pytest.mark.smsonline(clock="manual")]

DISCORD = Offer("12", "ds", most=50)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def client(smsonline: SmsOnline, anyio_backend: str) -> AsyncIterator[Client]:
    async def sleep(seconds: float) -> None:
        smsonline.clock.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)

    async with Client(smsonline.base_url, smsonline.user_id, smsonline.api_key, sleep) as client:
        yield client


async def test_codes_are_received_side_by_side(smsonline: SmsOnline, client: Client) -> None:
    services = ("ds", "wa", "tg")
    codes = await asyncio.gather(*(client.receive_code(Offer("12", service, most=500)) for service in services))
    assert sorted(map(str, codes)) == sorted(str(order.sms[0].code) for order in smsonline.orders)


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
async def test_a_number_without_a_code_is_returned_for_its_money(smsonline: SmsOnline, client: Client) -> None:
    assert await client.receive_code(DISCORD) is None
    assert smsonline.cost.lost == 0


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
async def test_a_number_is_returned_when_nobody_waits_any_more(smsonline: SmsOnline) -> None:
    begun = asyncio.Event()

    async def sleep(_: float) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with Client(smsonline.base_url, smsonline.user_id, smsonline.api_key, sleep) as client:
        waiting = asyncio.create_task(client.receive_code(DISCORD))
        await begun.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert [order.state for order in smsonline.orders] == ["refunded"]


async def test_orders_without_an_answer_are_charged_once(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail("v3.orderNumber", times=2, lost_answer=True)
    orders = await asyncio.gather(*(client.order(DISCORD) for _ in range(3)))
    assert sorted(orders) == sorted(order.id for order in smsonline.orders)


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
async def test_a_return_without_an_answer_is_paid_back_once(smsonline: SmsOnline, client: Client) -> None:
    smsonline.fail("v3.changeOrderStatus", times=1, lost_answer=True)
    await client.receive_code(DISCORD)
    assert [entry.kind for entry in smsonline.ledger].count("refund") == 1


@pytest.mark.smsonline_scenarios("flaky", "late-sms", "lost-answers", "rate-limited", "slow")
async def test_it_survives_a_bad_day(smsonline: SmsOnline, client: Client) -> None:
    await client.receive_code(DISCORD)
    assert len(smsonline.orders) == 1


async def test_it_works_without_a_socket(smsonline: SmsOnline, smsonline_app: Any) -> None:
    transport = httpx.ASGITransport(smsonline_app)
    async with Client(smsonline.base_url, smsonline.user_id, smsonline.api_key, transport=transport) as client:
        await client.order(DISCORD)
    assert smsonline.cost.spent == 16


@pytest.mark.smsonline(scenario="second-sms", clock="manual")
async def test_an_sms_without_a_code_is_not_the_end(smsonline: SmsOnline, client: Client) -> None:
    assert await client.receive_code(DISCORD) == smsonline.orders[0].sms[-1].code


@pytest.mark.smsonline(scenario="price-moves", clock="manual")
async def test_a_new_price_is_asked_for_when_the_old_one_is_stale(smsonline: SmsOnline, client: Client) -> None:
    await client.order(DISCORD)
    smsonline.journal.assert_sequence("v3.orderNumber", "v3.getServiceDetail", "v3.orderNumber")


@pytest.mark.smsonline(scenario="failover", clock="manual")
async def test_another_carrier_is_not_paid_more_than_was_quoted(smsonline: SmsOnline, client: Client) -> None:
    await client.order(DISCORD._replace(carrier="tmobile"))
    assert [(order.carrier, order.price) for order in smsonline.orders] == [("tmobile", 16)]


@pytest.mark.smsonline(scenario="instant")
async def test_the_command_prints_the_code(smsonline: SmsOnline, monkeypatch: Any, capsys: Any) -> None:
    for name, value in {**smsonline.env, "SMSONLINE_CLOCK_SPEED": "1000"}.items():
        monkeypatch.setenv(name, value)
    assert (await main(["12", "ds", "50"]), capsys.readouterr().out) == (0, f"{smsonline.orders[0].sms[0].code}\n")
