"""The run as JSON, against its published schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson
import pytest

from mockserver.data import directory
from mockserver.reports import json_report
from mockserver.traffic.coverage import Coverage

if TYPE_CHECKING:
    from mockserver.findings import Run

SCHEMA = orjson.loads((directory("contracts") / "report.schema.json").read_bytes())


def read(run: Run, *, strict: bool = False) -> dict[str, Any]:
    report: dict[str, Any] = orjson.loads(json_report.render(run, strict=strict))
    return report


def test_the_schema_is_a_schema() -> None:
    assert jsonschema_rs.meta.is_valid(SCHEMA)


@pytest.mark.parametrize("fixture", ["run", "clean_run"])
def test_a_report_keeps_to_its_schema(fixture: str, request: pytest.FixtureRequest) -> None:
    jsonschema_rs.validator_for(SCHEMA).validate(read(request.getfixturevalue(fixture)))


def _objects(schema: Any) -> list[dict[str, Any]]:
    parts = schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []
    found = [each for part in parts for each in _objects(part)]
    return [*found, schema] if isinstance(schema, dict) and schema.get("type") == "object" else found


def test_the_schema_lists_every_field() -> None:
    assert all("additionalProperties" in each for each in _objects(SCHEMA))


def test_the_heaviest_finding_comes_first(run: Run) -> None:
    assert [each["level"] for each in read(run)["findings"]] == ["error", "warning", "note"]


def test_levels_are_counted_without_what_is_accepted(run: Run) -> None:
    assert read(run)["levels"] == {"error": 1, "warning": 1, "note": 1}


@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 1)])
def test_a_note_fails_a_strict_run_only(run: Run, strict: bool, code: int) -> None:
    only_drift = run._replace(findings=run.findings[:1])

    assert read(only_drift, strict=strict)["exit_code"] == code


def test_the_evidence_is_whole(run: Run) -> None:
    (exchange,) = read(run)["findings"][0]["exchanges"]

    assert exchange["request"]["url"].startswith("http://127.0.0.1:8080/v3/numbers/demo/order/1")
    assert exchange["answer"]["body"] == '{"ok":true,"body":[{"orderId":"1","price":"16"}]}'


def test_a_lost_answer_is_null(run: Run) -> None:
    assert read(run)["findings"][2]["exchanges"][0]["answer"] is None


def test_the_statement_adds_up(run: Run) -> None:
    statement = read(run)["statement"]

    assert (statement["spent"], statement["refunded"], statement["lost"]) == (36, 16, 20)


def test_the_coverage_of_a_report_can_be_read_again(run: Run) -> None:
    coverage = read(run)["coverage"]

    assert Coverage.of_data(coverage).data() == coverage
