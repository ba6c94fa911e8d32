"""Errors of scenarios: the message of every problem, with its path and its source line without secrets.

`Schema` validates a scenario and explains each violation. `SourceText` masks the secrets in the text of a scenario.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import yaml
from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from mockserver.contract import LocatedError, Problem, did_you_mean, pointer
from mockserver.contract.located import LOADER
from mockserver.contract.messages import choice, phrase
from mockserver.contract.pointer import join, step
from mockserver.data import directory
from mockserver.simulation.units import likely_duration

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ScenarioError(LocatedError):
    """An invalid scenario. Its text lists every problem with its place, its path and its source line.

    `files` are the files that were read or searched for; a change of one of them may fix the scenario.
    """

    def __init__(self, problems: Iterable[Problem], files: Iterable[Path] = ()) -> None:
        super().__init__(problems)
        self.files = tuple(files)
        self.args = ("\n".join(_lines(self.problems)),)


def path(place: str) -> str:
    """Convert a JSON pointer to a path: `/orders/0/sms` is `$.orders[0].sms`."""
    return "$" + "".join(map(_step, pointer.split(place)))


def _step(token: str) -> str:
    if token.isdecimal():
        return f"[{token}]"
    return f".{token}" if _NAME.fullmatch(token) else f"[{token!r}]"


def _lines(problems: Iterable[Problem]) -> Iterator[str]:

    @cache
    def text(file: str) -> SourceText | None:
        try:
            return SourceText(Path(file).read_text(encoding="utf-8-sig", errors="replace"))
        except (OSError, ValueError):
            return None

    for problem in problems:
        where = path(problem.pointer) if problem.pointer else ""
        yield ": ".join(filter(None, (str(problem.place), where, problem.message)))
        source = text(problem.place.file) if problem.place.line else None
        if source is not None:
            yield from source.excerpt(problem.place.line, problem.place.column)


_Position = tuple[int, int]
"""A line and a column, counted from 0."""

_SECRET = frozenset({"key", "keys", "variables"})
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_WORD = re.compile(r"\w(?:[^\s\[\]{},:#'\"]*\w)?")
_MASK = "*"
_NOTE = f"  ({_MASK} hides words that may be secret)"
_WIDTH = 100
_LEAD = 60


class SourceText:
    """The text of a scenario with its secrets masked."""

    def __init__(self, text: str) -> None:
        self._lines = _BREAK.split(text)
        self._masked: set[int] = set()
        known = _fields()
        events = _Events(known - _SECRET)
        for begin, end in events.secrets(text):
            self._mask(begin, end)
        self._mask(events.last, (len(self._lines), 0), known)

    def excerpt(self, line: int, column: int) -> Iterator[str]:
        """Yield a line with its number, and a caret under the column; both count from 1."""
        if line > len(self._lines):
            return
        text = self._lines[line - 1].replace("\t", " ")
        start = max(0, column - _LEAD) if len(text) > _WIDTH else 0
        shown = "".join(char if char.isprintable() else "?" for char in text[start : start + _WIDTH])
        yield f"{line:5} | {shown}".rstrip()
        yield f"{'':5} | {'':{column - 1 - start}}^{_NOTE if line in self._masked else ''}"

    def _mask(self, begin: _Position, end: _Position, known: frozenset[str] = frozenset()) -> None:
        for number in range(begin[0], min(end[0] + 1, len(self._lines))):
            text = self._lines[number]
            left = begin[1] if number == begin[0] else 0
            right = end[1] if number == end[0] else len(text)
            masked = _WORD.sub(lambda word: word[0] if word[0] in known else _MASK * len(word[0]), text[left:right])
            if masked != text[left:right]:
                self._masked.add(number + 1)
            self._lines[number] = text[:left] + masked + text[right:]


class _Events:
    """Finds secrets in the events of a YAML parser; `last` is the end of the last event."""

    def __init__(self, open_fields: frozenset[str]) -> None:
        self.last: _Position = (0, 0)
        self._open = open_fields

    def secrets(self, text: str) -> Iterator[tuple[_Position, _Position]]:
        """Yield the start and the end of every secret, as far as the text is valid YAML."""
        frames: list[_Frame] = []
        try:
            for event in yaml.parse(text, LOADER):
                begin, self.last = _positions(event)
                yield from self._read(event, begin, frames)
        except yaml.YAMLError:
            pass

    def _read(self, event: Any, begin: _Position, frames: "list[_Frame]") -> Iterator[tuple[_Position, _Position]]:
        if isinstance(event, yaml.CollectionEndEvent):
            frames.pop()
            return
        if not isinstance(event, yaml.NodeEvent):
            return
        frame = frames[-1] if frames else _Frame(is_mapping=False, secret=False)
        if frame.is_mapping and frame.key is None:
            frame.key, secret = getattr(event, "value", ""), frame.secret
        else:
            secret = frame.secret or (frame.key is not None and frame.key not in self._open)
            frame.key = None
        if isinstance(event, yaml.CollectionStartEvent):
            frames.append(_Frame(is_mapping=isinstance(event, yaml.MappingStartEvent), secret=secret))
        elif secret:
            yield begin, self.last


class _Frame:
    """A mapping or sequence that is being parsed."""

    def __init__(self, *, is_mapping: bool, secret: bool) -> None:
        self.is_mapping = is_mapping
        self.secret = secret
        self.key: str | None = None


def _positions(event: Any) -> tuple[_Position, _Position]:
    return (event.start_mark.line, event.start_mark.column), (event.end_mark.line, event.end_mark.column)


def _fields() -> frozenset[str]:
    schema = orjson.loads((directory("scenarios") / "schema.json").read_bytes())
    return frozenset(_properties(schema))


def _properties(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part.get("properties", ())
        for inner in part.values():
            yield from _properties(inner)


_VARIABLE = "#/$defs/variable"
_SUCH_AS = "Such as "
"""How the description of a value begins that consists of examples."""
_UNITS = "[dhms]"
"""The part of a pattern that makes a text a duration."""
_OR_VARIABLE = "|[$][{]"
"""The alternative of a pattern that allows variables."""


class Flaw(NamedTuple):
    """A problem at a pointer, in the value or, with `key`, in its key."""

    pointer: str
    message: str
    key: bool = False


class Schema:
    """The JSON Schema of scenarios."""

    def __init__(self) -> None:
        self._schema = orjson.loads((directory("scenarios") / "schema.json").read_bytes())
        self._validator = Draft202012Validator(self._schema)

    def flaws(self, data: Any) -> Iterator[Flaw]:
        """Yield a flaw for every violation of the schema."""
        for error in self._validator.iter_errors(data):
            yield from _explain(error, self._part(error))

    def _part(self, error: ValidationError) -> Any:
        """Return the violated part of the schema; for a value that may be a variable, the part of the value."""
        part: Any = reduce(step, error.schema_path[:-1], self._schema)
        if part is not self._schema["$defs"]["variable"]:
            return part
        return _within(self._schema, self._schema, list(error.instance_path))


def _within(schema: Any, part: Any, path: list[str | int]) -> Any:
    """Return the part of the schema for the value at a path."""
    while part.get("$ref", _VARIABLE) != _VARIABLE:
        part = schema["$defs"][part["$ref"].rpartition("/")[2]]
    if not path:
        return part
    key, *rest = path
    inner = part["items"] if isinstance(key, int) else part["properties"].get(key, part.get("additionalProperties"))
    return _within(schema, inner, rest)


def _explain(error: ValidationError, part: Any) -> Iterator[Flaw]:
    pointer, kind = join(*error.instance_path), error.kind
    if isinstance(kind, ValidationErrorKind.AdditionalProperties):
        for name in kind.unexpected:
            hint = did_you_mean(name, part["properties"])
            yield Flaw(join(*error.instance_path, name), f"unknown field{hint}", key=True)
    elif isinstance(kind, ValidationErrorKind.Required):
        yield Flaw(pointer, f"the field {kind.property} is missing")
    elif isinstance(kind, ValidationErrorKind.PropertyNames):
        yield Flaw(pointer, "the name of a variable has letters, digits, _ and -, and does not start with a digit")
    elif isinstance(kind, ValidationErrorKind.FalseSchema):
        yield Flaw(pointer, "cannot be combined with the other fields here", key=True)
    elif isinstance(kind, ValidationErrorKind.Not):
        yield Flaw(pointer, f"give {choice(part['not']['required'])}, not both")
    else:
        described = f" ({part['description']})" if "description" in part else ""
        demand = _demand(kind, part) or f"must {phrase(kind.name, kind.value)}{described}"
        yield Flaw(pointer, demand + _advice(error.instance, kind, part))


def _advice(value: Any, kind: Any, part: Any) -> str:
    """Return what to write instead of a value; empty if that is unknown."""
    if kind.name == "maxProperties":
        return f": choose one of {', '.join(value)}"
    if kind.name not in ("type", "pattern"):
        return ""
    if _UNITS in part.get("pattern", "") and (likely := likely_duration(value)):
        return f", did you mean {likely}?"
    if kind.name == "type" and isinstance(value, bool | int | float) and "string" in part.get("type", ()):
        return f": put it in quotes, or YAML reads {json.dumps(value)}"
    return ""


def _demand(kind: Any, part: Any) -> str:
    """Return what is required where the schema has alternatives: of fields, or of a value and a variable."""
    described = f" ({part['description']})" if "description" in part else ""
    alternatives = part.get("oneOf") or part.get("anyOf") or []
    fields = [name for alternative in alternatives for name in alternative.get("required", ())]
    if kind.name in ("oneOf", "anyOf") and fields:
        return f"give {choice(fields)}{', and only one of them' if kind.name == 'oneOf' else ', or both'}"
    if kind.name == "anyOf":
        return f"must {phrase('enum', alternatives[0]['enum'])}{described}"
    if part.get("$ref") == _VARIABLE and kind.name in ("type", "pattern"):
        types = [name for name in part["type"] if name != "string"]
        return f"must {phrase('type', types)}{described}"
    if kind.name == "pattern" and part.get("description", "").startswith(_SUCH_AS):
        return f"must be a value such as {part['description'].removeprefix(_SUCH_AS).removesuffix('.')}"
    if kind.name == "pattern":
        return f"must {phrase('pattern', kind.value.removesuffix(_OR_VARIABLE))}{described}"
    return ""
