"""A trial of a client: the command runs once in a world, and its traffic is judged."""

from __future__ import annotations

import shlex
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from mockserver import judge
from mockserver.findings import Finding, Severity
from mockserver.grade.command import Completed, Running, run, without_secrets
from mockserver.judge import Limits
from mockserver.judge.rules import FAILS
from mockserver.testing.judgement import documents
from mockserver.testing.server import Wanted
from mockserver.traffic import Exchange, Redactor
from mockserver.traffic.archive import read_journal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract import Overlays
    from mockserver.grade.matrix import Case
    from mockserver.judge import Judgement
    from mockserver.testing import Server, SmsOnline


_STRAY_LIMIT = 10_000


def with_strays(judgement: Judgement, server: Server, world: SmsOnline, overlays: Overlays = ()) -> Judgement:
    """Add the findings of requests that named the world's user but did not send its key."""
    shown = server.steering.ask("listStrays", query={"limit": _STRAY_LIMIT})["exchanges"]
    own = [each for each in shown if each["account"] == world.user_id]
    entries = read_journal(BytesIO(orjson.dumps({"exchanges": own})), 0)
    exchanges = [entry for entry in entries if isinstance(entry, Exchange)]
    strays = judge.judge(exchanges, documents((), tuple(overlays)), paced=False, overlays=overlays)
    return judgement._replace(findings=_distinct(judgement.findings, strays.findings))


def _distinct(findings: Sequence[Finding], others: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return the distinct findings of both."""
    return tuple({each.fingerprint: each for each in (*others, *findings)}.values())


SPEED = "SMSONLINE_CLOCK_SPEED"
"""Environment variable with the speed of the world's clock, as a multiple of real time."""


class TrialSettings(NamedTuple):
    """The settings of all trials.

    `command` is a shell command. The client survives if the command exits with a code in `survives` within `timeout`
    seconds. `speed` is the speed of the world's clock, as a multiple of real time. `seed` is the seed of the world;
    None means the scenario's. `readings` apply in each case. If `paced` is false, pauses are not judged.
    """

    command: str
    survives: frozenset[int] = frozenset({0})
    timeout: float = 120.0
    speed: int = 1
    seed: int | None = None
    readings: Mapping[str, object] = MappingProxyType({})
    overlays: Overlays = ()
    limits: Limits = Limits()
    paced: bool = True

    def wanted(self, case: Case) -> Wanted:
        """Return the world for a case. Its clock always runs."""
        clock = "real" if self.speed == 1 else {"scaled": self.speed}
        readings = {**self.readings, **dict(case.readings)}
        return Wanted(case.scenario, self.seed, clock, readings, allow_violations=True)

    def run_in(self, world: SmsOnline, running: Running | None = None) -> Completed:
        """Run the command in a world. Its output is redacted."""
        completed = run(self.command, {**world.env, SPEED: str(self.speed)}, self.timeout, running)
        return completed._replace(output=Redactor([world.api_key]).text(completed.output))

    def has_survived(self, completed: Completed) -> bool:
        """Return whether the client survived."""
        return completed.is_among(self.survives)

    def again(self, case: Case, seed: int | None) -> str:
        """Return the command line that repeats a case. Secrets in the client's command are redacted."""
        readings = {**self.readings, **dict(case.readings)}
        words = ["smsonline-mock", "grade", "--while", without_secrets(self.command), "--scenario", case.scenario]
        words += [word for name, value in readings.items() for word in ("--reading", f"{name}={value}")]
        words += [word for path in self.overlays for word in ("--overlay", str(path))]
        words += ["--survives", ",".join(map(str, sorted(self.survives)))] if self.survives != {0} else []
        words += ["--speed", str(self.speed)] if self.speed != 1 else []
        words += ["--seed", str(seed)] if seed is not None else []
        return shlex.join(words)


class Trial(NamedTuple):
    """The result of a run of a client's command.

    `findings` are the findings of the judgement, and a finding for the failed command if the client has not `survived`.
    `completed` is None for recorded traffic. `case` is None if the run had no world.
    """

    name: str
    judgement: Judgement
    findings: tuple[Finding, ...]
    survived: bool = True
    completed: Completed | None = None
    case: Case | None = None

    @property
    def letter(self) -> str:
        """The grade, A to F."""
        return judge.letter(self.findings)

    @property
    def seconds(self) -> float:
        """The duration in seconds: of the command, or of the recorded traffic."""
        if self.completed is not None:
            return self.completed.seconds
        return (self.judgement.last - self.judgement.first) / 1000


def trial(
    name: str,
    attempt: TrialSettings,
    completed: Completed,
    judgement: Judgement,
    again: str = "",
    case: Case | None = None,
) -> Trial:
    """Return the result of a run. `again` is the command line that repeats it."""
    survived = attempt.has_survived(completed)
    failure = () if survived else (_failure(name, attempt, completed, again),)
    found = (*failure, *(finding._replace(suite=name) for finding in judgement.findings))
    return Trial(name, judgement, found, survived, completed, case)


def play(server: Server, case: Case, attempt: TrialSettings, running: Running | None = None) -> Trial:
    """Run a client in a world of its own and judge it. Raises SteeringError for an invalid scenario."""
    world = server.begin(attempt.wanted(case))
    try:
        completed = attempt.run_in(world, running)
        judgement = world.grade(limits=attempt.limits, paced=None if attempt.paced else False, ended=True)
        judgement = with_strays(judgement, server, world, attempt.overlays)
        return trial(case.name, attempt, completed, judgement, attempt.again(case, world.seed), case)
    finally:
        world.close()


def play_all(server: Server, cases: Sequence[Case], attempt: TrialSettings, jobs: int = 1) -> Iterator[Trial]:
    """Run a client in each case, `jobs` at a time, and yield the results in the order of the cases.

    If the caller stops early, the running commands are stopped.
    """
    running = Running()
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(play, server, case, attempt, running) for case in cases]
        try:
            for future in futures:
                yield future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            running.stop()


def _failure(name: str, attempt: TrialSettings, completed: Completed, again: str) -> Finding:
    codes = " or ".join(map(str, sorted(attempt.survives)))
    fields: dict[str, Any] = {"expected": f"exit code {codes}", "got": completed.tail(), "curl": again}
    message = f"The command {completed.ending}."
    return Finding(FAILS, Severity.ERROR, name, "", name, message, **fields)
