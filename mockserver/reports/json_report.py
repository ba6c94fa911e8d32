"""A run as JSON. `report.schema.json` describes each field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from mockserver.reports.summary import moment, ordered, tally

if TYPE_CHECKING:
    from mockserver.findings import Finding, Run, Statement
    from mockserver.traffic.exchange import Exchange

FORMAT = 1
"""The version of the format. It changes only with an incompatible change."""


def render(run: Run, *, strict: bool) -> bytes:
    """Return a run as JSON. If `strict`, notes fail the run."""
    return orjson.dumps(data(run, strict=strict), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def data(run: Run, *, strict: bool) -> dict[str, Any]:
    """Return a run as JSON data."""
    return {
        "format": FORMAT,
        "tool": {"name": "smsonline-mock", "command": run.command, "version": run.version},
        "target": run.target,
        "seed": run.seed,
        "started": moment(run.started).isoformat(timespec="milliseconds"),
        "seconds": round(run.seconds, 3),
        "cases": run.cases,
        "interrupted": run.interrupted,
        "exit_code": int(run.exit_code(strict=strict)),
        "levels": {level.value: number for level, number in tally(run.findings).items()},
        "suites": [
            {
                "name": suite.name,
                "cases": suite.cases,
                "seconds": round(suite.seconds, 3),
                "findings": len(suite.findings),
                "skipped": [skip._asdict() for skip in suite.skipped],
            }
            for suite in run.suites
        ],
        "findings": [_finding(finding) for finding in ordered(run.findings)],
        "accepted": [_finding(finding) for finding in ordered(run.accepted)],
        "stale": list(run.stale),
        "coverage": run.coverage.data(),
        "statement": run.statement and _statement(run.statement),
        "exclusions": [exclusion._asdict() for exclusion in run.exclusions],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        **finding._asdict(),
        "place": finding.place and finding.place._asdict(),
        "fingerprint": finding.fingerprint,
        "exchanges": [_exchange(exchange) for exchange in finding.exchanges],
    }


def _exchange(exchange: Exchange) -> dict[str, Any]:
    request, answer = exchange.request, exchange.answer
    return {
        "operation": exchange.operation,
        "started": moment(exchange.started).isoformat(timespec="milliseconds"),
        "duration": exchange.duration,
        "request": {**request._asdict(), "body": request.body.decode()},
        "answer": answer and {**answer._asdict(), "body": answer.body.decode()},
    }


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "spent": statement.spent,
        "refunded": statement.refunded,
        "lost": statement.lost,
        "limit": statement.limit,
        "stopped": statement.stopped,
        "lines": [line._asdict() for line in statement.lines],
    }
