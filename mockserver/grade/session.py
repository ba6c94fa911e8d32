"""Grading sessions: judge recorded traffic, or run a client in worlds of the mock or behind a proxy."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, NamedTuple

from mockserver import judge
from mockserver.contract.environment import BASE_URL
from mockserver.contract.overlays import effective
from mockserver.findings import SuiteResult
from mockserver.grade import outcome, proxied
from mockserver.grade.command import NOT_RUN
from mockserver.grade.trial import Trial, play_all
from mockserver.proxy import UpstreamError
from mockserver.reports.summary import counted
from mockserver.testing import Server, SteeringError
from mockserver.testing.judgement import documents
from mockserver.traffic.calls import match
from mockserver.traffic.exchange import RecordingError
from mockserver.traffic.recording_set import read_all
from mockserver.traffic.recordings import keys_of
from mockserver.traffic.tally import Tally
from mockserver.verify import TargetError, of_urls

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from mockserver.contract import Document
    from mockserver.grade.matrix import Case
    from mockserver.grade.trial import TrialSettings
    from mockserver.proxy.app import Disconnect
    from mockserver.testing import SmsOnline
    from mockserver.traffic import Exchange
    from mockserver.traffic.recording_set import Recordings
    from mockserver.traffic.spending import Allowance

KEYS = ("SMSONLINE_API_KEY", "SMSONLINE_OTHER_API_KEY")
"""Environment variables whose values are redacted."""

INTERRUPTED = "the run was interrupted"


class GradingError(Exception):
    """Grading is impossible. The text says why and what to check."""


class GradingSession(NamedTuple):
    """The trials, the results of the response searches, and remarks for the user.

    `interrupted` says why the session stopped early; it is empty if the session is complete.
    """

    trials: tuple[Trial, ...]
    searches: tuple[SuiteResult, ...] = ()
    remarks: tuple[str, ...] = ()
    interrupted: str = ""


class Search(NamedTuple):
    """A search for responses that a client does not survive.

    `cases` are searched one after the other. `examples` is the number of responses per operation. `seconds` limits the
    total time.
    """

    cases: Sequence[Case]
    examples: int
    seconds: float


def recorded(paths: Iterable[Path], attempt: TrialSettings, *, ended: bool = False) -> GradingSession:
    """Judge recorded traffic, each file by itself. `ended` means that the client had finished.

    Raises GradingError, LocatedError.
    """
    known, trials = _documents(attempt), []
    remarks: list[str] = []
    for path in paths:
        recording = _read(path, known.values())
        everything = list(recording.exchanges)
        exchanges = [each for each in everything if not each.notes.get("stopped")]
        remarks += recording.remarks
        if stopped := len(everything) - len(exchanges):
            remarks.append(f"{path}: ignored {counted(stopped, 'request')} that the proxy stopped")
        remarks += [f"{path}: {remark}" for remark in _tally(exchanges, known.values())]
        judgement = judge.judge(
            exchanges,
            known,
            limits=attempt.limits,
            ended=ended and not recording.cut_off,
            paced=attempt.paced,
            readings=_readings(attempt),
            overlays=attempt.overlays,
        )
        found = tuple(finding._replace(suite=path.name) for finding in judgement.findings)
        trials.append(Trial(path.name, judgement, found))
    if not any(trial.judgement.calls for trial in trials):
        reason = "no exchange matches an operation of the contract: is this traffic of the service?"
        raise GradingError("\n".join((*remarks, reason)))
    return GradingSession(tuple(trials), remarks=tuple(remarks))


def tried(
    cases: Sequence[Case],
    attempt: TrialSettings,
    on_run: Callable[[], object],
    *,
    jobs: int = 1,
    search: Search | None = None,
) -> GradingSession:
    """Run a client in each case, `jobs` at a time; `on_run` is called after each run of its command.

    If a failure could have several causes, further cases narrow it down. Raises GradingError, LocatedError.
    """
    trials: list[Trial] = []
    searches: list[SuiteResult] = []

    def play(server: Server, cases: Sequence[Case]) -> None:
        for trial in play_all(server, cases, attempt, jobs):
            if not trials:
                _check(trial, server)
            trials.append(trial)
            on_run()

    try:
        with Server.here(attempt.overlays) as server:
            for case in cases:
                server.begin(attempt.wanted(case)).close()
            play(server, cases)
            play(server, outcome.doubts({case: trial.survived for case, trial in zip(cases, trials, strict=True)}))
            if search is not None:
                searches.extend(_search_answers(server, attempt, search, on_run))
    except SteeringError as error:
        raise GradingError(str(error)) from None
    except KeyboardInterrupt:
        return GradingSession(tuple(trials), tuple(searches), interrupted=INTERRUPTED)
    return GradingSession(tuple(trials), tuple(searches))


def behind(url: str, attempt: TrialSettings, allowance: Allowance, hang_up: Disconnect) -> GradingSession:
    """Run a client against the server at a URL; `live` is the service itself. Raises GradingError, LocatedError."""
    known = _documents(attempt)
    secrets = tuple(filter(None, (os.environ.get(name) for name in KEYS)))
    try:
        target = of_urls(known.values(), url)
        target_proxy = proxied.ProxyTarget(target.bases, known, allowance, secrets, hang_up)
        trial, stopped = proxied.play(target_proxy, attempt, target.label)
    except (TargetError, UpstreamError) as error:
        raise GradingError(str(error)) from None
    except KeyboardInterrupt:
        raise GradingError(INTERRUPTED) from None
    if not stopped:
        _check(trial)
    reasons = {reason: stopped.count(reason) for reason in dict.fromkeys(stopped)}
    remarks = tuple(f"Stopped {counted(number, 'request')}: {reason}." for reason, number in reasons.items())
    return GradingSession((trial,), remarks=remarks)


def _search_answers(
    server: Server, attempt: TrialSettings, search: Search, on_run: Callable[[], object]
) -> Iterator[SuiteResult]:
    """Search in each case, within the remaining seconds."""
    from mockserver.grade import answer_search  # imports hypothesis, which is slow

    def failed(world: SmsOnline) -> str:
        completed = attempt.run_in(world)
        on_run()
        return "" if attempt.has_survived(completed) else completed.ending

    end = time.monotonic() + search.seconds
    for case in search.cases:
        began = time.monotonic()
        found = answer_search.search(
            server,
            attempt.wanted(case),
            failed,
            seed=attempt.seed or 0,
            examples=search.examples,
            seconds=max(0.0, end - began),
            overlays=attempt.overlays,
        )
        name, again = f"answers, {case.name}", f"{attempt.again(case, attempt.seed)} --answers"
        findings = (weakness.finding(attempt.seed, again)._replace(suite=name) for weakness in found.weaknesses)
        yield SuiteResult(name, found.tries, time.monotonic() - began, tuple(findings), found.skipped)


def _check(trial: Trial, server: Server | None = None) -> None:
    """Raise GradingError if a command has not called the service."""
    completed = trial.completed
    if trial.judgement.calls or completed is None:
        return
    # A line that begins with "::" or "##[" is a command for the runners of CI services.
    printed = "".join(f"\n| {line}" for line in completed.tail().splitlines()) if completed.output else ""
    if completed.code in NOT_RUN:
        raise GradingError(f"the shell cannot run the command{printed}")
    hint = f"does it read {BASE_URL}?"
    if server is not None and (strays := server.steering.ask("listStrays")["recorded"]):
        hint = f"{counted(strays, 'request')} used an unknown API key: does it read SMSONLINE_API_KEY?"
    raise GradingError(f"the command {completed.ending} without calling the service: {hint}{printed}")


def _read(path: Path, documents: Collection[Document]) -> Recordings:
    """Read a recording, with its keys redacted everywhere."""
    try:
        return read_all([path], keys_of(path, documents))
    except RecordingError as error:
        raise GradingError(str(error)) from None


def _tally(exchanges: Iterable[Exchange], documents: Collection[Document]) -> Iterator[str]:
    """Yield remarks about exchanges that do not concern the client, and bodies that are unknown."""
    tally = Tally()
    for exchange in exchanges:
        tally.see(exchange, match(documents, exchange.request))
    return tally.remarks()


def _readings(attempt: TrialSettings) -> dict[str, object]:
    return dict(effective(attempt.readings, attempt.overlays))


def _documents(attempt: TrialSettings) -> dict[str, Document]:
    return dict(documents(tuple(_readings(attempt).items()), tuple(attempt.overlays)))
