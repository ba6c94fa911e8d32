"""The rules of the service that traffic shows, such as the lifetime of orders."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import vocabulary
from mockserver.contract.vocabulary import DURATION, milliseconds
from mockserver.traffic.calls import UNCERTAIN, Outcome
from mockserver.traffic.rule_witnesses import WITNESSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockserver.traffic.calls import Call

ENOUGH = 2
"""How many calls must support a duration."""
_UNITS = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1))


class ShownRule(NamedTuple):
    """A rule as traffic shows it: its value, and the number of calls that support it."""

    name: str
    value: str
    times: int


def shown(calls: Iterable[Call], held: Mapping[str, str]) -> list[ShownRule]:
    """Return the rules for which all calls support a single value, other than the one that the contract holds."""
    witnesses = {name: WITNESSES[name]() for name in vocabulary().rules if name in WITNESSES}
    values: dict[str, Counter[str]] = {name: Counter() for name in witnesses}
    for call in calls:
        if call.exchange.notes.get("faults") or call.outcome in UNCERTAIN:
            call = call._replace(outcome=Outcome.LOST, refusal="", facts={})
        for name, witness in witnesses.items():
            if found := witness.see(call):
                values[name][found] += 1
    rules = []
    for name, counted in values.items():
        value, times = _verdict(counted)
        if value and not _is_same(value, held[name]):
            rules.append(ShownRule(name, value, times))
    return rules


def _verdict(counted: Counter[str]) -> tuple[str, int]:
    """Return the only value that all calls support, and their number; an empty one if there is none."""
    if not counted:
        return "", 0
    common = set.intersection(*(set(value.split()) for value in counted))
    if len(common) != 1:
        return "", 0
    (value,), times = common, counted.total()
    if DURATION.fullmatch(value):
        return (duration(milliseconds(value)), times) if times >= ENOUGH else ("", 0)
    return value, times


def duration(span: int) -> str:
    """Write milliseconds as a duration, such as `1h30m`."""
    text = ""
    for unit, length in _UNITS:
        count, span = divmod(span, length)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def _is_same(one: str, other: str) -> bool:
    if DURATION.fullmatch(one) and DURATION.fullmatch(other):
        return milliseconds(one) == milliseconds(other)
    return one == other
