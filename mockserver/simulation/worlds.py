"""Worlds with their faults and journals, and the API key that selects the world of a request."""

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
"""Readings that were chosen, as sorted pairs of name and value."""


class Origin(NamedTuple):
    """What a world was made from, and will be again when it is reset.

    `data` is that of a scenario whose includes and variables are resolved; `shipped` says that its keys are no secret.
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
    """What was met: answers by operation and status, states of orders, and moves between them."""

    answers: Counter[tuple[str, int]]
    states: Counter[str]
    moves: Counter[tuple[str, str]]

    @classmethod
    def none(cls) -> "Counts":
        """Nothing yet."""
        return cls(Counter(), Counter(), Counter())

    def add(self, other: "Counts") -> None:
        """Count what another one has counted, too."""
        self.answers.update(other.answers)
        self.states.update(other.states)
        self.moves.update(other.moves)


class WorldSlot:
    """One of the worlds that a server plays side by side.

    With `strict`, a request that breaks the contract is refused; else what can be understood is served. `readings` is
    None where those of the server are read. What is `permanent` is never removed. `used` is when its key last came,
    `created` when it was made, both in milliseconds of the wall clock.
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
        """The world; another one may take its place, and then that is listened to."""
        return self._world

    @world.setter
    def world(self, world: World) -> None:
        self._world = world
        self._posted = len(world.ledger)
        world.notify = self._hear

    def decided(self) -> tuple[str, ...]:
        """The rules of the scenario that have decided since this was last asked for."""
        script = self._world.script
        return script.decided() if isinstance(script, SeededScript) else ()

    def forget(self) -> None:
        """Forget what came and went, and what was met."""
        self.journal.clear()
        self.counts = Counts.none()

    def record(self, exchange: ServedExchange) -> None:
        """Keep an exchange of this world."""
        self.used = exchange.began
        kept = self.journal.record(exchange)
        if exchange.operation is not None:
            self.counts.answers[exchange.operation.name, exchange.status] += 1
        self.tell_of_money()
        self._feed.publish(self.id, "exchange", kept)

    def tell_of_money(self) -> None:
        """Let the feed have what was posted since it was last told."""
        ledger = self._world.ledger
        while self._posted < len(ledger):
            self._feed.publish(self.id, "ledger", ledger.entry(self._posted))
            self._posted += 1

    def publish(self, kind: str, what: Mapping[str, Any]) -> None:
        """Let the feed have what was done from outside."""
        self.tell_of_money()
        self._feed.publish(self.id, kind, what)

    def _hear(self, occurrence: WorldEvent) -> None:
        self.tell_of_money()
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
