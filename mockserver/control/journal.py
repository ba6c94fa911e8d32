"""Asking what has happened: exchanges, violations, money, coverage, events."""

import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

import orjson

from mockserver import __version__
from mockserver.contract import Document, did_you_mean
from mockserver.control.context import Context, ControlCall, ControlReply, slot
from mockserver.control.errors import ControlError
from mockserver.control.record import REQUEST, Record, records, shown, violation_shown
from mockserver.control.search import Condition, Expectation, Verdict, judge
from mockserver.control.views import entry_view, order_view, payment_view
from mockserver.domain.events import OrderChanged, PaymentChanged, PriceChanged, StockChanged
from mockserver.domain.ledger import Entry
from mockserver.domain.order import TRANSITIONS, State
from mockserver.domain.settlement import settle
from mockserver.simulation import journal
from mockserver.simulation.journal import Event, Journal, ServedExchange
from mockserver.simulation.worlds import Counts, Worlds, WorldSlot
from mockserver.traffic import lines
from mockserver.traffic.coverage import Coverage


def coverage(counts: Counts, documents: Iterable[Document]) -> Coverage:
    """The counts, beside all that there is to meet."""
    moves = dict.fromkeys((before, after) for (before, _), after in TRANSITIONS.items())
    whole = Coverage(documents, State, moves)
    for (operation, status), times in counts.answers.items():
        whole.answer(operation, status, times)
    for state, times in counts.states.items():
        whole.state(state, times)
    for (before, after), times in counts.moves.items():
        whole.transition(before, after, times)
    return whole


def list_exchanges(call: ControlCall, context: Context) -> ControlReply:
    """`listExchanges`."""
    journal = slot(call, context).journal
    return ControlReply(200, _journal(journal, _matching(call, context)))


def list_strays(call: ControlCall, context: Context) -> ControlReply:
    """`listStrays`."""
    journal = context.worlds.strays
    return ControlReply(200, _journal(journal, islice(records(journal, context.worlds), call.query["limit"])))


def clear_journal(call: ControlCall, context: Context) -> ControlReply:
    """`clearJournal`."""
    cleared = slot(call, context)
    count = len(cleared.journal)
    cleared.journal.clear()
    return ControlReply(200, {"done": f"{count} exchanges forgotten"})


def export_har(call: ControlCall, context: Context) -> ControlReply:
    """`exportHar`."""
    from mockserver.traffic import har  # its library takes long to import

    file = io.StringIO()
    har.write((record.traffic for record in _matching(call, context)), file, __version__)
    return ControlReply(200, file.getvalue().encode())


def export_lines(call: ControlCall, context: Context) -> ControlReply:
    """`exportLines`."""
    content = b"".join(lines.write(record.traffic for record in _matching(call, context)))
    return ControlReply(200, content, "application/jsonl")


def count_exchanges(call: ControlCall, context: Context) -> ControlReply:
    """`countExchanges`."""
    return ControlReply(200, {"count": sum(1 for _ in _matching(call, context))})


def verify_calls(call: ControlCall, context: Context) -> ControlReply:
    """`verifyCalls`."""
    return ControlReply(200, verdict_shown(verdict(call, context)))


def verdict(call: ControlCall, context: Context) -> Verdict:
    """Whether what a request expects has come. Raises ControlError."""
    found = slot(call, context)
    expectation = Expectation.of(call.body)
    for condition in expectation.calls:
        _check(condition, context)
    return judge(list(records(found.journal, context.worlds)), expectation)


def verdict_shown(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the control API shows it."""
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


def list_violations(call: ControlCall, context: Context) -> ControlReply:
    """`listViolations`."""
    journal, level, side = slot(call, context).journal, call.query.get("level"), call.query.get("side")
    found = (
        violation_shown(record.number, each)
        for record in records(journal, context.worlds)
        # To check an answer takes long.
        for each in (record.breaks_of_request if side == REQUEST else record.breaks)
        if level in (None, each.violation.level) and side in (None, each.side)
    )
    return ControlReply(200, {"violations": list(islice(found, call.query["limit"]))})


def show_ledger(call: ControlCall, context: Context) -> ControlReply:
    """`showLedger`."""
    asked = slot(call, context)
    world, account = asked.world, call.query.get("account")
    settle(world)
    asked.tell_of_money()
    entries = (entry for entry in world.ledger if account in (None, entry.customer))
    body = {
        "entries": [entry_view(entry) for entry in deque(entries, call.query["limit"])],
        "balances": {user: world.ledger.balance(user) for user in world.customers if account in (None, user)},
        "brokenRules": world.invariant_violations(),
    }
    return ControlReply(200, body)


def show_coverage(call: ControlCall, context: Context) -> ControlReply:
    """`showCoverage`."""
    return ControlReply(200, _coverage(slot(call, context), context).data())


def show_total_coverage(_: ControlCall, context: Context) -> ControlReply:
    """`showTotalCoverage`."""
    total = coverage(context.worlds.gone, context.documents)
    for each in context.worlds:
        total.merge(_coverage(each, context))
    return ControlReply(200, total.data())


def _coverage(asked: WorldSlot, context: Context) -> Coverage:
    return coverage(asked.counts, context.documents if asked.readings is None else context.read(asked.readings))


def _matching(call: ControlCall, context: Context) -> Iterator[Record]:
    journal, query = slot(call, context).journal, call.query
    condition, after = Condition.of(query), query.get("after", 0)
    _check(condition, context)
    entries = (entry for entry in journal if entry.number > after)
    found = (record for record in records(entries, context.worlds) if not condition.misses(record))
    return islice(found, query["limit"])


def _check(condition: Condition, context: Context) -> None:
    """Raise ControlError(404) for an unknown operation: "never called" would hold for every misspelt name."""
    known = [operation.name for document in context.documents for operation in document.operations.values()]
    name = condition.operation
    if name is not None and not any(fnmatchcase(each, name) for each in known):
        raise ControlError(404, f"no operation is called {name}{did_you_mean(name, known)}")


def _journal(journal: Journal, found: Iterable[Record]) -> dict[str, Any]:
    return {
        "exchanges": [shown(record) for record in found],
        "recorded": journal.recorded,
        "forgotten": journal.forgotten,
    }


View = dict[str, Any]


def news(worlds: Worlds, after: int, world: str | None) -> Iterator[bytes]:
    """The events after an id as server-sent ones, of one world or of all; first, how many were lost, if any were."""
    feed = worlds.feed
    if lost := feed.lost(after):
        yield written("gap", {"lost": lost}, after + lost)
    for event in feed.after(after):
        if world in (None, event.world):
            yield written(event.kind, {"world": event.world, **_view(event, worlds)}, event.id)


def written(kind: str, data: View, number: int) -> bytes:
    """A server-sent event; its data are JSON in one line."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), orjson.dumps(data))


def _view(event: Event, worlds: Worlds) -> View:
    what = event.what
    if isinstance(what, ServedExchange):
        [record] = records([journal.Entry(event.id, what)], worlds)
        view = shown(record)
        del view["number"]
        return view
    return _VIEWS[type(what)](what) if type(what) in _VIEWS else dict(what)  # type: ignore[call-overload]


_VIEWS: Mapping[type, Callable[[Any], View]] = {
    OrderChanged: lambda what: {"before": what.before, "order": order_view(what.order)},
    PaymentChanged: lambda what: {"before": what.before, "payment": payment_view(what.payment)},
    PriceChanged: lambda what: {**what.shelf._asdict(), "price": what.price},
    StockChanged: lambda what: {**what.shelf._asdict(), "stock": what.stock},
    Entry: entry_view,
}
