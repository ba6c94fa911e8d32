"""schemathesis over the application: both contract documents, every phase, every check.

The tests of the operations are made when they run: making them takes long, and every process that collects would do it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from schemathesis import Case, Config
from schemathesis.openapi import from_dict
from schemathesis.pytest import from_fixture

from mockserver.contract.document import names
from mockserver.contract.loading import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from schemathesis import Response
    from schemathesis.schemas import BaseSchema
    from starlette.applications import Starlette

Json = dict[str, Any]

GENERATION = {"deterministic": True, "database": "none", "max-examples": 10}

SCENARIO = """
description: What the examples in the documents name is there, and Discord sends its SMS at once.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - userId: demo
    key: demo-key
    balance: 100000
    favourites:
      - {country: "12", service: ds}
    coupons:
      - {code: WELCOME10, percentage: 10}
    orders:
      - {orderId: "1", country: "12", service: ds, phoneNumber: "12015550100", price: 16}
      - {orderId: "20046875", country: "12", service: ds, phoneNumber: "12015550101", price: 16, sms: [{text: Hello}]}
    payments:
      - id: af161c5a-93b1-4c1e-9d0a-5f2f6f1b7c11
        url: https://pay.cryptomus.com/pay/35a4ee29-16ef-4b18-9960-b7812c836bb1
        amount: 500
        created: "2025-06-15 15:00:00"
        status: check
        wallet: {currency: USDT, network: BSC, amount: "4.99", address: "0x66b928a82377d75ced043e95738372e9e9607f1f"}
orders:
  - when: {service: ds}
    sms:
      - {after: 0s}
"""
ACCOUNT = {"userId": ["demo"], "apiKey": ["demo-key"], "key": ["demo-key"]}
PURCHASE = {
    "country": ["12", "16"],
    "service": ["ds", "tg"],
    "carrier": ["any"],
    "maximumPrice": ["900"],
    "m": [""],
    "n": [""],
}

LINKS: dict[str, dict[str, Json]] = {
    "v3": {
        "orderNumber": {
            "getOrder": {"parameters": {"orderId": "$response.body#/body/orderId"}},
            "changeOrderStatus": {"parameters": {"orderId": "$response.body#/body/orderId"}},
        },
        "changeOrderStatus": {"getOrder": {"parameters": {"orderId": "$request.path.orderId"}}},
        "createCryptomusWallet": {
            "getCryptomusTransaction": {"parameters": {"order_id": "$response.body#/body/order_id"}}
        },
    },
    "v2": {
        "purchase": {
            "getPhoneStatus": {"parameters": {"orderId": "$response.body#/orderId"}},
            "refund": {"requestBody": {"orderId": "$response.body#/orderId"}},
            "requestAnother": {"requestBody": {"orderId": "$response.body#/orderId"}},
        },
        "requestAnother": {"getPhoneStatus": {"parameters": {"orderId": "$request.body#/orderId"}}},
    },
}
"""Which operation goes on with what another one answered."""


def narrowed(part: Any, values: dict[str, list[str]]) -> Any:
    """A document, or a part of one, in which parameters and request fields of these names take only these values."""
    if isinstance(part, list):
        return [narrowed(item, values) for item in part]
    if not isinstance(part, dict):
        return part
    part = {name: narrowed(value, values) for name, value in part.items()}
    if "in" in part and part["name"] in values:
        part["schema"] = {"enum": values[part["name"]]}
    fields = part.get("properties", {})
    if "apiKey" in fields or "key" in fields:
        fields.update({name: {"enum": values[name]} for name in values if name in fields})
    return part


def with_links(document: Json, links: dict[str, Json]) -> Json:
    """A document whose successful answers say which operations go on from there."""
    for path in document["paths"].values():
        for operation in path.values():
            followers = links.get(operation["operationId"], {})
            operation["responses"]["200"]["links"] = {
                follower: {"operationId": follower, **link} for follower, link in followers.items()
            }
    return document


def schema(document: Json, mode: str = "all") -> BaseSchema:
    return from_dict(document, config=Config.from_dict({"seed": 1, "generation": {**GENERATION, "mode": mode}}))


def succeeded(response: Response) -> bool:
    answer: Json = response.json()
    return answer.get("ok") is True or answer.get("error") is False


@pytest.fixture
def app_of(start: Callable[[str], Any]) -> Callable[[str], Starlette]:
    """Starts an application for everyone who asks for it by another name."""
    return cache(lambda _: start(SCENARIO).app)


@pytest.fixture
def successes() -> Iterator[dict[str, bool]]:
    """Whether an operation did what it was asked for, by its name. Fails the test in which one never did."""
    successes: dict[str, bool] = {}
    yield successes
    assert successes
    assert [name for name, succeeded in successes.items() if not succeeded] == []


@pytest.fixture(params=names())
def a_customers(request: pytest.FixtureRequest) -> BaseSchema:
    return schema(narrowed(written(request.param), ACCOUNT))


@pytest.fixture(params=names())
def anybodys(request: pytest.FixtureRequest) -> BaseSchema:
    return schema(written(request.param))


@settings(suppress_health_check=list(HealthCheck))
@from_fixture("a_customers").parametrize()
def test_a_customers_requests_keep_to_the_contract(
    case: Case[Any], app_of: Callable[[str], Starlette], successes: dict[str, bool]
) -> None:
    label = case.operation.label
    response = case.call_and_validate(app=app_of(label))
    successes[label] = successes.get(label, False) or succeeded(response)


@settings(suppress_health_check=list(HealthCheck))
@from_fixture("anybodys").parametrize()
def test_anybodys_requests_keep_to_the_contract(case: Case[Any], app_of: Callable[[str], Starlette]) -> None:
    case.call_and_validate(app=app_of(case.operation.label))


@pytest.mark.parametrize("name", LINKS)
def test_chains_of_requests_keep_to_the_contract(
    name: str, app_of: Callable[[str], Starlette], successes: dict[str, bool]
) -> None:
    document = with_links(narrowed(written(name), ACCOUNT | PURCHASE), LINKS[name])
    machine: Any = schema(document, mode="positive").as_state_machine()

    class Chain(machine):  # type: ignore[misc] # a class made at run time
        def get_call_kwargs(self, _: Case[Any]) -> Json:
            return {"app": app_of(name)}

        def after_call(self, response: Response, case: Case[Any]) -> None:
            super().after_call(response, case)
            successes[name] = successes.get(name, False) or succeeded(response)

    Chain.run(settings=settings(max_examples=20, stateful_step_count=6, derandomize=True, database=None, deadline=None))
