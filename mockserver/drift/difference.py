"""What recorded traffic says about the facts of a contract: how often each was seen, and when."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT
from mockserver.drift.schema_inference import Shape

if TYPE_CHECKING:
    from mockserver.contract import Confidence, Place
    from mockserver.traffic import Exchange
    from mockserver.traffic.reading_inference import Indication


class Kind(StrEnum):
    """How traffic differs from a contract."""

    VALUE = "value"
    """Contradicted: a value breaks a rule of its schema."""
    MISSING = "missing"
    """Contradicted: a required field is not there."""
    PATH = "path"
    """Contradicted: the path of an operation leads nowhere."""
    GRANTED = "granted"
    """Contradicted: a request that breaks the contract was granted."""
    REFUSED = "refused"
    """Contradicted: a request that keeps to the contract was called malformed."""
    MOVED = "moved"
    """Contradicted: an operation is at another path."""
    RENAMED = "renamed"
    """Contradicted: a field has another name."""
    READING = "reading"
    """Contradicted: what the documentation leaves open is not as the contract takes it."""
    NEW_STATUS = "new status"
    NEW_FIELD = "new field"
    NEW_VALUE = "new value"
    NEW_PATH = "new path"
    NEW_PARAMETER = "new parameter"

    @property
    def is_new(self) -> bool:
        """Whether the contract does not know it; otherwise the traffic contradicts the contract."""
        return self.value.startswith("new ")


class Difference(NamedTuple):
    """A fact of a contract that traffic contradicts, or something that the contract does not know.

    - `operation`: its name; of a new path only that of the document
    - `pointer`: the JSON pointer of the fact in the contract document, or of what the new thing belongs into
    - `what`: the fact in words: `200 body.body[].status`; `expected` and `got`: short texts
    - `name`: the name, status or path that is new or gone; `instead`: what it is now called
    - `shape`: what the values look like; `rule`: the keyword that is broken
    - `times`, `first`, `last`: how often it was seen, and when, in milliseconds since the epoch
    """

    kind: Kind
    document: str
    operation: str
    pointer: str
    what: str
    expected: str
    got: str
    times: int
    first: int
    last: int
    provenance: Confidence | None = None
    place: Place | None = None
    name: str = ""
    instead: str = ""
    rule: str = ""
    shape: Shape | None = None
    extra: Any = None
    example: Exchange | None = None


class Confirmed(NamedTuple):
    """A fact of a contract that traffic shows: its pointer, how it is known, and how often it was seen."""

    document: str
    pointer: str
    what: str
    provenance: Confidence
    times: int


class Drift(NamedTuple):
    """All that recorded traffic says about a contract.

    Of `exchanges`, `matched` were for an operation, `lost` had no answer, `disturbed` were altered by faults of the
    mock, and the rest had nothing to do with the contract. `first` and `last` are in milliseconds since the epoch.
    """

    exchanges: int
    matched: int
    lost: int
    disturbed: int
    first: int
    last: int
    confirmed: tuple[Confirmed, ...]
    differences: tuple[Difference, ...]
    indications: tuple[Indication, ...] = ()

    @property
    def contradicted(self) -> tuple[Difference, ...]:
        """The differences that contradict the contract."""
        return tuple(each for each in self.differences if not each.kind.is_new)

    @property
    def new(self) -> tuple[Difference, ...]:
        """The differences that the contract does not know."""
        return tuple(each for each in self.differences if each.kind.is_new)


class Occurrences:
    """How often something was seen, when (in milliseconds since the epoch), what it looked like, and the first time."""

    def __init__(self, **fields: Any) -> None:
        """Begin at zero; `fields` describe what is counted."""
        self.fields = fields
        self.times = 0
        self.first = self.last = 0
        self.shape = Shape()
        self.example: Exchange | None = None

    def add(self, exchange: Exchange, value: Any = ABSENT) -> None:
        """Count an exchange, and learn from the value that it showed."""
        self.times += 1
        self.first = min(self.first or exchange.started, exchange.started)
        self.last = max(self.last, exchange.started)
        self.example = self.example or exchange
        if value is not ABSENT:
            self.shape.add(value)
