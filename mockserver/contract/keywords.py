"""What a contract document may say: the fields of OpenAPI 3.1 and the keywords of JSON Schema that are understood here.

Everything else is refused when a document is loaded, but for fields that begin with `x-`: a keyword that nobody
checks would be a promise that nobody keeps.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from mockserver.contract.formats import CASES, TIMES, UNITS
from mockserver.contract.parts import METHODS
from mockserver.contract.provenance import Confidence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class ValueRule(NamedTuple):
    """What the value of a field must be. `known` lists the words it can be if they are few."""

    expected: str
    holds: Callable[[Any], bool]
    known: tuple[str, ...] = ()


class One(NamedTuple):
    """A field that holds one object of a kind, or instead of it what a rule allows."""

    kind: str
    instead: ValueRule | None = None


class Many(NamedTuple):
    """A field that holds a list of objects of a kind."""

    kind: str


class Named(NamedTuple):
    """A field that holds objects of a kind by name."""

    kind: str
    names: ValueRule


class Kind(NamedTuple):
    """A kind of object: what it is called, its fields, and the section of components that a `$ref` to it names."""

    title: str
    fields: Mapping[str, ValueRule | One | Many | Named]
    required: tuple[str, ...] = ()
    section: str = ""


def _one_of(*words: str) -> ValueRule:
    return ValueRule("one of " + ", ".join(words), lambda value: isinstance(value, str) and value in words, words)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _is_names(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(name, str) for name in value) and len(set(value)) == len(value)


def _is_types(value: object) -> bool:
    words = [value] if isinstance(value, str) else value
    return _is_names(words) and words != [] and set(words) <= set(TYPES)


def _is_mapping(value: object) -> bool:
    return isinstance(value, dict)


TYPES = ("string", "integer", "number", "boolean", "null", "array", "object")
FORMATS = ("uuid", "uri", "date")

ANYTHING = ValueRule("anything", lambda _: True)
TEXT = ValueRule("text", lambda value: isinstance(value, str))
FLAG = ValueRule("true or false", lambda value: isinstance(value, bool))
CLOSED = ValueRule("false", lambda value: value is False)
COUNT = ValueRule("a whole number, 0 or more", _is_count)
NUMBER = ValueRule("a number", _is_number)
LIST = ValueRule("a list", lambda value: isinstance(value, list))
VALUES = ValueRule("a list of at least one value", lambda value: isinstance(value, list) and value != [])
NAMES = ValueRule("a list of different names", _is_names)
TYPE = ValueRule("a type or a list of types", _is_types, TYPES)
VERSION = ValueRule("3.1.x", lambda value: isinstance(value, str) and value.startswith("3.1."))

NAME = ValueRule(
    "a name of letters, digits, '.', '-' and '_'", lambda name: re.fullmatch(r"[\w.-]+", name, re.ASCII) is not None
)
FREE = ValueRule("text", lambda _: True)
PATH = ValueRule("a path that begins with '/'", lambda name: name.startswith("/"))
STATUS = ValueRule(
    "a status code such as 200", lambda name: re.fullmatch("[1-5][0-9][0-9]", name, re.ASCII) is not None
)
MEDIA_TYPE = ValueRule(
    "a media type such as application/json", lambda name: re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", str(name)) is not None
)
OPERATIONS = ValueRule(
    "a name, or a list of names", lambda value: isinstance(value, str) or (_is_names(value) and value != [])
)
WORDS = ValueRule(
    "lower, upper, or other words by those of the vocabulary", lambda value: value in CASES or _is_mapping(value)
)
UNIT = _one_of(*(unit for units in UNITS.values() for unit in units))
TIME = _one_of(*TIMES)
STATUS_CODE = ValueRule("a status code such as 200", lambda value: type(value) is int and 100 <= value <= 599)

KINDS: Mapping[str, Kind] = {
    "document": Kind(
        "an OpenAPI document",
        {
            "openapi": VERSION,
            "info": One("info"),
            "servers": Many("server"),
            "tags": Many("tag"),
            "security": LIST,
            "paths": Named("path item", PATH),
            "components": One("components"),
            "x-failures": One("failures"),
            "x-rules": ValueRule("a mapping of rules", _is_mapping),
        },
        required=("openapi", "info", "servers", "paths", "components"),
    ),
    "info": Kind(
        "the info object",
        {
            "title": TEXT,
            "version": TEXT,
            "summary": TEXT,
            "description": TEXT,
            "contact": ValueRule("a mapping", _is_mapping),
            "license": ValueRule("a mapping", _is_mapping),
        },
        required=("title", "version", "x-provenance"),
    ),
    "failures": Kind(
        "the failures",
        {"schema": One("schema"), "media": MEDIA_TYPE, "reasons": Named("failure", FREE)},
        required=("reasons",),
    ),
    "failure": Kind(
        "a failure",
        {
            "status": STATUS_CODE,
            "code": TEXT,
            "text": TEXT,
            "description": TEXT,
            "media": MEDIA_TYPE,
            "schema": One("schema"),
        },
        required=("status",),
    ),
    "server": Kind("a server", {"url": TEXT, "description": TEXT}, required=("url",)),
    "tag": Kind("a tag", {"name": TEXT, "description": TEXT}, required=("name",)),
    "path item": Kind(
        "a path item",
        {
            "summary": TEXT,
            "description": TEXT,
            "parameters": Many("parameter"),
            **{method: One("operation") for method in METHODS},
        },
    ),
    "operation": Kind(
        "an operation",
        {
            "operationId": TEXT,
            "tags": NAMES,
            "summary": TEXT,
            "description": TEXT,
            "deprecated": FLAG,
            "security": LIST,
            "parameters": Many("parameter"),
            "requestBody": One("request body"),
            "responses": Named("response", STATUS),
            "x-operation": OPERATIONS,
            "x-unmodelled": FLAG,
        },
        required=("operationId", "responses"),
    ),
    "parameter": Kind(
        "a parameter",
        {
            "name": TEXT,
            "in": _one_of("path", "query"),
            "required": FLAG,
            "deprecated": FLAG,
            "description": TEXT,
            "schema": One("schema"),
            "example": ANYTHING,
            "examples": Named("example", FREE),
            "x-argument": TEXT,
            "x-refusal": TEXT,
            "x-unit": UNIT,
            "x-time": TIME,
            "x-words": WORDS,
        },
        required=("name", "in", "schema"),
        section="parameters",
    ),
    "request body": Kind(
        "a request body",
        {"description": TEXT, "required": FLAG, "content": Named("media type", MEDIA_TYPE)},
        required=("content",),
        section="requestBodies",
    ),
    "response": Kind(
        "a response",
        {"description": TEXT, "content": Named("media type", MEDIA_TYPE)},
        required=("description",),
        section="responses",
    ),
    "media type": Kind(
        "a media type",
        {"schema": One("schema"), "example": ANYTHING, "examples": Named("example", FREE)},
        required=("schema",),
    ),
    "example": Kind(
        "an example",
        {"summary": TEXT, "description": TEXT, "value": ANYTHING},
        required=("value",),
        section="examples",
    ),
    "components": Kind(
        "the components object",
        {
            "schemas": Named("schema", NAME),
            "parameters": Named("parameter", NAME),
            "requestBodies": Named("request body", NAME),
            "responses": Named("response", NAME),
            "examples": Named("example", NAME),
            "securitySchemes": Named("security scheme", NAME),
        },
        required=("schemas",),
    ),
    "security scheme": Kind(
        "a security scheme",
        {"type": _one_of("http"), "scheme": _one_of("bearer"), "bearerFormat": TEXT, "description": TEXT},
        required=("type", "scheme"),
    ),
    "schema": Kind(
        "a schema",
        {
            "title": TEXT,
            "description": TEXT,
            "deprecated": FLAG,
            "default": ANYTHING,
            "example": ANYTHING,
            "examples": VALUES,
            "type": TYPE,
            "enum": VALUES,
            "const": ANYTHING,
            "format": _one_of(*FORMATS),
            "pattern": TEXT,
            "minLength": COUNT,
            "maxLength": COUNT,
            "minimum": NUMBER,
            "maximum": NUMBER,
            "items": One("schema"),
            "prefixItems": Many("schema"),
            "minItems": COUNT,
            "maxItems": COUNT,
            "properties": Named("schema", FREE),
            "additionalProperties": One("schema", instead=CLOSED),
            "propertyNames": One("schema"),
            "minProperties": COUNT,
            "maxProperties": COUNT,
            "required": NAMES,
            "oneOf": Many("schema"),
            "anyOf": Many("schema"),
            "x-argument": TEXT,
            "x-refusal": TEXT,
            "x-value": TEXT,
            "x-each": TEXT,
            "x-key": TEXT,
            "x-separator": TEXT,
            "x-count": TEXT,
            "x-items": Many("schema"),
            "x-when": TEXT,
            "x-made-up": FLAG,
            "x-unit": UNIT,
            "x-time": TIME,
            "x-words": WORDS,
        },
        section="schemas",
    ),
    "provenance": Kind(
        "a provenance",
        {
            "level": _one_of(*Confidence),
            "page": TEXT,
            "source": TEXT,
            "ground": TEXT,
            "note": TEXT,
            "date": TEXT,
            "count": COUNT,
        },
        required=("level",),
    ),
}

MARKS: Mapping[str, ValueRule | One] = {
    "x-provenance": One("provenance"),
    "x-credential": _one_of("user", "key"),
    "x-stands-in-for": TEXT,
    "x-effect": _one_of("reads", "changes", "orders", "pays"),
    "x-renamed-from": TEXT,
}
"""The fields beginning with `x-` that mean something here. They may stand in an object of any kind."""
