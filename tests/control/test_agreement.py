"""What the control API's document says and what the server does are the same: an example of each kind of rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from mockserver.contract.readings import readings
from mockserver.control.errors import with_integers
from mockserver.control.operations import document
from mockserver.control.snapshot import VERSION
from mockserver.data import scenarios
from mockserver.simulation.units import duration
from tests.control.conftest import scenario_of

if TYPE_CHECKING:
    from tests.control.conftest import Json, Opened, Steered

DAY = 24 * 60 * 60 * 1000

Call = tuple[str, str, str]
"""An operation, its method, and its path in the world `default`."""

CREATE: Call = ("createWorld", "POST", "/worlds")
LOAD: Call = ("loadScenario", "PUT", "/worlds/default/scenario")
CLOCK: Call = ("setClock", "PUT", "/worlds/default/clock")
SHELF: Call = ("changeCatalogue", "PATCH", "/worlds/default/catalogue")
VERIFY: Call = ("verifyCalls", "POST", "/worlds/default/journal/verify")
FAULT: Call = ("addFault", "POST", "/worlds/default/faults")

INLINE = scenario_of([{"userId": "ann", "key": "ann-key"}])
THERE = {"country": "12", "service": "ds"}
BUSY = {"status": 503}

RIGHT: list[tuple[Call, Json]] = [
    (CREATE, {}),
    (CREATE, {"scenario": "no-sms", "seed": 7.0, "readings": {"price-above-maximum": 222}}),
    (CREATE, {"scenario": INLINE, "clock": {"scaled": 60.0}}),
    (CREATE, {"clock": {"start": "2024-02-29 23:59:59", "mode": "manual", "step": "3650d"}}),
    (CREATE, {"clock": {"start": "2000-02-29 00:00:00", "mode": "real", "scaled": 2}}),
    (LOAD, {"scenario": "slow", "clock": "manual", "variables": {}}),
    (CLOCK, {"mode": "real"}),
    (CLOCK, {"scaled": 1000000.0}),
    (CLOCK, {"step": "366d"}),
    (CLOCK, {"step": "99d999h99999m999999s999999999ms"}),
    (SHELF, {**THERE, "price": 1.0}),
    (SHELF, {**THERE, "stock": 0}),
    (VERIFY, {"calls": [{"status": 200.0}], "exactly": 1.0}),
    (VERIFY, {"calls": [{}], "atLeast": 5, "atMost": 3}),
    (VERIFY, {"calls": [{}, {}], "within": "1s1s"}),
    (FAULT, {"then": {"status": 503.0}}),
    (FAULT, {"then": {"status": {"status": 200, "body": {"text": "\0\x85\u2028"}, "headers": {"x-y": "z"}}}}),
    (FAULT, {"then": {"cut": 20.0}}),
    (FAULT, {"then": {"cut": 0.5}, "at": "after"}),
    (FAULT, {"then": {"latency": {"uniform": ["0s", "10m"]}}, "at": "before"}),
    (FAULT, {"then": {"latency": "9m59s999ms"}}),
    (FAULT, {"then": {"rateLimit": {"limit": 1, "window": "999d9999h999999m99999999s999999999ms"}}}),
    (FAULT, {"then": {"retype": {"field": "body.orderId", "as": None}}, "when": {"operation": ["v3.orderNumber"]}}),
]

WRONG: list[tuple[Call, Json]] = [
    (CREATE, {"sed": 1}),
    (CREATE, {"scenario": "late-sm"}),
    (CREATE, {"scenario": "a\0b"}),
    (CREATE, {"scenario": {}}),
    (CREATE, {"scenario": {**INLINE, "acounts": []}}),
    (CREATE, {"scenario": INLINE, "variables": {"price": None}}),
    (CREATE, {"readings": {"expiry": "never"}}),
    (CREATE, {"readings": {"order.expiry": "kept"}}),
    (CREATE, {"clock": "yesterday"}),
    (CREATE, {"clock": {"step": "1s", "scaled": 2}}),
    (CREATE, {"clock": {"step": "1s", "mode": "real"}}),
    (CREATE, {"clock": {"start": "2025-02-29 00:00:00"}}),
    (CREATE, {"clock": {"start": "1900-02-29 00:00:00"}}),
    (CREATE, {"clock": {"start": "2025-04-31 00:00:00"}}),
    (CREATE, {"clock": {"start": "2025-05-17 24:00:00"}}),
    (CREATE, {"clock": {"step": "3651d"}}),
    (LOAD, {"userId": "ann"}),
    (CLOCK, {}),
    (CLOCK, {"mode": "real", "scaled": 2}),
    (CLOCK, {"step": "367d"}),
    (CLOCK, {"step": ""}),
    (SHELF, {**THERE}),
    (SHELF, {**THERE, "price": 1, "at": "1s"}),
    (VERIFY, {"calls": [{}], "exactly": 1, "atLeast": 1}),
    (VERIFY, {"calls": [{}, {}], "atMost": 1}),
    (VERIFY, {"calls": [{"state": "done"}]}),
    (VERIFY, {"calls": [{"path": "\0"}]}),
    (FAULT, {"then": {}}),
    (FAULT, {"then": {**BUSY, "reset": True}}),
    (FAULT, {"then": BUSY, "name": "x" * 65}),
    (FAULT, {"then": BUSY, "when": {"nth": 0}}),
    (FAULT, {"then": {"cut": 1.5}}),
    (FAULT, {"then": {"malformed": True}, "at": "before"}),
    (FAULT, {"then": {"latency": "10m1ms"}}),
    (FAULT, {"then": {"latency": "601s"}}),
    (FAULT, {"then": {"status": {"status": 304, "body": 1}}}),
    (FAULT, {"then": {"status": {"status": 500, "body": 1, "text": "Busy"}}}),
    (FAULT, {"then": {"status": {"status": 500, "headers": {"Content-Length": "1"}}}}),
    (FAULT, {"then": {"status": {"status": 500, "headers": {"x y": "1"}}}}),
    (FAULT, {"then": {"retype": {"field": "body.orderId", "as": "text"}}}),
]


@pytest.fixture
def served(steered: Steered) -> Json:
    """The document as a client gets it."""
    whole_document: Json = steered("GET", "/openapi.json").json()
    return whole_document


def accepts(served: Json, operation: str, body: Json) -> bool:
    """Whether a tool that knows JSON Schema and nothing else lets a body pass."""
    [described] = (
        each for item in served["paths"].values() for each in item.values() if _is_operation(each, operation)
    )
    schema = {"components": served["components"], **_schema(served, described["requestBody"])}
    return jsonschema_rs.Draft202012Validator(schema).is_valid(body)


def _is_operation(described: Any, name: str) -> bool:
    return isinstance(described, dict) and described.get("operationId") == name


def _schema(served: Json, body: Json) -> Json:
    if "$ref" in body:
        body = served["components"]["requestBodies"][body["$ref"].rpartition("/")[2]]
    schema: Json = body["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize(("call", "body"), RIGHT, ids=str)
def test_what_fits_the_document_is_done(steered: Steered, served: Json, call: Call, body: Json) -> None:
    operation, method, path = call
    answer = steered(method, path, json=body)
    assert (accepts(served, operation, body), answer.status_code in (200, 201)) == (True, True), answer.text


@pytest.mark.parametrize(("call", "body"), WRONG, ids=str)
def test_what_does_not_fit_the_document_is_refused(steered: Steered, served: Json, call: Call, body: Json) -> None:
    operation, method, path = call
    answer = steered(method, path, json=body)
    assert (accepts(served, operation, body), answer.status_code) == (False, 400), answer.text


@pytest.mark.parametrize("path", ["/worlds/default/journal?path=%00", "/worlds/default/orders?account=%00"])
def test_no_parameter_holds_nul(steered: Steered, served: Json, path: str) -> None:
    text = served["components"]["schemas"]["Text"]
    assert (steered("GET", path).status_code, jsonschema_rs.is_valid(text, "\0")) == (400, False)


def test_every_object_of_a_request_is_closed(served: Json) -> None:
    open_ones = {
        operation.id
        for operation in document().operations.values()
        if operation.body_schema is not None and operation.body_schema.get("additionalProperties") is not False
    }
    assert open_ones == set()


def test_the_document_knows_the_shipped_scenarios(served: Json) -> None:
    pattern = served["components"]["schemas"]["Scenario"]["pattern"]
    assert pattern == f"^({'|'.join(sorted(scenarios()))})$"


def test_the_document_knows_the_readings(served: Json) -> None:
    known = served["components"]["schemas"]["Readings"]["properties"]
    choices = {name: {str(value) for value in each["enum"]} for name, each in known.items()}
    assert choices == {name: set(reading.values) for name, reading in readings().items()}


def test_the_document_knows_the_version_of_snapshots(served: Json) -> None:
    assert served["components"]["schemas"]["Snapshot"]["properties"]["version"]["const"] == VERSION


@pytest.mark.parametrize(
    ("name", "longest", "text"),
    [
        ("Span", 3650 * DAY, "999d9999h999999m99999999s999999999ms"),
        ("Span", 3650 * DAY, "3650d"),
        ("Wait", 600_000, "9m59s999ms"),
        ("Wait", 600_000, "600000ms"),
        ("Wait", 600_000, "599999ms"),
    ],
)
def test_no_duration_of_a_pattern_is_too_long(served: Json, name: str, longest: int, text: str) -> None:
    pattern = served["components"]["schemas"][name]["pattern"]
    assert (re.search(pattern, text) is not None, duration(text) <= longest) == (True, True)


def test_the_server_is_the_one_that_serves_the_document(served: Json) -> None:
    assert served["servers"] == [{"url": "/__mock__"}]


def test_only_where_an_integer_belongs_a_number_becomes_one() -> None:
    schema = {"properties": {"a": {"type": "integer"}, "b": {"type": "number"}, "c": {"items": {"type": "integer"}}}}
    read = with_integers({"a": 1.0, "b": 1.0, "c": [2.0, 2.5], "d": 1.0}, schema)
    assert repr(read) == "{'a': 1, 'b': 1.0, 'c': [2, 2.5], 'd': 1.0}"


def test_an_expectation_that_contradicts_itself_never_holds(home: Opened) -> None:
    verdict = home("POST", "/journal/verify", json={"calls": [{}], "atLeast": 5, "atMost": 3}).json()
    assert (verdict["verified"], "at least 5 times and at most 3 times" in verdict["message"]) == (False, True)
