"""The condition of a fault, `when` in a scenario: which calls it acts on."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from mockserver.contract import did_you_mean
from mockserver.domain.clock import Duration
from mockserver.simulation.faults.fields import unknown_operation
from mockserver.simulation.units import Found, duration, fraction, too_long


class Condition(NamedTuple):
    """What must hold for a fault to act; None lets everything through.

    `operations` are globs over names such as `v3.getOrder`. `start` and `end` are virtual time since the start of the
    world. A call that these four let through matches, and is counted: `nth`, `every` and `probability` choose among
    the matching calls, `times` is how often the fault acts at most.
    """

    operations: tuple[str, ...] = ("*",)
    account: str | None = None
    start: Duration = 0
    end: Duration | None = None
    nth: int | None = None
    every: int | None = None
    probability: float | None = None
    times: int | None = None

    def concerns(self, operation: str, account: str) -> bool:
        """Whether calls of an operation by an account can ever match."""
        return self.account in (None, account) and any(fnmatchcase(operation, glob) for glob in self.operations)


def parse(when: dict[str, Any]) -> Condition:
    """The condition that a scenario writes, without misfits."""
    return Condition(
        operations=operations(when),
        account=when.get("account"),
        start=duration(when.get("from", "")),
        end=duration(when["until"]) if "until" in when else None,
        nth=when.get("nth"),
        every=when.get("every"),
        probability=when.get("probability"),
        times=when.get("times"),
    )


def operations(when: dict[str, Any]) -> tuple[str, ...]:
    """The globs of a condition over names of operations; without any, the one that lets all through."""
    given = when.get("operation", "*")
    return (given,) if isinstance(given, str) else tuple(given)


def check(when: dict[str, Any], users: Sequence[str]) -> Iterator[Found]:
    """Everything in a condition, valid by its schema, that makes no sense; `users` are those that have an account."""
    for position, glob in enumerate(operations(when) if "operation" in when else ()):
        path = ("operation",) if isinstance(when["operation"], str) else ("operation", position)
        yield from unknown_operation(glob, *path)
    account = when.get("account")
    if account not in (None, *users):
        yield ("account",), f"unknown account {account}{did_you_mean(account, users)}"
    for name in ("nth", "every", "times"):
        yield from fraction(when.get(name), name)
    for name in ("from", "until"):
        yield from too_long(when.get(name, ""), name)
    if "until" in when and duration(when["until"]) <= duration(when.get("from", "")):
        yield ("until",), f"{when['until']} is not after the beginning, so the fault never acts"
