"""How a document says no: each reason of the vocabulary with its status, media type, schema and words."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.absent import ABSENT
from mockserver.contract.messages import did_you_mean
from mockserver.contract.parts import JSON_TYPE
from mockserver.contract.planner import AnnotationProblem, Planner
from mockserver.contract.reader import distance, read
from mockserver.contract.vocabulary import Type
from mockserver.contract.writer import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mockserver.contract.parts import Schema
    from mockserver.contract.plan import Node
    from mockserver.contract.reader import Facts
    from mockserver.contract.vocabulary import Purpose, Vocabulary

FAILURES = "x-failures"
UNKNOWN = "?"
"""The reason of a failure that the document does not name."""

_NAMES = {"failure": Type("failure"), "operation": Type("text")}


class FailureBody(NamedTuple):
    """An answer as data: a body of JSON, or a text if `media` is another type."""

    status: int
    body: Any
    media: str = JSON_TYPE


class ReasonResponse(NamedTuple):
    """How one reason is answered. `text` is what people read; without a schema it is the whole body."""

    reason: str
    status: int
    code: str
    text: str
    media: str
    schema: Schema | None


class Failure(NamedTuple):
    """A failure, as a schema writes it."""

    reason: str
    code: str
    text: str
    detail: str = ""
    offer: Any = None


class Refused(NamedTuple):
    """A failure that was read: its reason, `?` if it is none of the document's, its code, and all that it says."""

    reason: str
    code: str
    facts: Facts


class Failures:
    """The failures of one document. `faults` is all that is wrong with them."""

    def __init__(self, data: Mapping[str, Any], vocabulary: Vocabulary, document: object) -> None:
        """Take what `x-failures` says, with its references resolved."""
        self.faults: list[AnnotationProblem] = []
        self._plans: dict[int, Node | None] = {}
        self._writers: dict[int, Callable[[Any], Any]] = {}
        self._vocabulary = vocabulary
        described = data.get("reasons", {})
        for reason in described:
            if reason not in vocabulary.reasons:
                hint = did_you_mean(reason, vocabulary.reasons)
                self.faults.append(AnnotationProblem(described, reason, f"the vocabulary has no reason {reason}{hint}"))
        self.entries = {
            reason: entry_of(reason, data, each) for reason, each in described.items() if reason in vocabulary.reasons
        }
        if missing := [reason for reason in vocabulary.reasons if reason not in described]:
            self.faults.append(
                AnnotationProblem(document, FAILURES, f"nothing says how {', '.join(missing)} is answered")
            )
        self._default = data.get("schema")
        for entry in self.entries.values():
            if entry.schema is not None and id(entry.schema) not in self._plans:
                planner = Planner(vocabulary)
                self._plans[id(entry.schema)] = planner.plan(entry.schema, dict(_NAMES))
                self.faults += planner.faults
        self._by_status = by_status(self.entries.values())

    @property
    def known(self) -> frozenset[int]:
        """The statuses of failures."""
        return frozenset(self._by_status)

    def by_status(self, status: int) -> Sequence[ReasonResponse]:
        """Return the failures with a status."""
        return self._by_status.get(status, ())

    def write(self, reason: str, detail: str = "", offer: Any = None, operation: str = "") -> FailureBody:
        """Return the answer for a reason; details follow its words."""
        entry = self.entries[reason]
        text = entry.text or entry.code
        failure = Failure(reason, entry.code, f"{text}: {detail}" if detail else text, detail, offer)
        if entry.schema is None:
            return FailureBody(entry.status, failure.text if entry.media == "text/plain" else text, entry.media)
        return FailureBody(entry.status, self._body(entry.schema, failure, operation), entry.media)

    def other(self, status: int, text: str) -> FailureBody:
        """Return a failure of any status and text, in the usual shape of the document."""
        if self._default is None:
            return FailureBody(status, text, "text/plain")
        return FailureBody(status, self._body(self._default, Failure("", text, text), ""))

    def read(self, status: int, body: Any, media: str = JSON_TYPE) -> Refused:
        """Read a failure: an answer of this status, whose JSON says `body`; ABSENT if it is none."""
        here = self.by_status(status) or [*self.entries.values()]
        known = [entry for entry in here if (entry.schema is None) == (body is ABSENT)] or here
        if body is ABSENT:
            same = [entry for entry in known if entry.media == media] or known
            only = same[0] if len(same) == 1 else None
            return Refused(only.reason, only.code, {}) if only else Refused(UNKNOWN, "", {})
        facts = self._facts(known, body)
        said = facts.get("failure", {})
        code = str(said.get("code") or "")
        words = str(said.get("text") or "")
        named = _named(known, code, words) or _named([*self.entries.values()], code, words)
        if named is None and not (code or words) and len(known) == 1:
            named = known[0]
        if named is None:
            return Refused(UNKNOWN, code or words.partition(":")[0].strip(), facts)
        return Refused(named.reason, named.code, facts)

    def schemas(self, status: int) -> list[Schema]:
        """Return the schemas of failures with a status, each once."""
        found = {id(entry.schema): entry.schema for entry in self.by_status(status) if entry.schema is not None}
        return list(found.values())

    def _facts(self, entries: Iterable[ReasonResponse], body: Any) -> Facts:
        schemas = {id(entry.schema): entry.schema for entry in entries if entry.schema is not None}
        if not schemas and self._default is not None:
            schemas = {id(self._default): self._default}
        if not schemas:
            return {}
        schema = min(schemas.values(), key=lambda each: distance(each, body))
        return read(self._plan(schema), body)[0]

    def _body(self, schema: Schema, failure: Failure, operation: str) -> Any:
        write = self._writers.get(id(schema))
        if write is None:
            plan = self._plan(schema)
            from mockserver.contract.made_up import make_up  # needed once something fails

            write = compiled(plan, make_up) if plan is not None else lambda _: None
            self._writers[id(schema)] = write
        return write(SimpleNamespace(failure=failure, operation=operation, seed=0))

    def _plan(self, schema: Schema) -> Node | None:
        if id(schema) not in self._plans:
            self._plans[id(schema)] = Planner(self._vocabulary).plan(schema, dict(_NAMES))
        return self._plans[id(schema)]


