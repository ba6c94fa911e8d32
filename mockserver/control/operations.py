"""The operations of the control API: its OpenAPI document, and the handler of each operation."""

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
    "changeAccount": business.change_account,
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
"""The handlers that return at once; `web.control` serves those that wait or stream, and the documents."""


@cache
def document() -> Document:
    """Return the OpenAPI document of the control API."""
    return Document(_source(), DOCUMENT.stem, DOCUMENT)


def written() -> Any:
    """Return the OpenAPI document of the control API as data."""
    return _source().data


def _source() -> located.Located:
    """Return the document with the names of the shipped scenarios and readings filled in."""
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
