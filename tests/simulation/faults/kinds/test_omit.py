"""A field is missing, wherever its path leads."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings

from mockserver.simulation.faults.kinds.omit import Omit
from tests.simulation.faults.conftest import changed, json_values, paths

ANSWER = {"ok": True, "body": [{"id": "1", "sms": [{"text": "a"}, {"text": "b"}]}, {"id": "2", "sms": []}]}


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
    assert changed(Omit(path), ANSWER) == expected


@pytest.mark.parametrize("path", ["no", "body.id", "body[].no", "ok.id", "ok[].id", "body[].id.no"])
def test_a_body_without_the_field_comes_back_itself(path: str) -> None:
    assert changed(Omit(path), ANSWER) is ANSWER


@pytest.mark.parametrize("body", [None, "text", 5, []])
def test_a_body_that_is_no_object_comes_back_itself(body: object) -> None:
    assert changed(Omit("ok"), body) is body


@given(json_values, paths)
@settings(deadline=None)
def test_omitting_changes_nothing_in_place(body: Any, path: str) -> None:
    before = deepcopy(body)
    changed(Omit(path), body)
    assert body == before


@given(json_values, paths)
@settings(deadline=None)
def test_a_field_is_omitted_once_and_for_all(body: Any, path: str) -> None:
    path = path.removesuffix("[]")
    once = changed(Omit(path), body)
    assert changed(Omit(path), once) is once
