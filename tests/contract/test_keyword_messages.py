from __future__ import annotations

from typing import Any

import pytest

from mockserver.contract import messages
from mockserver.contract.grammar import grammar

SILENT = {"title", "description", "deprecated", "default", "example", "examples"}
STRUCTURAL = {"$ref", "properties", "items", "prefixItems", "required"}


def test_every_keyword_that_can_be_broken_has_a_phrase() -> None:
    known = {name for name in grammar().schema["$defs"]["schema"]["properties"] if not name.startswith("x-")}
    assert known - SILENT - STRUCTURAL <= set(messages.PHRASES)


@pytest.mark.parametrize(
    ("rule", "expected", "text"),
    [
        ("type", ["string", "null"], "be a string or null"),
        ("enum", ["refund", None], 'be "refund" or null'),
        ("const", False, "be false"),
        ("format", "date", "be a date such as 2025-05-17"),
        ("pattern", "^[0-9]$", "match ^[0-9]$"),
        ("minLength", 1, "not be empty"),
        ("minLength", 2, "have at least 2 characters"),
        ("maxLength", 1, "have at most 1 character"),
        ("minimum", 0, "be at least 0"),
        ("maximum", 1.5, "be at most 1.5"),
        ("minItems", 1, "have at least 1 item"),
        ("maxItems", 3, "have at most 3 items"),
        ("minProperties", 1, "have at least 1 field"),
        ("maxProperties", 2, "have at most 2 fields"),
        ("status", [200, 222], "be 200 or 222"),
        ("multipleOf", 2, "fit the rule multipleOf"),
    ],
)
def test_a_rule_reads_well(rule: str, expected: Any, text: str) -> None:
    assert messages.phrase(rule, expected) == text
