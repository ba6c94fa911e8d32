"""How the time of a world passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.scenario.build import build
from mockserver.scenario.load import load
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.domain.clock import Instant
    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures
    from tests.conftest import Mock

    Play = Callable[..., Mock]
    Tell = Callable[[str], tuple[World, list[Instant]]]

WALL = 1_750_000_000_000


@pytest.fixture
def tell(shipped: Fixtures, tmp_path: Path) -> Tell:
    """Makes the world of a clock, and the wall clock, which is a list of its one time."""

    def tell(clock: str) -> tuple[World, list[Instant]]:
        path = tmp_path / "scenario.yaml"
        path.write_text(f"description: A clock.\naccounts: [{{userId: me, key: my-key}}]\n{clock}\n")
        wall = [WALL]
        return build(load(str(path), shipped.catalogue), shipped, lambda: wall[0], rules=DEFAULT), wall

    return tell


@pytest.mark.parametrize(
    ("clock", "passed"),
    [
        ("", 7000),
        ("clock: real", 7000),
        ("clock: {mode: real}", 7000),
        ("clock: {scaled: 60}", 420_000),
        ("clock: {mode: real, scaled: 60}", 420_000),
        ("clock: manual", 0),
        ("clock: {mode: manual}", 0),
        ("clock: {step: 5s}", 0),
        ("clock: {mode: manual, step: 5s}", 0),
    ],
)
def test_a_clock_runs_beside_the_wall_as_it_is_told(tell: Tell, clock: str, passed: int) -> None:
    world, wall = tell(clock)
    wall[0] += 7000
    assert world.clock.now() - WALL == passed


@pytest.mark.parametrize("mode", ["mode: real", "scaled: 60", "mode: manual", "step: 5s"])
def test_a_clock_starts_where_it_is_told(tell: Tell, mode: str) -> None:
    world, _ = tell(f'clock: {{{mode}, start: "2025-02-15 16:20:27"}}')
    assert world.clock.now() == 1_739_636_427_000


def test_every_request_is_a_step(play: Play) -> None:
    mock = play("", clock="clock: {step: 5s}\n")
    before = mock.world.clock.now()
    for _ in range(3):
        mock.v3.balance()
    assert mock.world.clock.now() - before == 15_000


def test_a_polling_client_meets_its_sms_without_waiting(play: Play) -> None:
    mock = play("orders:\n  - sms: [{after: 20s}]\n", clock="clock: {step: 5s}\n")
    order = mock.v3.order().json()["body"]["orderId"]
    statuses = [mock.v3.item(order)["status"] for _ in range(5)]
    assert statuses == ["waiting", "waiting", "waiting", "completed", "completed"]


def test_a_request_that_is_refused_by_the_contract_is_no_step(play: Play) -> None:
    mock = play("", clock="clock: {step: 5s}\n")
    before = mock.world.clock.now()
    mock.v3.get("/numbers/{user}/inventory/x")
    assert mock.world.clock.now() == before


def test_a_manual_clock_stands_still(play: Play) -> None:
    mock = play("orders:\n  - sms: [{after: 1s}]\n")
    order = mock.v3.order().json()["body"]["orderId"]
    assert {mock.v3.item(order)["status"] for _ in range(100)} == {"waiting"}
