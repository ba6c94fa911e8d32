"""What recorded traffic says about the facts of a contract: how often each was seen, and which fields were renamed."""

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
    shape: InferredSchema | None = None
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
        self.shape = InferredSchema()
        self.example: Exchange | None = None

    def add(self, exchange: Exchange, value: Any = ABSENT) -> None:
        """Count an exchange, and learn from the value that it showed."""
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
    """Return the differences in which a missing and a new field that are the same one have become one difference.

    `objects` counts the objects seen by the document and pointer of their schema, `members` those that had a member of
    a name.
    """
    missing = [each for each in differences if each.kind is Kind.MISSING]
    new = [each for each in differences if each.kind is Kind.NEW_FIELD]
    explained: set[tuple[str, str, str]] = set()
    renamed: list[Difference] = []
    pairs = [(old, now) for old in missing for now in new if _is_renamed(old, now, objects, members, documents)]
    for old, now in sorted(pairs, key=_likeness, reverse=True):
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
    learned = now.shape.schema()
    examples = now.shape.examples
    if examples:
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        return all(validator.is_valid(example) for example in examples)
    return bool(learned) and learned.get("type") == schema.get("type")


def _holder(difference: Difference) -> str:
    """Return the pointer of the object schema that a field belongs into."""
    pointer = difference.pointer
    return pointers.parent(pointers.parent(pointer) if difference.kind is Kind.MISSING else pointer)


def _key(difference: Difference) -> tuple[str, str, str]:
    return difference.document, _holder(difference), difference.name


def _likeness(pair: tuple[Difference, Difference]) -> float:
    old, now = pair
    return SequenceMatcher(None, old.name.lower(), now.name.lower()).ratio()
