"""Routing: finding the operation of a method and a path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.contract.operation import Operation


class Found(NamedTuple):
    """The operation of the method and path. `path_params` are decoded."""

    operation: Operation
    path_params: dict[str, str]


class NotFound:
    """No operation has the path."""


class WrongMethod(NamedTuple):
    """The path has operations, but none with the method. `allowed` are its methods, sorted."""

    allowed: tuple[str, ...]


class BadPath(NamedTuple):
    """The path is malformed. `reason` is the reason, without the path."""

    reason: str


class _Node:
    """A node in the tree of paths: its children by segment, and its operations."""

    def __init__(self) -> None:
        self.static: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.operations: dict[str, tuple[Operation, tuple[str, ...]]] = {}
        """By method: the operation, and the names of the parameters in its path."""


class Router:
    """A tree of path segments. Finding an operation takes as many steps as its path has segments."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        """Take the operations to route to."""
        self._root = _Node()
        for operation in operations:
            self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        names = []
        for segment in segments(operation.path):
            if name := parameter_name(segment):
                names.append(name)
                if node.parameter is None:
                    node.parameter = _Node()
                node = node.parameter
            else:
                node = node.static.setdefault(segment, _Node())
        node.operations[operation.method] = operation, tuple(names)

    def route(self, method: str, path: str) -> Found | NotFound | WrongMethod | BadPath:
        """Find the operation of a method and a percent-encoded path.

        A fixed segment takes precedence over a parameter. A parameter does not match an empty segment.
        """
        values: list[str] = []
        node = _walk(self._root, segments(path), 0, values)
        if node is None:
            return NotFound()
        route = node.operations.get(method)
        if route is None:
            return WrongMethod(tuple(sorted(node.operations)))
        operation, names = route
        try:
            return Found(operation, dict(zip(names, map(_decode, values), strict=True)))
        except ValueError as error:
            return BadPath(str(error))


def segments(path: str) -> list[str]:
    """Split a path at its slashes: `/a/b` into `a` and `b`."""
    return path.split("/")[1:]


def parameter_name(segment: str) -> str:
    """Return the parameter name of a template segment such as `{name}`; empty for a fixed segment."""
    match = re.fullmatch(r"\{([^{}]+)\}", segment)
    return match[1] if match else ""


def _walk(node: _Node, path: list[str], depth: int, values: list[str]) -> _Node | None:
    """Find the node of a path, and collect the values of its parameters in `values`."""
    if depth == len(path):
        return node if node.operations else None
    segment = path[depth]
    if (child := node.static.get(segment)) and (found := _walk(child, path, depth + 1, values)):
        return found
    if segment and node.parameter:
        kept = len(values)
        values.append(segment)
        if found := _walk(node.parameter, path, depth + 1, values):
            return found
        del values[kept:]
    return None


_BROKEN = re.compile("%(?![0-9a-fA-F]{2})")


def _decode(segment: str) -> str:
    """Decode a percent-encoded segment. Raises ValueError with the reason if it is malformed."""
    if not segment.isascii():
        raise ValueError("a character outside ASCII is not percent-encoded")
    if "%" not in segment:
        return segment
    if _BROKEN.search(segment):
        raise ValueError("a % is not followed by two hexadecimal digits")
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        raise ValueError("the percent-encoded bytes are not UTF-8") from None
