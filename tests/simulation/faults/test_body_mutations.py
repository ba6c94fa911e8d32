"""What becomes of a body: a field is missing, a value has another type, the text is no JSON."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.simulation.faults.body_mutations import malform, omit, retype

ANSWER = {"ok": True, "body": [{"id": "1", "sms": [{"text": "a"}, {"text": "b"}]}, {"id": "2", "sms": []}]}

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    # orjson writes no lone surrogates
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
paths = st.from_regex(r"[abc](\[\])?(\.[abc](\[\])?){0,2}", fullmatch=True)
types = st.sampled_from(["string", "number", "null", "object", "array", "boolean"])


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("ok", {"body": ANSWER["body"]}),
        ("body", {"ok": True}),
        ("body[].id", {"ok": True, "body": [{"sms": [{"text": "a"}, {"text": "b"}]}, {"sms": []}]}),
        (
            "body[].sms[].text",
            {"ok": True, "body": [{"id": "1", "sms": [{}, {}]}, {"id": "2", "sms": []}]},
        ),
    ],
)
def test_a_field_is_omitted_wherever_the_path_leads(path: str, expected: object) -> None:
    assert omit(ANSWER, path) == expected


@pytest.mark.parametrize("path", ["no", "body.id", "body[].no", "ok.id", "ok[].id", "body[].id.no"])
def test_a_body_without_the_field_comes_back_itself(path: str) -> None:
    assert omit(ANSWER, path) is ANSWER


@pytest.mark.parametrize("body", [None, "text", 5, []])
def test_a_body_that_is_no_object_comes_back_itself(body: object) -> None:
    assert omit(body, "ok") is body


@given(json_values, paths)
@settings(deadline=None)
def test_omitting_changes_nothing_in_place(body: Any, path: str) -> None:
    before = deepcopy(body)
    omit(body, path)
    assert body == before


@given(json_values, paths)
@settings(deadline=None)
def test_a_field_is_omitted_once_and_for_all(body: Any, path: str) -> None:
    path = path.removesuffix("[]")
    once = omit(body, path)
    assert omit(once, path) is once


@pytest.mark.parametrize(
    ("value", "to", "expected"),
    [
        (16, "string", "16"),
        (None, "string", "null"),
        ([1], "string", "[1]"),
        ("16", "number", 16),
        ("sixteen", "number", 0),
        ("9" * 30, "number", 0),
        ("²", "number", 0),
        (True, "number", 0),
        (16, "null", None),
        (16, "object", {"value": 16}),
        (16, "array", [16]),
        (16, "boolean", True),
        ("", "boolean", False),
    ],
)
def test_a_value_gets_another_type(value: object, to: str, expected: object) -> None:
    changed = retype({"a": value}, "a", to)
    assert orjson.dumps(changed) == orjson.dumps({"a": expected})


@pytest.mark.parametrize(
    ("value", "to"),
    [
        ("a", "string"),
        (1, "number"),
        (1.5, "number"),
        (None, "null"),
        ({}, "object"),
        ([], "array"),
        (False, "boolean"),
    ],
)
def test_a_value_of_the_type_stays_what_it_is(value: object, to: str) -> None:
    body = {"a": value}
    assert retype(body, "a", to) is body


def test_every_item_of_a_list_gets_another_type() -> None:
    assert retype({"a": [1, 2]}, "a[]", "string") == {"a": ["1", "2"]}


@given(json_values, paths, types)
@settings(deadline=None)
def test_whatever_is_retyped_can_be_written(body: Any, path: str, to: str) -> None:
    orjson.dumps(retype(body, path, to))


@given(json_values)
@settings(deadline=None)
def test_malformed_json_does_not_parse(value: Any) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(malform(orjson.dumps(value)))


@given(json_values)
@settings(deadline=None)
def test_malformed_json_has_its_length(value: Any) -> None:
    content = orjson.dumps(value)
    assert len(malform(content)) == len(content)


def test_nothing_cannot_be_malformed_further() -> None:
    assert malform(b"") == b""
