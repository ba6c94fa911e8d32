"""The evidence as HAR."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from mockserver.reports import har

if TYPE_CHECKING:
    from mockserver.findings import Finding, Run


def entries(run: Run) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(har.render(run, strict=False))["log"]["entries"]
    return found


def test_every_exchange_of_a_finding_is_an_entry(run: Run) -> None:
    assert [entry["response"]["status"] for entry in entries(run)] == [200, 200, 0]


def test_an_entry_names_its_finding(run: Run, finding: Finding) -> None:
    assert entries(run)[0]["request"]["_notes"] == {"finding": "answer.body", "fingerprint": finding.fingerprint}


def test_a_clean_run_has_no_entries(clean_run: Run) -> None:
    assert entries(clean_run) == []
