"""The OpenAPI responses generated from `x-failures` of a document."""

from __future__ import annotations

from collections import defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from mockserver.contract import pointer as pointers
from mockserver.contract.failures import FAILURES, ReasonResponse, by_status, entry_of, reasons_of, success_status
from mockserver.contract.formats import NUMBERS
from mockserver.contract.headers import header_objects
from mockserver.contract.parts import JSON_TYPE, types
from mockserver.contract.pointer import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.contract.parts import Schema
    from mockserver.contract.vocabulary import Vocabulary


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
    if headers := dict(header_objects(entry.headers for entry in entries)):
        responses[name]["headers"] = headers
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
    values: dict[str, Any] = {
        "failure.code": entry.code,
        "failure.text": text,
        "failure.reason": entry.reason,
        "failure.detail": "",
    }

    def example_of(schema: Any) -> Any:
        while "$ref" in schema:
            target = data
            for token in pointers.split(schema["$ref"].removeprefix("#")):
                target = target[token]
            schema = {**target, **{name: value for name, value in schema.items() if name != "$ref"}}
        if "const" in schema:
            return schema["const"]
        if "x-value" in schema:
            value = values.get(schema["x-value"], ABSENT)
            is_number = isinstance(value, str) and value.isdecimal() and not {*NUMBERS}.isdisjoint(types(schema))
            return int(value) if is_number else value
        if "properties" not in schema:
            return ABSENT
        body = {name: example_of(inner) for name, inner in schema["properties"].items()}
        return ABSENT if ABSENT in body.values() else body

    return ABSENT if entry.schema is None else example_of(entry.schema)
