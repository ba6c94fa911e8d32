"""The journal of a world: its exchanges, unredacted, and its events. `control.record` shows them without secrets."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, NamedTuple

import orjson

from mockserver.contract import ABSENT, Operation, Violation
from mockserver.domain.clock import Instant

Header = tuple[bytes, bytes]


class ServedExchange(NamedTuple):
    """A finished exchange, as it came and went: with the key, but in the path, until it is shown without.

    `document` and `operation` are None where the path leads to none. `path` is percent-encoded and without the query.
    `world` is the id of the world whose key the request carried, if it carried one. `content` is the request's body,
    None when it was too long to be read. `answer` is the body of the answer: when the connection ended without one,
    `status` is 0 and `answer` what was lost. `violations` are those of the request. `faults` are the names of those
    that acted; if they `altered` the answer, it is not what the contract promises. `rules` are those of the scenario
    that decided. `at` is the world's time (None without a world), `began` the wall clock's; it `took` so many
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
        """What the JSON of the answer says; `ABSENT` if it is none."""
        try:
            return orjson.loads(self.answer)
        except orjson.JSONDecodeError:
            return ABSENT


Observer = Callable[[ServedExchange], None]


class JournalEntry(NamedTuple):
    """An exchange, and its number in the journal, from 1."""

    number: int
    exchange: ServedExchange


class Journal:
    """The last exchanges, up to a limit; the oldest are forgotten first, and counted in `forgotten`.

    Of a body that is longer than `kept` bytes, only these are kept.
    """

    def __init__(self, limit: int, kept: int) -> None:
        self._exchanges: deque[ServedExchange] = deque(maxlen=limit)
        self._kept = kept
        self.recorded = 0
        """How many exchanges were ever recorded."""

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[JournalEntry]:
        """The entries, oldest first."""
        return map(JournalEntry, count(self.forgotten + 1), list(self._exchanges))

    @property
    def forgotten(self) -> int:
        """How many exchanges were recorded and are not here any more."""
        return self.recorded - len(self._exchanges)

    def record(self, exchange: ServedExchange) -> ServedExchange:
        """Add an exchange; answer it as it is kept."""
        if len(exchange.answer) > self._kept or len(exchange.content or b"") > self._kept:
            exchange = _cut(exchange, self._kept)
        self.recorded += 1
        self._exchanges.append(exchange)
        return exchange

    def clear(self) -> None:
        """Forget all exchanges; numbers go on."""
        self._exchanges.clear()


def _cut(exchange: ServedExchange, kept: int) -> ServedExchange:
    content = exchange.content[:kept] if exchange.content is not None else None
    return exchange._replace(content=content, answer=exchange.answer[:kept])


class LoggedEvent(NamedTuple):
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

    def after(self, number: int) -> list[LoggedEvent]:
        """The events after one that is known by its id, as far as they are still here."""
        missed = min(max(self.last - number, 0), len(self._events))
        newest = list(self._events)[len(self._events) - missed :]
        return [LoggedEvent(number, *event) for number, event in enumerate(newest, self.last - missed + 1)]

    def lost(self, number: int) -> int:
        """How many events after that id are forgotten."""
        return max(0, self.last - len(self._events) - number)

    def subscribe(self, listener: Callable[[], None]) -> None:
        """Call at each event from now on."""
        self._listeners.add(listener)

    def unsubscribe(self, listener: Callable[[], None]) -> None:
        """Call no more."""
        self._listeners.discard(listener)
