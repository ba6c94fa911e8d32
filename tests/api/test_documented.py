"""The documentation's own examples come out value for value under the scenario `documented`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.contract import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

PREFIXES = {name: load(name).prefix for name in ("v3", "v2")}
FIXTURES = Path(__file__).parents[2] / "fixtures"
EXCHANGES = {
    f"{version}.{path.parent.name}": json.loads(path.read_bytes())
    for version in ("v3", "v2")
    for path in sorted((FIXTURES / version).glob("*/documented.json"))
}


def test_every_documented_exchange_is_found() -> None:
    assert sorted(EXCHANGES) == [
        "v2.getBalance",
        "v2.purchase",
        "v3.changeOrderStatus",
        "v3.createCryptomusInvoice",
        "v3.createPay4bitInvoice",
        "v3.getBalance",
        "v3.getCoupons",
        "v3.getCryptomusTransaction",
        "v3.getInvoices",
        "v3.getOrder",
        "v3.orderNumber",
    ]


@pytest.mark.parametrize("name", EXCHANGES)
def test_an_exchange_is_filed_under_its_operation(name: str) -> None:
    assert EXCHANGES[name]["operation"] == name


@pytest.mark.parametrize("name", EXCHANGES)
def test_an_exchange_comes_out_value_for_value(start: Callable[[str], Mock], name: str) -> None:
    request, response = EXCHANGES[name]["request"], EXCHANGES[name]["response"]
    prefix = PREFIXES[name.partition(".")[0]]
    answer = start("documented").client.request(
        request["method"], f"{prefix}{request['path']}", params=request["query"] or None, json=request["body"]
    )
    expected = response["body"]
    seen = answer.json() if EXCHANGES[name]["seen"] == "complete" else known(answer.json(), expected)
    assert (answer.status_code, seen) == (response["status"], expected)


def known(value: Any, example: Any) -> Any:
    """The part of a value that a cut example shows: known fields, and of a text that ends in `…` the beginning."""
    match value, example:
        case dict(), dict():
            return {key: known(value[key], part) for key, part in example.items() if key in value}
        case list(), list() if len(value) == len(example):
            return [known(*pair) for pair in zip(value, example, strict=True)]
        case str(), str() if example.endswith("…") and value.startswith(example[:-1]):
            return example
    return value


@pytest.mark.parametrize(
    ("value", "example", "agrees"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"b": 2}, {"a": 1}, False),
        ({"a": 2}, {"a": 1}, False),
        ([1], [1], True),
        ([1, 2], [1], False),
        ("completed", "complete…", True),
        ("expired", "complete…", False),
        ("completed", "complete", False),
        ([{"a": "xyz", "b": 0}], [{"a": "x…"}], True),
    ],
)
def test_a_cut_example_agrees_with_what_continues_it(value: object, example: object, agrees: bool) -> None:
    assert (known(value, example) == example) is agrees
