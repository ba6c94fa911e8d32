"""The key of a request selects its world."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from mockserver.domain.catalogue import Catalogue
from mockserver.domain.clock import Clock
from mockserver.domain.customer import Customer
from mockserver.domain.world import World
from mockserver.simulation.faults import Faults
from mockserver.simulation.worlds import Worlds

if TYPE_CHECKING:
    from mockserver.domain.script import Script


def world(*keys: str) -> World:
    """Make a world with one account that has these keys."""
    made = World(Catalogue({}, {}, {}), {}, Clock(0, wall=lambda: 0), cast("Script", None))
    made.open_account(Customer("alice"), keys)
    return made


def test_every_key_of_a_world_selects_it() -> None:
    one, other = world("a", "b"), world("c")
    worlds = Worlds(one, other)
    assert [worlds.with_key(key) for key in "abc"] == [one, one, other]


@pytest.mark.parametrize("key", [None, "", "x", "A"])
def test_any_other_key_selects_none(key: str | None) -> None:
    assert Worlds(world("a")).with_key(key) is None


def test_a_world_can_be_added_later() -> None:
    worlds, late = Worlds(world("a")), world("b")
    worlds.add(late)
    assert worlds.with_key("b") is late


def test_a_key_that_selects_another_world_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match=r"^1 of the world's API keys select another world already$"):
        Worlds(world("secret"), world("secret", "b"))


def test_a_world_that_was_refused_is_selected_by_none_of_its_keys() -> None:
    worlds = Worlds(world("a"))
    with pytest.raises(ValueError, match="select another world"):
        worlds.add(world("a", "b"))
    assert worlds.with_key("b") is None


def test_a_world_may_have_faults() -> None:
    worlds, faulty, healthy = Worlds(), world("a"), world("b")
    faults = Faults([], 0, 0)
    worlds.add(faulty, faults)
    worlds.add(healthy)
    assert worlds.faults == {faulty: faults}
