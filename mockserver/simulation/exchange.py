"""One request and its answer, as whoever watches the service sees it."""

from collections.abc import Callable
from typing import NamedTuple

from contracts.spec import Operation, Violation


class Exchange(NamedTuple):
    """A finished exchange. `dialect` and `operation` are None where the path leads to none; no field holds a key.

    `path` is without the query; `body` is the answer's, as data.
    """

    dialect: str | None
    operation: Operation | None
    method: str
    path: str
    status: int
    body: object
    violations: tuple[Violation, ...]


Observer = Callable[[Exchange], None]
