"""The run as SARIF, against the schema of the standard (OASIS SARIF 2.1.0, errata 01)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson
import pytest

from mockserver.contract import Place
from mockserver.findings import codes
from mockserver.reports import sarif

if TYPE_CHECKING:
    from mockserver.findings import Finding, Run

SCHEMA = orjson.loads(Path(__file__).with_name("sarif-2.1.0.schema.json").read_bytes())


def read(run: Run, *, strict: bool = False) -> dict[str, Any]:
    log: dict[str, Any] = orjson.loads(sarif.render(run, strict=strict))["runs"][0]
    return log


@pytest.mark.parametrize("fixture", ["run", "clean_run"])
def test_a_log_keeps_to_the_standard(fixture: str, request: pytest.FixtureRequest) -> None:
    log = orjson.loads(sarif.render(request.getfixturevalue(fixture), strict=False))

    jsonschema_rs.validator_for(SCHEMA, validate_formats=True).validate(log)


def test_the_schema_is_the_one_that_the_log_names() -> None:
    assert SCHEMA["id"] == sarif.SCHEMA


def test_levels_are_those_of_the_findings(run: Run) -> None:
    assert [result["level"] for result in read(run)["results"]] == ["error", "warning", "note", "error"]


def test_a_result_points_at_the_line_of_the_expectation(run: Run) -> None:
    location = read(run)["results"][0]["locations"][0]

    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "v3.yaml", "uriBaseId": "CONTRACTS"},
        "region": {"startLine": 1012, "startColumn": 9},
    }


@pytest.mark.parametrize(
    ("place", "physical"),
    [
        (Place("my traffic.jsonl", 7), {"uri": "my%20traffic.jsonl", "startLine": 7, "startColumn": 1}),
        (Place("traffic.har"), {"uri": "traffic.har"}),
        (Place("C:\\traffic.har", 2, 3), {"uri": "C%3A/traffic.har", "startLine": 2, "startColumn": 3}),
    ],
)
def test_a_result_can_point_into_a_recording(place: Place, physical: Any, run: Run, finding: Finding) -> None:
    log = read(run._replace(findings=(finding._replace(place=place),)))
    told = log["results"][0]["locations"][0]["physicalLocation"]

    assert told["artifactLocation"] | told.get("region", {}) == physical


def test_a_finding_without_a_line_names_its_operation(run: Run) -> None:
    assert read(run)["results"][1]["locations"] == [
        {"logicalLocations": [{"fullyQualifiedName": "v2.getBalance", "kind": "function"}]}
    ]


def test_every_code_of_the_table_is_a_rule(run: Run) -> None:
    assert [rule["id"] for rule in read(run)["tool"]["driver"]["rules"]] == list(codes())


def test_a_result_names_its_rule_by_its_index(run: Run) -> None:
    log = read(run)
    rules = log["tool"]["driver"]["rules"]

    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in log["results"])


def test_a_fingerprint_is_that_of_the_finding(run: Run, finding: Finding) -> None:
    assert read(run)["results"][0]["partialFingerprints"] == {sarif.FINGERPRINT: finding.fingerprint}


def test_only_what_is_accepted_is_suppressed(run: Run) -> None:
    assert ["suppressions" in result for result in read(run)["results"]] == [False, False, False, True]


@pytest.mark.parametrize(("interrupted", "successful", "code"), [("", True, 1), ("Ctrl-C", False, 2)])
def test_the_invocation_says_how_the_run_ended(run: Run, interrupted: str, successful: bool, code: int) -> None:
    (invocation,) = read(run._replace(interrupted=interrupted))["invocations"]

    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (successful, code)


def test_the_last_exchange_is_the_request_of_a_result(run: Run) -> None:
    result = read(run)["results"][0]

    assert (result["webRequest"]["method"], result["webResponse"]["statusCode"]) == ("GET", 200)


def test_a_lost_answer_is_no_response(run: Run) -> None:
    assert read(run)["results"][2]["webResponse"] == {"noResponseReceived": True}
