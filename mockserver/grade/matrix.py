"""What a client is tried under: which scenarios, and which readings of what the documentation leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

USUAL = "default"
"""The scenario in which nothing goes wrong."""

Values = tuple[tuple[str, str], ...]


class Factor(NamedTuple):
    """Something that a client may not bear: a scenario (`reading` is empty), or a value of a reading."""

    reading: str
    value: str

    def __str__(self) -> str:
        return f"{self.reading}={self.value}" if self.reading else self.value


class Case(NamedTuple):
    """A scenario, by its name or file, and the readings that are chosen in it, each with its value."""

    scenario: str = USUAL
    readings: Values = ()

    @property
    def name(self) -> str:
        """It in a line: `default, failures=status`."""
        return ", ".join(map(str, self.factors))

    @property
    def factors(self) -> tuple[Factor, ...]:
        """All that is given in it, the scenario first."""
        return Factor("", self.scenario), *(Factor(*each) for each in self.readings)

    @property
    def changes(self) -> tuple[Factor, ...]:
        """What of it is not as usual."""
        return tuple(factor for factor in self.factors if factor != Factor("", USUAL))


def singles(scenarios: Sequence[str], readings: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """Yield the usual case, then each scenario alone, then each value of a reading alone.

    `readings` holds all values by the reading, the default first.
    """
    yield from (Case(scenario) for scenario in dict.fromkeys((USUAL, *scenarios)))
    for name, (_, *others) in readings.items():
        yield from (Case(readings=((name, value),)) for value in others)


def pairs(scenarios: Sequence[str], readings: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """Yield few cases in which, together with the single ones, each scenario meets each value of a reading, and each
    of these each of the others.
    """
    from allpairspy import AllPairs  # type: ignore[import-untyped]

    names = [*dict.fromkeys((USUAL, *scenarios))]
    usual = {name: values[0] for name, values in readings.items()}
    if not usual:
        return
    done = [[case.scenario, *{**usual, **dict(case.readings)}.values()] for case in singles(names, readings)]
    for scenario, *values in AllPairs([names, *map(list, readings.values())], previously_tested=done):
        chosen = zip(readings, values, strict=True)
        yield Case(scenario, tuple((name, value) for name, value in chosen if value != usual[name]))


def every(fixed: Iterable[str] = ()) -> tuple[Case, ...]:
    """Return all cases of the shipped scenarios and readings; those readings that are fixed keep their values.

    Raises ReadingError.
    """
    from mockserver.contract import readings
    from mockserver.data import scenarios

    names, kept = tuple(scenarios()), frozenset(fixed)
    values = {name: tuple(reading.values) for name, reading in readings().items() if name not in kept}
    return *singles(names, values), *pairs(names, values)
