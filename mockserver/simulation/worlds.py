"""The registry of worlds with their faults and journals; the API key of a request selects its world."""

from collections import Counter
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.domain.clock import Instant
from mockserver.domain.world import OrderChanged, PaymentChanged, PriceChanged, World, WorldEvent
from mockserver.simulation.journal import EventLog, Journal, ServedExchange
from mockserver.simulation.limits import DEFAULTS, WorldLimits
from mockserver.simulation.script import SeededScript

if TYPE_CHECKING:
    from mockserver.simulation.faults.state import Faults


Readings = tuple[tuple[str, object], ...]
"""The chosen readings as sorted pairs of name and value."""


class Origin(NamedTuple):
    """The origin of a world: the scenario and the seed that it was made from, and is reset to.

    `data` is the scenario with its includes and variables resolved. The keys of a `shipped` scenario are not secret.
    """

    scenario: str
    description: str
    data: Mapping[str, Any]
    seed: int
    shipped: bool = True

    @property
    def readings(self) -> Readings:
        """The readings that the scenario chooses."""
        chosen: Mapping[str, object] = self.data.get("readings", {})
        return tuple(sorted(chosen.items()))


NOTHING = Origin("", "", MappingProxyType({}), 0)


class Counts(NamedTuple):
    """The counts for coverage: responses by operation and status, order states, and transitions between them."""

    answers: Counter[tuple[str, int]]
    states: Counter[str]
    moves: Counter[tuple[str, str]]

    @classmethod
    def none(cls) -> "Counts":
        """Return empty counts."""
        return cls(Counter(), Counter(), Counter())

    def add(self, other: "Counts") -> None:
        """Add other counts."""
        self.answers.update(other.answers)
        self.states.update(other.states)
        self.moves.update(other.moves)


class WorldSlot:
    """A world in the registry, with its journal, counts and faults.

    A `strict` world refuses requests that break the contract; a lenient one mends and serves them if possible.
    `readings` is None for the readings of the server. A `permanent` world is never removed. `created` and `used` are
    milliseconds of the wall clock: when the world was made, and when it was last used.
    """

    def __init__(self, name: str, world: World, feed: EventLog, journal: Journal) -> None:
        self.id = name
        self.journal = journal
        self.counts = Counts.none()
        self.faults: Faults | None = None
        self.origin = NOTHING
        self.readings: Readings | None = None
        self.strict = True
        self.permanent = False
        self.created: Instant = 0
        self.used: Instant = 0
        self._feed = feed
        self.world = world

    @property
    def world(self) -> World:
        """The world. Setting it subscribes to the events of the new world."""
        return self._world

    @world.setter
    def world(self, world: World) -> None:
        self._world = world
        self._posted = len(world.ledger)
        world.notify = self._on_event

    def decided(self) -> tuple[str, ...]:
        """Return the rules of the scenario that have decided since the last call."""
        script = self._world.script
        return script.decided() if isinstance(script, SeededScript) else ()

    def forget(self) -> None:
        """Clear the journal and the counts."""
        self.journal.clear()
        self.counts = Counts.none()

    def record(self, exchange: ServedExchange) -> None:
        """Record an exchange of this world."""
        self.used = exchange.began
        kept = self.journal.record(exchange)
        if exchange.operation is not None:
            self.counts.answers[exchange.operation.name, exchange.status] += 1
        self.publish_ledger()
        self._feed.publish(self.id, "exchange", kept)

    def publish_ledger(self) -> None:
        """Publish the ledger entries that were posted since the last call."""
        ledger = self._world.ledger
        while self._posted < len(ledger):
            self._feed.publish(self.id, "ledger", ledger.entry(self._posted))
            self._posted += 1

    def publish(self, kind: str, what: Mapping[str, Any]) -> None:
        """Publish an action of the control API."""
        self.publish_ledger()
        self._feed.publish(self.id, kind, what)

    def _on_event(self, occurrence: WorldEvent) -> None:
        self.publish_ledger()
        match occurrence:
            case OrderChanged(before, order):
                if order.state != before:
                    self.counts.states[order.state] += 1
                if before is not None:
                    self.counts.moves[before, order.state] += 1
                kind = "order"
            case PaymentChanged():
                kind = "payment"
            case PriceChanged():
                kind = "price"
            case _:
                kind = "stock"
        self._feed.publish(self.id, kind, occurrence)


