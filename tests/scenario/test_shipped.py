"""Every shipped scenario loads, and their schema says what the code does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson
import pytest

from mockserver import data as library
from mockserver.domain.customer import TIERS
from mockserver.domain.payment import Method, Status
from mockserver.scenario import semantic_checks
from mockserver.scenario.build import build
from mockserver.scenario.load import load
from mockserver.simulation.units import too_long
from mockserver.usecases.paying import CRYPTOMUS, PAY4BIT
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.scenario.fixtures import Fixtures

SCHEMA: dict[str, Any] = orjson.loads((library.directory("scenarios") / "schema.json").read_bytes())

every_scenario = pytest.mark.parametrize("name", library.scenarios())


def fields(part: Any) -> Iterator[tuple[str, Any]]:
    """Go through all named fields of a schema, each with its own schema."""
    if isinstance(part, dict):
        yield from part.get("properties", {}).items()
        for inner in part.values():
            yield from fields(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from fields(inner)


def choices(schema: Any) -> Any:
    """Return what a field may be, but for a variable."""
    return schema["anyOf"][0]["enum"]


def field(name: str) -> Any:
    """Return the choices of the only field of this name."""
    (found,) = (schema for known, schema in fields(SCHEMA) if known == name)
    return choices(found)


def _types(schema: Any) -> Any:
    """Return the types of a value, also of one that is defined elsewhere."""
    name = schema.get("$ref", "#/$defs/variable").rpartition("/")[2]
    return schema.get("type", []) if name == "variable" else _types(SCHEMA["$defs"][name])


def checked(check: object) -> set[str | int]:
    """Return the names of the fields that have a check."""
    return {name for name, known in semantic_checks._FIELDS.items() if known is check}


def without_faults() -> Any:
    """Return the schema without its part on faults, whose meaning has a module of its own."""
    kept = {name: part for name, part in SCHEMA["$defs"].items() if not name.startswith("fault")}
    return {**SCHEMA, "$defs": kept}


@every_scenario
def test_a_shipped_scenario_loads_by_its_name(name: str, shipped: Fixtures) -> None:
    scenario = load(name, shipped.catalogue)
    assert (scenario.name, scenario.shipped) == (name, True)


@every_scenario
def test_a_shipped_scenario_is_described_in_one_sentence(name: str, shipped: Fixtures) -> None:
    description = load(name, shipped.catalogue).description
    assert description.endswith(".")
    assert "\n" not in description


@every_scenario
def test_a_shipped_scenario_makes_a_world_in_order(name: str, shipped: Fixtures) -> None:
    assert build(load(name, shipped.catalogue), shipped, lambda: 0, rules=DEFAULT).invariant_violations() == []


@every_scenario
def test_a_shipped_scenario_names_its_schema(name: str) -> None:
    first, *_ = library.scenarios()[name].read_text(encoding="utf-8").splitlines()
    assert first == "# yaml-language-server: $schema=schema.json"


@pytest.mark.parametrize("name", ["default", "documented"])
def test_these_scenarios_are_shipped(name: str) -> None:
    assert name in library.scenarios()


def test_the_schema_is_a_json_schema() -> None:
    assert jsonschema_rs.meta.is_valid(SCHEMA)


def test_every_object_of_the_schema_says_what_else_it_may_hold() -> None:
    objects = [SCHEMA, *SCHEMA["$defs"].values(), *(part for _, part in fields(SCHEMA))]
    assert [part for part in objects if part and "properties" in part and "additionalProperties" not in part] == []


@pytest.mark.parametrize(
    ("kind", "check"),
    [("instant", semantic_checks._invalid_date), ("duration", too_long)],
    ids=["instants", "durations"],
)
def test_every_time_in_the_schema_is_checked_for_its_meaning(kind: str, check: object) -> None:
    times = {name for name, schema in fields(without_faults()) if schema and schema.get("$ref") == f"#/$defs/{kind}"}
    assert times == checked(check)


def test_every_number_in_the_schema_that_may_have_a_point_is_known() -> None:
    numbers = {name for name, part in fields(without_faults()) if part and "number" in _types(part)}
    assert numbers == checked(semantic_checks._any_number)


def test_the_schema_has_the_statuses_of_payments() -> None:
    assert choices(SCHEMA["$defs"]["paymentStatus"]) == list(Status)


def test_the_schema_has_the_tiers() -> None:
    assert field("tier") == [tier.label for tier in TIERS]


def test_the_schema_has_the_methods_of_payment() -> None:
    assert field("targetPay") == list(Method)


def test_the_schema_has_the_providers() -> None:
    assert field("provider") == [CRYPTOMUS.name, PAY4BIT.name]


def test_data_beside_the_package_is_found() -> None:
    assert (library.directory("fixtures") / "catalogue" / "countries.csv").is_file()
