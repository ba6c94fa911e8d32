from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.testing import ContractBrokenError, SteeringError
from mockserver.testing.records import Cost
from tests.testing.conftest import Client

if TYPE_CHECKING:
    from mockserver.testing import Server, SmsOnline


def test_both_generations_of_the_service_know_the_account(world: SmsOnline) -> None:
    v3 = httpx.get(f"{world.base_url}/customers/{world.user_id}/balance", params={"apiKey": world.api_key})
    v2 = httpx.get(f"{world.v2_url}/getBalance", params={"userId": world.user_id, "key": world.api_key})
    assert (v3.status_code, v2.status_code) == (200, 200)


def test_the_environment_says_where_the_service_is_and_whose_account(world: SmsOnline) -> None:
    assert world.env == {
        "SMSONLINE_BASE_URL": world.base_url,
        "SMSONLINE_V2_URL": world.v2_url,
        "SMSONLINE_USER_ID": world.user_id,
        "SMSONLINE_API_KEY": world.api_key,
    }


def test_every_generation_of_the_service_has_a_url(server: Server, world: SmsOnline) -> None:
    assert [world.url_of(name) for name in server.documents] == [world.base_url, world.v2_url]


def test_time_passes_when_told(world: SmsOnline) -> None:
    before = world.clock.now
    assert (world.clock.advance("20m") - before, world.clock.now - before) == (timedelta(minutes=20),) * 2


def test_a_duration_may_be_a_timedelta(world: SmsOnline) -> None:
    before = world.clock.now
    assert world.clock.advance(timedelta(hours=1, milliseconds=5)) - before == timedelta(hours=1, milliseconds=5)


def test_a_duration_may_be_seconds(world: SmsOnline) -> None:
    before = world.clock.now
    assert world.clock.advance(1.5) - before == timedelta(milliseconds=1500)


def test_orders_and_codes_may_be_plain_values(world: SmsOnline, client: Client) -> None:
    client.ordered()
    [order] = world.orders
    [sms] = world.deliver_sms(order, code=1234).sms
    world.journal.assert_called("v3.orderNumber", order=order)
    assert sms.code == "1234"


def test_a_fault_may_be_for_one_order(world: SmsOnline, client: Client) -> None:
    broken, sound = client.ordered(), client.ordered()
    world.fail("v3.getOrder", order=world.orders[-1], nth={"from": 1}, status=503)
    assert [client.poll(order_id).status_code for order_id in (broken, sound)] == [503, 200]


def test_a_latency_may_be_seconds(world: SmsOnline, client: Client) -> None:
    world.fail("v3.orderNumber", latency=0.001)
    assert client.order().status_code == 200


def test_time_passes_with_every_request(world: SmsOnline, client: Client) -> None:
    world.clock.step("7s")
    before = world.clock.now
    client.order()
    assert world.clock.now - before == timedelta(seconds=7)


def test_time_runs_and_stops_when_told(world: SmsOnline) -> None:
    world.clock.run(times=1000)
    world.clock.stop()
    assert world.clock.now == world.clock.now


def test_a_balance_can_be_set(world: SmsOnline, client: Client) -> None:
    world.balance = 15
    assert (client.order().json()["errorMessage"], world.ledger[-1].kind) == ("INSUFFICIENT_BALANCE", "adjustment")


def test_the_code_of_a_text_is_found(world: SmsOnline, client: Client) -> None:
    [sms] = world.deliver_sms(client.ordered(), text="G-123456 is your code, valid for 1440 minutes").sms
    assert sms.code == "123456"


def test_an_sms_arrives_when_told(world: SmsOnline, client: Client) -> None:
    order_id = client.ordered()
    order = world.deliver_sms(order_id, code="123456")
    assert (order.state, order.sms[0].code) == ("completed", "123456")
    assert client.poll(order_id).json()["body"][0]["code"] == "123456"


def test_an_sms_has_the_text_that_is_told(world: SmsOnline, client: Client) -> None:
    assert world.deliver_sms(client.ordered(), text="Hello 99").sms[0].text == "Hello 99"


def test_orders_are_listed_the_newest_first(world: SmsOnline, client: Client) -> None:
    first, second = client.ordered(), client.ordered()
    assert [order.id for order in world.orders] == [second, first]


def test_the_vendor_ends_orders(world: SmsOnline, client: Client) -> None:
    first, second = client.ordered(), client.ordered()
    assert (world.expire(first).state, world.refund(second).state) == ("expired", "refunded")


def test_money_is_told_in_cents(world: SmsOnline, client: Client) -> None:
    before = world.balance
    world.refund(client.ordered())
    client.ordered()
    assert (world.balance - before, world.cost, world.cost.lost) == (-16, Cost(spent=32, refunded=16), 16)


def test_the_ledger_holds_what_was_charged(world: SmsOnline, client: Client) -> None:
    order_id = client.ordered()
    assert [(entry.kind, entry.cents) for entry in world.ledger if entry.reference == order_id] == [("charge", -16)]


def test_a_payment_is_settled_when_told(world: SmsOnline, client: Client) -> None:
    client.pay()
    [payment] = world.payments
    assert (world.settle(payment.id).status, world.payments[0].status) == ("paid", "paid")


def test_a_price_and_a_stock_change_when_told(world: SmsOnline, client: Client) -> None:
    world.change("12", "ds", price=40, stock=1)
    assert client.order().json()["body"]["purchasePrice"] == 40
    assert client.order().json()["ok"] is False


