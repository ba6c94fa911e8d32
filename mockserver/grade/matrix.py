"""The cases that a client is tried in: combinations of scenarios and readings."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

USUAL = "default"
"""The scenario in which nothing goes wrong."""

Values = tuple[tuple[str, str], ...]


class Factor(NamedTuple):
    """Something that can break a client: a scenario (`reading` is empty) or a value of a reading."""

    reading: str
    value: str

    def __str__(self) -> str:
        return f"{self.reading}={self.value}" if self.reading else self.value


class Case(NamedTuple):
    """A scenario, given by name or file, and the chosen readings with their values."""

    scenario: str = USUAL
    readings: Values = ()

    @property
    def name(self) -> str:
        """The case on one line, such as `default, failures=status`."""
        return ", ".join(map(str, self.factors))

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The scenario, then the readings."""
        return Factor("", self.scenario), *(Factor(*each) for each in self.readings)

    @property
    def changes(self) -> tuple[Factor, ...]:
        """The factors other than the default scenario."""
        return tuple(factor for factor in self.factors if factor != Factor("", USUAL))


def singles(scenarios: Sequence[str], readings: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """Yield the default case, then each scenario alone, then each value of a reading alone.

    `readings` maps each reading to its values, the default first.
    """
    yield from (Case(scenario) for scenario in dict.fromkeys((USUAL, *scenarios)))
    for name, (_, *others) in readings.items():
        yield from (Case(readings=((name, value),)) for value in others)


def pairs(scenarios: Sequence[str], readings: Mapping[str, Sequence[str]]) -> Iterator[Case]:
    """Yield a small set of cases that, with the single ones, cover all pairs.

    A pair is a scenario with a value of a reading, or two values of different readings.
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
    """Return the single and pairwise cases of all shipped scenarios and readings.

    Readings in `fixed` are not varied. Raises ReadingError.
    """
    from mockserver.contract import readings
    from mockserver.data import scenarios

    names, kept = tuple(scenarios()), frozenset(fixed)
    values = {name: tuple(reading.values) for name, reading in readings().items() if name not in kept}
    return *singles(names, values), *pairs(names, values)
