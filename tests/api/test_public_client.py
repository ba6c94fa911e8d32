"""A public client of V3, replayed: it takes liberties with the contract and still gets its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.conftest import Mock

BEARER = {"Authorization": "Bearer demo-key"}
ORDER = {
    "country": "United States",
    "service": "mx",
    "carrier": "any",
    "network": "any",
    "maximumPrice": 2000,
    "m": "",
    "n": "",
}


def order(mock: Mock) -> httpx.Response:
    return mock.client.put("/v3/numbers/demo/order", json=ORDER, headers=BEARER)


@pytest.fixture
def inventory(mock: Mock) -> list[dict[str, Any]]:
    """What the client reads once its SMS has arrived."""
    order(mock)
    mock.advance("5s")
    items: list[dict[str, Any]] = mock.client.get("/v3/numbers/demo/inventory/25", headers=BEARER).json()["body"]
    return items


def test_it_gets_its_number(mock: Mock) -> None:
    answer = order(mock)
    assert (answer.status_code, answer.json()["ok"]) == (200, True)
    assert answer.json()["body"]["phoneNumber"].isdecimal()


def test_it_pays_no_more_than_it_offered(mock: Mock) -> None:
    assert order(mock).json()["body"]["purchasePrice"] <= 2000


def test_it_finds_its_number_in_the_inventory(inventory: list[dict[str, Any]]) -> None:
    assert [(item["country"], item["sShort"], item["status"]) for item in inventory] == [
        ("United States", "mx", "completed")
    ]


def test_it_reads_the_code_and_the_sms(inventory: list[dict[str, Any]]) -> None:
    [item] = inventory
    assert item["code"] in item["sms"]


def test_it_sees_a_failure_in_a_2xx_answer(mock: Mock) -> None:
    answer = mock.client.put("/v3/numbers/demo/order", json={**ORDER, "maximumPrice": 0}, headers=BEARER)
    assert answer.is_success
    assert answer.json() == {"ok": False, "errorMessage": "Additional user action required"}
