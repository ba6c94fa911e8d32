"""One request and its answer, as whoever watches the service sees it."""

from collections.abc import Callable, Sequence
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
