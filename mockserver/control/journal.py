"""The journal over the control API: searching and verifying exchanges, violations, the ledger, coverage and events."""

import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any, NamedTuple

import orjson

from mockserver import __version__
from mockserver.contract import Document, did_you_mean
from mockserver.control.context import ControlCall, ControlContext, ControlReply, slot
from mockserver.control.errors import ControlError
from mockserver.control.record import REQUEST, JournalRecord, records, shown, violation_shown
from mockserver.control.views import entry_view, order_view, payment_view
from mockserver.domain.ledger import Entry
from mockserver.domain.order import TRANSITIONS, State
from mockserver.domain.settlement import settle
from mockserver.domain.world import OrderChanged, PaymentChanged, PriceChanged, StockChanged
from mockserver.simulation import journal
from mockserver.simulation.journal import Journal, LoggedEvent, ServedExchange
from mockserver.simulation.worlds import Counts, Worlds, WorldSlot
from mockserver.traffic import jsonl
from mockserver.traffic.coverage import Coverage

YES, NO = True, False

NEAREST = 3
"""How many near misses a verdict reports."""


class SearchCondition(NamedTuple):
    """The condition for an exchange to match; None matches everything. `operation` and `path` may be globs."""

    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    account: str | None = None
    order: str | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "SearchCondition":
        """Return the condition in these fields; other fields are ignored."""
        return cls(**{name: fields[name] for name in cls._fields if name in fields})

    def misses(self, record: JournalRecord) -> list[str]:
        """Return a message for every field of the condition that an exchange does not match."""
        return [
            f"{name} is {got or 'missing'}, not {wanted}"
            for name, wanted in zip(self._fields, self, strict=True)
            if wanted is not None and (got := _CHECKS[name](record, wanted)) is not None
        ]

    def __str__(self) -> str:
        stated = [f"{name} {value}" for name, value in zip(self._fields, self, strict=True) if value is not None]
        return ", ".join(stated) or "any call"


class Expectation(NamedTuple):
    """One condition with how often it must match, or several conditions that must match in this order."""

    calls: tuple[SearchCondition, ...]
    least: int = 1
    most: int | None = None

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> "Expectation":
        """Return the expectation of a request; a contradictory one never holds."""
        calls = tuple(map(SearchCondition.of, fields["calls"]))
        if "exactly" in fields:
            return cls(calls, fields["exactly"], fields["exactly"])
        return cls(calls, fields.get("atLeast", 0 if "atMost" in fields else 1), fields.get("atMost"))


class Miss(NamedTuple):
    """An exchange that almost matches, and the fields that do not."""

    record: JournalRecord
    misses: tuple[str, ...]


class Verdict(NamedTuple):
    """Whether an expectation holds; `found` are the exchanges that match it, `nearest` those that almost match."""

    verified: bool
    message: str
    found: tuple[JournalRecord, ...]
    nearest: tuple[Miss, ...] = ()


def judge(records: Sequence[JournalRecord], expectation: Expectation) -> Verdict:
    """Check exchanges against an expectation."""
    if len(expectation.calls) > 1:
        return _in_order(records, expectation.calls)
    [condition] = expectation.calls
    found = tuple(record for record in records if not condition.misses(record))
    wanted = _wanted(expectation)
    summary = f"{condition}: {_times(len(found))}, expected {wanted}"
    if len(found) >= expectation.least and (expectation.most is None or len(found) <= expectation.most):
        return Verdict(YES, summary, found)
    nearest = _nearest(records, condition) if len(found) < expectation.least else ()
    return Verdict(NO, _explained(summary, nearest, records), found, nearest)


def _in_order(records: Sequence[JournalRecord], calls: Sequence[SearchCondition]) -> Verdict:
    found: list[JournalRecord] = []
    rest = iter(records)
    for position, condition in enumerate(calls, 1):
        match = next((record for record in rest if not condition.misses(record)), None)
        if match is None:
            where = f" after {found[-1].line}" if found else ""
            message = f"call {position} of {len(calls)} was not made{where}: {condition}"
            earlier = [record for record in records if not condition.misses(record)]
            if earlier:
                message += f"; it was made earlier, as {earlier[-1].line}"
            nearest = _nearest(records[records.index(found[-1]) + 1 :] if found else records, condition)
            return Verdict(NO, _explained(message, nearest, records), tuple(found), nearest)
        found.append(match)
    return Verdict(YES, f"all {len(calls)} calls were made in this order", tuple(found))


