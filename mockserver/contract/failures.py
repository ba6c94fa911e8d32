"""The failures of a document: the response of each reason, and the OpenAPI responses generated from `x-failures`."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import pointer as pointers
from mockserver.contract.messages import did_you_mean
from mockserver.contract.parts import JSON_TYPE, is_json
from mockserver.contract.plan import AnnotationProblem, Planner
from mockserver.contract.pointer import ABSENT
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
"""The reason of a failure that the document does not have."""

_NAMES = {"failure": Type("failure"), "operation": Type("text")}


class FailureBody(NamedTuple):
    """A failure response as data: `body` is JSON data, or a text if `media` is another type."""

    status: int
    body: Any
    media: str = JSON_TYPE


class ReasonResponse(NamedTuple):
    """The response of one reason. `text` is for people; without a schema it is the whole body."""

    reason: str
    status: int
    code: str
    text: str
    media: str
    schema: Schema | None


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
        if entry.schema is None:
            return FailureBody(entry.status, failure.text if entry.media == "text/plain" else text, entry.media)
        return FailureBody(entry.status, self._body(entry.schema, failure, operation), entry.media)

    def other(self, status: int, text: str) -> FailureBody:
        """Return a failure response with any status and text, in the default schema of the document."""
        if self._default is None:
            return FailureBody(status, text, "text/plain")
        return FailureBody(status, self._body(self._default, Failure("", text, text), ""))

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

    def schemas(self, status: int) -> list[Schema]:
        """Return the distinct schemas of the failures with a status."""
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
    code = described.get("code", reason)
    return ReasonResponse(reason, int(described["status"]), code, described.get("text", ""), media, schema)


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


def complete(data: Any, vocabulary: Vocabulary) -> dict[str, str]:
    """Add the responses generated from `x-failures` to the data of a document, before its references are resolved.

    Returns the source pointer of each added part by its own pointer. Malformed data is left unchanged: the survey
    reports it.
    """
    try:
        completion = _Completion(data, vocabulary)
        for path, item in data["paths"].items():
            for method, operation in item.items():
                if isinstance(operation, dict) and "responses" in operation:
                    completion.add(path, method, operation)
    except (AttributeError, KeyError, TypeError, ValueError):
        return {}
    return completion.added


class _Completion:
    """Adds failure responses to the operations of a document. `added` has the source pointer of each added part."""

    def __init__(self, data: Any, vocabulary: Vocabulary) -> None:
        failures = data[FAILURES]
        self.added: dict[str, str] = {}
        self._data = data
        self._vocabulary = vocabulary
        self._entries = {
            reason: entry_of(reason, failures, each)
            for reason, each in failures["reasons"].items()
            if reason in vocabulary.reasons
        }
        self._names: dict[int, str] = {}
        data.setdefault("components", {}).setdefault("responses", {})

    def add(self, path: str, method: str, operation: dict[str, Any]) -> None:
        """Add the failure responses of one operation."""
        named = operation.get("x-operation", ())
        names = [named] if isinstance(named, str) else named
        purposes = [self._vocabulary.purposes[name] for name in names if name in self._vocabulary.purposes]
        reasons = reasons_of(purposes, self._vocabulary, has_path="{" in path, has_body="requestBody" in operation)
        failing_by_status = by_status(self._entries[reason] for reason in reasons if reason in self._entries)
        success = success_status(operation["responses"])
        for status, failing in failing_by_status.items():
            listed = operation["responses"].get(str(status))
            pointer = pointers.join("paths", path, method, "responses", status)
            if status == success:
                _add_branches(listed, failing, self._data)
                schema = f"{pointer}/content/{pointers.escape(JSON_TYPE)}/schema"
                self.added[f"{schema}/oneOf/0"] = schema
            elif listed is None:
                operation["responses"][str(status)] = {"$ref": f"#/components/responses/{self._component(status)}"}
            elif "content" not in listed and "$ref" not in listed:
                listed["content"] = _content(failing, self._data)
                self.added[f"{pointer}/content"] = _pointer(failing[0])

    def _component(self, status: int) -> str:
        """Return the name of the response component for a status; the component is added on the first call."""
        if status not in self._names:
            same = by_status(self._entries.values())[status]
            name = self._names[status] = _component(status, same, self._data, self._vocabulary)
            self.added[pointers.join("components", "responses", name)] = _pointer(same[0])
        return self._names[status]


def _pointer(entry: ReasonResponse) -> str:
    return pointers.join(FAILURES, "reasons", entry.reason)


def success_status(responses: Mapping[str, Any]) -> int:
    """Return the success status: the lowest listed status from 200 to 299, or 0 if there is none."""
    return min((int(status) for status in responses if status.isdigit() and 200 <= int(status) < 300), default=0)


def _add_branches(response: dict[str, Any], failing: Iterable[ReasonResponse], data: Any) -> None:
    """Add the schemas and examples of failures to a success response with the same status."""
    media = response.get("content", {}).get(JSON_TYPE)
    if media is None:
        return
    branches = _unique(entry.schema for entry in failing if entry.media == JSON_TYPE)
    media["schema"] = {"oneOf": [media["schema"], *branches]}
    examples = media.setdefault("examples", {})
    if "example" in media:
        examples["success"] = {"value": media.pop("example")}
    for entry in failing:
        example = _example(entry, data)
        if example is not ABSENT:
            examples.setdefault(entry.reason, {"x-provenance": {"level": "assumed"}, "value": example})


def _component(status: int, entries: list[ReasonResponse], data: Any, vocabulary: Vocabulary) -> str:
    """Add a response for a status to the components, and return its name."""
    try:
        name = "".join(word.capitalize() for word in HTTPStatus(status).phrase.replace("-", " ").split())
    except ValueError:
        name = f"Status{status}"
    described, responses = data[FAILURES]["reasons"], data["components"]["responses"]
    descriptions = [
        described[entry.reason].get("description", vocabulary.reasons[entry.reason].description) for entry in entries
    ]
    responses[name] = {"description": " ".join(dict.fromkeys(descriptions)), "content": _content(entries, data)}
    known = [described[entry.reason]["x-provenance"] for entry in entries if "x-provenance" in described[entry.reason]]
    if known:
        responses[name]["x-provenance"] = known[0]
    return name


def _content(entries: Iterable[ReasonResponse], data: Any) -> dict[str, Any]:
    content: dict[str, Any] = {}
    by_media: defaultdict[str, list[ReasonResponse]] = defaultdict(list)
    for entry in entries:
        by_media[entry.media].append(entry)
    for media, same in by_media.items():
        branches = _unique(entry.schema for entry in same)
        schema = {"type": "string"} if not branches else branches[0] if len(branches) == 1 else {"oneOf": branches}
        content[media] = {"schema": schema}
        examples = {
            entry.reason: {"value": example} for entry in same if (example := _example(entry, data)) is not ABSENT
        }
        if examples:
            content[media]["examples"] = examples
        known = data[FAILURES]["reasons"][same[0].reason].get("x-provenance")
        if known:
            content[media]["x-provenance"] = _BODY if known.get("level") == "documented" else known
    return content


_BODY = {"level": "assumed", "note": "the page says how the service fails, not with which body"}
"""The provenance of the body of a documented failure."""


def _unique(schemas: Iterable[Schema | None]) -> list[Schema]:
    found: list[Schema] = []
    for schema in schemas:
        if schema is not None and schema not in found:
            found.append(dict(schema))
    return found


def _example(entry: ReasonResponse, data: Any) -> Any:
    """Return an example body of a failure, or ABSENT if its schema is too complex for one."""
    text = entry.text or entry.code
    values = {"failure.code": entry.code, "failure.text": text, "failure.reason": entry.reason, "failure.detail": ""}

    def example_of(schema: Any) -> Any:
        while "$ref" in schema:
            target = data
            for token in pointers.split(schema["$ref"].removeprefix("#")):
                target = target[token]
            schema = {**target, **{name: value for name, value in schema.items() if name != "$ref"}}
        if "const" in schema:
            return schema["const"]
        if "x-value" in schema:
            return values.get(schema["x-value"], ABSENT)
        if "properties" not in schema:
            return ABSENT
        body = {name: example_of(inner) for name, inner in schema["properties"].items()}
        return ABSENT if ABSENT in body.values() else body

    return ABSENT if entry.schema is None else example_of(entry.schema)
