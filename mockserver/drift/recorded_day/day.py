"""The calls of a recording in the order of time, and the clock of the scenario that repeats them.

The clock of the scenario advances by one step at every call that the mock performs. An event of the recording lies
between two calls, and so does its time in the scenario: a replay sees it at the same call, however fast it is.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import ABSENT, broken, vocabulary
from mockserver.traffic.calls import Outcome, calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mockserver.contract import Document
    from mockserver.traffic import Exchange
    from mockserver.traffic.calls import Call

UNIDENTIFIED = frozenset({"UNAUTHORIZED", "FORBIDDEN"})
"""The reasons of refusals before the account is known."""

_SECOND = 1000
_LAST = int(datetime(2999, 12, 31, tzinfo=UTC).timestamp())
_SHORTEST = 4


class Omissions:
    """What a scenario leaves out, each with the number of times."""

    def __init__(self) -> None:
        self._times: Counter[str] = Counter()

    def add(self, what: str) -> None:
        """Count something that is left out."""
        self._times[what] += 1

    def lines(self) -> list[str]:
        """Return one line for each, in the order in which they were first seen."""
        return [what if times == 1 else f"{what} ({times} times)" for what, times in self._times.items()]


class Moment(NamedTuple):
    """A call, with its place in a replay.

    `tick` is the number of steps of the clock up to the call, its own included. `nth` counts the calls of its operation
    and account as the faults of a scenario do; it is 0 for a call that no fault can meet.
    """

    call: Call
    tick: int
    nth: int


def moments(documents: Iterable[Document], traffic: Iterable[Exchange]) -> list[Moment]:
    """Return the calls of a recording, in the order in which they started. Calls that a proxy blocked are left out."""
    reached = (exchange for exchange in traffic if not exchange.notes.get("stopped"))
    met: Counter[tuple[str, str]] = Counter()
    found: list[Moment] = []
    tick = 0
    for call in sorted(calls(documents, reached), key=lambda call: call.exchange.started):
        key = (call.name, call.account)
        is_counted = _is_read(call)
        met[key] += is_counted
        tick += is_counted and _is_performed(call)
        found.append(Moment(_without_body(call), tick, met[key] if is_counted else 0))
    return found


def _without_body(call: Call) -> Call:
    """Return a call without the bodies that its facts and arguments repeat, to save memory."""
    exchange = call.exchange
    answer = exchange.answer
    if answer is not None and call.outcome is Outcome.GRANTED:
        answer = answer._replace(body=b"")
    return call._replace(exchange=exchange._replace(request=exchange.request._replace(body=b""), answer=answer))


def _is_read(call: Call) -> bool:
    """Whether the mock reads the arguments of a call, and knows the account."""
    if call.operation is None or call.read is None or call.refusal in UNIDENTIFIED or not call.account:
        return False
    return call.operation.body_schema is None or call.read.body is not ABSENT


def _is_performed(call: Call) -> bool:
    """Whether the mock performs a call that it has read: it refuses an invalid one, unless it can mend it."""
    if call.operation is None or call.read is None or call.outcome is not Outcome.REFUSED:
        return True
    return not broken(call.operation.check_request(call.read))


class Pace(NamedTuple):
    """The clock of a scenario: it starts at `start`, and every call advances it by `step`, both in milliseconds."""

    start: int
    step: int

    def duration(self, ticks: int, *, early: bool = False) -> str:
        """Return the time to a moment between the last two of so many ticks; an `early` one is before the others."""
        return duration(ticks * self.step - self.step * (3 if early else 2) // 4)

    def instant(self, low: int, high: int) -> str | None:
        """Return a whole second after one tick and not after another; None if there is none."""
        second = (self.start + high * self.step) // _SECOND * _SECOND
        return instant(second) if second > self.start + low * self.step else None


def pace_of(seen: Sequence[Moment], longest: int) -> Pace:
    """Return the clock of a recording: the usual time between calls, but all calls take less than `longest`.

    Nothing ends by itself then within a replay; what ended in the recording is given a time.
    """
    times = [moment.call.at for moment in seen]
    gaps = [after - before for before, after in pairwise(times) if after > before]
    ticks = seen[-1].tick if seen else 0
    step = max(_SHORTEST, min(int(median(gaps)) if gaps else _SECOND, longest // (ticks + 2)))
    unit = next(unit for unit in (_SECOND, 100, _SHORTEST) if step >= 2 * unit or unit == _SHORTEST)
    first = times[0] if times else 0
    return Pace(first // _SECOND * _SECOND, step // unit * unit)


def duration(milliseconds: int) -> str:
    """Return a duration of the scenario language, such as `8s` or `1500ms`."""
    return f"{milliseconds}ms" if milliseconds % _SECOND else f"{milliseconds // _SECOND}s"


def instant(milliseconds: int) -> str:
    """Return a time of the scenario language, in UTC; the nearest one if it has none so early or so late."""
    seconds = min(max(0, milliseconds // _SECOND), _LAST)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")


def is_failure_of_service(reason: str) -> bool:
    """Whether a refusal is a failure of the service as such, which a scenario has as a fault."""
    known = vocabulary().reasons.get(reason)
    return reason in ("UNAVAILABLE", "INTERNAL_ERROR") or known is None
