"""A memory of results by the content of what they were computed from: clients send and get the same thing again."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

Result = TypeVar("Result")

_SIZE = 64


class Memo(Generic[Result]):
    """Results by their keys. Of more than `maximum` results, the least recently used ones are forgotten."""

    def __init__(self, maximum: int = 4096) -> None:
        self._maximum = maximum
        self._results: dict[Hashable, Result] = {}

    def get(self, key: Hashable, compute: Callable[[], Result]) -> Result:
        """Return the result for a key, computed if it is not remembered."""
        results = self._results
        if key in results:
            result = results[key] = results.pop(key)
            return result
        result = results[key] = compute()
        if len(results) > self._maximum:
            del results[next(iter(results))]
        return result

    def clear(self) -> None:
        """Forget all results."""
        self._results.clear()


def digest(data: bytes) -> bytes:
    """Return a short key for the content of data."""
    return data if len(data) < _SIZE else blake2b(data, digest_size=_SIZE).digest()
