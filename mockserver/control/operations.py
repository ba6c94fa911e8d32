"""Which handler answers which operation of the control API's own document."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mockserver.contract import Document, located, readings
from mockserver.control import business, faults, journal, worlds
from mockserver.control.context import Handler
from mockserver.data import scenarios

DOCUMENT = Path(__file__).parent / "openapi.yaml"

HANDLERS: Mapping[str, Handler] = {
    "listWorlds": worlds.list_worlds,
    "createWorld": worlds.create_world,
    "showWorld": worlds.show_world,
    "changeWorld": worlds.change_world,
    "deleteWorld": worlds.delete_world,
    "resetWorld": worlds.reset_world,
    "forkWorld": worlds.fork_world,
    "takeSnapshot": worlds.take_snapshot,
    "restoreSnapshot": worlds.restore_snapshot,
    "showScenario": worlds.show_scenario,
    "loadScenario": worlds.load_scenario,
    "showClock": worlds.show_clock,
    "setClock": worlds.set_clock,
    "advanceClock": worlds.advance_clock,
    "listOrders": business.list_orders,
    "deliverSms": business.deliver_sms,
    "expireOrder": business.expire_order,
    "refundOrder": business.refund_order,
    "listPayments": business.list_payments,
    "settlePayment": business.settle_payment,
    "showCatalogue": business.show_catalogue,
    "changeCatalogue": business.change_catalogue,
    "listFaults": faults.list_faults,
    "addFault": faults.add_fault,
    "clearFaults": faults.clear_faults,
    "removeFault": faults.remove_fault,
    "listExchanges": journal.list_exchanges,
    "clearJournal": journal.clear_journal,
    "exportHar": journal.export_har,
    "exportLines": journal.export_lines,
    "countExchanges": journal.count_exchanges,
    "verifyCalls": journal.verify_calls,
    "listViolations": journal.list_violations,
    "showLedger": journal.show_ledger,
    "showCoverage": journal.show_coverage,
    "showTotalCoverage": journal.show_total_coverage,
    "listStrays": journal.list_strays,
}
"""All that answer at once; what waits, and the document itself, are left to whoever holds the wire."""


@cache
def document() -> Document:
    """The control API's own document."""
    return Document(_source(), DOCUMENT.stem, DOCUMENT)


def written() -> Any:
    """The data of the control API's own document."""
    return _source().data


def _source() -> located.Located:
    """The document with the names of the scenarios and readings that there are."""
    source = located.read(DOCUMENT, DOCUMENT.name)
    schemas = source.data["components"]["schemas"]
    schemas["Scenario"]["pattern"] = f"^({'|'.join(sorted(scenarios()))})$"
    schemas["Readings"]["properties"] = {
        reading.name: {
            "type": ["string", "integer"],
            "enum": [*reading.values, *map(int, filter(str.isdigit, reading.values))],
        }
        for reading in readings().values()
    }
    return source
