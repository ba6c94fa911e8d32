"""Tests of the unmodified generated package with the mock: the responses of the mock match the contract document."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from first_order import Refused, order, receive_code
from smsonline_v3 import Client
from smsonline_v3.api.customer import get_balance, get_coupons, get_invoices
from smsonline_v3.api.favourites import get_favourites
from smsonline_v3.api.lookup import get_countries, get_popular
from smsonline_v3.api.statistics import get_statistics
from smsonline_v3.models import Failure, OrderBody

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from mockserver.testing.handle import SmsOnline

pytestmark = pytest.mark.smsonline(clock="manual")


@pytest.fixture
def client(smsonline: SmsOnline) -> Iterator[Client]:
    with Client(base_url=smsonline.base_url) as client:
        yield client


def discord(smsonline: SmsOnline, most: int = 20) -> OrderBody:
    return OrderBody(smsonline.api_key, "12", "ds", "any", str(most), "", "")


def receive(smsonline: SmsOnline, client: Client) -> str | None:
    def sleep(seconds: float) -> None:
        smsonline.clock.advance(timedelta(seconds=seconds))

    return receive_code(client, smsonline.user_id, smsonline.api_key, discord(smsonline), sleep)


def test_a_code_is_received(smsonline: SmsOnline, client: Client) -> None:
    assert receive(smsonline, client) == smsonline.orders[0].sms[0].code


@pytest.mark.smsonline(scenario="no-sms", clock="manual")
def test_a_number_without_a_code_is_returned_for_its_money(smsonline: SmsOnline, client: Client) -> None:
    assert receive(smsonline, client) is None
    assert smsonline.cost.lost == 0


@pytest.mark.smsonline(scenario="out-of-stock", clock="manual")
def test_a_failure_is_told_by_its_code(smsonline: SmsOnline, client: Client) -> None:
    with pytest.raises(Refused, match="NO_NUMBERS"):
        order(client, smsonline.user_id, discord(smsonline))


def test_a_price_above_the_maximum_is_refused(smsonline: SmsOnline, client: Client) -> None:
    with pytest.raises(Refused, match="maximumPrice"):
        order(client, smsonline.user_id, discord(smsonline, most=1))


@pytest.mark.parametrize(
    "operation",
    [get_balance, get_coupons, get_countries, get_favourites, get_invoices, get_popular, get_statistics],
    ids=lambda module: module.__name__.rpartition(".")[2],
)
def test_an_answer_is_read_by_the_generated_package(
    smsonline: SmsOnline, client: Client, operation: ModuleType
) -> None:
    answer = operation.sync(smsonline.user_id, client=client, api_key=smsonline.api_key)
    assert answer is not None
    assert not isinstance(answer, Failure)
