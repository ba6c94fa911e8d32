"""From a scenario to an application."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import LocatedError
from mockserver.serving.setup import set_up
from mockserver.simulation.real_time import wall

if TYPE_CHECKING:
    from pathlib import Path


def test_a_shipped_scenario_is_found_by_name() -> None:
    assert (set_up("default").scenario.name, set_up("default").scenario.shipped) == ("default", True)


def test_a_file_is_found_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("description: Mine.\naccounts: [{userId: me, key: my-key, balance: 5}]\n")
    mock = set_up(str(path))
    assert (mock.scenario.name, mock.world.ledger.balance("me")) == ("mine", 5)


def test_an_unknown_scenario_is_an_error() -> None:
    with pytest.raises(LocatedError, match="defualt: no such scenario, did you mean default"):
        set_up("defualt")


def test_the_seed_of_a_scenario_can_be_replaced() -> None:
    assert [set_up("default", seed).world.script.secret for seed in (None, 7)] == [1, 7]


def test_the_clock_of_the_default_scenario_is_the_wall_clock() -> None:
    mock = set_up("default")
    before = wall()
    assert before <= mock.world.clock.now() <= wall()