HOME = "default"
"""The id of the first world of a mock."""


class KeyTakenError(ValueError):
    """An API key already selects another world, whose id is `world`."""

    def __init__(self, world: str) -> None:
        super().__init__(f"one of these API keys already selects the world {world}")
        self.world = world


class FullError(ValueError):
    """The limit of worlds is reached."""


class Worlds:
    """The running worlds by id and by API key; `strays` is the journal of requests whose key selects no world.

    `token` is the token of the control API, which is redacted everywhere. `readings` apply to worlds that choose none.
    """

    def __init__(self, *worlds: World, limits: WorldLimits = DEFAULTS, readings: Readings = ()) -> None:
        self.limits = limits
        self.token: str | None = None
        self.readings = readings
        self.feed = EventLog(limits.events)
        self.strays = self.journal()
        self._added = 0
        self._by_id: dict[str, WorldSlot] = {}
        self._by_key: dict[str, WorldSlot] = {}
        self.gone = Counts.none()
        """The counts of removed worlds."""
        for world in worlds:
            self.add(world)

    def __iter__(self) -> Iterator[WorldSlot]:
        return iter(list(self._by_id.values()))

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, name: object) -> bool:
        return name in self._by_id

    def journal(self) -> Journal:
        """Return a new journal with the limits of the mock."""
        return Journal(self.limits.journal, self.limits.kept)

    def add(self, world: World, faults: "Faults | None" = None) -> WorldSlot:
        """Register a world under its API keys. Raises KeyTakenError or FullError."""
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
        """Check that one more world fits. Raises FullError."""
        if len(self) >= self.limits.worlds:
            raise FullError(
                f"there are {len(self)} worlds, which is the limit: delete some, or serve with --limit worlds=MORE"
            )

    def replace(self, slot: WorldSlot, world: World, faults: "Faults | None") -> None:
        """Replace the world of a slot. Raises KeyTakenError without any change."""
        self._refuse_taken(world, slot)
        self._forget_keys(slot)
        self._by_key.update(dict.fromkeys(world.keys, slot))
        slot.world = world
        slot.faults = faults

    def remove(self, slot: WorldSlot) -> None:
        """Remove a world; its counts are kept in `gone`."""
        self._forget_keys(slot)
        del self._by_id[slot.id]
        self.gone.add(slot.counts)

    def evict(self, now: Instant) -> list[WorldSlot]:
        """Remove the worlds that have been idle for too long at this time of the wall clock, and return them."""
        since = now - self.limits.idle * 1000
        idle = [slot for slot in self if not slot.permanent and slot.used < since]
        for slot in idle:
            self.remove(slot)
        return idle

    def find(self, name: str) -> WorldSlot:
        """Return a world by its id. Raises KeyError."""
        return self._by_id[name]

    def with_key(self, key: str | None) -> WorldSlot | None:
        """Return the world that an API key selects, or None."""
        return self._by_key.get(key) if key else None

    def with_user(self, user: str) -> WorldSlot | None:
        """Return the only world that has an account; None if there is none, or if there are several."""
        found = [slot for slot in self if user in slot.world.customers]
        return found[0] if len(found) == 1 else None

    @property
    def keys(self) -> list[str]:
        """The API keys of all worlds."""
        return list(self._by_key)

    def record(self, exchange: ServedExchange) -> None:
        """Record an exchange whose key selects no world."""
        self.feed.publish(None, "exchange", self.strays.record(exchange))

    def _refuse_taken(self, world: World, by: WorldSlot | None) -> None:
        for key in world.keys:
            holder = self._by_key.get(key)
            if holder is not None and holder is not by:
                raise KeyTakenError(holder.id)

    def _forget_keys(self, slot: WorldSlot) -> None:
        for key in slot.world.keys:
            del self._by_key[key]
