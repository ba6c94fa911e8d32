from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import DocumentError, located
from mockserver.contract.document import all_faults, examine
from tests.contract.conftest import SERVICE, SMALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.contract import Document

DOCUMENTS = [located.read(path).data for path in (SMALL, SERVICE)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "operationId: getThing",
            "operationId: getThing\n      operatonId: x",
            "{thingId}/get/operatonId: operatonId is not supported in an operation, did you mean operationId?",
        ),
        ("minLength: 2", "minLenght: 2", "minLenght is not supported in a schema, did you mean minLength?"),
        ("schema: {type: object}", "schema: {allOf: []}", "allOf is not supported in a schema"),
        ("type: boolean, default", "type: bolean, default", 'not "bolean", did you mean boolean?'),
        ("format: date", "format: datte", 'uuid, uri, date, date-time, not "datte", did you mean date?'),
        ("minLength: 2", "minLength: -2", "minLength must be a whole number, 0 or more, not -2"),
        ("minLength: 2", "minLength: 2.0", "minLength must be a whole number, 0 or more, not 2.0"),
        ("maximum: 10", "maximum: ten", 'maximum must be a number, not "ten"'),
        ("maximum: 10", "maximum: true", "maximum must be a number, not true"),
        ("enum: [red, blue]", "enum: []", "enum must be a list of at least one value, not []"),
        ("required: [x]", "required: [x, x]", "required must be a list of different names"),
        ("required: [x]", "required: [1, x]", "required/0: each of required must be text, not 1"),
        ("type: boolean, default", "type: [bolean], default", 'not ["bolean"], did you mean boolean?'),
        ("{type: object}", "{oneOf: []}", "oneOf must be a list of at least one schema, not []"),
        ("{type: object}", "{x-words: {a: [[]]}}", 'or other words by those of the vocabulary, not {"a": [[]]}'),
        ("'^[a-z]+$'", "'^[a-z+$'", 'pattern must be a regular expression, not "^[a-z+$"'),
        ("'^[a-z]+$'", r"'\d{1,99999}'", "pattern must be a regular expression"),
        ("3.1.0", "3.0.3", 'openapi must be 3.1.x, not "3.0.3"'),
        ("version: '1'", "version: 1", "version must be text, not 1"),
        ("{type: object}", "true", "a schema must be a mapping, not true"),
        ("tags:\n- {", "tags:\n  x: {", "tags must be a list, not {"),
        ("  examples:\n    Broken:", "  examples:\n    - Broken:", "examples must be a mapping, not [{"),
        ("204: {", "20x: {", "20x is not a status code such as 200"),
        ("  /things/{userId}/new:", "  things/{userId}/new:", "things/{userId}/new is not a path that begins with '/'"),
        ("scheme: bearer", "scheme: basic", 'scheme must be one of bearer, not "basic"'),
        ("x-credential: user", "x-credential: usr", 'one of user, key, not "usr", did you mean user?'),
        ("      operationId: getThing\n", "", "an operation needs the field operationId"),
        ("      description: No such thing\n", "", "a response needs the field description"),
        ("{level: inferred, ground: the getter}", "{ground: the getter}", "a provenance needs the field level"),
        ("level: inferred", "level: infered", 'not "infered", did you mean inferred?'),
        (", ground: the getter", ", grund: the getter", "grund is not supported in a provenance, did you mean ground?"),
        (", ground: the getter", "", "put/requestBody/x-provenance: the level inferred needs the field ground"),
        ("{level: inferred, ground: the getter}", "inferred", 'a provenance must be a mapping, not "inferred"'),
        (
            ", page: Things}",
            "}",
            "Thing/x-provenance: the level documented needs the field page, here or in an enclosing object",
        ),
        ("level: observed, source: a client}\n        s", "level: observed}\n        s", "needs the field source"),
        ("level: assumed, note: the default", "level: documented", "info/x-provenance: the level documented needs"),
        (
            "schemas/Text'",
            "schemas/Txt'",
            'components/schemas, not "#/components/schemas/Txt", did you mean #/components/schemas/Text?',
        ),
        ("{$ref: '#/components/schemas/Thing'}", "{$ref: '#/info'}", 'components/schemas, not "#/info"'),
        ("{$ref: '#/components/schemas/Thing'}", "{$ref: [1]}", "components/schemas, not [1]"),
        (
            "{$ref: '#/components/responses/NotFound'}",
            "{$ref: '#/components/schemas/Thing'}",
            "$ref must name an entry of components/responses",
        ),
        (
            "{$ref: '#/components/responses/NotFound'}",
            "{$ref: '#/components/responses/NotFound', description: x}",
            "$ref must stand alone, not beside description",
        ),
        (
            "Text: {type: string, minLength: 1}",
            "Text: {type: array, items: {$ref: '#/components/schemas/Name'}}",
            "$ref is circular: #/components/schemas/",
        ),
        ("Text: {type: string, minLength: 1}", "Text: {$ref: '#/components/schemas/Text'}", "$ref is circular"),
    ],
)
def test_what_is_not_understood_is_refused(
    altered: Callable[[str, str], Document], old: str, new: str, message: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        altered(old, new)
    assert any(message in line for line in str(caught.value).splitlines())


def test_a_provenance_may_have_fields_of_its_own(altered: Callable[[str, str], Document]) -> None:
    document = altered("ground: the getter", "ground: the getter, x-seen: 2025")
    assert document.provenance("/paths/~1things~1{userId}~1new/put/requestBody").ground == "the getter"


def test_fields_beginning_with_x_are_left_alone(altered: Callable[[str, str], Document]) -> None:
    assert altered("summary: Get a thing", "x-anything: [1]").operations["getThing"].summary == ""


def test_a_problem_says_where_it_is(altered: Callable[[str, str], Document]) -> None:
    with pytest.raises(DocumentError) as caught:
        altered("maximum: 10", "maximum: ten")
    (problem,) = caught.value.problems
    assert (problem.place.line, problem.place.column) == (77, 39)
    assert problem.pointer.endswith("/properties/size/maximum")


def test_all_problems_are_reported_at_once_in_the_order_of_the_file(altered: Callable[[str, str], Document]) -> None:
    with pytest.raises(DocumentError) as caught:
        altered(
            "      operationId: orderThing\n      deprecated: true",
            "      operationId: getThing\n      deprecated: 1\n      verb: x\n      tags: [a, a]",
        )
    assert [problem.message for problem in caught.value.problems] == [
        "operationId getThing is also used by GET /things/{userId}/{thingId}",
        "deprecated must be true or false, not 1",
        "verb is not supported in an operation",
        'tags must be a list of different names, not ["a", "a"]',
    ]


def test_every_circle_is_reported(altered: Callable[[str, str], Document]) -> None:
    circles = "    A: {$ref: '#/components/schemas/B'}\n    B: {$ref: '#/components/schemas/A'}\n"
    circles += "    C: {items: {$ref: '#/components/schemas/C'}}\n"
    with pytest.raises(DocumentError) as caught:
        altered("  schemas:\n", f"  schemas:\n{circles}")
    assert sum("$ref is circular" in problem.message for problem in caught.value.problems) == 2


def test_a_wrong_component_is_reported_where_it_is_written_only(altered: Callable[[str, str], Document]) -> None:
    named = "Naming: {$ref: '#/components/schemas/Wrong', title: x}"
    with pytest.raises(DocumentError) as caught:
        altered("  schemas:\n", f"  schemas:\n    Wrong: true\n    {named}\n")
    assert [problem.pointer for problem in caught.value.problems] == ["/components/schemas/Wrong"]


@pytest.mark.parametrize(
    ("old", "new"), [("paths:\n", "paths:\n  x-note: 5\n"), ("204: {", "x-note: {}\n        204: {")]
)
def test_extensions_among_names_are_left_alone(altered: Callable[[str, str], Document], old: str, new: str) -> None:
    assert [*altered(old, new).operations["orderThing"].answers]


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """Documents of which one value is replaced."""
    document = deepcopy(draw(st.sampled_from(DOCUMENTS)))
    holders = [holder for holder in _holders(document) if holder]
    holder = draw(st.sampled_from(holders))
    key = draw(st.sampled_from([*holder] if isinstance(holder, dict) else range(len(holder))))
    holder[key] = draw(JSON | st.sampled_from(holders).map(deepcopy))
    return document


@given(damaged())
def test_what_is_damaged_is_refused_or_taken(document: Any) -> None:
    assert isinstance(examine(document).faults, list)


@given(damaged())
@settings(deadline=None)
def test_all_faults_are_those_of_the_form_and_more(document: Any) -> None:
    before = deepcopy(document)
    assert set(examine(deepcopy(document)).faults) <= set(all_faults(document))
    assert document == before


def test_an_invalid_value_does_not_hide_what_is_meaningless_elsewhere() -> None:
    document = deepcopy(DOCUMENTS[1])
    document["components"]["schemas"]["Order"]["properties"]["cost"]["x-unit"] = "pence"
    document["components"]["schemas"]["Order"]["properties"]["id"]["x-value"] = "order.ident"
    document["x-rules"] = {"lifetme": "15m"}
    assert [fault.pointer for fault in all_faults(document)] == [
        "/components/schemas/Order/properties/cost/x-unit",
        "/x-rules/lifetme",
        "/components/schemas/Order/properties/id/x-value",
    ]


def _holders(node: Any) -> Iterator[Any]:
    """All objects and lists in a value."""
    if isinstance(node, dict | list):
        yield node
        for inner in node.values() if isinstance(node, dict) else node:
            yield from _holders(inner)