def reasons_of(purposes: Iterable[Purpose], vocabulary: Vocabulary, *, has_path: bool, has_body: bool) -> Iterator[str]:
    """Yield the reasons for which an operation can fail."""
    general = {"always": True, "path": has_path, "body": has_body}
    for reason in vocabulary.reasons.values():
        if general.get(reason.when, False):
            yield reason.name
    seen = dict.fromkeys(reason for purpose in purposes for reason in purpose.refusals)
    yield from seen


def entry_of(reason: str, failures: Mapping[str, Any], described: Mapping[str, Any]) -> ReasonResponse:
    """Return how a reason is answered, as its description says, or else what is said of all failures.

    Raises TypeError, ValueError or KeyError for a description that does not fit the grammar.
    """
    media = described.get("media", failures.get("media", JSON_TYPE))
    if not isinstance(media, str):
        raise TypeError(media)
    schema = described.get("schema", failures.get("schema") if media == JSON_TYPE else None)
    code = described.get("code", reason)
    return ReasonResponse(reason, int(described["status"]), code, described.get("text", ""), media, schema)


def by_status(entries: Iterable[ReasonResponse]) -> dict[int, list[ReasonResponse]]:
    """Return failures by their status."""
    found: defaultdict[int, list[ReasonResponse]] = defaultdict(list)
    for entry in entries:
        found[entry.status].append(entry)
    return found


def _named(entries: Iterable[ReasonResponse], code: str, words: str) -> ReasonResponse | None:
    """Return the failure of this code, or of these words, whose details follow a colon."""
    if code:
        return next((entry for entry in entries if entry.code == code), None)
    if not words:
        return None
    known = [(entry.text or entry.code, entry) for entry in entries]
    same = [entry for text, entry in known if words == text or words.startswith(f"{text}:")]
    return same[0] if same else None
