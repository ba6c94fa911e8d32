"""Asking what has happened: exchanges, violations, money, coverage."""

import io
from collections import deque
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any

from mockserver import __version__
from mockserver.contract import did_you_mean
from mockserver.control.context import Call, Desk, Reply, sandbox
from mockserver.control.coverage import coverage
from mockserver.control.errors import Trouble
from mockserver.control.record import REQUEST, Record, records, shown, violation_shown
from mockserver.control.search import Condition, Expectation, Verdict, judge
from mockserver.control.views import entry_view
from mockserver.domain.settlement import settle
from mockserver.simulation.journal import Journal
from mockserver.simulation.world_slot import Sandbox
from mockserver.traffic import lines
from mockserver.traffic.coverage import Coverage


def list_exchanges(call: Call, desk: Desk) -> Reply:
    """`listExchanges`."""
    journal = sandbox(call, desk).journal
    return Reply(200, _journal(journal, _matching(call, desk)))


def list_strays(call: Call, desk: Desk) -> Reply:
    """`listStrays`."""
    journal = desk.worlds.strays
    return Reply(200, _journal(journal, islice(records(journal, desk.worlds), call.query["limit"])))


def clear_journal(call: Call, desk: Desk) -> Reply:
    """`clearJournal`."""
    cleared = sandbox(call, desk)
    count = len(cleared.journal)
    cleared.journal.clear()
    return Reply(200, {"done": f"{count} exchanges forgotten"})


def export_har(call: Call, desk: Desk) -> Reply:
    """`exportHar`."""
    from mockserver.traffic import har  # its library takes long to import

    file = io.StringIO()
    har.write((record.traffic for record in _matching(call, desk)), file, __version__)
    return Reply(200, file.getvalue().encode())


def export_lines(call: Call, desk: Desk) -> Reply:
    """`exportLines`."""
    content = b"".join(lines.write(record.traffic for record in _matching(call, desk)))
    return Reply(200, content, "application/jsonl")


def count_exchanges(call: Call, desk: Desk) -> Reply:
    """`countExchanges`."""
    return Reply(200, {"count": sum(1 for _ in _matching(call, desk))})


def verify_calls(call: Call, desk: Desk) -> Reply:
    """`verifyCalls`."""
    return Reply(200, verdict_shown(verdict(call, desk)))


def verdict(call: Call, desk: Desk) -> Verdict:
    """Whether what a request expects has come. Raises Trouble."""
    found = sandbox(call, desk)
    expectation = Expectation.of(call.body)
    for condition in expectation.calls:
        _check(condition, desk)
    return judge(list(records(found.journal, desk.worlds)), expectation)


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


def list_violations(call: Call, desk: Desk) -> Reply:
    """`listViolations`."""
    journal, level, side = sandbox(call, desk).journal, call.query.get("level"), call.query.get("side")
    found = (
        violation_shown(record.number, each)
        for record in records(journal, desk.worlds)
        # To check an answer takes long.
        for each in (record.breaks_of_request if side == REQUEST else record.breaks)
        if level in (None, each.violation.level) and side in (None, each.side)
    )
    return Reply(200, {"violations": list(islice(found, call.query["limit"]))})


def show_ledger(call: Call, desk: Desk) -> Reply:
    """`showLedger`."""
    asked = sandbox(call, desk)
    world, account = asked.world, call.query.get("account")
    settle(world)
    asked.tell_of_money()
    entries = (entry for entry in world.ledger if account in (None, entry.customer))
    body = {
        "entries": [entry_view(entry) for entry in deque(entries, call.query["limit"])],
        "balances": {user: world.ledger.balance(user) for user in world.customers if account in (None, user)},
        "brokenRules": world.broken_rules(),
    }
    return Reply(200, body)


def show_coverage(call: Call, desk: Desk) -> Reply:
    """`showCoverage`."""
    return Reply(200, _coverage(sandbox(call, desk), desk).data())


def show_total_coverage(_: Call, desk: Desk) -> Reply:
    """`showTotalCoverage`."""
    total = coverage(desk.worlds.gone, desk.documents)
    for each in desk.worlds:
        total.merge(_coverage(each, desk))
    return Reply(200, total.data())


def _coverage(asked: Sandbox, desk: Desk) -> Coverage:
    return coverage(asked.counts, desk.documents if asked.readings is None else desk.read(asked.readings))


def _matching(call: Call, desk: Desk) -> Iterator[Record]:
    journal, query = sandbox(call, desk).journal, call.query
    condition, after = Condition.of(query), query.get("after", 0)
    _check(condition, desk)
    entries = (entry for entry in journal if entry.number > after)
    found = (record for record in records(entries, desk.worlds) if not condition.misses(record))
    return islice(found, query["limit"])


def _check(condition: Condition, desk: Desk) -> None:
    """Raise Trouble(404) for an operation that there is not: that it was never called would not say a thing."""
    known = [operation.name for document in desk.documents for operation in document.operations.values()]
    name = condition.operation
    if name is not None and not any(fnmatchcase(each, name) for each in known):
        raise Trouble(404, f"no operation is called {name}{did_you_mean(name, known)}")


def _journal(journal: Journal, found: Iterable[Record]) -> dict[str, Any]:
    return {
        "exchanges": [shown(record) for record in found],
        "recorded": journal.recorded,
        "forgotten": journal.forgotten,
    }
