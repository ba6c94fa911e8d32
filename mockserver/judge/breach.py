"""What a rule finds in the history of a client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from mockserver.judge.history import History
from mockserver.judge.limits import Limits

if TYPE_CHECKING:
    from mockserver.contract import Place
    from mockserver.findings import Severity
    from mockserver.traffic.calls import Call


class Breach(NamedTuple):
    """A rule that was broken once, and by which calls.

    `operation` is such as `v3.orderNumber`. `check` tells breaches of one rule apart that are not the same mistake.
    `level` is that of the rule unless it says otherwise. `pointer`, `place` and `provenance` are those of the line of
    the contract that was broken, if it is one.
    """

    operation: str
    message: str
    calls: tuple[Call, ...]
    check: str = ""
    expected: str = ""
    got: str = ""
    level: Severity | None = None
    pointer: str = ""
    place: Place | None = None
    provenance: str = ""


Rule = Callable[[History, Limits], Iterator[Breach]]
"""Looks for breaches in the history of an account."""


def seconds(milliseconds: float) -> str:
    """Write a pause: `0.2 s`."""
    return f"{milliseconds / 1000:.3g} s"
