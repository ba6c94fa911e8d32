"""What the schema of scenarios cannot say of faults: operations and fields that exist, times and numbers in order."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import orjson

from mockserver.contract import Operation, did_you_mean
from mockserver.contract import load as load_document
from mockserver.contract.document import SHIPPED
from mockserver.contract.pointer import join
from mockserver.domain.clock import DAY, MINUTE
from mockserver.simulation.faults.effects import LONGEST_WAIT
from mockserver.simulation.faults.section import Section, globs
from mockserver.simulation.units import duration

Misfit = tuple[str, str]
"""The JSON pointer of a value, and what is wrong with it."""

_Found = tuple[tuple[str | int, ...], str]

_NEEDS_ANSWER = frozenset({"cut", "malformed", "drip", "contentType", "omit", "retype"})
"""Effects that change an answer, so that there must be one."""

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"([!-~]([ -~]*[!-~])?)?")
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
_BODILESS = (204, 304)
_LONGEST = 3650 * DAY


def misfits(section: Iterable[Section], accounts: Iterable[str]) -> Iterator[Misfit]:
    """Everything in a section, valid by its schema, that makes no sense."""
    users = list(accounts)
    for index, fault in enumerate(section):
        for path, message in _wrong(fault, users):
            yield join("faults", index, *path), message


def _wrong(fault: Section, users: list[str]) -> Iterator[_Found]:
    when = fault.get("when", {})
    [(kind, value)] = fault["then"].items()
    for path, message in _wrong_condition(when, users):
        yield ("when", *path), message
    for path, message in _WRONG[kind](value) if kind in _WRONG else ():
        yield ("then", kind, *path), message
    if kind in ("omit", "retype"):
        yield from _wrong_field(when, kind, value)
    if fault.get("at") == "before" and kind in _NEEDS_ANSWER:
        yield ("at",), f"{kind} changes an answer, so it acts after"


def _wrong_condition(when: Section, users: list[str]) -> Iterator[_Found]:
    for position, glob in enumerate(globs(when)):
        if not _matching(glob):
            path = ("operation",) if isinstance(when["operation"], str) else ("operation", position)
            yield path, f"no operation is called {glob}{did_you_mean(glob, _operations())}"
    account = when.get("account")
    if account not in (None, *users):
        yield ("account",), f"unknown account {account}{did_you_mean(account, users)}"
    for name in ("nth", "every", "times"):
        yield from _fraction(when.get(name), name)
    for name in ("from", "until"):
        yield from _too_long(when.get(name, ""), name)
    if "until" in when and duration(when["until"]) <= duration(when.get("from", "")):
        yield ("until",), f"{when['until']} is not after the beginning, so the fault never acts"


def _wrong_latency(value: Any) -> Iterator[_Found]:
    match value:
        case {"uniform": [low, high]}:
            yield from _too_slow(low, "uniform", 0)
            yield from _too_slow(high, "uniform", 1)
            if duration(low) > duration(high):
                yield ("uniform",), f"the least, {low}, is longer than the most, {high}"
        case {"lognormal": {"median": median}}:
            yield from _too_slow(median, "lognormal", "median")
        case _:
            yield from _too_slow(value)


def _wrong_status(value: Any) -> Iterator[_Found]:
    if not isinstance(value, dict):
        yield from _fraction(value)
        return
    yield from _fraction(value["status"], "status")
    if "body" in value:
        yield from _wrong_body(value)
    for name, text in value.get("headers", {}).items():
        if not _HEADER.fullmatch(name):
            yield ("headers", name), "this is no name of a header"
        elif name.lower() in _FRAMING:
            yield ("headers", name), "the server writes this header itself"
        elif not _VALUE.fullmatch(text):
            yield ("headers", name), "a header is printable ASCII without spaces at its ends"


def _wrong_body(value: Section) -> Iterator[_Found]:
    if "text" in value:
        yield ("text",), "give a text for the failure body, or a body, not both"
    if value["status"] in _BODILESS:
        yield ("body",), f"an answer {value['status']} has no body"
    try:
        orjson.dumps(value["body"])
    except TypeError as error:
        yield ("body",), f"this is no JSON: {error}"


def _wrong_limit(value: Section) -> Iterator[_Found]:
    yield from _fraction(value["limit"], "limit")
    yield from _too_long(value["window"], "window")
    if duration(value["window"]) == 0:
        yield ("window",), "a window must last"


def _wrong_cut(value: float) -> Iterator[_Found]:
    if isinstance(value, float) and value >= 1:
        yield (), "a share is below 1, and a number of bytes has no point"


def _wrong_drip(value: Section) -> Iterator[_Found]:
    yield from _fraction(value["bytes"], "bytes")
    yield from _too_slow(value["every"], "every")


_WRONG: Mapping[str, Callable[[Any], Iterator[_Found]]] = {
    "latency": _wrong_latency,
    "status": _wrong_status,
    "rateLimit": _wrong_limit,
    "cut": _wrong_cut,
    "drip": _wrong_drip,
}


def _wrong_field(when: Section, kind: str, value: Any) -> Iterator[_Found]:
    path, field = (("then", kind), value) if kind == "omit" else (("then", kind, "field"), value["field"])
    operations = {name for glob in globs(when) or ["*"] for name in _matching(glob)}
    known = {field for name in operations for field in _fields(name)}
    if operations and field not in known:
        yield path, f"no answer of these operations has {field}{did_you_mean(field, known)}"


def _fraction(value: object, *path: str | int) -> Iterator[_Found]:
    if isinstance(value, float):
        yield path, f"write {value:.0f}, a whole number has no point and no exponent here"


def _too_long(text: str, *path: str | int) -> Iterator[_Found]:
    if duration(text) > _LONGEST:
        yield path, f"{text} is longer than {_LONGEST // DAY}d"


def _too_slow(text: str, *path: str | int) -> Iterator[_Found]:
    if duration(text) > LONGEST_WAIT:
        yield path, f"{text} is longer than {LONGEST_WAIT // MINUTE}m, and a client waits for real"


@cache
def _operations() -> Mapping[str, Operation]:
    """The operations of the contract documents by name, the same for every scenario."""
    documents = [load_document(path.stem) for path in sorted(SHIPPED.glob("*.yaml"))]
    return {operation.name: operation for document in documents for operation in document.operations.values()}


def _matching(glob: str) -> list[str]:
    return [name for name in _operations() if fnmatchcase(name, glob)]


@cache
def _fields(operation: str) -> frozenset[str]:
    """The paths of all fields that an operation may answer."""
    schemas = [answer.schema for answer in _operations()[operation].answers.values() if answer.schema]
    return frozenset(path for schema in schemas for path in _paths(schema, ""))


def _paths(schema: Mapping[str, Any], here: str) -> Iterator[str]:
    if here:
        yield here
    for name, field in schema.get("properties", {}).items():
        yield from _paths(field, f"{here}.{name}" if here else name)
    if "items" in schema:
        yield from _paths(schema["items"], f"{here}[]")
    for keyword in ("oneOf", "anyOf", "allOf"):
        for part in schema.get(keyword, ()):
            yield from _paths(part, here)
