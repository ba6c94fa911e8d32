from __future__ import annotations

import pytest

from mockserver.contract import ABSENT, Confidence, Document


def test_an_operation_knows_itself(small: Document) -> None:
    operation = small.operations["getThing"]
    assert (operation.id, operation.name, operation.method) == ("getThing", "small.getThing", "GET")
    assert (operation.path, operation.tags) == ("/things/{userId}/{thingId}", ("Things",))
    assert (operation.summary, operation.provenance.level) == ("Get a thing", Confidence.DOCUMENTED)


@pytest.mark.parametrize(("name", "deprecated"), [("getThing", False), ("orderThing", True)])
def test_an_operation_may_be_deprecated(small: Document, name: str, deprecated: bool) -> None:
    assert small.operations[name].deprecated is deprecated


def test_the_parameters_of_the_path_come_first(small: Document) -> None:
    found = [
        (parameter.name, parameter.place, parameter.required) for parameter in small.operations["getThing"].parameters
    ]
    assert found == [
        ("userId", "path", True),
        ("thingId", "path", True),
        ("apiKey", "query", True),
        ("page", "query", False),
        ("full", "query", False),
    ]


def test_a_credential_is_marked_on_the_parameter_or_its_schema(small: Document) -> None:
    found = {parameter.name: parameter.credential for parameter in small.operations["getThing"].parameters}
    assert found == {"userId": "user", "thingId": None, "apiKey": "key", "page": None, "full": None}


@pytest.mark.parametrize(
    ("old", "new", "example"),
    [
        ("example: demo\n", "example: you\n", "you"),
        ("      example: demo\n", "      examples: {one: {value: you}}\n", "you"),
        ("      example: demo\n", "", ABSENT),
        (
            "x-credential: user\n      schema: {type: string, minLength: 1}\n      example: demo\n",
            "schema: {type: string, example: you}\n",
            "you",
        ),
        (
            "x-credential: user\n      schema: {type: string, minLength: 1}\n      example: demo\n",
            "schema: {type: string, examples: [you, me]}\n",
            "you",
        ),
    ],
)
def test_a_parameter_has_an_example_wherever_it_stands(altered: object, old: str, new: str, example: object) -> None:
    assert callable(altered)
    assert altered(old, new).operations["getThing"].parameters[0].example == example


def test_a_body_has_its_examples(small: Document) -> None:
    body = small.operations["orderThing"].body
    assert body is not None
    assert {name: example.value for name, example in body.examples.items()} == {
        "example": {"apiKey": "demo-key", "name": "lamp"}
    }
    assert (body.required, body.provenance.level) == (True, Confidence.INFERRED)


def test_an_operation_may_take_no_body(small: Document) -> None:
    assert small.operations["getThing"].body_schema is None


def test_the_answers_are_found_by_status(small: Document) -> None:
    assert {status: answer.description for status, answer in small.operations["getThing"].answers.items()} == {
        200: "The thing",
        204: "No thing",
        404: "No such thing",
    }


def test_an_answer_has_its_examples_with_their_provenance(small: Document) -> None:
    examples = small.operations["getThing"].answers[200].examples
    assert {name: example.provenance.level for name, example in examples.items()} == {
        "success": Confidence.DOCUMENTED,
        "failure": Confidence.ASSUMED,
    }


def test_an_answer_may_have_no_body(small: Document) -> None:
    assert small.operations["getThing"].answers[204].schema is None
