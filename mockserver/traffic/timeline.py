"""Exchanges in the order of time, in bounded memory."""

from __future__ import annotations

import pickle
from heapq import merge
from operator import attrgetter
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, NamedTuple
from weakref import finalize

from mockserver.traffic.exchange import RecordingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from mockserver.traffic.exchange import Exchange

BUDGET = 16 * 1024 * 1024
"""The bytes of exchanges that are held in memory."""
_BLOCK = 256 * 1024
_OVERHEAD, _HEADER = 2000, 250
"""The approximate bytes of an exchange and of a header in memory, besides the bodies."""

_started = attrgetter("started")


class _Block(NamedTuple):
    """The place of some exchanges in the temporary file, and the start of the first one."""

    offset: int
    length: int
    first: int


class Timeline:
    """Exchanges in the order of their start. It can be iterated several times.

    Exchanges that started at the same time keep their order. Up to `budget` bytes are held in memory. Beyond that,
    sorted runs are written to a temporary file, and merged. The caller redacts the exchanges. With the `path` of a file
    all exchanges are written there, and the timeline can be sent to another process.
    """

    def __init__(self, exchanges: Iterable[Exchange], budget: int = BUDGET, path: Path | None = None) -> None:
        """Read all exchanges. Raises what their iterator raises, and RecordingError if the file cannot be written."""
        self._held: list[Exchange] = []
        self._runs: list[list[_Block]] = []
        self._path = path
        self._file: IO[bytes] | None = None
        self._block = min(_BLOCK, budget)
        size = 0
        for exchange in exchanges:
            self._held.append(exchange)
            size += _size(exchange)
            if size > budget:
                self._spill()
                size = 0
        if path is not None and self._held:
            self._spill()
        self._held.sort(key=_started)

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "_file": None}

    def __iter__(self) -> Iterator[Exchange]:
        return merge(*map(self._run, self._runs), self._held, key=_started)

    def _run(self, blocks: Iterable[_Block]) -> Iterator[Exchange]:
        for block in blocks:
            yield from self._read(block)

    def change(self, change: Callable[[Exchange], Exchange], until: int) -> None:
        """Change the exchanges that started until a time, and perhaps later ones. The change keeps their start."""
        self._held = [change(each) if each.started <= until else each for each in self._held]
        self._runs = [
            [self._store(map(change, self._read(block))) if block.first <= until else block for block in run]
            for run in self._runs
        ]

    def _read(self, block: _Block) -> list[Exchange]:
        file = self._opened()
        file.seek(block.offset)
        exchanges: list[Exchange] = pickle.loads(file.read(block.length))  # noqa: S301 - this object has written it
        return exchanges

    def _opened(self) -> IO[bytes]:
        """Return the file, opened when it is first needed in a process, as long as this object lives."""
        if self._file is None:
            self._file = self._path.open("a+b") if self._path else TemporaryFile()  # noqa: SIM115 - closed below
            finalize(self, self._file.close)
        return self._file

    def _spill(self) -> None:
        """Write the held exchanges to the file as a sorted run."""
        self._held.sort(key=_started)
        self._runs.append([self._store(block) for block in self._blocks()])
        self._held = []

    def _blocks(self) -> Iterator[list[Exchange]]:
        block: list[Exchange] = []
        size = 0
        for exchange in self._held:
            block.append(exchange)
            size += _size(exchange)
            if size >= self._block:
                yield block
                block, size = [], 0
        if block:
            yield block

    def _store(self, exchanges: Iterable[Exchange]) -> _Block:
        """Append exchanges to the file."""
        block = [exchange._replace(notes=dict(exchange.notes)) for exchange in exchanges]
        data = pickle.dumps(block, pickle.HIGHEST_PROTOCOL)
        try:
            file = self._opened()
            offset = file.seek(0, SEEK_END)
            file.write(data)
            file.flush()
        except OSError as error:
            raise RecordingError(f"a temporary file cannot be written: {error.strerror or error}") from None
        return _Block(offset, len(data), block[0].started)


class Timelines:
    """The exchanges of several timelines, in the order of their start. Equal ones are in the order of the timelines."""

    def __init__(self, timelines: Iterable[Timeline]) -> None:
        self._timelines = tuple(timelines)

    def __iter__(self) -> Iterator[Exchange]:
        return merge(*self._timelines, key=_started)


def _size(exchange: Exchange) -> int:
    request, answer = exchange.request, exchange.answer
    size = _OVERHEAD + len(request.body) + _HEADER * len(request.headers)
    return size + len(answer.body) + _HEADER * len(answer.headers) if answer else size
