"""What is wrong with the key of a request that has no account: it is missing, misplaced or unknown."""

import re
from collections.abc import Collection, Iterator
from itertools import chain
from typing import NamedTuple

from mockserver.contract import Arguments, Operation
from mockserver.web.message import HttpRequest


class _Spot(NamedTuple):
    """A text in a request: the part that it stands in, its name there, and its value."""

    place: str
    name: str
    value: str


def key_problem(operation: Operation, request: HttpRequest, arguments: Arguments, keys: Collection[str]) -> str:
    """Return what was seen in place of a key, and where the key belongs. `keys` are those of all accounts."""
    place, name = operation.credentials.key or ("query", "key")
    wanted = f"send it as {name} in the {place}"
    if sent := arguments.key:
        spaces = ": it has spaces around it" if sent.strip() in keys else ""
        return f"no account has the key that was sent{spaces}"
    spots = [spot for spot in _spots(request, arguments) if spot[:2] != (place, name)]
    known = (spot for spot in spots if spot.value.rpartition(" ")[2] in keys)
    misspelt = (spot for spot in spots if _folded(spot.name).endswith(_folded(name)))
    spot = next(chain(known, misspelt), None)
    if spot is None:
        return f"no key was sent: {wanted}"
    shown = f" as {spot.name}" if _PLAIN.fullmatch(spot.name) and spot.name not in keys else ""
    return f"the key was sent{shown} in the {spot.place}: {wanted}"


_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,40}")


def _folded(name: str) -> str:
    return re.sub("[^a-z]", "", name.lower())


def _spots(request: HttpRequest, arguments: Arguments) -> Iterator[_Spot]:
    parts = {"query": arguments.query, "body": arguments.body, "path": arguments.path}
    for place, values in parts.items():
        if isinstance(values, dict):
            yield from (_Spot(place, name, value) for name, value in values.items() if isinstance(value, str))
    for name, value in request.headers:
        yield _Spot("headers", name.decode("latin-1"), value.decode("latin-1"))
