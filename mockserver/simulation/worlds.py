"""Which world a request belongs to: the API key that it carries selects it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from mockserver.domain.clock import Instant
from mockserver.domain.world import World
from mockserver.simulation.event_log import EventLog
from mockserver.simulation.exchange import ServedExchange
from mockserver.simulation.journal import Journal
from mockserver.simulation.limits import DEFAULTS, Limits
from mockserver.simulation.world_slot import Counts, Readings, WorldSlot

if TYPE_CHECKING:
    from mockserver.simulation.faults.state import Faults

HOME = "default"
"""The id of the world that a mock begins with."""


class KeyTakenError(ValueError):
    """An API key selects another world already. `world` is the id of that one."""

    def __init__(self, world: str) -> None:
        super().__init__(f"one of these API keys selects the world {world} already")
        self.world = world


class FullError(ValueError):
    """There are as many worlds as the limit lets."""


class Worlds:
    """The running worlds, by id and by API key; `strays` is the journal of requests whose key selects none.

    `token` is what the control API wants, and is shown nowhere. `readings` are those of a world that has none of its
    own.
    """

    def __init__(self, *worlds: World, limits: Limits = DEFAULTS, readings: Readings = ()) -> None:
        self.limits = limits
        self.token: str | None = None
        self.readings = readings
        self.feed = EventLog(limits.events)
        self.strays = self.journal()
        self._added = 0
        self._by_id: dict[str, WorldSlot] = {}
        self._by_key: dict[str, WorldSlot] = {}
        self.gone = Counts.none()
        """What the worlds met that are no more."""
        for world in worlds:
            self.add(world)

    def __iter__(self) -> Iterator[WorldSlot]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, name: object) -> bool:
        return name in self._by_id

    def journal(self) -> Journal:
        """A new journal of the size that is set."""
        return Journal(self.limits.journal, self.limits.kept)

    def add(self, world: World, faults: "Faults | None" = None) -> WorldSlot:
        """Let a world's keys select it. Raises KeyTakenError, or FullError."""
        self.check_room()
        self._refuse_taken(world, None)
        name = f"world-{self._added}" if self._added else HOME
        self._added += 1
        slot = WorldSlot(name, world, self.feed, self.journal())
        slot.faults = faults
        self._by_id[name] = slot
        self._by_key.update(dict.fromkeys(world.keys, slot))
        return slot

    def check_room(self) -> None:
        """See that one more world fits. Raises FullError."""
        if len(self) >= self.limits.worlds:
            raise FullError(
                f"there are {len(self)} worlds, which is the limit: delete some, or serve with --limit worlds=MORE"
            )

    def replace(self, slot: WorldSlot, world: World, faults: "Faults | None") -> None:
        """Let another world take the place of a slot's own. Raises KeyTakenError, and then nothing has changed."""
        self._refuse_taken(world, slot)
        self._forget_keys(slot)
        self._by_key.update(dict.fromkeys(world.keys, slot))
        slot.world = world
        slot.faults = faults

    def remove(self, slot: WorldSlot) -> None:
        """Let a world go; what it met stays counted."""
        self._forget_keys(slot)
        del self._by_id[slot.id]
        self.gone.add(slot.counts)

    def evict(self, now: Instant) -> list[WorldSlot]:
        """Remove the worlds that nobody has used for too long at this time of the wall clock; answer them."""
        since = now - self.limits.idle * 1000
        idle = [slot for slot in self if not slot.permanent and slot.used < since]
        for slot in idle:
            self.remove(slot)
        return idle

    def find(self, name: str) -> WorldSlot:
        """A world by its id. Raises KeyError."""
        return self._by_id[name]

    def with_key(self, key: str | None) -> WorldSlot | None:
        """The world that a key selects."""
        return self._by_key.get(key) if key else None

    @property
    def keys(self) -> list[str]:
        """Every API key that selects a world."""
        return list(self._by_key)

    def record(self, exchange: ServedExchange) -> None:
        """Keep an exchange whose key selects no world."""
        self.feed.publish(None, "exchange", self.strays.record(exchange))

    def _refuse_taken(self, world: World, by: WorldSlot | None) -> None:
        for key in world.keys:
            holder = self._by_key.get(key)
            if holder is not None and holder is not by:
                raise KeyTakenError(holder.id)

    def _forget_keys(self, slot: WorldSlot) -> None:
        for key in slot.world.keys:
            del self._by_key[key]
