"""Values without a meaning: they fit their schemas, stay the same for their owner, and differ between owners."""

from __future__ import annotations

import json
from itertools import combinations
from random import Random
from types import SimpleNamespace
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract.example_values import make_up, value_of
from mockserver.contract.plan import MadeUp, Planner
from mockserver.contract.vocabulary import vocabulary
from mockserver.contract.writer import compiled

Schema = dict[str, Any]

WORDS = vocabulary()
SCHEMAS: list[Schema] = [
    {},
    {"const": 5},
    {"enum": ["a", None, "b"]},
    {"enum": [None]},
    {"type": "null"},
    {"type": ["null", "integer"]},
    {"type": "string"},
    {"type": "string", "minLength": 30},
    {"type": "string", "maxLength": 3},
    {"type": "string", "pattern": "^[a-f]{2}-[0-9]{3,5}$"},
    {"type": "string", "format": "uuid"},
    {"type": "string", "format": "uri"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time"},
    {"type": "string", "format": "date-time", "pattern": "[+]00:00$"},
    {"type": "string", "format": "date-time", "pattern": "Z$"},
    {"type": "string", "examples": ["OK"]},
    {"type": "integer"},
    {"type": "integer", "minimum": 5},
    {"type": "integer", "maximum": -5},
    {"type": "integer", "minimum": 2_000_000},
    {"type": "integer", "minimum": 7, "maximum": 7},
    {"type": "number"},
    {"type": "number", "minimum": 0.5, "maximum": 0.6},
    {"type": "number", "maximum": -3},
    {"type": "boolean"},
    {"type": "array"},
    {"type": "array", "minItems": 3, "items": {"type": "integer"}},
    {"type": "object"},
    {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"const": 1}}},
    {"properties": {"a": {"type": "integer"}}},
    {"oneOf": [{"type": "integer"}, {"const": "x"}]},
    {"anyOf": [{"type": "boolean"}, {"type": "string", "minLength": 1}]},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=json.dumps)
@given(seed=st.integers())
@settings(deadline=None, max_examples=30)
def test_a_value_fits_its_schema(schema: Schema, seed: int) -> None:
    value = value_of(schema, Random(seed))  # noqa: S311 - to be repeated
    assert jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


@given(st.integers(), st.sampled_from(SCHEMAS), st.text())
@settings(deadline=None)
def test_a_value_stays_the_same(seed: int, schema: Schema, identity: str) -> None:
    place = MadeUp(schema, "/a", ())
    assert make_up(place, seed, (identity,)) == make_up(place, seed, (identity,))


NUMBER = {"type": "integer"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("/a", 1, ("7",)), ("/b", 1, ("7",))),
        (("/a", 1, ("7",)), ("/a", 2, ("7",))),
        (("/a", 1, ("7",)), ("/a", 1, ("8",))),
        (("/a", 1, ("7", "8")), ("/a", 1, ("78",))),
        (("/a", 1, ()), ("/a", 1, ("7",))),
    ],
    ids=["place", "seed", "owner", "parts of the owner", "nobody"],
)
def test_another_place_seed_or_owner_has_another_value(one: Any, other: Any) -> None:
    values = [make_up(MadeUp(NUMBER, label, ()), seed, owner) for label, seed, owner in (one, other)]
    assert values[0] != values[1]


# As they are written


def written(schema: Schema, purpose: str, **result: Any) -> Any:
    names = WORDS.names_of({purpose: WORDS.purposes[purpose]})
    planner = Planner(WORDS, (purpose,))
    plan = planner.plan(schema, names)
    assert plan is not None
    assert planner.faults == []
    return compiled(plan, make_up)(SimpleNamespace(**{"seed": 1, "account": SimpleNamespace(id="demo"), **result}))


MADE_UP = {"type": "object", "properties": {"x": {"type": "integer", "x-made-up": True}}}
LISTED = {"type": "array", "x-each": "orders as order", "items": MADE_UP}


def order(order_id: str, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(id=order_id, **more)


def test_a_value_is_its_orders_own() -> None:
    found = [written(MADE_UP, "look", order=order(name))["x"] for name in ("1", "2", "3")]
    assert len(set(found)) == 3


def test_a_value_stays_the_same_whatever_becomes_of_its_order() -> None:
    found = [written(MADE_UP, "look", order=order("1", state=state)) for state in ("waiting", "expired")]
    assert found[0] == found[1]


def test_a_value_is_its_accounts_own() -> None:
    found = [written(MADE_UP, "balance", account=SimpleNamespace(id=name))["x"] for name in ("ann", "bob")]
    assert found[0] != found[1]


def test_a_value_of_a_listed_order_does_not_depend_on_the_others() -> None:
    alone = written(LISTED, "inventory", orders=[order("2")])
    among = written(LISTED, "inventory", orders=[order("1"), order("2"), order("3")])
    assert alone == among[1:2]


def test_the_orders_of_a_list_have_values_of_their_own() -> None:
    among = written(LISTED, "inventory", orders=[order("1"), order("2"), order("3")])
    assert all(one != other for one, other in combinations(among, 2))


def test_what_has_no_number_of_its_own_is_known_by_its_parts() -> None:
    schema = {"type": "array", "x-each": "offers as offer", "items": MADE_UP}
    offers = [
        SimpleNamespace(country=SimpleNamespace(code=country), service=SimpleNamespace(code=service))
        for country, service in (("12", "ds"), ("12", "tg"), ("16", "ds"))
    ]
    found = written(schema, "popular", offers=offers)
    assert all(one != other for one, other in combinations(found, 2))
    assert found == written(schema, "popular", offers=offers)


def test_another_world_makes_up_other_values() -> None:
    found = [written(MADE_UP, "look", order=order("1"), seed=seed)["x"] for seed in (1, 2)]
    assert found[0] != found[1]
