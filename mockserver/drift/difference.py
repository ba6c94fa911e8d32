"""The drift between a contract and recorded traffic: confirmed facts, differences, and renamed fields."""

from __future__ import annotations

from difflib import SequenceMatcher
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs

from mockserver.contract import ABSENT
from mockserver.contract import pointer as pointers
from mockserver.drift.schema_inference import InferredSchema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract import Confidence, Document, Place
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
    the epoch. `remarks` are about exchanges that say nothing, and bodies that are unknown.
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
    differences: Sequence[Difference],
    objects: Mapping[tuple[str, str], int],
    members: Mapping[tuple[str, str, str], int],
    documents: Mapping[str, Document],
) -> list[Difference]:
    """Return the differences, with each missing field and its new name joined into one renamed field.

    `objects` counts the objects seen, by the document and the pointer of their schema. `members` counts the objects
    that had a member, also by its name.
    """
    missing = [each for each in differences if each.kind is Kind.MISSING]
    new = [each for each in differences if each.kind is Kind.NEW_FIELD]
    explained: set[tuple[str, str, str]] = set()
    renamed: list[Difference] = []
    pairs = [(old, now) for old in missing for now in new if _is_renamed(old, now, objects, members, documents)]
    for old, now in sorted(pairs, key=_similarity, reverse=True):
        if not {_key(old), _key(now)} & explained:
            explained |= {_key(old), _key(now)}
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
    return [*renamed, *_others(differences, explained)]


def _others(differences: Sequence[Difference], explained: set[tuple[str, str, str]]) -> Iterator[Difference]:
    for each in differences:
        if each.kind not in (Kind.MISSING, Kind.NEW_FIELD) or _key(each) not in explained:
            yield each


def _is_renamed(
    old: Difference,
    now: Difference,
    objects: Mapping[tuple[str, str], int],
    members: Mapping[tuple[str, str, str], int],
    documents: Mapping[str, Document],
) -> bool:
    holder = _holder(old)
    if (old.document, holder) != (now.document, _holder(now)):
        return False
    seen = objects.get((old.document, holder), 0)
    never = not members.get((old.document, holder, old.name))
    always = members.get((now.document, holder, now.name)) == seen
    if not (never and always and now.shape):
        return False
    schema = documents[old.document].resolve(old.pointer)
    inferred = now.shape.schema()
    examples = now.shape.examples
    if examples:
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        return all(validator.is_valid(example) for example in examples)
    return bool(inferred) and inferred.get("type") == schema.get("type")


def _holder(difference: Difference) -> str:
    """Return the pointer of the object schema that contains a field."""
    pointer = difference.pointer
    return pointers.parent(pointers.parent(pointer) if difference.kind is Kind.MISSING else pointer)


def _key(difference: Difference) -> tuple[str, str, str]:
    return difference.document, _holder(difference), difference.name


def _similarity(pair: tuple[Difference, Difference]) -> float:
    old, now = pair
    return SequenceMatcher(None, old.name.lower(), now.name.lower()).ratio()
