"""Whether two say the same of something, as far as both say anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class FactDifference(NamedTuple):
    """A fact that two state differently: its dotted name, and what each says."""

    name: str
    one: Any
    two: Any


def differences(one: Any, two: Any, name: str = "") -> Iterator[FactDifference]:
    """Find the facts that both state, but differently."""
    match one, two:
        case dict(), dict():
            for part in one:
                if part in two:
                    yield from differences(one[part], two[part], f"{name}.{part}" if name else part)
        case list(), list() if len(one) == len(two):
            for index, (item, other) in enumerate(zip(one, two, strict=True)):
                yield from differences(item, other, f"{name}[{index}]")
        case _ if one != two:
            yield FactDifference(name, one, two)


def alike(one: Any, two: Any) -> bool:
    """Say whether two state the same, as far as both state anything."""
    return not any(differences(one, two))