def _nearest(records: Iterable[JournalRecord], condition: SearchCondition) -> tuple[Miss, ...]:
    misses = [Miss(record, tuple(condition.misses(record))) for record in records]
    return tuple(sorted((miss for miss in misses if miss.misses), key=lambda miss: len(miss.misses))[:NEAREST])


def _explained(message: str, nearest: Sequence[Miss], records: Sequence[JournalRecord]) -> str:
    if not records:
        return f"{message}; the journal is empty"
    lines = [f"  {miss.record.line}: {'; '.join(miss.misses)}" for miss in nearest]
    return "\n".join([f"{message}; nearest:", *lines]) if lines else message


def _wanted(expectation: Expectation) -> str:
    least, most = expectation.least, expectation.most
    if least == most:
        return f"exactly {_times(least)}"
    bounds = [f"at least {_times(least)}"] if least or most is None else []
    return " and ".join([*bounds, *([f"at most {_times(most)}"] if most is not None else [])])


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _mismatch(
    got: Callable[[JournalRecord], str], fits: Callable[[str, str], bool]
) -> Callable[[JournalRecord, Any], str | None]:
    """Return a check that returns the value of a record if it does not fit, else None."""

    def check(record: JournalRecord, wanted: object) -> str | None:
        value = got(record)
        return None if fits(value, str(wanted)) else value

    return check


def _equal(value: str, wanted: str) -> bool:
    return value == wanted


_CHECKS: Mapping[str, Callable[[JournalRecord, Any], str | None]] = {
    "operation": _mismatch(lambda record: record.operation, fnmatchcase),
    "method": _mismatch(lambda record: record.exchange.method, lambda got, want: got == want.upper()),
    "path": _mismatch(lambda record: record.exchange.path, fnmatchcase),
    "status": _mismatch(lambda record: str(record.exchange.status), _equal),
    "account": _mismatch(lambda record: record.account or "", _equal),
    "order": lambda record, wanted: None if record.mentions(wanted) else "",
}


def coverage(counts: Counts, documents: Iterable[Document]) -> Coverage:
    """Return the coverage of the documents and of the order states by these counts."""
    moves = dict.fromkeys((before, after) for (before, _), after in TRANSITIONS.items())
    whole = Coverage(documents, State, moves)
    for (operation, status), times in counts.answers.items():
        whole.answer(operation, status, times)
    for state, times in counts.states.items():
        whole.state(state, times)
    for (before, after), times in counts.moves.items():
        whole.transition(before, after, times)
    return whole


def list_exchanges(call: ControlCall, context: ControlContext) -> ControlReply:
    """`listExchanges`."""
    journal = slot(call, context).journal
    return ControlReply(200, _journal(journal, _matching(call, context)))


def list_strays(call: ControlCall, context: ControlContext) -> ControlReply:
    """`listStrays`."""
    journal = context.worlds.strays
    return ControlReply(200, _journal(journal, islice(records(journal, context.worlds), call.query["limit"])))


def clear_journal(call: ControlCall, context: ControlContext) -> ControlReply:
    """`clearJournal`."""
    cleared = slot(call, context)
    count = len(cleared.journal)
    cleared.journal.clear()
    return ControlReply(200, {"done": f"{count} exchanges removed"})


def export_har(call: ControlCall, context: ControlContext) -> ControlReply:
    """`exportHar`."""
    from mockserver.traffic import har  # its library takes long to import

    file = io.StringIO()
    har.write((record.traffic for record in _matching(call, context)), file, __version__)
    return ControlReply(200, file.getvalue().encode())


def export_lines(call: ControlCall, context: ControlContext) -> ControlReply:
    """`exportLines`."""
    content = b"".join(jsonl.write(record.traffic for record in _matching(call, context)))
    return ControlReply(200, content, "application/jsonl")


def count_exchanges(call: ControlCall, context: ControlContext) -> ControlReply:
    """`countExchanges`."""
    return ControlReply(200, {"count": sum(1 for _ in _matching(call, context))})


def verify_calls(call: ControlCall, context: ControlContext) -> ControlReply:
    """`verifyCalls`."""
    return ControlReply(200, verdict_shown(verdict(call, context)))


def verdict(call: ControlCall, context: ControlContext) -> Verdict:
    """Check the expectation of a request against the journal. Raises ControlError(404)."""
    found = slot(call, context)
    expectation = Expectation.of(call.body)
    for condition in expectation.calls:
        _check(condition, context)
    return judge(list(records(found.journal, context.worlds)), expectation)


