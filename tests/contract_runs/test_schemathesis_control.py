"""schemathesis over the control API's own document: every phase, every check.

As in `test_schemathesis`, the tests of the operations are made when they run.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import HealthCheck, settings
from schemathesis import Case, Config
from schemathesis.openapi import from_dict
from schemathesis.pytest import from_fixture

from mockserver.control.operations import DOCUMENT
from mockserver.serving.setup import Settings, set_up
from mockserver.simulation.limits import WorldLimits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from schemathesis.schemas import BaseSchema
    from starlette.applications import Starlette

Json = dict[str, Any]

LIMITS = WorldLimits(worlds=20, journal=50, events=50, faults=10, wait=0.01, stream=0.01)
"""Small, so that the run meets them; what waits ends at once."""

GENERATION = {
    "deterministic": True,
    "database": "none",
    "max-examples": 10,
}
CONFIG = {
    "seed": 1,
    # What fits the schema may still be refused for its meaning: a scenario, a fault or a snapshot that makes no sense
    # (422), a world that is not there, a change that the state does not allow. 401, 403, 413 and 421 are not among
    # them: this mock is open.
    "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422"]}},
}

SCENARIO = """
description: What the control API can be asked about is there.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - userId: demo
    key: demo-key
    balance: 100000
    orders:
      - {orderId: "1", country: "12", service: ds, phoneNumber: "12015550100", price: 16}
      - {orderId: "2", country: "12", service: ds, phoneNumber: "12015550101", price: 16, sms: [{text: Hello}]}
    payments:
      - id: af161c5a-93b1-4c1e-9d0a-5f2f6f1b7c11
        url: https://pay.cryptomus.com/pay/35a4ee29-16ef-4b18-9960-b7812c836bb1
        amount: 500
        created: "2025-06-15 15:00:00"
        status: check
"""
THERE: dict[str, list[Any]] = {
    "world": ["default"],
    "order": ["1", "2"],
    "payment": ["af161c5a-93b1-4c1e-9d0a-5f2f6f1b7c11"],
    "fault": [1],
    "country": ["12", "16"],
    "service": ["ds", "wa"],
    "account": ["demo"],
}
"""What is there to be asked about, by the names of parameters and fields."""


def document() -> Json:
    read: Json = yaml.load(DOCUMENT.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return read


def narrowed(part: Any) -> Any:
    """The document, or a part of it, in which paths and required fields name only what is there."""
    if isinstance(part, list):
        return [narrowed(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {name: narrowed(value) for name, value in part.items()}
    match part:
        case {"in": "path", "name": name} if name in THERE:
            part["schema"] = {"enum": THERE[name]}
        case {"in": "query", "name": name} if name in THERE:
            part["example"] = THERE[name][0]
    if "required" in part and "properties" in part:
        part["properties"].update({name: {"enum": THERE[name]} for name in THERE if name in part["required"]})
    return part


def schema(document: Json) -> BaseSchema:
    config = {**CONFIG, "generation": {**GENERATION, "mode": "all"}}
    return from_dict({**document, "servers": [{"url": "/__mock__"}]}, config=Config.from_dict(config))


@pytest.fixture
def app_of(tmp_path: Path) -> Callable[[str], Starlette]:
    """Starts an application for each operation, by its name."""
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO)
    return cache(lambda _: set_up(str(path), settings=Settings(limits=LIMITS)).app)


@pytest.fixture
def strangers() -> BaseSchema:
    return schema(document())


@pytest.fixture
def users() -> BaseSchema:
    return schema({**document(), "paths": narrowed(document()["paths"])})


@settings(suppress_health_check=list(HealthCheck))
@from_fixture("strangers").parametrize()
def test_the_control_api_keeps_to_its_own_document(case: Case[Any], app_of: Callable[[str], Starlette]) -> None:
    case.call_and_validate(app=app_of(case.operation.label))


@settings(suppress_health_check=list(HealthCheck))
@from_fixture("users").parametrize()
def test_a_users_requests_keep_to_the_document(case: Case[Any], app_of: Callable[[str], Starlette]) -> None:
    case.call_and_validate(app=app_of(case.operation.label))
