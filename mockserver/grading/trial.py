"""A trial of a client: its command runs once, and what it did is judged."""

from __future__ import annotations

import shlex
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from contracts import clients
from contracts.clients import Limits
from contracts.clients.rules import FAILS
from contracts.findings import Finding, Level, Line, Statement
from contracts.spec import load
from contracts.traffic import Redactor, lines
from mockserver.grading.command import Completed, Running, run
from mockserver.testing.remote import Remote
from mockserver.testing.steering import CONTROL
from mockserver.testing.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from contracts.clients import Judgement
    from contracts.spec import Document, Overlays
    from contracts.traffic import Exchange
    from mockserver.grading.plan import Case
    from mockserver.testing import Server, SmsOnline

SPEED = "SMSONLINE_CLOCK_SPEED"
"""The variable that tells a client how many times as fast its world's time passes."""

_JOURNAL = "journal/lines?limit=10000"
_PATIENCE = 30.0


class Attempt(NamedTuple):
    """How a client is tried.

    `command` is for the shell; it survives if it ends with one of the exit codes within `timeout` seconds. `speed` is
    how many times as fast its world's time passes. `readings` hold in every case. `seed` is the world's, None for
    that of the scenario. Unless it is `paced`, nothing is said of pauses.
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
        """The world of a case. Its clock always runs."""
        clock = "real" if self.speed == 1 else {"scaled": self.speed}
        readings = {**self.readings, **dict(case.readings)}
        return Wanted(case.scenario, self.seed, clock, readings, allow_violations=True)

    def run_in(self, world: SmsOnline, running: Running | None = None) -> Completed:
        """Run the command in a world. What it prints is redacted."""
        completed = run(self.command, {**world.env, SPEED: str(self.speed)}, self.timeout, running)
        return completed._replace(output=Redactor([world.api_key]).text(completed.output))

    def has_survived(self, completed: Completed) -> bool:
        """Whether the command has ended as it should."""
        return completed.is_among(self.survives)

    def again(self, case: Case, seed: int | None) -> str:
        """The command line that repeats a case; it leaves out the client's command, in which there may be a key."""
        readings = {**self.readings, **dict(case.readings)}
        words = ["smsonline-mock", "grade", "--while", "COMMAND", "--scenario", case.scenario]
        words += [word for name, value in readings.items() for word in ("--reading", f"{name}={value}")]
        words += [word for path in self.overlays for word in ("--overlay", str(path))]
        words += ["--survives", ",".join(map(str, sorted(self.survives)))] if self.survives != {0} else []
        words += ["--speed", str(self.speed)] if self.speed != 1 else []
        words += ["--seed", str(seed)] if seed is not None else []
        return shlex.join(words)


class Trial(NamedTuple):
    """What came of a run of a client's command.

    `findings` are those of the judgement, and that the command failed if it has not `survived`. `completed` is None
    for traffic that was recorded, `case` where no world was made for it.
    """

    name: str
    judgement: Judgement
    findings: tuple[Finding, ...]
    survived: bool = True
    completed: Completed | None = None
    case: Case | None = None

    @property
    def letter(self) -> str:
        """The grade."""
        return clients.letter(self.findings)

    @property
    def seconds(self) -> float:
        """How long it took, in real time."""
        if self.completed is not None:
            return self.completed.seconds
        return (self.judgement.last - self.judgement.first) / 1000


def trial(
    name: str, attempt: Attempt, completed: Completed, judgement: Judgement, again: str = "", case: Case | None = None
) -> Trial:
    """Put together what came of a run; `again` is the command line that repeats it."""
    survived = attempt.has_survived(completed)
    failure = () if survived else (_failure(name, attempt, completed, again),)
    found = (*failure, *(finding._replace(suite=name) for finding in judgement.findings))
    return Trial(name, judgement, found, survived, completed, case)


def play(server: Server, case: Case, attempt: Attempt, running: Running | None = None) -> Trial:
    """Try a client in a world of its own. Raises SteeringError for a scenario that is not right."""
    world = server.begin(attempt.wanted(case))
    try:
        before = frozenset(order.id for order in world.orders)
        completed = attempt.run_in(world, running)
        readings = server.steering.ask("showWorld", {"world": world.world_id})["readings"]
        judgement = clients.judge(
            exchanges(server, world),
            documents(tuple(readings.items()), tuple(attempt.overlays)),
            limits=attempt.limits,
            paced=attempt.paced,
            service=[urlsplit(server.url).netloc],
            readings=readings,
        )
        judgement = judgement._replace(statement=statement(world, before, judgement.statement))
        return trial(case.name, attempt, completed, judgement, attempt.again(case, world.seed), case)
    finally:
        world.close()


def play_all(server: Server, cases: Sequence[Case], attempt: Attempt, jobs: int = 1) -> Iterator[Trial]:
    """Try a client in each case, and give what came of it, in their order; so many run at once.

    A caller that stops early ends the commands that run.
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


def exchanges(server: Server, world: SmsOnline) -> list[Exchange]:
    """What came and went in a world, redacted."""
    target = f"{CONTROL}/worlds/{world.world_id}/{_JOURNAL}"
    _, content = Remote(server.url).send("GET", target, None, _PATIENCE)
    return list(lines.read(content.splitlines(keepends=True)))


@cache
def documents(readings: tuple[tuple[str, object], ...], overlays: tuple[Path, ...] = ()) -> Mapping[str, Document]:
    """The contract documents as readings and overlays have them. Raises LocatedError."""
    return MappingProxyType({name: load(name, dict(readings), overlays) for name in ("v3", "v2")})


def statement(world: SmsOnline, before: frozenset[str], seen: Statement) -> Statement:
    """The money that a client has moved, as the world's ledger has it: traffic does not tell of an order whose answer
    was lost.

    `before` are the orders that were there before, `seen` is what the traffic tells.
    """
    spent: defaultdict[str, int] = defaultdict(int)
    refunded: defaultdict[str, int] = defaultdict(int)
    for entry in world.ledger:
        if entry.kind in ("charge", "refund") and entry.reference not in before:
            (spent if entry.kind == "charge" else refunded)[entry.reference] += abs(entry.cents)
    operations = {line.order: line.operation for line in seen.lines}
    orders = {order.id: order for order in world.orders}

    def outcome(order: str) -> str:
        if refunded[order]:
            return "refunded"
        return "kept" if orders[order].sms else "expired" if orders[order].state == "expired" else "open"

    made = tuple(
        Line(order, operations.get(order, ""), price, refunded[order], outcome(order)) for order, price in spent.items()
    )
    return seen._replace(lines=made)


def _failure(name: str, attempt: Attempt, completed: Completed, again: str) -> Finding:
    codes = " or ".join(map(str, sorted(attempt.survives)))
    fields: dict[str, Any] = {"expected": f"exit code {codes}", "got": completed.tail(), "curl": again}
    message = f"Its command {completed.ending}."
    return Finding(FAILS, Level.ERROR, name, "", name, message, **fields)