def verdict_shown(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as the control API shows it."""
    return {
        "verified": verdict.verified,
        "count": len(verdict.found),
        "message": verdict.message,
        "exchanges": [record.number for record in verdict.found],
        "nearest": [
            {"exchange": miss.record.number, "line": miss.record.line, "misses": list(miss.misses)}
            for miss in verdict.nearest
        ],
    }


def list_violations(call: ControlCall, context: ControlContext) -> ControlReply:
    """`listViolations`."""
    journal, level, side = slot(call, context).journal, call.query.get("level"), call.query.get("side")
    found = (
        violation_shown(record.number, each)
        for record in records(journal, context.worlds)
        # Checking a response is slow, so it is skipped where only requests are asked for.
        for each in (record.breaks_of_request if side == REQUEST else record.breaks)
        if level in (None, each.violation.level) and side in (None, each.side)
    )
    return ControlReply(200, {"violations": list(islice(found, call.query["limit"]))})


def show_ledger(call: ControlCall, context: ControlContext) -> ControlReply:
    """`showLedger`."""
    asked = slot(call, context)
    world, account = asked.world, call.query.get("account")
    settle(world)
    asked.publish_ledger()
    entries = (entry for entry in world.ledger if account in (None, entry.customer))
    body = {
        "entries": [entry_view(entry) for entry in deque(entries, call.query["limit"])],
        "balances": {user: world.ledger.balance(user) for user in world.customers if account in (None, user)},
        "brokenRules": world.invariant_violations(),
    }
    return ControlReply(200, body)


def show_coverage(call: ControlCall, context: ControlContext) -> ControlReply:
    """`showCoverage`."""
    return ControlReply(200, _coverage(slot(call, context), context).data())


def show_total_coverage(_: ControlCall, context: ControlContext) -> ControlReply:
    """`showTotalCoverage`."""
    total = coverage(context.worlds.gone, context.documents)
    for each in context.worlds:
        total.merge(_coverage(each, context))
    return ControlReply(200, total.data())


def _coverage(asked: WorldSlot, context: ControlContext) -> Coverage:
    return coverage(asked.counts, context.documents if asked.readings is None else context.read(asked.readings))


def _matching(call: ControlCall, context: ControlContext) -> Iterator[JournalRecord]:
    journal, query = slot(call, context).journal, call.query
    condition, after = SearchCondition.of(query), query.get("after", 0)
    _check(condition, context)
    entries = (entry for entry in journal if entry.number > after)
    found = (record for record in records(entries, context.worlds) if not condition.misses(record))
    return islice(found, query["limit"])


def _check(condition: SearchCondition, context: ControlContext) -> None:
    """Raise ControlError(404) for an unknown operation: "never called" would hold for a misspelt name."""
    known = [operation.name for document in context.documents for operation in document.operations.values()]
    name = condition.operation
    if name is not None and not any(fnmatchcase(each, name) for each in known):
        raise ControlError(404, f"unknown operation {name}{did_you_mean(name, known)}")


def _journal(journal: Journal, found: Iterable[JournalRecord]) -> dict[str, Any]:
    return {
        "exchanges": [shown(record) for record in found],
        "recorded": journal.recorded,
        "forgotten": journal.forgotten,
    }


View = dict[str, Any]


def event_stream(worlds: Worlds, after: int, world: str | None) -> Iterator[bytes]:
    """Yield the events after an id as server-sent events, of one world or of all.

    An event `gap` comes first if events after that id are no longer kept; it says how many.
    """
    feed = worlds.feed
    if lost := feed.lost(after):
        yield written("gap", {"lost": lost}, after + lost)
    for event in feed.after(after):
        if world in (None, event.world):
            yield written(event.kind, {"world": event.world, **_view(event, worlds)}, event.id)


def written(kind: str, data: View, number: int) -> bytes:
    """Return a server-sent event with its data as one line of JSON."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), orjson.dumps(data))


def _view(event: LoggedEvent, worlds: Worlds) -> View:
    what = event.what
    if isinstance(what, ServedExchange):
        [record] = records([journal.JournalEntry(event.id, what)], worlds)
        view = shown(record)
        del view["number"]
        return view
    return _VIEWS[type(what)](what) if type(what) in _VIEWS else dict(what)  # type: ignore[call-overload]


_VIEWS: Mapping[type, Callable[[Any], View]] = {
    OrderChanged: lambda what: {"before": what.before, "order": order_view(what.order)},
    PaymentChanged: lambda what: {"before": what.before, "payment": payment_view(what.payment)},
    PriceChanged: lambda what: {**what.stock_key._asdict(), "price": what.price},
    StockChanged: lambda what: {**what.stock_key._asdict(), "stock": what.stock},
    Entry: entry_view,
}
