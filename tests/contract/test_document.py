from __future__ import annotations

from pathlib import Path

import pytest

from mockserver import contract
from mockserver.contract import Document, DocumentError, LocatedError


def test_a_document_is_loaded_by_name() -> None:
    document = contract.load("v3")
    assert (document.name, document.path.name, document.prefix) == ("v3", "v3.yaml", "/v3")


def test_a_document_is_loaded_by_path(small: Document) -> None:
    assert (small.name, small.title, small.prefix) == ("small", "Small", "/v9")


def test_an_unknown_name_is_an_error_with_the_known_ones() -> None:
    with pytest.raises(DocumentError, match=r"^v4: there is no contract document of this name.*; there are v2, v3$"):
        contract.load("v4")


def test_a_missing_file_is_an_error() -> None:
    with pytest.raises(LocatedError, match=r"^gone\.yaml: cannot be read"):
        contract.load(Path("gone.yaml"))


@pytest.mark.parametrize("text", ["", "[]", "openapi", "3"])
def test_what_is_no_mapping_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(DocumentError, match=r"x\.yaml:1:1: an OpenAPI document must be a mapping"):
        contract.load(path)


@pytest.mark.parametrize("field", ["openapi", "info", "servers", "paths", "components"])
def test_a_document_that_lacks_a_part_is_an_error(tmp_path: Path, field: str) -> None:
    parts = {"openapi": "3.1.0", "info": "{}", "servers": "[]", "paths": "{}", "components": "{}"}
    path = tmp_path / "x.yaml"
    path.write_text("".join(f"{name}: {value}\n" for name, value in parts.items() if name != field))
    with pytest.raises(DocumentError, match=f"an OpenAPI document needs the field {field}"):
        contract.load(path)


def test_the_operations_are_in_the_order_of_the_document(small: Document) -> None:
    assert [*small.operations] == ["getThing", "orderThing"]


def test_a_pointer_may_lead_through_refs(small: Document) -> None:
    path = "/paths/~1things~1{userId}~1{thingId}/get/responses/200/content/application~1json/schema/oneOf/0"
    pointer = f"{path}/properties/body/items/properties/name/minLength"
    assert small.resolve(pointer) == 1
    assert str(small.place(pointer)).endswith("small.yaml:116:26")


def test_a_pointer_to_nothing_is_a_key_error(small: Document) -> None:
    with pytest.raises(KeyError, match="nope"):
        small.resolve("/paths/nope")


def test_a_schema_is_found_by_name(small: Document) -> None:
    assert small.schema("Name") is small.schema("Text")


def test_a_failure_outside_any_operation_is_checked(small: Document) -> None:
    assert small.check_failure(404, {"ok": False, "errorMessage": "Not Found"}) == ()


def test_a_wrong_failure_outside_any_operation_names_the_document(small: Document) -> None:
    (violation,) = small.check_failure(404, {"ok": False})
    assert f"{violation.operation}: {violation.message}" == "small: body.errorMessage is required"
