"""The drift between a contract and recorded traffic: confirmed facts, differences, and renamed fields."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT
from mockserver.contract import pointer as pointers
from mockserver.drift.inference.stated import stated_name
from mockserver.drift.schema_inference import InferredSchema

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.contract import Confidence, Document, Place
    from mockserver.drift.inference.learned import Learned
    from mockserver.drift.inference.refusals import LearnedFailures
    from mockserver.traffic import Exchange
    from mockserver.traffic.reading_inference import Indication


class Kind(StrEnum):
    """How traffic differs from a contract."""

    VALUE = "value"
    """Contradicted: a value breaks a rule of its schema."""
    MISSING = "missing"
    """Contradicted: a required field is missing."""
    PATH = "path"
    """Contradicted: the path of an operation does not exist."""
    GRANTED = "granted"
    """Contradicted: a request that breaks the contract was granted."""
    REFUSED = "refused"
    """Contradicted: a request that conforms to the contract was refused as malformed."""
    MOVED = "moved"
    """Contradicted: an operation has another path."""
    RENAMED = "renamed"
    """Contradicted: a field has another name."""
    FAILURE = "failure"
    """Contradicted: requests are refused for a reason with another response."""
    RULE = "rule"
    """Contradicted: the traffic shows another value of a rule of the service."""
    READING = "reading"
    """Contradicted: the traffic supports another value of a reading than the contract uses."""
    NEW_STATUS = "new status"
    NEW_FIELD = "new field"
    NEW_VALUE = "new value"
    NEW_PATH = "new path"
    NEW_PARAMETER = "new parameter"

    @property
    def is_new(self) -> bool:
        """Whether the difference is unknown to the contract. Otherwise the traffic contradicts the contract."""
        return self.value.startswith("new ")


class Difference(NamedTuple):
    """A fact of a contract that traffic contradicts, or a new fact that the contract does not know.

    - `operation`: the name of the operation; for a new path, the name of the document
    - `pointer`: the JSON pointer of the fact in the contract document; for a new fact, of its parent
    - `what`: the fact in words, such as `200 body.body[].status`
    - `expected`, `got`: short texts
    - `name`: the name, status or path that is new or missing
    - `instead`: its new name, status or path
    - `rule`: the keyword of JSON Schema that is broken
    - `shape`: a schema inferred from the values
    - `times`, `first`, `last`: how often it was seen, and when, in milliseconds since the epoch
    - `example`: the first exchange that showed it
    - `refused`: whether it was seen in responses that refuse a request
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
    shape: InferredSchema | None = None
    extra: Any = None
    example: Exchange | None = None
    refused: bool = False


def of_service(kind: Kind, name: str, expected: str, got: str, times: int, span: tuple[int, int]) -> Difference:
    """Return a difference in a rule or a reading, which belongs to no operation. `span` is that of the traffic."""
    first, last = span
    return Difference(
        kind=kind,
        document="",
        operation="",
        pointer="",
        what=f"{kind} {name}",
        expected=expected,
        got=got,
        times=times,
        first=first,
        last=last,
        name=name,
        instead=got,
    )


class Confirmed(NamedTuple):
    """A fact of a contract that traffic confirms: its pointer, its provenance, and how often it was seen."""

    document: str
    pointer: str
    what: str
    provenance: Confidence
    times: int


class Drift(NamedTuple):
    """The result of comparing recorded traffic with a contract.

    Of `exchanges`, `matched` belong to an operation, `lost` have no response, and `disturbed` were altered by faults of
    the mock or blocked by a proxy. The rest do not concern the contract. `first` and `last` are in milliseconds since
    the epoch. `remarks` are about exchanges that say nothing, and bodies that are unknown. `learned` is what traffic
    shows of operations that differ, by name, and `failures` what it shows of failures, by document. `sample` are the
    exchanges that this was inferred from.
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
    remarks: tuple[str, ...] = ()
    learned: Mapping[str, Learned] = {}
    failures: Mapping[str, LearnedFailures] = {}
    sample: tuple[Exchange, ...] = ()

    @property
    def contradicted(self) -> tuple[Difference, ...]:
        """The differences that contradict the contract."""
        return tuple(each for each in self.differences if not each.kind.is_new)

    @property
    def new(self) -> tuple[Difference, ...]:
        """The differences that are new facts."""
        return tuple(each for each in self.differences if each.kind.is_new)


class Occurrences:
    """A counter of exchanges that show the same difference.

    It holds the times of the first and the last exchange in milliseconds since the epoch, a schema inferred from the
    values, and the first exchange as an example.
    """

    def __init__(self, **fields: Any) -> None:
        """Start at zero; `fields` describe the difference."""
        self.fields = fields
        self.times = 0
        self.first = self.last = 0
        self.shape = InferredSchema()
        self.example: Exchange | None = None

    def add(self, exchange: Exchange, value: Any = ABSENT) -> None:
        """Count an exchange, and add its value to the inferred schema."""
        self.times += 1
        self.first = min(self.first or exchange.started, exchange.started)
        self.last = max(self.last, exchange.started)
        self.example = self.example or exchange
        if value is not ABSENT:
            self.shape.add(value)


def find_renames(
    differences: Sequence[Difference], learned: Mapping[str, Learned], documents: Mapping[str, Document]
) -> list[Difference]:
    """Return the differences, with each missing field and the new one that has its meaning joined into one."""
    names = {id(each): _meant(each, learned) for each in differences if each.kind is Kind.NEW_FIELD}
    explained: set[int] = set()
    renamed: list[Difference] = []
    for old in (each for each in differences if each.kind is Kind.MISSING and not _is_seen(each, learned)):
        wanted = _stated(old, documents)
        now = next(
            (
                each
                for each in differences
                if names.get(id(each)) == wanted != ""
                and each.operation == old.operation
                and each.pointer == pointers.parent(old.pointer)
            ),
            None,
        )
        if now is not None:
            explained |= {id(old), id(now)}
            renamed.append(
                old._replace(
                    kind=Kind.RENAMED,
                    expected=old.name,
                    got=now.name,
                    instead=now.name,
                    shape=now.shape,
                    example=now.example,
                )
            )
    return [*renamed, *(each for each in differences if id(each) not in explained)]


def _is_seen(difference: Difference, learned: Mapping[str, Learned]) -> bool:
    """Return whether a missing field was there in other responses."""
    known = learned.get(difference.operation)
    return known is not None and isinstance(difference.extra, tuple) and known.shape.at(difference.extra) is not None


def _meant(difference: Difference, learned: Mapping[str, Learned]) -> str:
    """Return the name of the vocabulary that a new field has; empty if it is unknown."""
    known = learned.get(difference.operation)
    meaning = known.meanings.get(difference.extra) if known else None
    return str(getattr(meaning, "name", "") or getattr(meaning, "source", ""))


def _stated(difference: Difference, documents: Mapping[str, Document]) -> str:
    """Return the name of the vocabulary that a missing field has in the contract; empty if it has none."""
    return stated_name(documents[difference.document].resolve(difference.pointer))
