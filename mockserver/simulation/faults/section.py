"""The section `faults` of a scenario: parsing it, and checking what the schema cannot."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from mockserver.simulation.faults import condition
from mockserver.simulation.faults.effect import Moment
from mockserver.simulation.faults.kinds import KINDS
from mockserver.simulation.faults.state import Fault
from mockserver.simulation.units import Found

Section = dict[str, Any]


def parse(section: Iterable[Section], first: int = 1) -> list[Fault]:
    """Parse a checked section, in order; a fault without a name is named by its number, counted from `first`."""
    return [_fault(fault, number) for number, fault in enumerate(section, first)]


def _fault(fault: Section, number: int) -> Fault:
    [(kind, value)] = fault["then"].items()
    return Fault(
        name=fault.get("name", f"fault {number}"),
        when=condition.parse(fault.get("when", {})),
        moment=Moment(fault.get("at", KINDS[kind].moments[0])),
        effect=KINDS[kind].parse(value),
        source=fault,
    )


def check(section: Iterable[Section], users: Sequence[str]) -> Iterator[Found]:
    """Yield the problems of a section that fits the schema; `users` are the user ids of the accounts."""
    for index, fault in enumerate(section):
        for path, message in _check(fault, users):
            yield (index, *path), message


def _check(fault: Section, users: Sequence[str]) -> Iterator[Found]:
    when = fault.get("when", {})
    [(kind, value)] = fault["then"].items()
    for path, message in condition.check(when, users):
        yield ("when", *path), message
    for path, message in KINDS[kind].check(value, condition.operations(when)):
        yield ("then", kind, *path), message
    moments = KINDS[kind].moments
    if fault.get("at", moments[0]) not in moments:
        yield ("at",), f"{kind} changes the response, so it can only act `after`"
