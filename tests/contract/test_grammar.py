"""The meta-schema of contract documents: it says all that messages need, and no word otherwise than Python does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson
import pytest

from mockserver.contract import Confidence, DocumentError, located, messages
from mockserver.contract.document import SHIPPED, names
from mockserver.contract.formats import CASES, TIMES, UNITS
from mockserver.contract.grammar import SCHEMA, Grammar
from mockserver.contract.parts import METHODS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mockserver.contract import Document

META: dict[str, Any] = orjson.loads(SCHEMA.read_bytes())
KINDS = {name: part for name, part in META["$defs"].items() if "title" in part}
SCHEMA_FIELDS = KINDS["schema"]["properties"]

VAGUE = {"anyOf", "format", "maximum", "minimum", "minItems", "pattern", "uniqueItems", "whole"}
"""Keywords that do not say in plain words what a value must be."""


def parts(part: Any, at: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything in the meta-schema that is a schema, and where it is."""
    if not isinstance(part, dict):
        return
    yield at, part
    for keyword in ("$defs", "properties", "patternProperties"):
        for name, inner in part.get(keyword, {}).items():
            yield from parts(inner, f"{at}/{keyword}/{name}")
    for keyword in ("additionalProperties", "propertyNames", "items", "if", "else"):
        yield from parts(part.get(keyword), f"{at}/{keyword}")


def test_it_is_a_json_schema() -> None:
    assert jsonschema_rs.meta.is_valid(META)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_object_has_no_fields_but_its_own_and_annotations(kind: str) -> None:
    part = KINDS[kind]
    assert (part["type"], part["$ref"], part["unevaluatedProperties"]) == ("object", "#/$defs/annotated", False)


@pytest.mark.parametrize("part", [pytest.param(part, id=at) for at, part in parts(META) if VAGUE & part.keys()])
def test_what_is_asked_of_a_value_is_described(part: dict[str, Any]) -> None:
    assert part["description"]


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (META["$defs"]["unit"]["enum"], [unit for units in UNITS.values() for unit in units]),
        (META["$defs"]["time"]["enum"], TIMES),
        (META["$defs"]["words"]["anyOf"][0]["enum"], CASES),
        (KINDS["provenance"]["properties"]["level"]["enum"], Confidence),
        (META["$defs"]["type"]["enum"], messages.TYPES),
        (SCHEMA_FIELDS["format"]["enum"], messages.FORMATS),
        ([name for name, field in KINDS["path-item"]["properties"].items() if "operation" in str(field)], METHODS),
    ],
    ids=["units", "times", "cases", "levels", "types", "formats", "methods"],
)
def test_the_words_are_those_of_the_code(words: list[str], known: Any) -> None:
    assert words == [*known]


@pytest.mark.parametrize("name", names())
def test_a_document_keeps_to_it_as_an_editor_reads_it(name: str) -> None:
    jsonschema_rs.validator_for(META).validate(located.read(SHIPPED / f"{name}.yaml").data)


@pytest.mark.parametrize("name", names())
def test_a_document_names_its_schema(name: str) -> None:
    first, *_ = (SHIPPED / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
    assert first == "# yaml-language-server: $schema=schema.json"


@pytest.mark.parametrize(
    ("kind", "section"),
    [
        ("parameter", "parameters"),
        ("request-body", "requestBodies"),
        ("response", "responses"),
        ("example", "examples"),
        ("schema", "schemas"),
        ("security-scheme", ""),
        ("operation", ""),
    ],
)
def test_a_ref_may_stand_for_what_the_components_hold(kind: str, section: str) -> None:
    assert Grammar().shape({"$ref": f"#/$defs/{kind}"}).section == section


def test_a_key_of_digits_keeps_its_zeros(altered: Callable[[str, str], Document]) -> None:
    with pytest.raises(DocumentError) as caught:
        altered("Text: {type: string", "Text: {properties: {'007': true}, type: string")
    assert [problem.pointer for problem in caught.value.problems] == ["/components/schemas/Text/properties/007"]
