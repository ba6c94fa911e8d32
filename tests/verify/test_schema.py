from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from schemathesis.checks import CHECKS, load_all_checks

from mockserver.verify.schema import EXCLUSIONS, narrowed

if TYPE_CHECKING:
    from mockserver.findings import Exclusion

load_all_checks()


@pytest.mark.parametrize("exclusion", EXCLUSIONS, ids=lambda exclusion: exclusion.check)
def test_what_is_excluded_is_a_check_and_has_a_reason(exclusion: Exclusion) -> None:
    assert exclusion.check in CHECKS.get_all_names()
    assert exclusion.reason


def test_not_every_check_is_excluded() -> None:
    assert set(CHECKS.get_all_names()) - {exclusion.check for exclusion in EXCLUSIONS} == {"negative_data_rejection"}


@pytest.mark.parametrize(
    ("part", "narrow"),
    [
        ({"type": "string", "x-credential": "key"}, {"type": "string", "enum": ["K"]}),
        ({"type": "string"}, {"type": "string"}),
        (
            {"name": "apiKey", "in": "query", "x-credential": "key", "schema": {"type": "string"}, "example": "old"},
            {"name": "apiKey", "in": "query", "x-credential": "key", "schema": {"type": "string", "enum": ["K"]}},
        ),
        ({"oneOf": [{"x-credential": "user", "type": "string"}]}, {"oneOf": [{"type": "string", "enum": ["U"]}]}),
    ],
)
def test_what_is_marked_as_a_credential_takes_one_value(part: object, narrow: object) -> None:
    assert narrowed(part, {"key": "K", "user": "U"}) == narrow
