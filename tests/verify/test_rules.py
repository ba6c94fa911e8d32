from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mockserver.verify
from mockserver.findings import Severity
from mockserver.verify.rules import rules

SUITES = Path(mockserver.verify.__file__).parent


def texts() -> set[str]:
    """All texts in the code of the suites."""
    return {
        node.value
        for path in SUITES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_rule_is_used() -> None:
    assert set(rules()) - texts() == set()


@pytest.mark.parametrize("name", rules())
def test_a_rule_is_a_sentence(name: str) -> None:
    assert rules()[name].says.endswith(".")


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("balance-adds-up", Severity.ERROR),
        ("limit-holds", Severity.ERROR),
        ("stock-falls", Severity.WARNING),
        ("lifetime", Severity.NOTE),
    ],
)
def test_a_rule_weighs_as_much_as_is_known_of_it(name: str, level: Severity) -> None:
    assert rules()[name].level is level
