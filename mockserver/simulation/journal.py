"""The journal of exchanges, unredacted, and the log of events. `control.record` shows exchanges without secrets."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

import orjson

from mockserver.contract import ABSENT, Operation, Violation
from mockserver.domain.clock import Instant

Header = tuple[bytes, bytes]


class ServedExchange(NamedTuple):
    """A finished exchange, unredacted except for keys in the path.

    `document` and `operation` are None if the path has none. `path` is percent-encoded and has no query. `world` is the
    id of the world that the key of the request selects, or None. `content` is the body of the request, None if it was
    too long. `answer` is the body of the response; if the connection ended without a response, `status` is 0 and
    `answer` is the lost body. `violations` are those of the request. `faults` are the names of the faults that applied;
    if they `altered` the response, it may break the contract. `rules` are the rules of the scenario that decided. `at`
    is the time of the world (None without a world), `began` the time of the wall clock, and `took` the duration in
    milliseconds.
    """

    document: str | None
    operation: Operation | None
    method: str
    path: str
    status: int
    world: str | None = None
    query: bytes = b""
    headers: Sequence[Header] = ()
    content: bytes | None = b""
    user: str | None = None
    key: str | None = None
    answer_headers: Sequence[Header] = ()
    answer: bytes = b""
    violations: tuple[Violation, ...] = ()
    faults: tuple[str, ...] = ()
    altered: bool = False
    rules: tuple[str, ...] = ()
    at: Instant | None = None
    began: Instant = 0
    took: float = 0

    @property
    def body(self) -> Any:
        """The JSON body of the response; `ABSENT` if it is not valid JSON."""
        try:
            return orjson.loads(self.answer)
        except orjson.JSONDecodeError:
            return ABSENT


Observer = Callable[[ServedExchange], None]


class JournalEntry(NamedTuple):
    """An exchange and its number in the journal, counted from 1."""

    number: int
    exchange: ServedExchange


class Journal:
    """The most recent exchanges up to a limit; older ones are dropped and counted in `forgotten`.

    Bodies are truncated to `kept` bytes.
    """

    def __init__(self, limit: int, kept: int) -> None:
        self._exchanges: deque[ServedExchange] = deque(maxlen=limit)
        self._kept = kept
        self.recorded = 0
        """The number of exchanges ever recorded."""

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[JournalEntry]:
        """Yield the entries, oldest first."""
        return map(JournalEntry, count(self.forgotten + 1), list(self._exchanges))

    @property
    def forgotten(self) -> int:
        """The number of recorded exchanges that are no longer in the journal."""
        return self.recorded - len(self._exchanges)

    def record(self, exchange: ServedExchange) -> ServedExchange:
        """Add an exchange, and return it as it is kept."""
        if len(exchange.answer) > self._kept or len(exchange.content or b"") > self._kept:
            exchange = _cut(exchange, self._kept)
        self.recorded += 1
        self._exchanges.append(exchange)
        return exchange

    def clear(self) -> None:
        """Remove all exchanges; the numbering continues."""
        self._exchanges.clear()


def _cut(exchange: ServedExchange, kept: int) -> ServedExchange:
    content = exchange.content[:kept] if exchange.content is not None else None
    return exchange._replace(content=content, answer=exchange.answer[:kept])


class LoggedEvent(NamedTuple):
    """An event with its id, counted from 1. `world` is None for an event outside all worlds.

    `what` is a ServedExchange, a WorldEvent, a ledger Entry or, for an action of the control API, a mapping. `kind`
    says which.
    """

    id: int
    world: str | None
    kind: str
    what: object


class EventLog:
    """The most recent events up to a limit. Listeners are called without arguments at each event, and read the log."""

    def __init__(self, limit: int) -> None:
        self._events: deque[tuple[str | None, str, object]] = deque(maxlen=limit)
        self._listeners: set[Callable[[], None]] = set()
        self.last = 0
        """The id of the newest event, 0 before the first."""

    def publish(self, world: str | None, kind: str, what: object) -> None:
        """Add an event and call the listeners."""
        self.last += 1
        self._events.append((world, kind, what))
        for listen in self._listeners:
            listen()

    def after(self, number: int) -> list[LoggedEvent]:
        """Return the events after an id that are still in the log."""
        missed = min(max(self.last - number, 0), len(self._events))
        newest = list(self._events)[len(self._events) - missed :]
        return [LoggedEvent(number, *event) for number, event in enumerate(newest, self.last - missed + 1)]

    def lost(self, number: int) -> int:
        """Return how many events after an id are no longer in the log."""
        return max(0, self.last - len(self._events) - number)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call the listener at every event from now on."""
        self._listeners.add(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Stop calling the listener."""
        self._listeners.discard(listener)
