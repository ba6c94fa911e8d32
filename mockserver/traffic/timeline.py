"""Exchanges in the order of time, in bounded memory."""

from __future__ import annotations

import pickle
from heapq import merge
from operator import attrgetter
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, NamedTuple
from weakref import finalize

from mockserver.traffic.exchange import RecordingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.traffic.exchange import Exchange

_BUDGET = 16 * 1024 * 1024
_BLOCK = 256 * 1024
_OVERHEAD, _HEADER = 2000, 250
"""The approximate bytes of an exchange and of a header in memory, besides the bodies."""

_started = attrgetter("started")


class _Block(NamedTuple):
    """The place of some exchanges in the temporary file."""

    offset: int
    length: int


class Timeline:
    """Exchanges in the order of their start. It can be iterated several times.

    Exchanges that started at the same time keep their order. Up to `budget` bytes are held in memory. Beyond that,
    sorted runs are written to a temporary file, and merged. The caller redacts the exchanges.
    """

    def __init__(self, exchanges: Iterable[Exchange], budget: int = _BUDGET) -> None:
        """Read all exchanges. Raises what their iterator raises, and RecordingError if the file cannot be written."""
        self._held: list[Exchange] = []
        self._runs: list[list[_Block]] = []
        self._file: IO[bytes] | None = None
        self._block = min(_BLOCK, budget)
        size = 0
        for exchange in exchanges:
            self._held.append(exchange)
            size += _size(exchange)
            if size > budget:
                self._spill()
                size = 0
        self._held.sort(key=_started)

    def __iter__(self) -> Iterator[Exchange]:
        return merge(*map(self._run, self._runs), self._held, key=_started)

    def _run(self, blocks: Iterable[_Block]) -> Iterator[Exchange]:
        for block in blocks:
            assert self._file is not None  # noqa: S101 - a run was written to it
            self._file.seek(block.offset)
            yield from pickle.loads(self._file.read(block.length))  # noqa: S301 - this object has written it

    def _spill(self) -> None:
        """Write the held exchanges to the file as a sorted run."""
        self._held.sort(key=_started)
        try:
            if self._file is None:
                self._file = TemporaryFile()  # noqa: SIM115 - open as long as this object
                finalize(self, self._file.close)
            self._runs.append([self._write(self._file, block) for block in self._blocks()])
        except OSError as error:
            raise RecordingError(f"a temporary file cannot be written: {error.strerror or error}") from None
        self._held = []

    def _blocks(self) -> Iterator[list[Exchange]]:
        block: list[Exchange] = []
        size = 0
        for exchange in self._held:
            block.append(exchange._replace(notes=dict(exchange.notes)))
            size += _size(exchange)
            if size >= self._block:
                yield block
                block, size = [], 0
        yield block

    def _write(self, file: IO[bytes], exchanges: list[Exchange]) -> _Block:
        data = pickle.dumps(exchanges, pickle.HIGHEST_PROTOCOL)
        offset = file.seek(0, 2)
        file.write(data)
        return _Block(offset, len(data))


def _size(exchange: Exchange) -> int:
    request, answer = exchange.request, exchange.answer
    size = _OVERHEAD + len(request.body) + _HEADER * len(request.headers)
    return size + len(answer.body) + _HEADER * len(answer.headers) if answer else size
