"""Everything that happens, in the order in which it did, for whoever wants to hear of it."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple


class Event(NamedTuple):
    """Something that happened, by its number from 1. `world` is None for what happened in none.

    `what` is an Exchange, an WorldEvent of the domain, an Entry of a ledger or, as a mapping, what was done from
    outside; `kind` tells which.
    """

    id: int
    world: str | None
    kind: str
    what: object


class EventLog:
    """The last events, up to a limit. Listeners are called at each one, without it: they come and read."""

    def __init__(self, limit: int) -> None:
        self._events: deque[tuple[str | None, str, object]] = deque(maxlen=limit)
        self._listeners: set[Callable[[], None]] = set()
        self.last = 0
        """The id of the newest event, 0 before the first."""

    def publish(self, world: str | None, kind: str, what: object) -> None:
        """Add an event."""
        self.last += 1
        self._events.append((world, kind, what))
        for listen in self._listeners:
            listen()

    def after(self, number: int) -> list[Event]:
        """The events after one that is known by its id, as far as they are still here."""
        missed = min(max(self.last - number, 0), len(self._events))
        newest = list(self._events)[len(self._events) - missed :]
        return [Event(number, *event) for number, event in enumerate(newest, self.last - missed + 1)]

    def lost(self, number: int) -> int:
        """How many events after that id are forgotten."""
        return max(0, self.last - len(self._events) - number)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call at each event from now on."""
        self._listeners.add(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Call no more."""
        self._listeners.discard(listener)
