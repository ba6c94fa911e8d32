"""The condition of a fault (`when` in a scenario), which selects the calls that it applies to."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from mockserver.contract import did_you_mean
from mockserver.domain.clock import Duration
from mockserver.simulation.faults.fields import unknown_operation
from mockserver.simulation.units import Found, duration, fraction, too_long


class Subject(NamedTuple):
    """What a call is about, as far as it says so: the codes of its country and service, and the id of its order."""

    country: str | None = None
    service: str | None = None
    order: str | None = None


NOTHING = Subject()


class Condition(NamedTuple):
    """The condition for a fault to apply; None matches everything.

    `operations` are globs for names such as `v3.getOrder`. `start` and `end` are milliseconds of virtual time since the
    start of the world. `country`, `service` and `order` are those that the call is about. A call that fits all of these
    matches and is counted. `first` to `last`, `every` and `probability` select matching calls, and `times` is the most
    calls that the fault applies to.
    """

    operations: tuple[str, ...] = ("*",)
    account: str | None = None
    start: Duration = 0
    end: Duration | None = None
    country: str | None = None
    service: str | None = None
    order: str | None = None
    first: int = 1
    last: int | None = None
    every: int | None = None
    probability: float | None = None
    times: int | None = None

    def concerns(self, operation: str, account: str) -> bool:
        """Whether calls of an operation by an account match at some time."""
        return self.account in (None, account) and any(fnmatchcase(operation, glob) for glob in self.operations)

    @property
    def is_about(self) -> bool:
        """Whether the condition depends on what a call is about."""
        return any(wanted is not None for wanted in (self.country, self.service, self.order))

    def fits(self, subject: Subject) -> bool:
        """Whether a call about this subject matches."""
        wanted = (self.country, self.service, self.order)
        return all(each in (None, given) for each, given in zip(wanted, subject, strict=True))


def parse(when: dict[str, Any]) -> Condition:
    """Parse the condition of a checked scenario."""
    nth = when.get("nth", {})
    span = {"from": nth, "to": nth} if isinstance(nth, int) else nth
    return Condition(
        operations=operations(when),
        account=when.get("account"),
        start=duration(when.get("from", "")),
        end=duration(when["until"]) if "until" in when else None,
        country=when.get("country"),
        service=when.get("service"),
        order=when.get("order"),
        first=span.get("from", 1),
        last=span.get("to"),
        every=when.get("every"),
        probability=when.get("probability"),
        times=when.get("times"),
    )


def operations(when: dict[str, Any]) -> tuple[str, ...]:
    """Return the globs of a condition for names of operations, by default `*`."""
    given = when.get("operation", "*")
    return (given,) if isinstance(given, str) else tuple(given)


def check(when: dict[str, Any], users: Sequence[str]) -> Iterator[Found]:
    """Yield the problems of a condition that fits the schema; `users` are the user ids of the accounts."""
    for position, glob in enumerate(operations(when) if "operation" in when else ()):
        path = ("operation",) if isinstance(when["operation"], str) else ("operation", position)
        yield from unknown_operation(glob, *path)
    account = when.get("account")
    if account not in (None, *users):
        yield ("account",), f"unknown account {account}{did_you_mean(account, users)}"
    nth = when.get("nth", {})
    if isinstance(nth, dict):
        if nth.get("from", 0) > nth.get("to", nth.get("from", 0)):
            yield ("nth",), f"the range from {nth['from']} to {nth['to']} is empty"
        for name, value in nth.items():
            yield from fraction(value, "nth", name)
    for name in ("nth", "every", "times"):
        yield from fraction(when.get(name), name)
    for name in ("from", "until"):
        yield from too_long(when.get(name, ""), name)
    if "until" in when and duration(when["until"]) <= duration(when.get("from", "")):
        yield (
            ("until",),
            f"{when['until']} is not later than `from` ({when.get('from', '0s')}), so the fault never applies",
        )
