"""Headers of responses: their constant values, as a document describes them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import pointer as pointers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    RawHeader = tuple[bytes, bytes]

_VALUE = re.compile(r"[!-~]([ -~]*[!-~])?")


class ConstantHeader(NamedTuple):
    """A header that always has the same value. `pointer` is the own pointer of its description."""

    name: str
    value: str
    pointer: str
    required: bool = True

    @property
    def raw(self) -> RawHeader:
        """The header as ASGI has it."""
        return self.name.lower().encode(), self.value.encode()


def reason_headers(described: Mapping[str, str | int], pointer: str) -> tuple[ConstantHeader, ...]:
    """Return the headers of a reason in `x-failures`, whose description is at a pointer."""
    return tuple(
        ConstantHeader(name, str(value), f"{pointer}{pointers.join('headers', name)}")
        for name, value in described.items()
    )


def response_headers(described: Mapping[str, Any], pointer: str) -> tuple[ConstantHeader, ...]:
    """Return the headers with a constant value of a response, whose description is at a pointer."""
    return tuple(
        ConstantHeader(
            name,
            str(each["schema"]["const"]),
            f"{pointer}{pointers.join('headers', name)}",
            required=each.get("required", False),
        )
        for name, each in described.items()
        if "const" in each["schema"]
    )


def misfit(described: Mapping[str, Any]) -> str:
    """Return why a header of a success response cannot be written; empty if it can, or if it is optional."""
    value = described["schema"].get("const")
    if value is None and not described.get("required", False):
        return ""
    is_sendable = isinstance(value, str | int) and not isinstance(value, bool) and _VALUE.fullmatch(str(value))
    return "" if is_sendable else "the schema of a header needs a const: the text or whole number that is always sent"


def header_objects(several: Iterable[tuple[ConstantHeader, ...]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the OpenAPI header objects, by name, of a response that has one of several sets of headers."""
    sets = [{header.name: header.value for header in headers} for headers in several]
    for name in dict.fromkeys(name for each in sets for name in each):
        values = list(dict.fromkeys(each[name] for each in sets if name in each))
        schema = {"const": values[0]} if len(values) == 1 else {"enum": values}
        yield name, {"required": all(name in each for each in sets), "schema": {"type": "string", **schema}}
