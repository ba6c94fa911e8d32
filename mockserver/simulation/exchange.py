"""One request and its answer, as whoever watches the service sees it."""

from collections.abc import Callable
from typing import NamedTuple

from contracts.spec import Operation, Violation


class Exchange(NamedTuple):
    """A finished exchange. `dialect` and `operation` are None where the path leads to none; no field holds a key.

    `path` is without the query; `body` is the answer's, as data. `faults` are the names of those that acted; if they
    `altered` the answer, it is not what the contract promises. `status` is 0 when the connection ended without an
    answer: `body` is then the answer that was lost, if there was one.
    """

    dialect: str | None
    operation: Operation | None
    method: str
    path: str
    status: int
    body: object
    violations: tuple[Violation, ...]
    faults: tuple[str, ...] = ()
    altered: bool = False


Observer = Callable[[Exchange], None]
