from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.testing.failure_report import failure_report

if TYPE_CHECKING:
    from mockserver.testing import Server, SmsOnline
    from tests.testing.conftest import Client


def test_a_story_has_the_exchanges_and_orders(world: SmsOnline, client: Client) -> None:
    order_id = client.ordered()
    world.fail("v3.getOrder", name="outage", status=500)
    client.poll(order_id)
    told = failure_report(world)
    assert f"  {order_id} ds " in told
    assert "(v3.getOrder) 500  [outage]" in told
    assert "balance 9984 cents, spent 16, refunded 0" in told


def test_a_story_has_no_key(world: SmsOnline, client: Client) -> None:
    client.poll(client.ordered())
    assert (world.api_key in failure_report(world), "[redacted]" in failure_report(world)) == (False, True)


def test_a_story_is_about_the_end(world: SmsOnline, client: Client) -> None:
    order_id = client.ordered()
    for _ in range(12):
        client.poll(order_id)
    told = failure_report(world)
    assert ("exchanges: 13, the last 10:" in told, "#3 GET" in told, "#4 GET" in told) == (True, False, True)


def test_a_story_says_how_to_have_the_same_again(server: Server) -> None:
    with server.open(scenario="late-sms", seed=7) as world:
        test = "tests/testing/test_failure_report.py::test_a_story_says_how_to_have_the_same_again"
        assert failure_report(world).endswith(f"rerun: pytest {test} --smsonline-scenario late-sms --smsonline-seed 7")


def test_a_scenario_without_a_name_is_not_named(server: Server) -> None:
    data = {"description": "Poor.", "accounts": [{"userId": "me", "key": "my-key", "balance": 3}]}
    with server.open(scenario=data) as world:
        assert "--smsonline-scenario" not in failure_report(world)


def test_of_a_world_that_is_gone_nothing_can_be_told(server: Server) -> None:
    world = server.open()
    world.close()
    assert failure_report(world).startswith("the failure report is unavailable: there is no world")
