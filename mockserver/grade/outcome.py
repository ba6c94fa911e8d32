"""The outcome of all trials: one run with merged findings, and the scenarios and readings that break the client."""

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
    """Information about a run.

    `version` is the version of this program, `target` the label of what was graded. `started` is in milliseconds since
    the epoch. `interrupted` says why the run stopped early; it is empty if the run is complete.
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
    """Return the trials and the response searches as a run.

    Each trial is a suite and its calls are the cases. A finding is listed for each trial that has it. `baseline` has
    the accepted findings.
    """
    tried = (SuiteResult(each.name, each.judgement.calls, each.seconds, each.findings) for each in trials)
    suites = (*tried, *searches)
    found = apply(chain.from_iterable(suite.findings for suite in suites), baseline)
    coverage = Coverage()
    for each in [each for each in trials if each.judgement.calls] or trials:  # no call, no API version
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
        statement=_total(each.judgement.statement for each in trials),
        interrupted=occasion.interrupted,
        command="grade",
    )


class TrialFinding(NamedTuple):
    """A finding, and the trials that have it."""

    finding: Finding
    places: tuple[str, ...]


def merged(findings: Iterable[Finding]) -> list[TrialFinding]:
    """Return each finding once, as found in its first trial."""
    groups = grouped(findings, _merge_key)
    return [TrialFinding(group[0], tuple(dict.fromkeys(each.suite for each in group))) for group in groups]


def heaviest_first(found: Iterable[TrialFinding]) -> list[TrialFinding]:
    """Return findings sorted by severity, the most severe first."""
    severities = list(Severity)
    return sorted(found, key=lambda each: severities.index(each.finding.level))


def fitting(run: Run, report: str) -> Run:
    """Return a run for a report format. Findings are merged, except in JUnit, which lists them for each trial."""
    return run if report == "junit" else run._replace(findings=tuple(map(_with_places, merged(run.findings))))


def _merge_key(finding: Finding) -> Hashable:
    """Return the merge key of a finding. Failed commands with the same last line of output count as one finding."""
    if finding.code != FAILS:
        return finding.fingerprint
    return finding.code, finding.got.rpartition("\n")[2]


def _with_places(found: TrialFinding) -> Finding:
    finding, places = found
    if len(places) == 1:
        return finding
    return finding._replace(message=f"{finding.message} In {len(places)} trials: {'; '.join(places)}.")


def _total(statements: Iterable[Statement]) -> Statement:
    every = list(statements)
    limits = [each.limit for each in every if each.limit is not None]
    return Statement(tuple(line for each in every for line in each.lines), max(limits, default=None))


_FEW = 2
"""The most factors of a combined cause. Of a larger one, each pair is tried."""


class Attribution(NamedTuple):
    """The causes of a client's failures.

    `alone` has the factors that are sufficient by themselves, `together` the combinations that fail only together.
    `trials` and `failed` are the numbers of all trials and of failed trials.
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
            return f"The client fails in {trials}: start with {_quoted(self._first)}."
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
    """Return the causes of the failures, given whether the client survived each case.

    A failed case with at most one change is attributed to it. A failed case with more changes counts only if none of
    its factors is a cause yet. It is attributed to the one pair of its factors that occurs in no survived case, or to
    all its changes if there are several such pairs.
    """
    causes: dict[tuple[Factor, ...], None] = {}
    survived_pairs = {pair for case, good in survived.items() if good for pair in combinations(case.factors, 2)}
    failed = sorted((case for case, good in survived.items() if not good), key=lambda case: len(case.changes))
    for case in failed:
        if not any(set(factors) <= set(case.factors) for factors in causes):
            causes[_suspects(case, survived_pairs)] = None
    return Attribution(
        tuple(factors[0] for factors in causes if len(factors) == 1),
        tuple(factors for factors in causes if len(factors) > 1),
        len(survived),
        len(failed),
    )


def doubts(survived: Mapping[Case, bool]) -> tuple[Case, ...]:
    """Return further cases of two changes each that would narrow down a cause of more than two factors."""
    pairs = (
        pair for factors in blame(survived).together if len(factors) > _FEW for pair in combinations(factors, _FEW)
    )
    cases = dict.fromkeys(map(_case, pairs))
    return tuple(case for case in cases if case not in survived)


def _case(factors: Sequence[Factor]) -> Case:
    scenario = next((factor.value for factor in factors if not factor.reading), USUAL)
    return Case(scenario, tuple((factor.reading, factor.value) for factor in factors if factor.reading))


def _suspects(case: Case, survived_pairs: Iterable[tuple[Factor, ...]]) -> tuple[Factor, ...]:
    if len(case.changes) <= 1:
        return case.changes or case.factors
    suspects = [pair for pair in combinations(case.factors, 2) if pair not in survived_pairs]
    return suspects[0] if len(suspects) == 1 else case.changes


def _quoted(factor: Factor) -> str:
    return f"`{factor.reading}: {factor.value}`" if factor.reading else f"`{factor.value}`"


def _listed(factors: Sequence[Factor]) -> str:
    *others, last = map(_quoted, factors)
    return f"{', '.join(others)} and {last}" if others else last


def _combined(factors: Sequence[Factor]) -> str:
    scenario = [factor for factor in factors if not factor.reading and factor.value != USUAL]
    readings = [factor for factor in factors if factor.reading]
    named = f"the reading{'s' * (len(readings) > 1)} {_listed(readings)}"
    return f"{_quoted(scenario[0])} with {named}" if scenario else f"{named} together"
