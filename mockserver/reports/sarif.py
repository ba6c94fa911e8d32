"""A run as SARIF 2.1.0, which code hosts show next to the source lines.

The location of a result is the failed expectation: a line of a contract document or of a recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from mockserver.contract.document import SHIPPED
from mockserver.findings import codes
from mockserver.reports.summary import moment, ordered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.contract import Place
    from mockserver.findings import Code, ExitCode, Finding, Run
    from mockserver.traffic.exchange import Exchange, Headers

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "smsonlineMock/v1"
DOCUMENTS = "CONTRACTS"
"""The base URI ID of the shipped contract documents."""

_OUTCOMES = {0: "nothing found", 1: "findings", 2: "not completed"}


def render(run: Run, *, strict: bool) -> bytes:
    """Return a run as a SARIF log. If `strict`, notes fail the run."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(run, run.exit_code(strict=strict))]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _run(run: Run, code: ExitCode) -> dict[str, Any]:
    rules = _rules((*run.findings, *run.accepted))
    accepted: dict[str, Any] = {"suppressions": [{"kind": "external", "justification": "accepted by the baseline"}]}
    return {
        "tool": {
            "driver": {"name": "smsonline-mock", "semanticVersion": run.version, "rules": list(rules.values())},
        },
        "automationDetails": {"id": "smsonline-mock/verify/"},
        "originalUriBaseIds": {
            DOCUMENTS: {"description": {"text": "The folder of the contract documents of smsonline-mock."}}
        },
        "invocations": [
            {
                "executionSuccessful": not run.interrupted,
                "exitCode": int(code),
                "exitCodeDescription": run.interrupted or _OUTCOMES[code],
                "startTimeUtc": _utc(run.started),
                "endTimeUtc": _utc(run.started + run.seconds * 1000),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [
            *(_result(finding, rules) for finding in ordered(run.findings)),
            *({**_result(finding, rules), **accepted} for finding in ordered(run.accepted)),
        ],
        "properties": {"target": run.target, "seed": run.seed, "cases": run.cases},
    }


def _utc(milliseconds: float) -> str:
    return moment(milliseconds).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _rules(findings: Iterable[Finding]) -> dict[str, dict[str, Any]]:
    """Return the rules by code: all documented codes, then other codes of the findings."""
    unknown = {finding.code: {"id": finding.code} for finding in findings}
    return {name: _rule(code) for name, code in codes().items()} | {
        name: rule for name, rule in unknown.items() if name not in codes()
    }


def _rule(code: Code) -> dict[str, Any]:
    return {
        "id": code.code,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.meaning},
        "help": {"text": f"{code.meaning} {code.cost} {code.remedy}"},
    }


def _result(finding: Finding, rules: dict[str, dict[str, Any]]) -> dict[str, Any]:
    details = [f"{name}: {text}" for name, text in (("Expected", finding.expected), ("Got", finding.got)) if text]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": list(rules).index(finding.code),
        "level": finding.level.value,
        "message": {"text": "\n".join([finding.message, *details])},
        "locations": [_location(finding)],
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
        "properties": {
            "suite": finding.suite,
            "check": finding.check,
            "pointer": finding.pointer,
            "provenance": finding.provenance,
            "curl": finding.curl,
            "seed": finding.seed,
        },
    }
    return result | (_web(finding.exchanges[-1]) if finding.exchanges else {})


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if finding.place:
        location["physicalLocation"] = _physical(finding.place)
    if finding.operation:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.operation, "kind": "function"}]
    return location


def _physical(place: Place) -> dict[str, Any]:
    artifact = {"uri": quote(place.file.replace("\\", "/"))}
    if place.file in {path.name for path in SHIPPED.glob("*.yaml")}:
        artifact["uriBaseId"] = DOCUMENTS
    region = {"startLine": place.line, "startColumn": max(place.column, 1)}
    return {"artifactLocation": artifact} | ({"region": region} if place.line > 0 else {})


def _web(exchange: Exchange) -> dict[str, Any]:
    """Return the web request and response of an exchange."""
    request, answer = exchange.request, exchange.answer
    return {
        "webRequest": {
            "protocol": "HTTP",
            "method": request.method,
            "target": request.url,
            "headers": _headers(request.headers),
            "body": {"text": request.body.decode()},
        },
        "webResponse": {"noResponseReceived": True}
        if answer is None
        else {
            "protocol": "HTTP",
            "statusCode": answer.status,
            "headers": _headers(answer.headers),
            "body": {"text": answer.body.decode()},
        },
    }


def _headers(headers: Headers) -> dict[str, str]:
    joined: dict[str, list[str]] = {}
    for name, value in headers:
        joined.setdefault(name.lower(), []).append(value)
    return {name: ", ".join(values) for name, values in joined.items()}
