"""The meanings that a place in a response can have: names of the vocabulary, and how they are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.drift.inference.encodings import Encoding


class Value(NamedTuple):
    """The meaning of a place: a name of the vocabulary, or a text of several, and how it is written.

    `words` are the words on the wire by those of the vocabulary. `times` is the number of values that agree. `ground`
    says why, if no value agrees.
    """

    name: str
    encoding: Encoding | None = None
    words: Mapping[str, Any] | None = None
    times: int = 0
    ground: str = ""


class Each(NamedTuple):
    """A list: its name in the vocabulary, the variable for one item, its record, and the key of a keyed object.

    The variable is empty for a single record that is written as a list of one.
    """

    source: str
    variable: str
    record: str
    key: str = ""
    times: int = 0


class Count(NamedTuple):
    """The number of items of a list."""

    source: str


class Separated(NamedTuple):
    """A list that is written as one text: its name, the name of what is written of each item, and the separator."""

    source: str
    item: str
    separator: str


class Rivals(NamedTuple):
    """Several meanings that the traffic supports equally well."""

    values: tuple[Value, ...]


Meaning = Value | Each | Count | Separated | Rivals
Path = tuple[str, ...]


def names_in(name: str) -> list[str]:
    """Return the names in a meaning, which may be a text of several."""
    return re.findall(r"\{([a-z_0-9.]+)\}", name) or [name]
