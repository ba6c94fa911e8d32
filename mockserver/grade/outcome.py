"""All trials of a client as one run of a check, for the reports."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from mockserver.findings import Finding, Run, Severity, Statement, SuiteResult, apply, grouped
from mockserver.judge.rules import FAILS
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from mockserver.grade.trial import Trial


class Occasion(NamedTuple):
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
    trials: Sequence[Trial], occasion: Occasion, baseline: Mapping[str, str], searches: Iterable[SuiteResult] = ()
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
