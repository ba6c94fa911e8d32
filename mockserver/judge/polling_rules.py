"""Rules about pauses: clients that poll or repeat calls too often."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from mockserver.judge.history import Breach, Limits, seconds, too_short
from mockserver.traffic import calls
from mockserver.traffic.calls import MOVES, SHOWS, UNCERTAIN, Call, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.judge.history import History

_OFTEN = 3
"""How many occurrences make a habit. One or two may have a reason."""
_ROW = 4
"""How many failures in a row it takes to see whether the pauses grow."""
_GROWN = 1.2
"""The factor by which the longest pause must exceed the first."""
_LONG = 10
"""A pause of this many times the limit need not grow further."""


def polls_too_fast(history: History, limits: Limits) -> Iterator[Breach]:
    """Find waiting orders that the client polls with pauses below the limit."""
    for polls in _polls(history).values():
        hasty = [
            (before, after)
            for before, after in polls
            if _is_waiting(before) and too_short(after.at - before.at, limits.poll)
        ]
        if len(hasty) >= _OFTEN:
            before, after = min(hasty, key=lambda pair: pair[1].at - pair[0].at)
            yield Breach(
                before.name,
                f"The client polled a waiting order {len(hasty) + 1} times, "
                f"with pauses down to {seconds(after.at - before.at)}.",
                (before, after),
                expected=f"pauses of {limits.poll:g} s or more",
                got=seconds(after.at - before.at),
            )


def no_backoff(history: History, limits: Limits) -> Iterator[Breach]:
    """Find calls too soon after a 429 or a failure, and series of failures between which the pauses do not grow."""
    for place, before in enumerate(history.calls):
        if before.outcome is Outcome.LIMITED:
            after = next((call for call in history.calls[place + 1 :] if call.follows(before)), None)
            wanted = max(before.retry_after, limits.backoff)
            if after and too_short(after.at - before.at, wanted):
                yield _hasty(before, after, "after 429", wanted)
    for repeats in _repeated(history.calls):
        pauses = [after.at - before.at for before, after in pairwise(repeats)]
        for (before, after), pause in zip(pairwise(repeats), pauses, strict=True):
            wanted = max(before.retry_after, limits.backoff)
            if too_short(pause, wanted):
                yield _hasty(before, after, _after(before), wanted)
        failed = repeats[:-1] if repeats[-1].outcome not in UNCERTAIN else repeats
        grows = max(pauses) >= min(pauses[0] * _GROWN, limits.backoff * 1000 * _LONG)
        if len(failed) >= _ROW and not grows:
            yield Breach(
                failed[0].name,
                f"The call failed {len(failed)} times in a row, and the pauses between the attempts did not grow.",
                tuple(failed),
                "growing",
                expected="each pause longer than the one before",
                got=", ".join(map(seconds, pauses)),
            )


def no_numbers_too_fast(history: History, limits: Limits) -> Iterator[Breach]:
    """Find orders that are repeated after NO_NUMBERS sooner than the limit."""
    bought = [call for call in history.calls if call.purpose == "order"]
    for place, before in enumerate(bought):
        if before.refusal != "NO_NUMBERS":
            continue
        again = next(
            (call for call in bought[place + 1 :] if call.offer == before.offer and call.follows(before)), None
        )
        if again and too_short(again.at - before.at, limits.stock):
            pause = seconds(again.at - before.at)
            yield Breach(
                before.name,
                f"The client repeated the order {pause} after NO_NUMBERS.",
                (before, again),
                expected=f"a pause of {limits.stock:g} s or more",
                got=pause,
            )


def balance_polling(history: History, _: Limits) -> Iterator[Breach]:
    """Find a client that reads the balance between its polls of an order."""
    row: list[Call] = []
    since: list[Call] = []
    for call in history.calls:
        if call.purpose in MOVES:
            row, since = [], []
        elif call.purpose == "balance":
            since.append(call)
        elif call.purpose in SHOWS and _is_waiting(call):
            row = [*row, *since, call] if since or not row else [call]
            since = []
            reads = [each for each in row if each.purpose == "balance"]
            if len(reads) >= _OFTEN:
                yield Breach(reads[0].name, "The client reads the balance between the polls of an order.", tuple(row))
                return


def _polls(history: History) -> dict[str, list[tuple[Call, Call]]]:
    """Return pairs of consecutive polls of the same order or list, without a change between them.

    A change of an order starts over, so a client may read the list before each of many orders.
    """
    polls: defaultdict[str, list[tuple[Call, Call]]] = defaultdict(list)
    last: dict[str, Call] = {}
    for call in history.calls:
        if call.purpose in MOVES:
            last = {order: poll for order, poll in last.items() if poll.order not in ("", call.order)}
        elif call.purpose in SHOWS:
            shown = call.order or f"{call.name} {sorted(call.arguments.items(), key=str)}"
            if shown in last:
                polls[shown].append((last[shown], call))
            last[shown] = call
    return polls


def _is_waiting(call: Call) -> bool:
    """Return whether the response shows a waiting order."""
    return any(order.get("state") == calls.WAITING for order in call.orders)


def _is_same_call(one: Call, other: Call) -> bool:
    return one.name == other.name and one.read == other.read


def _repeated(calls: Iterable[Call]) -> Iterator[list[Call]]:
    """Yield series of the same call. Every call but the last has failed."""
    rows: list[list[Call]] = []
    for call in calls:
        row = next((row for row in rows if _is_same_call(row[-1], call) and call.follows(row[-1])), None)
        if row is not None:
            row.append(call)
            if call.outcome not in UNCERTAIN:
                rows.remove(row)
                yield row
        elif call.outcome in UNCERTAIN:
            rows.append([call])
    yield from (row for row in rows if len(row) > 1)


def _after(call: Call) -> str:
    return f"after {call.status}" if call.status else "after no response"


def _hasty(before: Call, after: Call, when: str, wanted: float) -> Breach:
    pause = seconds(after.at - before.at)
    return Breach(
        before.name,
        f"The client called again {pause} {when}.",
        (before, after),
        "429" if before.outcome is Outcome.LIMITED else "failed",
        expected=f"a pause of {wanted:g} s or more",
        got=pause,
    )
