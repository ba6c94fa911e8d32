"""The contract documents as the mock serves them: for generators, without aliases, every response written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml
from openapi_spec_validator import validate

from mockserver.contract.document import names
from mockserver.contract.loading import as_yaml, written

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from tests.control.conftest import Steered

OVERLAY = """
overlay: 1.0.0
info: {title: A failure has its text elsewhere, version: '1'}
extends: v3.yaml
actions:
- target: $.components.schemas.Failure.properties
  update: {reason: {x-renamed-from: errorMessage}}
- target: $.components.schemas.Failure.properties.errorMessage
  remove: true
- target: $.components.schemas.Failure
  update: {required: [ok, reason]}
"""


@pytest.fixture(params=names())
def served(request: pytest.FixtureRequest, steered: Steered) -> Any:
    return steered("GET", f"/contracts/{request.param}.json").json()


def test_a_document_is_valid_openapi(served: Any) -> None:
    validate(served)


def test_every_operation_lists_how_it_fails(served: Any) -> None:
    operations = [each for item in served["paths"].values() for each in item.values() if isinstance(each, dict)]
    assert all({"200", "400", "401", "403", "500"} <= each["responses"].keys() for each in operations)


@pytest.mark.parametrize("name", names())
def test_the_yaml_says_the_same(name: str, steered: Steered) -> None:
    answer = steered("GET", f"/contracts/{name}.yaml")
    assert answer.headers["content-type"] == "application/yaml"
    assert yaml.safe_load(answer.content) == steered("GET", f"/contracts/{name}.json").json()


def test_the_yaml_has_no_aliases() -> None:
    shared = {"a": 1}
    assert b"&" not in as_yaml({"one": shared, "two": shared})


def test_an_overlay_is_applied(tmp_path: Path) -> None:
    path = tmp_path / "overlay.yaml"
    path.write_text(OVERLAY)
    failure = written("v3", overlays=(path,))["components"]["schemas"]["Failure"]
    assert list(failure["properties"]) == ["ok", "reason"]


def test_an_unknown_document_is_404_with_those_that_there_are(steered: Steered) -> None:
    answer: httpx.Response = steered("GET", "/contracts/v33.json")
    assert (answer.status_code, "did you mean" in answer.json()["error"]) == (404, True)


def test_another_format_is_400(steered: Steered) -> None:
    assert steered("GET", "/contracts/v3.xml").status_code == 400
