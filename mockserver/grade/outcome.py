"""All trials of a client as one run of checks, and which scenarios and readings break the client."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING, NamedTuple

from mockserver.findings import Finding, Run, Severity, Statement, SuiteResult, apply, grouped
from mockserver.grade.matrix import USUAL, Case, Factor
from mockserver.judge.rules import FAILS
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from mockserver.grade.trial import Trial


class RunInfo(NamedTuple):
    """What a run is about: the version of this program, the label of what was graded, the seed, when it began (in
    milliseconds since the epoch) and how many seconds it took; why it stopped before its end, if it did.
    """

    version: str
    target: str
    seed: int
    started: int
    seconds: float
    interrupted: str = ""


def run(
    trials: Sequence[Trial], occasion: RunInfo, baseline: Mapping[str, str], searches: Iterable[SuiteResult] = ()
) -> Run:
    """Return the trials, and the searches for answers, as a run.

    Each trial is a suite, whose cases are calls, and a finding is told for every trial that has it.
    """
    tried = (SuiteResult(each.name, each.judgement.calls, each.seconds, each.findings) for each in trials)
    suites = (*tried, *searches)
    found = apply(chain.from_iterable(suite.findings for suite in suites), baseline)
    coverage = Coverage()
    for each in [each for each in trials if each.judgement.calls] or trials:  # no call tells no generation of the API
        coverage.merge(each.judgement.coverage)
    return Run(
        version=occasion.version,
        target=occasion.target,
        suites=suites,
        seed=occasion.seed,
        started=occasion.started,
        seconds=occasion.seconds,
        findings=found.new,
        coverage=coverage,
        accepted=found.accepted,
        stale=found.unseen,
        statement=_added(each.judgement.statement for each in trials),
        interrupted=occasion.interrupted,
        command="grade",
    )


class TrialFinding(NamedTuple):
    """A finding, and the trials that have it."""

    finding: Finding
    places: tuple[str, ...]


def merged(findings: Iterable[Finding]) -> list[TrialFinding]:
    """Return each finding once, as the first trial has it."""
    groups = grouped(findings, _identity)
    return [TrialFinding(group[0], tuple(dict.fromkeys(each.suite for each in group))) for group in groups]


def heaviest_first(found: Iterable[TrialFinding]) -> list[TrialFinding]:
    """Return findings in the order in which they are told."""
    weights = list(Severity)
    return sorted(found, key=lambda each: weights.index(each.finding.level))


def fitting(run: Run, report: str) -> Run:
    """Return a run as a report of this kind shows it: each finding once, but in JUnit with each trial that has it."""
    return run if report == "junit" else run._replace(findings=tuple(map(_with_places, merged(run.findings))))


def _identity(finding: Finding) -> Hashable:
    """What makes two findings one. A command that fails with the same last words does so for the same reason."""
    if finding.code != FAILS:
        return finding.fingerprint
    return finding.code, finding.got.rpartition("\n")[2]


def _with_places(found: TrialFinding) -> Finding:
    finding, places = found
    if len(places) == 1:
        return finding
    return finding._replace(message=f"{finding.message} In {len(places)} trials: {'; '.join(places)}.")


def _added(statements: Iterable[Statement]) -> Statement:
    every = list(statements)
    limits = [each.limit for each in every if each.limit is not None]
    return Statement(tuple(line for each in every for line in each.lines), max(limits, default=None))


_FEW = 2
"""So many factors together are blamed as they are; of more, each two are tried."""


class Attribution(NamedTuple):
    """What a client fails under.

    `alone` are the factors that are enough, `together` those that are only harmful with each other. `trials` and
    `failed` count all trials and those that the client failed.
    """

    alone: tuple[Factor, ...]
    together: tuple[tuple[Factor, ...], ...]
    trials: int
    failed: int

    def __str__(self) -> str:
        trials = "both trials" if self.trials == _FEW else f"all {self.trials} trials"
        if not self.failed:
            return "The client survives." if self.trials == 1 else f"The client survives {trials}."
        if self.failed == self.trials > 1:
            return f"The client fails in {trials}: begin with {_told(self._first)}."
        scenarios = [factor for factor in self.alone if not factor.reading]
        readings = [factor for factor in self.alone if factor.reading]
        parts = [f"under {_listed(scenarios)}"] if scenarios else []
        if readings:
            parts.append(f"under the reading{'s' * (len(readings) > 1)} {_listed(readings)}")
        parts += [f"under {_combined(factors)}" for factors in self.together]
        return f"The client fails {', and '.join(parts)}."

    @property
    def _first(self) -> Factor:
        return next(iter((*self.alone, *(factors[0] for factors in self.together))))


def blame(survived: Mapping[Case, bool]) -> Attribution:
    """Find what is to blame, from whether the client survived each case.

    A case with one change, or none, blames it. Any other blames something only if nothing in it is blamed already:
    the two of its factors that are in no case which the client survived, or all of them if there are several such two.
    """
    guilty: dict[tuple[Factor, ...], None] = {}
    innocent = {pair for case, good in survived.items() if good for pair in combinations(case.factors, 2)}
    failed = sorted((case for case, good in survived.items() if not good), key=lambda case: len(case.changes))
    for case in failed:
        if not any(set(factors) <= set(case.factors) for factors in guilty):
            guilty[_suspects(case, innocent)] = None
    return Attribution(
        tuple(factors[0] for factors in guilty if len(factors) == 1),
        tuple(factors for factors in guilty if len(factors) > 1),
        len(survived),
        len(failed),
    )


def doubts(survived: Mapping[Case, bool]) -> tuple[Case, ...]:
    """Return further cases, of two changes each, that would tell what is to blame where it could be any of several."""
    asked = (
        pair for factors in blame(survived).together if len(factors) > _FEW for pair in combinations(factors, _FEW)
    )
    cases = dict.fromkeys(map(_case, asked))
    return tuple(case for case in cases if case not in survived)


def _case(factors: Sequence[Factor]) -> Case:
    scenario = next((factor.value for factor in factors if not factor.reading), USUAL)
    return Case(scenario, tuple((factor.reading, factor.value) for factor in factors if factor.reading))


def _suspects(case: Case, innocent: Iterable[tuple[Factor, ...]]) -> tuple[Factor, ...]:
    if len(case.changes) <= 1:
        return case.changes or case.factors
    suspects = [pair for pair in combinations(case.factors, 2) if pair not in innocent]
    return suspects[0] if len(suspects) == 1 else case.changes


def _told(factor: Factor) -> str:
    return f"`{factor.reading}: {factor.value}`" if factor.reading else f"`{factor.value}`"


def _listed(factors: Sequence[Factor]) -> str:
    *others, last = map(_told, factors)
    return f"{', '.join(others)} and {last}" if others else last


def _combined(factors: Sequence[Factor]) -> str:
    scenario = [factor for factor in factors if not factor.reading and factor.value != USUAL]
    readings = [factor for factor in factors if factor.reading]
    named = f"the reading{'s' * (len(readings) > 1)} {_listed(readings)}"
    return f"{_told(scenario[0])} with {named}" if scenario else f"{named} together"
