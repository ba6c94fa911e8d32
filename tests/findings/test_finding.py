from __future__ import annotations

import pytest

from mockserver.contract import Confidence, Place
from mockserver.findings import Finding, Severity, weigh

FINDING = Finding(
    "answer.body",
    Severity.ERROR,
    "schema",
    "v3.getOrder",
    "type",
    "body.price must be an integer",
    pointer="/paths/x",
    place=Place("v3.yaml", 12, 3),
)


@pytest.mark.parametrize(
    ("provenance", "level"),
    [
        (Confidence.DOCUMENTED, Severity.ERROR),
        (Confidence.OBSERVED, Severity.ERROR),
        (Confidence.INFERRED, Severity.WARNING),
        (Confidence.ASSUMED, Severity.NOTE),
        (None, Severity.ERROR),
    ],
)
def test_a_broken_expectation_weighs_as_much_as_is_known_of_it(provenance: Confidence | None, level: Severity) -> None:
    assert weigh(provenance) is level


@pytest.mark.parametrize(
    "changed",
    [
        {"got": '"16"'},
        {"expected": "17"},
        {"message": "another"},
        {"seed": 9},
        {"curl": "curl x"},
        {"suite": "lifecycle"},
        {"place": Place("v3.yaml", 99, 1)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_fingerprint_does_not_change_with(changed: dict[str, object]) -> None:
    assert FINDING._replace(**changed).fingerprint == FINDING.fingerprint  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changed",
    [
        {"code": "answer.status"},
        {"operation": "v2.getOrder"},
        {"check": "minimum"},
        {"pointer": "/paths/y"},
        {"place": Place("v2.yaml", 12, 3)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_fingerprint_tells_apart(changed: dict[str, object]) -> None:
    assert FINDING._replace(**changed).fingerprint != FINDING.fingerprint  # type: ignore[arg-type]


def test_a_finding_says_where_its_expectation_stands() -> None:
    assert FINDING.where == "v3.yaml:12"


def test_a_finding_without_a_place_stands_nowhere() -> None:
    assert FINDING._replace(place=None).where == ""


def test_halves_of_characters_have_a_fingerprint() -> None:
    assert len(FINDING._replace(operation="\ud800").fingerprint) == 16
