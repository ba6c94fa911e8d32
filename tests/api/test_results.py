"""The records of the vocabulary as a world has them, and the use cases of its operations."""

from __future__ import annotations

import pytest

from mockserver.api.api import OPERATIONS
from mockserver.api.results import RECORDS
from mockserver.contract import vocabulary

WORDS = vocabulary()
FIELDS = [(record, field) for record, fields in WORDS.records.items() if record != "failure" for field in fields]


def test_every_record_of_the_vocabulary_is_there() -> None:
    assert RECORDS.keys() == WORDS.records.keys() - {"failure"}  # which is the contract's own


@pytest.mark.parametrize(("record", "field"), FIELDS, ids=map(".".join, FIELDS))
def test_every_field_of_a_record_is_an_attribute(record: str, field: str) -> None:
    assert hasattr(RECORDS[record], field)


def test_every_operation_of_the_vocabulary_has_a_use_case_of_its_own() -> None:
    assert OPERATIONS.keys() == WORDS.purposes.keys()
    assert len(set(OPERATIONS.values())) == len(OPERATIONS)
