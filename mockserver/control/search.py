"""Finding exchanges in a journal, and saying what comes nearest to those that were not found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from mockserver.control.record import Record

YES, NO = True, False

NEAREST = 3
"""How many near misses are told."""


class Condition(NamedTuple):
    """What must hold for an exchange to match; None lets everything through. `operation` and `path` may be globs."""

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    account: str | None = None
    order: str | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Condition":
        """The condition that these fields state; others are left aside."""
        return cls(**{name: fields[name] for name in cls._fields if name in fields})

    def misses(self, record: Record) -> list[str]:
        """What does not hold for an exchange, in words; empty if it matches."""
        return [
            f"{name} is {got or 'not there'}, not {wanted}"
            for name, wanted in zip(self._fields, self, strict=True)
            if wanted is not None and (got := _CHECKS[name](record, wanted)) is not None
        ]

    def __str__(self) -> str:
        stated = [f"{name} {value}" for name, value in zip(self._fields, self, strict=True) if value is not None]
        return ", ".join(stated) or "any call"


class Expectation(NamedTuple):
    """How often a condition is to be met, or, of several, that they are met in this order."""

    calls: tuple[Condition, ...]
    least: int = 1
    most: int | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Expectation":
        """The expectation that a request states; one that contradicts itself never holds."""
        calls = tuple(map(Condition.of, fields["calls"]))
        if "exactly" in fields:
            return cls(calls, fields["exactly"], fields["exactly"])
        return cls(calls, fields.get("atLeast", 0 if "atMost" in fields else 1), fields.get("atMost"))


class Miss(NamedTuple):
    """An exchange that comes near, and what is wrong with it."""

    record: Record
    misses: tuple[str, ...]


class Verdict(NamedTuple):
    """Whether an expectation holds; `found` are the exchanges that met it, `nearest` those that almost did."""

    verified: bool
    message: str
    found: tuple[Record, ...]
    nearest: tuple[Miss, ...] = ()


def judge(records: Sequence[Record], expectation: Expectation) -> Verdict:
    """Hold exchanges against an expectation."""
    if len(expectation.calls) > 1:
        return _in_order(records, expectation.calls)
    [condition] = expectation.calls
    found = tuple(record for record in records if not condition.misses(record))
    wanted = _wanted(expectation)
    came = f"{condition}: {_times(len(found))}, expected {wanted}"
    if len(found) >= expectation.least and (expectation.most is None or len(found) <= expectation.most):
        return Verdict(YES, came, found)
    nearest = _nearest(records, condition) if len(found) < expectation.least else ()
    return Verdict(NO, _explained(came, nearest, records), found, nearest)


def _in_order(records: Sequence[Record], calls: Sequence[Condition]) -> Verdict:
    found: list[Record] = []
    rest = iter(records)
    for position, condition in enumerate(calls, 1):
        match = next((record for record in rest if not condition.misses(record)), None)
        if match is None:
            where = f" after {found[-1].line}" if found else ""
            message = f"call {position} of {len(calls)} did not come{where}: {condition}"
            earlier = [record for record in records if not condition.misses(record)]
            if earlier:
                message += f"; it came earlier, as {earlier[-1].line}"
            nearest = _nearest(records[records.index(found[-1]) + 1 :] if found else records, condition)
            return Verdict(NO, _explained(message, nearest, records), tuple(found), nearest)
        found.append(match)
    return Verdict(YES, f"all {len(calls)} calls came in this order", tuple(found))


def _nearest(records: Iterable[Record], condition: Condition) -> tuple[Miss, ...]:
    misses = [Miss(record, tuple(condition.misses(record))) for record in records]
    return tuple(sorted((miss for miss in misses if miss.misses), key=lambda miss: len(miss.misses))[:NEAREST])


def _explained(message: str, nearest: Sequence[Miss], records: Sequence[Record]) -> str:
    if not records:
        return f"{message}; the journal is empty"
    lines = [f"  {miss.record.line}: {'; '.join(miss.misses)}" for miss in nearest]
    return "\n".join([f"{message}; nearest:", *lines]) if lines else message


def _wanted(expectation: Expectation) -> str:
    least, most = expectation.least, expectation.most
    if least == most:
        return f"exactly {_times(least)}"
    bounds = [f"at least {_times(least)}"] if least or most is None else []
    return " and ".join([*bounds, *([f"at most {_times(most)}"] if most is not None else [])])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _other_than(got: Callable[[Record], str], fits: Callable[[str, str], bool]) -> Callable[[Record, Any], str | None]:
    """A check that answers what was found where something else was wanted, else None."""

    def check(record: Record, wanted: object) -> str | None:
        value = got(record)
        return None if fits(value, str(wanted)) else value

    return check


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


_CHECKS: Mapping[str, Callable[[Record, Any], str | None]] = {
    "operation": _other_than(lambda record: record.operation, fnmatchcase),
    "method": _other_than(lambda record: record.exchange.method, lambda got, want: got == want.upper()),
    "path": _other_than(lambda record: record.exchange.path, fnmatchcase),
    "status": _other_than(lambda record: str(record.exchange.status), _equal),
    "account": _other_than(lambda record: record.account or "", _equal),
    "order": lambda record, wanted: None if record.mentions(wanted) else "",
}
