from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.judge import Limits
from tests.testing.conftest import Client

if TYPE_CHECKING:
    from mockserver.judge import Judgement
    from mockserver.testing import Server, SmsOnline


def codes(judgement: Judgement) -> list[str]:
    return [finding.code for finding in judgement.findings]


def test_a_good_client_has_no_findings(world: SmsOnline, client: Client) -> None:
    order_id = client.ordered()
    world.deliver_sms(order_id)
    client.poll(order_id)
    assert codes(world.grade(ended=True)) == []


def test_breaking_the_contract_is_a_finding(world: SmsOnline, client: Client) -> None:
    client.order(maximumPrice="0.2", colour="red")
    assert sorted(codes(world.grade())) == ["client.request", "client.unknown-name"]


def test_an_order_may_wait_until_its_client_has_ended(world: SmsOnline, client: Client) -> None:
    client.order()
    assert (codes(world.grade()), codes(world.grade(ended=True))) == ([], ["client.abandons-order"])


def poll(world: SmsOnline, client: Client, pause: str | None = None) -> None:
    """Look at an order so often that it is too often if the pauses are too short."""
    order_id = client.ordered()
    for _ in range(4):
        client.poll(order_id)
        if pause:
            world.clock.advance(pause)


def test_without_time_no_pause_is_too_short(world: SmsOnline, client: Client) -> None:
    poll(world, client)
    assert (codes(world.grade()), codes(world.grade(paced=False))) == ([], [])


def test_time_that_passes_with_every_request_tells_of_no_pause(world: SmsOnline, client: Client) -> None:
    world.clock.step("100ms")
    poll(world, client)
    assert (codes(world.grade()), codes(world.grade(paced=True))) == ([], ["client.polls-too-fast"])


def test_time_that_was_advanced_tells_of_pauses(world: SmsOnline, client: Client) -> None:
    poll(world, client, "200ms")
    assert (codes(world.grade()), codes(world.grade(paced=False))) == (["client.polls-too-fast"], [])


def test_time_that_runs_tells_of_pauses(world: SmsOnline, client: Client) -> None:
    world.clock.run()
    poll(world, client)
    assert codes(world.grade()) == ["client.polls-too-fast"]


def test_limits_say_what_is_too_short(world: SmsOnline, client: Client) -> None:
    poll(world, client, "1s")
    assert (codes(world.grade()), codes(world.grade(limits=Limits(poll=5)))) == ([], ["client.polls-too-fast"])


def test_a_lost_order_has_its_price(world: SmsOnline, client: Client) -> None:
    world.fail("v3.orderNumber", status=502, at="after")
    client.order()
    [line] = world.grade().statement.lines
    assert (line.price, line.refunded, line.outcome) == (16, 0, "open")


@pytest.mark.parametrize(("done", "outcome"), [("refund", "refunded"), ("expire", "expired"), ("deliver_sms", "kept")])
def test_a_statement_says_what_became_of_an_order(world: SmsOnline, client: Client, done: str, outcome: str) -> None:
    getattr(world, done)(client.ordered())
    assert [line.outcome for line in world.grade().statement.lines] == [outcome]


def test_a_fork_is_judged_by_what_came_since(world: SmsOnline, client: Client) -> None:
    client.ordered()
    judged = world.fork().grade()
    assert (judged.calls, judged.statement.lines) == (0, ())


def test_a_cleared_journal_is_still_judged(world: SmsOnline, client: Client) -> None:
    client.order(colour="red")
    world.journal.clear()
    client.ordered()
    assert (world.grade().calls, codes(world.grade())) == (2, ["client.unknown-name"])


def test_a_world_that_was_reset_is_judged_anew(world: SmsOnline, client: Client) -> None:
    client.order(colour="red")
    world.journal.clear()
    world.reset()
    client.ordered()
    assert (world.grade().calls, codes(world.grade())) == (1, [])


def test_the_contract_is_as_readings_have_it(server: Server) -> None:
    with server.open(clock="manual", readings={"failures": "status"}) as world:
        client = Client(world)
        client.poll("99")
        client.close()
        met = [each.name for each in world.grade().coverage.names if each.kind == "reading" and each.times]
    assert "failures=status" in met
