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
    """Results by their keys. With more than `budget` bytes, those that were not used lately are forgotten."""

    def __init__(self, budget: int = _BUDGET) -> None:
        self._left = self._half = budget // 2
        self._recent: dict[Hashable, tuple[int, Result]] = {}
        self._older: dict[Hashable, tuple[int, Result]] = {}

    def get(self, key: Hashable, compute: Callable[[], Result], size: int = 0) -> Result:
        """Return the result for a key, computed if it is not remembered. `size` is its approximate size in bytes."""
        known = self._recent.get(key)
        if known is not None:
            return known[1]
        known = self._older.get(key) or (size + _OVERHEAD, compute())
        self._left -= known[0]
        if self._left < 0:
            self._recent, self._older, self._left = {}, self._recent, self._half - known[0]
        self._recent[key] = known
        return known[1]

    def clear(self) -> None:
        """Forget all results."""
        self._recent, self._older, self._left = {}, {}, self._half


def digest(data: bytes) -> bytes:
    """Return a short key for the content of data."""
    return data if len(data) < _SIZE else blake2b(data, digest_size=_SIZE).digest()
