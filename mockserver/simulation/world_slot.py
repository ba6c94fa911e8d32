"""A world, and everything that goes with it and with no other: its faults, its journal, what it was made from."""

from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.domain.events import OrderChanged, PaymentChanged, PriceChanged, WorldEvent
from mockserver.domain.world import World
from mockserver.simulation.event_log import EventLog
from mockserver.simulation.exchange import ServedExchange
from mockserver.simulation.journal import Journal
from mockserver.simulation.script import SeededScript

if TYPE_CHECKING:
    from mockserver.domain.clock import Instant
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
