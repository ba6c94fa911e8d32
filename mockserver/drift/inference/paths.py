"""Requests for paths that the contract does not know, grouped by the path that they have in common."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from mockserver.contract.routing import segments
from mockserver.drift.inference.bodies import split

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from mockserver.contract import Document
    from mockserver.traffic import Exchange, Request

_IDENTIFIER = re.compile(r"[0-9]+|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
VARIABLE = ""
"""Stands for a segment that varies."""


class Unmatched(NamedTuple):
    """A request for an unknown path below the prefix of a document, and its exchange."""

    document: Document
    path: str
    exchange: Exchange


class Group(NamedTuple):
    """Requests with the same method and path. Segments that vary are empty."""

    document: Document
    method: str
    path: tuple[str, ...]
    requests: tuple[Unmatched, ...]

    def variables(self, request: Request) -> Mapping[str, str]:
        """Return the segments of a request that vary, by their position."""
        _, _, rest = request.path.partition(f"{self.document.prefix}/")
        parts = segments(f"/{rest}")
        return {str(position): unquote(parts[position]) for position, part in enumerate(self.path) if part == VARIABLE}

    def has(self, method: str, path: str) -> bool:
        """Return whether a request with a method and a path belongs to the group."""
        parts = [unquote(part) for part in segments(path)]
        return (
            method == self.method
            and len(parts) == len(self.path)
            and all(own in (VARIABLE, part) for own, part in zip(self.path, parts, strict=True))
        )

    def template(self, names: Mapping[str, str]) -> str:
        """Return the path template with these names for the positions that vary."""
        parts = [part or f"{{{names[str(position)]}}}" for position, part in enumerate(self.path)]
        return "".join(f"/{part}" for part in parts)


def groups(unmatched: Iterable[Unmatched], sure: Collection[str], likely: Collection[str]) -> list[Group]:
    """Group requests by path.

    `sure` are values that are never names: user ids, order ids. `likely` are values such as the codes of countries:
    a segment varies only if several of them are seen there, or several texts that consist of them.
    """
    found: defaultdict[tuple[str, str, tuple[str, ...]], list[Unmatched]] = defaultdict(list)
    for each in unmatched:
        parts = tuple(
            VARIABLE if part in sure or _IDENTIFIER.fullmatch(part) else part
            for part in map(unquote, segments(each.path))
        )
        found[each.document.name, each.exchange.request.method, parts].append(each)
    return _merged(
        [Group(many[0].document, method, parts, tuple(many)) for (_, method, parts), many in found.items()], likely
    )


def _merged(found: list[Group], likely: Collection[str]) -> list[Group]:
    """Merge the groups with several likely values at a position, in the same form, until there are none."""
    for group in found:
        for position, part in enumerate(group.path):
            if part == VARIABLE or _form(part, likely) is None:
                continue
            alike = [each for each in found if _is_alike(group, each, position, likely)]
            if len({each.path[position] for each in alike}) > 1:
                columns = enumerate(zip(*(each.path for each in alike), strict=True))
                path = tuple(VARIABLE if at == position or VARIABLE in parts else parts[0] for at, parts in columns)
                merged = group._replace(path=path, requests=tuple(one for each in alike for one in each.requests))
                return _merged([merged, *(each for each in found if each not in alike)], likely)
    return found


def _is_alike(group: Group, other: Group, position: int, likely: Collection[str]) -> bool:
    """Return whether paths differ only by likely values: at a position, and where one of the two varies."""
    if (group.document.name, group.method, len(group.path)) != (other.document.name, other.method, len(other.path)):
        return False
    return all(
        one == another
        or (VARIABLE in (one, another) and _form(one or another, likely) is not None)
        or (at == position and _form(one, likely) == _form(another, likely))
        for at, (one, another) in enumerate(zip(group.path, other.path, strict=True))
    )


def _form(part: str, likely: Collection[str]) -> tuple[str, ...] | None:
    """Return the punctuation of a segment that is a likely value, or consists of several; None for other segments."""
    if part in likely:
        return ()
    between, tokens = split({part: part})
    return between if between and sum(token in likely for token in tokens[part]) > 1 else None


def loosened(group: Group, likely: Collection[str]) -> Iterable[Group]:
    """Yield the group with one more segment that may vary: a likely value of which only one was seen."""
    for position, part in enumerate(group.path):
        if _form(part, likely) is not None:
            yield group._replace(path=(*group.path[:position], VARIABLE, *group.path[position + 1 :]))
