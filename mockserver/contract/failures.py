"""The failures of a document: the response of each reason, written and read."""

from __future__ import annotations

from collections import defaultdict
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import pointer as pointers
from mockserver.contract.headers import reason_headers
from mockserver.contract.messages import brief, did_you_mean
from mockserver.contract.parts import JSON_TYPE, is_json
from mockserver.contract.plan import AnnotationProblem, Planner, read_back
from mockserver.contract.pointer import ABSENT
from mockserver.contract.reader import distance, read
from mockserver.contract.vocabulary import Type
from mockserver.contract.writer import compiled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mockserver.contract.headers import ConstantHeader, RawHeader
    from mockserver.contract.parts import Schema
    from mockserver.contract.plan import Node
    from mockserver.contract.reader import Facts
    from mockserver.contract.vocabulary import Purpose, Vocabulary


FAILURES = "x-failures"
UNKNOWN = "?"
"""The reason of a failure that the document does not have."""

_NAMES = {"failure": Type("failure"), "operation": Type("text")}


class FailureBody(NamedTuple):
    """A failure response as data: `body` is JSON data, or a text if `media` is another type.

    `headers` are further headers, as ASGI has them.
    """

    status: int
    body: Any
    media: str = JSON_TYPE
    headers: tuple[RawHeader, ...] = ()


class ReasonResponse(NamedTuple):
    """The response of one reason. `text` is for people; without a schema it is the whole body."""

    reason: str
    status: int
    code: str
    text: str
    media: str
    schema: Schema | None
    headers: tuple[ConstantHeader, ...] = ()


class Failure(NamedTuple):
    """A failure, as the plan of a schema writes it."""

    reason: str
    code: str
    text: str
    detail: str = ""
    offer: Any = None


class Refused(NamedTuple):
    """A failure read from a response: its reason (`?` if the document does not have it), its code, and its facts."""

    reason: str
    code: str
    facts: Facts


