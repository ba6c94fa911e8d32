"""The key of a request selects its world."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from mockserver.domain.catalogue import Catalogue
from mockserver.domain.clock import Clock
from mockserver.domain.customer import Customer
from mockserver.domain.world import World
from mockserver.simulation.faults.state import Faults
from mockserver.simulation.limits import WorldLimits
from mockserver.simulation.worlds import FullError, KeyTakenError, Worlds
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from mockserver.domain.script import Script


def world(*keys: str) -> World:
    """Make a world with one account that has these keys."""
    made = World(Catalogue({}, {}, {}), {}, Clock(0, wall=lambda: 0), cast("Script", None), rules=DEFAULT)
    made.open_account(Customer("alice"), keys)
    return made


def selected(worlds: Worlds, key: str | None) -> World | None:
    found = worlds.with_key(key)
    return None if found is None else found.world


def test_every_key_of_a_world_selects_it() -> None:
    one, other = world("a", "b"), world("c")
    worlds = Worlds(one, other)
    assert [selected(worlds, key) for key in "abc"] == [one, one, other]


@pytest.mark.parametrize("key", [None, "", "x", "A"])
def test_any_other_key_selects_none(key: str | None) -> None:
    assert selected(Worlds(world("a")), key) is None


def test_a_world_can_be_added_later() -> None:
    worlds, late = Worlds(world("a")), world("b")
    worlds.add(late)
    assert selected(worlds, "b") is late


def test_a_key_that_selects_another_world_is_refused_without_showing_it() -> None:
    with pytest.raises(KeyTakenError, match=r"^one of these API keys already selects the world default$"):
        Worlds(world("secret"), world("secret", "b"))


def test_a_world_that_was_refused_is_selected_by_none_of_its_keys() -> None:
    worlds = Worlds(world("a"))
    with pytest.raises(KeyTakenError):
        worlds.add(world("a", "b"))
    assert (selected(worlds, "b"), len(worlds)) == (None, 1)


def test_one_world_more_than_the_limit_is_refused() -> None:
    worlds = Worlds(world("a"), world("b"), limits=WorldLimits(worlds=2))
    with pytest.raises(FullError, match="there are 2 worlds, which is the limit"):
        worlds.add(world("c"))
    assert selected(worlds, "c") is None


def test_a_world_may_have_faults() -> None:
    worlds, faults = Worlds(), Faults([], 0, 0)
    assert [worlds.add(world("a"), faults).faults, worlds.add(world("b")).faults] == [faults, None]


def test_a_replaced_world_is_selected_no_more() -> None:
    worlds = Worlds()
    slot, late = worlds.add(world("a")), world("b")
    worlds.replace(slot, late, None)
    assert [selected(worlds, key) for key in "ab"] == [None, late]


def test_a_world_is_not_replaced_by_one_whose_key_is_taken() -> None:
    first, worlds = world("a"), Worlds()
    slot = worlds.add(first)
    worlds.add(world("b"))
    with pytest.raises(KeyTakenError):
        worlds.replace(slot, world("b"), None)
    assert (selected(worlds, "a"), slot.world) == (first, first)


def test_an_id_is_never_used_twice() -> None:
    worlds = Worlds(world("a"))
    removed = worlds.add(world("b"))
    worlds.remove(removed)
    assert worlds.add(world("c")).id != removed.id


@pytest.mark.parametrize(("permanent", "left"), [(True, 1), (False, 0)])
def test_an_idle_world_is_removed_unless_it_is_permanent(permanent: bool, left: int) -> None:
    worlds = Worlds(world("a"), limits=WorldLimits(idle=1))
    worlds.find("default").permanent = permanent
    worlds.evict(1001)
    assert len(worlds) == left


def test_a_user_selects_the_only_world_that_has_it() -> None:
    worlds = Worlds(world("a"))
    alone = worlds.with_user("alice")
    worlds.add(world("b"))
    assert (alone, worlds.with_user("alice"), worlds.with_user("nobody")) == (worlds.find("default"), None, None)
