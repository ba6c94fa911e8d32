"""What came and went in a world, as it was; reading it without its secrets is up to `control.record`."""

from collections import deque
from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from mockserver.simulation.exchange import ServedExchange


class Entry(NamedTuple):
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

    def __iter__(self) -> Iterator[Entry]:
        """The entries, oldest first."""
        return map(Entry, count(self.forgotten + 1), list(self._exchanges))

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
