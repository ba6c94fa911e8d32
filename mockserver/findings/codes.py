"""The codes of findings, and what each of them means."""

from __future__ import annotations

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import did_you_mean, located
from mockserver.data import directory

if TYPE_CHECKING:
    from collections.abc import Mapping

TABLE = directory("contracts") / "finding_codes.yaml"


class Code(NamedTuple):
    """A code: its title, what it means, what it costs who relies on the server, and what to do."""

    code: str
    title: str
    meaning: str
    cost: str
    remedy: str


@cache
def codes() -> Mapping[str, Code]:
    """Return all codes by name, in the order of the table."""
    return MappingProxyType({name: Code(name, **fields) for name, fields in located.read(TABLE).data.items()})


def explain(code: str) -> Code:
    """Return what a code means. Raises KeyError with a message for people if there is none of this name."""
    try:
        return codes()[code]
    except KeyError:
        raise KeyError(f"there is no code {code}{did_you_mean(code, codes())}") from None
