"""A memory of results by the content of what they were computed from: clients send and get the same thing again."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Result = TypeVar("Result")

_BUDGET = 1024 * 1024
_OVERHEAD = 256
_SIZE = 64


class Memo(Generic[Result]):
    """Results by their keys. With more than `budget` bytes, the least recently used ones are forgotten."""

    def __init__(self, budget: int = _BUDGET) -> None:
        self._left = self._budget = budget
        self._results: dict[Hashable, tuple[int, Result]] = {}

    def get(self, key: Hashable, compute: Callable[[], Result], size: int = 0) -> Result:
        """Return the result for a key, computed if it is not remembered. `size` is its approximate size in bytes."""
        results = self._results
        known = results.pop(key, None)
        if known is None:
            known = size + _OVERHEAD, compute()
            self._left -= known[0]
        results[key] = known
        while self._left < 0:
            self._left += results.pop(next(iter(results)))[0]
        return known[1]

    def clear(self) -> None:
        """Forget all results."""
        self._results.clear()
        self._left = self._budget


def digest(data: bytes) -> bytes:
    """Return a short key for the content of data."""
    return data if len(data) < _SIZE else blake2b(data, digest_size=_SIZE).digest()
