from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from mockserver.testing import SmsOnline
    from tests.testing.conftest import Client


def test_requests_are_found_by_operation(world: SmsOnline, client: Client) -> None:
    client.poll(client.ordered())
    [exchange] = world.journal.requests("v3.orderNumber")
    assert (exchange.method, exchange.status, exchange.request.json["service"]) == ("PUT", 200, "ds")


def test_a_key_is_not_shown(world: SmsOnline, client: Client) -> None:
    client.poll(client.ordered())
    assert world.api_key not in str([tuple(exchange) for exchange in world.journal.requests()])


def test_requests_are_found_by_order(world: SmsOnline, client: Client) -> None:
    first, second = client.ordered(), client.ordered()
    client.poll(second)
    assert [exchange.number for exchange in world.journal.requests("v3.*", order=second)] == [2, 3]
    assert len(world.journal.requests(order=first)) == 1


def test_the_last_requests_are_those_before_now(world: SmsOnline, client: Client) -> None:
    order_id = client.ordered()
    for _ in range(3):
        client.poll(order_id)
    assert [exchange.number for exchange in world.journal.last(2)] == [3, 4]
    assert len(world.journal) == 4


@pytest.mark.parametrize("counts", [{}, {"times": 2}, {"at_least": 2}, {"at_most": 2, "at_least": 1}])
def test_what_was_called_so_often_is_asserted(world: SmsOnline, client: Client, counts: dict[str, Any]) -> None:
    client.order()
    client.order()
    world.journal.assert_called("v3.orderNumber", status=200, **counts)


@pytest.mark.parametrize("counts", [{"times": 1}, {"at_least": 3}, {"at_most": 1}])
def test_what_was_not_called_so_often_is_told(world: SmsOnline, client: Client, counts: dict[str, Any]) -> None:
    client.order()
    client.order()
    with pytest.raises(AssertionError, match=r"operation v3\.orderNumber: 2 times, expected"):
        world.journal.assert_called("v3.orderNumber", **counts)


def test_the_nearest_misses_are_told(world: SmsOnline, client: Client) -> None:
    client.order()
    with pytest.raises(AssertionError, match=r"nearest:\n  #1 PUT .* 200: status is 200, not 500"):
        world.journal.assert_called("v3.orderNumber", status=500)


def test_what_was_not_called_is_asserted(world: SmsOnline, client: Client) -> None:
    client.order()
    world.journal.assert_not_called("v3.getOrder")
    with pytest.raises(AssertionError, match="expected exactly 0 times"):
        world.journal.assert_not_called("v3.orderNumber")


def test_a_sequence_is_asserted(world: SmsOnline, client: Client) -> None:
    client.poll(client.ordered())
    world.journal.assert_sequence("v3.orderNumber", "v3.getOrder")
    with pytest.raises(AssertionError, match="it was made earlier"):
        world.journal.assert_sequence("v3.getOrder", "v3.orderNumber")


@pytest.mark.parametrize("ask", ["requests", "assert_called", "assert_not_called", "assert_sequence", "wait_for"])
def test_a_misspelt_operation_is_an_error(world: SmsOnline, ask: str) -> None:
    with pytest.raises(ValueError, match=r"no operation v3\.getOrdr, did you mean v3\.getOrder\?"):
        getattr(world.journal, ask)("v3.getOrdr")


def test_a_request_is_waited_for(world: SmsOnline, client: Client) -> None:
    thread = threading.Thread(target=client.order)
    thread.start()
    assert [exchange.operation for exchange in world.journal.wait_for("v3.orderNumber")] == ["v3.orderNumber"]
    thread.join()


@pytest.mark.parametrize("within", ["10ms", "0s"])
def test_what_does_not_come_in_time_is_told(world: SmsOnline, within: str) -> None:
    with pytest.raises(AssertionError, match="journal is empty"):
        world.journal.wait_for("v3.orderNumber", within=within)


def test_waiting_lets_other_tasks_go_on(world: SmsOnline, client: Client) -> None:
    async def both() -> list[str]:
        waiting = asyncio.create_task(world.journal.wait_for_async("v3.orderNumber"))
        await asyncio.to_thread(client.order)
        return [exchange.operation for exchange in await waiting]

    assert asyncio.run(both()) == ["v3.orderNumber"]


def test_a_cleared_journal_is_empty(world: SmsOnline, client: Client) -> None:
    client.order()
    world.journal.clear()
    assert (len(world.journal), world.journal.requests()) == (0, [])