class Failures:
    """The failures of one document. `faults` are all their problems."""

    def __init__(self, data: Mapping[str, Any], vocabulary: Vocabulary, document: object) -> None:
        """Take the value of `x-failures`, with its references resolved, and the whole document."""
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
                AnnotationProblem(document, FAILURES, f"x-failures has no response for {', '.join(missing)}")
            )
        self._default = data.get("schema")
        for entry in self.entries.values():
            if entry.schema is not None and id(entry.schema) not in self._plans:
                planner = Planner(vocabulary)
                self._plans[id(entry.schema)] = planner.plan(entry.schema, dict(_NAMES))
                self.faults += planner.faults
        self.faults += self._misfits(described)
        self._by_status = by_status(self.entries.values())

    @property
    def known(self) -> frozenset[int]:
        """The statuses of all failures."""
        return frozenset(self._by_status)

    def by_status(self, status: int) -> Sequence[ReasonResponse]:
        """Return the failures with a status."""
        return self._by_status.get(status, ())

    def write(self, reason: str, detail: str = "", offer: Any = None, operation: str = "") -> FailureBody:
        """Return the response for a reason. `detail` is appended to its text."""
        entry = self.entries[reason]
        text = entry.text or entry.code
        failure = Failure(reason, entry.code, f"{text}: {detail}" if detail else text, detail, offer)
        headers = tuple(header.raw for header in entry.headers)
        if entry.schema is None:
            body = failure.text if entry.media == "text/plain" else text
        else:
            body = self._body(entry.schema, failure, operation)
        return FailureBody(entry.status, body, entry.media, headers)

    def other(self, status: int, text: str) -> FailureBody:
        """Return a failure response with any status and text, in the default schema of the document."""
        if self._default is None:
            return FailureBody(status, text, "text/plain")
        try:
            body = self._body(self._default, Failure("", text, text), "")
        except ValueError:  # the code is a number
            body = self._body(self._default, Failure("", str(status), text), "")
        return FailureBody(status, body)

    def read(self, status: int, body: Any, media: str = JSON_TYPE) -> Refused:
        """Read a failure from a response. `body` is its JSON as data, ABSENT if the body is not JSON."""
        here = self.by_status(status) or [*self.entries.values()]
        known = [entry for entry in here if (entry.schema is None) == (body is ABSENT)] or here
        if body is ABSENT:
            same = [entry for entry in known if entry.media == media] or known
            entry = same[0] if len(same) == 1 else None
            return Refused(entry.reason, entry.code, {}) if entry else Refused(UNKNOWN, "", {})
        facts = self._facts(known, body)
        failure = facts.get("failure", {})
        code = str(failure.get("code") or "")
        text = str(failure.get("text") or "")
        entry = _named(known, code, text) or _named([*self.entries.values()], code, text)
        if entry is None and not (code or text) and len(known) == 1:
            entry = known[0]
        if entry is None:
            return Refused(UNKNOWN, code or text.partition(":")[0].strip(), facts)
        return Refused(entry.reason, entry.code, facts)

    def headers(self, status: int, body: Any, media: str = JSON_TYPE) -> tuple[ConstantHeader, ...]:
        """Return the headers of the reason of a failure response; none if its reason is unknown."""
        if not any(entry.headers for entry in self.by_status(status)):
            return ()
        entry = self.entries.get(self.read(status, body, media).reason)
        return entry.headers if entry and entry.status == status else ()

    def schemas(self, status: int) -> list[Schema]:
        """Return the distinct schemas of the failures with a status."""
        found = {id(entry.schema): entry.schema for entry in self.by_status(status) if entry.schema is not None}
        return list(found.values())

    def _misfits(self, described: Mapping[str, Any]) -> Iterator[AnnotationProblem]:
        """Find the codes that are no number, although their schema writes one."""
        for reason, entry in self.entries.items():
            try:
                read_back(self._plans.get(id(entry.schema)), "failure.code", entry.code)
            except ValueError:
                holder, keyword = (described[reason], "code") if "code" in described[reason] else (described, reason)
                right = f"give {reason} a code such as 2001, not {brief(entry.code)}"
                yield AnnotationProblem(holder, keyword, f"the schema writes the code as a number: {right}")

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
            from mockserver.contract.example_values import make_up  # needed for failures only

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
    """Return the response of a reason. Its description takes precedence over the defaults in `failures`.

    Raises TypeError, ValueError or KeyError for a description that does not match the grammar.
    """
    media = described.get("media", failures.get("media", JSON_TYPE))
    if not isinstance(media, str):
        raise TypeError(media)
    schema = described.get("schema", failures.get("schema") if is_json(media) else None)
    code = str(described.get("code", reason))
    headers = reason_headers(described.get("headers", {}), pointers.join(FAILURES, "reasons", reason))
    return ReasonResponse(reason, int(described["status"]), code, described.get("text", ""), media, schema, headers)


def by_status(entries: Iterable[ReasonResponse]) -> dict[int, list[ReasonResponse]]:
    """Return failures by their status."""
    found: defaultdict[int, list[ReasonResponse]] = defaultdict(list)
    for entry in entries:
        found[entry.status].append(entry)
    return found


def _named(entries: Iterable[ReasonResponse], code: str, text: str) -> ReasonResponse | None:
    """Return the failure with this code, or with this text, which may be followed by a colon and details."""
    if code:
        return next((entry for entry in entries if entry.code == code), None)
    if not text:
        return None
    known = [(entry.text or entry.code, entry) for entry in entries]
    same = [entry for prefix, entry in known if text == prefix or text.startswith(f"{prefix}:")]
    return same[0] if same else None


def success_status(responses: Mapping[str, Any]) -> int:
    """Return the success status: the lowest listed status from 200 to 299, or 0 if there is none."""
    return min((int(status) for status in responses if status.isdigit() and 200 <= int(status) < 300), default=0)
