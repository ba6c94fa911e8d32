"""Worlds that are played side by side: made, begun anew, copied, removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.simulation.limits import WorldLimits
from tests.conftest import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.control.conftest import Steered


def test_every_world_has_fresh_credentials(steered: Steered) -> None:
    opened = [steered.create() for _ in range(3)]
    assert [len({getattr(each, name) for each in opened}) for name in ("id", "user", "key")] == [3, 3, 3]


def test_given_credentials_are_kept(steered: Steered) -> None:
    opened = steered.create(userId="me", apiKey="my-key")
    assert (opened.user, opened.key, opened.v3.balance()) == ("me", "my-key", 10000)


def test_what_happens_in_one_world_happens_in_no_other(steered: Steered) -> None:
    one, other = steered.create(), steered.create()
    one.order()
    assert [each.v3.balance() for each in (one, other)] == [9984, 10000]


def test_a_reset_world_gives_the_same_bytes_again(steered: Steered) -> None:
    world = steered.create(seed=7, clock={"mode": "manual", "start": "2025-06-15 15:06:40"})
    first = [world.v3.order().content, world.v2.purchase().content]
    world("POST", "/reset")
    assert [world.v3.order().content, world.v2.purchase().content] == first


def test_keys_of_a_deleted_world_are_unknown(steered: Steered) -> None:
    world = steered.create()
    world("DELETE")
    status = world.v3.get("/customers/{user}/balance").status_code
    assert (status, world("GET").status_code) == (401, 404)


def test_a_world_that_nobody_uses_is_removed(steer: Callable[..., Steered]) -> None:
    steered = steer(limits=WorldLimits(idle=60))
    world = steered.create()
    steered.now += 60_001
    assert ([each["id"] for each in steered("GET", "/worlds").json()["worlds"]], world("GET").status_code) == (
        ["default"],
        404,
    )


def test_a_world_that_is_used_stays(steer: Callable[..., Steered]) -> None:
    steered = steer(limits=WorldLimits(idle=60))
    world = steered.create()
    for _ in range(3):
        steered.now += 59_000
        assert world("GET").status_code == 200


def test_ten_thousand_worlds_are_not_made(steer: Callable[..., Steered]) -> None:
    steered = steer(limits=WorldLimits(worlds=20))
    first = steered.create()
    wire, request = InProcess(steered.app), steered.service.build_request("POST", "/__mock__/worlds", json={})
    statuses = [wire.handle_request(request).status_code for _ in range(10_000)]
    assert statuses == [201] * 18 + [409] * 9_982
    assert (len(steered.worlds), first.v3.balance()) == (20, 10000)


def test_one_world_more_than_the_limit_is_refused_with_the_limit(steer: Callable[..., Steered]) -> None:
    answer = steer(limits=WorldLimits(worlds=1))("POST", "/worlds", json={})
    assert (answer.status_code, "there are 1 worlds, which is the limit" in answer.json()["error"]) == (409, True)


@pytest.mark.parametrize(("strictness", "status"), [("strict", 400), ("lenient", 200)])
def test_each_world_has_its_own_strictness(steered: Steered, strictness: str, status: int) -> None:
    steered.create(strictness="lenient" if strictness == "strict" else "strict")
    world = steered.create(strictness=strictness)
    assert world.v3.order(country=12).status_code == status


def test_an_unknown_parameter_is_recorded_as_a_warning(steered: Steered) -> None:
    world = steered.create()
    assert world.v3.get("/customers/{user}/balance", colour="red").status_code == 200
    [found] = world("GET", "/violations").json()["violations"]
    assert (found["level"], found["place"], found["side"]) == ("warning", "query.colour", "request")


def test_a_loaded_scenario_keeps_users_and_keys(steered: Steered) -> None:
    world = steered.create()
    answer = world("PUT", "/scenario", json={"scenario": "out-of-stock"}).json()
    assert (answer["userId"], answer["apiKey"], world.v3.order().json()["ok"]) == (world.user, world.key, False)


def test_every_account_of_a_scenario_gets_a_key(steered: Steered) -> None:
    scenario = {
        "description": "Two.",
        "accounts": [{"userId": user, "key": f"{user}-key", "balance": 100} for user in ("ann", "bob")],
    }
    opened = steered.create(scenario=scenario)
    assert [account["userId"] for account in opened.accounts][1:] == ["bob"]
    assert not {key for account in opened.accounts for key in account["apiKeys"]} & {"ann-key", "bob-key"}
