"""A document as generators like it."""

from __future__ import annotations

from typing import Any

from mockserver.contract.loading import name_unions, split_types

ANSWER, FAILURE = ({"$ref": f"#/components/schemas/{name}"} for name in ("OrderAnswer", "Failure"))


def test_an_answer_that_is_one_of_two_is_named_for_them() -> None:
    media: Any = {"schema": {"oneOf": [ANSWER, FAILURE]}}
    data: Any = {
        "paths": {"/order": {"get": {"responses": {"200": {"content": {"application/json": media}}}}}},
        "components": {"schemas": {}},
    }
    name_unions(data)
    assert media == {"schema": {"$ref": "#/components/schemas/OrderAnswerOrFailure"}}
    assert data["components"]["schemas"] == {"OrderAnswerOrFailure": {"oneOf": [ANSWER, FAILURE]}}


def test_an_answer_that_is_written_in_its_place_stays_there() -> None:
    media = {"schema": {"oneOf": [{"type": "string"}, FAILURE]}}
    name_unions(
        {
            "paths": {},
            "components": {"schemas": {}, "responses": {"Odd": {"content": {"application/json": media}}}},
        }
    )
    assert media == {"schema": {"oneOf": [{"type": "string"}, FAILURE]}}


def test_a_constraint_goes_to_its_type() -> None:
    schema = {"description": "Cents.", "type": ["string", "integer"], "pattern": "^[0-9]+$", "minimum": 0}
    split_types(schema)
    branches = [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "integer", "minimum": 0}]
    assert schema == {"description": "Cents.", "anyOf": branches}


def test_types_without_constraints_stay_together() -> None:
    schema = {"type": ["string", "null"], "description": "The latest SMS."}
    split_types(schema)
    assert schema == {"type": ["string", "null"], "description": "The latest SMS."}


def test_data_is_left_alone() -> None:
    schema = {"type": "object", "example": {"type": ["string", "integer"], "minimum": 0}}
    split_types(schema)
    assert schema["example"] == {"type": ["string", "integer"], "minimum": 0}
