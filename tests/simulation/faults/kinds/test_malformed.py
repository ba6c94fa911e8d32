"""A body does not parse, but has its length."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from mockserver.simulation.faults.effect import WireResponse
from mockserver.simulation.faults.kinds.malformed import Malformed
from tests.simulation.faults.conftest import json_values


def malformed(content: bytes) -> bytes:
    """Return what becomes of a body."""
    return Malformed().write(WireResponse({}, content)).content


@given(json_values)
@settings(deadline=None)
def test_malformed_json_does_not_parse(value: Any) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        orjson.loads(malformed(orjson.dumps(value)))


@given(json_values)
@settings(deadline=None)
def test_malformed_json_has_its_length(value: Any) -> None:
    content = orjson.dumps(value)
    assert len(malformed(content)) == len(content)


def test_nothing_cannot_be_malformed_further() -> None:
    assert malformed(b"") == b""
