"""schemathesis over an application under all readings but the defaults: it keeps to the changed contract documents.

As in `tests/contract_runs`, the tests of the operations are made when they run.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from schemathesis import Case, Config
from schemathesis.openapi import from_dict
from schemathesis.pytest import from_fixture

from mockserver import contract
from mockserver.contract.document import names
from mockserver.contract.loading import written

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemathesis.schemas import BaseSchema
    from starlette.applications import Starlette

    from tests.readings.conftest import Play

CHOICES = {name: [*reading.values][1] for name, reading in contract.readings().items()}
NARROW = {
    "userId": ["demo"],
    "apiKey": ["demo-key"],
    "key": ["demo-key"],
    "orderId": ["1", "2", "3", "4"],
    "country": ["12", "Atlantis"],
    "service": ["ds", "tg", "wa"],
    "carrier": ["any"],
    "m": [""],
    "n": [""],
}
"""What leads somewhere, so that requests meet every refusal."""

REFUSED = ["2xx", "402", "404", "409", "410", "503"]
CHECKS = {
    "positive_data_acceptance": {"expected-statuses": REFUSED},
    "not_a_server_error": {"expected-statuses": REFUSED},
}
GENERATION = {"deterministic": True, "database": "none", "max-examples": 10, "mode": "positive"}

PAST = {"country": "12", "service": "ds", "price": 16}
ACCOUNT = {
    "balance": 200,
    "totalCharges": 8000,
    "orders": [
        {**PAST, "orderId": "1", "phoneNumber": "12015550101"},
        {**PAST, "orderId": "2", "phoneNumber": "12015550102", "sms": [{"text": "hello"}]},
        {**PAST, "orderId": "3", "phoneNumber": "12015550103", "orderedAt": "2025-06-15 14:00:00"},
    ],
}
CATALOGUE = [{"country": "12", "service": "tg", "price": 900}, {"country": "12", "service": "wa", "stock": 0}]


def narrowed(part: Any) -> Any:
    """A document, or a part of one, in which parameters and request fields take only what leads somewhere."""
    if isinstance(part, list):
        return [narrowed(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {name: narrowed(value) for name, value in part.items()}
    if part.get("in") and part["name"] in NARROW:
        part["schema"] = {"enum": NARROW[part["name"]]}
    fields = part.get("properties", {})
    if "apiKey" in fields or "key" in fields:
        fields.update({name: {"enum": NARROW[name]} for name in NARROW if name in fields})
    return part


@pytest.fixture(params=names())
def changed(request: pytest.FixtureRequest) -> BaseSchema:
    return from_dict(
        narrowed(written(request.param, CHOICES)),
        config=Config.from_dict({"seed": 1, "generation": GENERATION, "checks": CHECKS}),
    )


@pytest.fixture
def app_of(play: Play) -> Callable[[str], Starlette]:
    """Starts an application for each operation, by its name."""
    return cache(lambda _: play(CHOICES, ACCOUNT, catalogue=CATALOGUE).app)


@settings(suppress_health_check=list(HealthCheck))
@from_fixture("changed").parametrize()
def test_requests_keep_to_the_changed_contract(case: Case[Any], app_of: Callable[[str], Starlette]) -> None:
    case.call_and_validate(app=app_of(case.operation.label))