@pytest.mark.parametrize(
    ("effect", "status"),
    [({"status": 503}, 503), ({"rate_limit": {"limit": 1, "window": "1h"}}, 200), ({"latency": "1ms"}, 200)],
)
def test_a_call_fails_as_told(world: SmsOnline, client: Client, effect: dict[str, Any], status: int) -> None:
    order_id = client.ordered()
    world.fail("v3.getOrder", **effect)
    assert client.poll(order_id).status_code == status
    assert [fault.acted for fault in world.faults] == [0 if "rate_limit" in effect else 1]


def test_a_fault_acts_as_often_as_told(world: SmsOnline, client: Client) -> None:
    order_id = client.ordered()
    world.fail("v3.getOrder", status=500, times=2)
    assert [client.poll(order_id).status_code for _ in range(3)] == [500, 500, 200]


def test_a_lost_answer_has_its_effect(world: SmsOnline, client: Client) -> None:
    world.fail("v3.orderNumber", lost_answer=True)
    with pytest.raises(httpx.TransportError):
        client.order()
    assert [order.price for order in world.orders] == [16]


def test_a_healed_fault_acts_no_more(world: SmsOnline, client: Client) -> None:
    order_id = client.ordered()
    world.fail("v3.getBalance", status=500)
    world.heal(world.fail("v3.getOrder", status=500))
    assert (client.poll(order_id).status_code, len(world.faults)) == (200, 1)
    world.heal()
    assert world.faults == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"operation": "v3.getOrdr", "status": 500}, "did you mean v3.getOrder?"),
        ({"status": 5}, "status"),
        ({"stauts": 500}, "status"),
        ({}, "then"),
    ],
)
def test_a_fault_that_is_not_right_is_told(world: SmsOnline, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(SteeringError, match=told):
        world.fail(**arguments)


def test_what_cannot_be_done_says_why(world: SmsOnline) -> None:
    with pytest.raises(SteeringError, match="there is no order"):
        world.deliver_sms("1")


def test_a_reset_world_has_no_orders(world: SmsOnline, client: Client) -> None:
    client.order()
    world.reset()
    assert (world.orders, len(world.journal), client.order().status_code) == ([], 0, 200)


def test_a_snapshot_can_be_gone_back_to(world: SmsOnline, client: Client) -> None:
    first = client.ordered()
    snapshot = world.snapshot()
    client.ordered()
    world.restore(snapshot)
    assert [order.id for order in world.orders] == [first]


def test_a_fork_goes_its_own_way(world: SmsOnline, client: Client) -> None:
    client.ordered()
    fork = world.fork()
    other = Client(fork)
    other.ordered()
    other.close()
    assert (len(fork.orders), len(world.orders), fork.api_key == world.api_key) == (2, 1, False)


def test_a_fresh_world_begins_as_its_origin_did(world: SmsOnline, client: Client) -> None:
    client.ordered()
    with world.fresh() as fresh:
        assert (fresh.orders, fresh.scenario, fresh.seed) == ([], world.scenario, world.seed)


def test_worlds_that_came_of_a_world_end_with_it(server: Server) -> None:
    worlds = len(server.steering.ask("listWorlds")["worlds"])
    with server.open() as world:
        world.fork()
        world.fresh()
    assert len(server.steering.ask("listWorlds")["worlds"]) == worlds


def breaking(world: SmsOnline, **changes: Any) -> None:
    client = Client(world)
    client.order(**changes)
    client.close()


def test_a_client_that_broke_the_contract_is_told_at_the_end(server: Server) -> None:
    with pytest.raises(ContractBrokenError, match=r"body\.maximumPrice must match"), server.open() as world:
        breaking(world, maximumPrice="0.2")


def test_an_error_of_the_test_itself_is_not_replaced(server: Server) -> None:
    def fail(world: SmsOnline) -> None:
        breaking(world, maximumPrice="0.2")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), server.open() as world:
        fail(world)


def test_unknown_names_break_nothing(server: Server) -> None:
    with server.open() as world:
        breaking(world, colour="red")
        assert [violation.level for violation in world.violations] == ["warning"]


def test_an_answer_that_a_fault_has_altered_is_not_held_against_the_client(world: SmsOnline, client: Client) -> None:
    order_id = client.ordered()
    world.fail("v3.getOrder", omit="body[].status")
    client.poll(order_id)
    assert world.violations == []


@pytest.mark.parametrize("forget", [lambda world: world.reset(), lambda world: world.journal.clear()])
def test_violations_outlive_the_journal(world: SmsOnline, client: Client, forget: Any) -> None:
    client.order(maximumPrice="0.2")
    forget(world)
    assert [violation.place for violation in world.violations] == ["body.maximumPrice"]


def test_violations_of_a_fork_count_for_its_origin(server: Server) -> None:
    with pytest.raises(ContractBrokenError), server.open() as world:
        breaking(world.fork(), maximumPrice="0.2")


def test_a_world_can_be_closed_twice(server: Server) -> None:
    world = server.open()
    world.close()
    assert (world.close(), world.violations, world.is_open) == ("", [], False)


def test_a_lenient_world_serves_what_it_understands(server: Server) -> None:
    with server.open(strict=False, allow_violations=True) as world:
        client = Client(world)
        status = client.order(maximumPrice=" 1000 ").status_code
        client.close()
        assert (status, len(world.violations)) == (200, 1)


def test_a_world_does_not_show_its_key(world: SmsOnline) -> None:
    assert world.api_key not in repr(world)
