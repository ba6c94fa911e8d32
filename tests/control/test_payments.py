"""Payments that the control API settles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.control.conftest import Opened


@pytest.mark.parametrize("name", ["payId", "sesid"])
def test_a_payment_can_be_named_as_the_service_shows_it(home: Opened, name: str) -> None:
    home.v3.send("PUT", "/customers/{user}/cryptomus/invoice/5")
    shown = home.v3.get("/customers/{user}/payments").json()["body"][0]
    settled = home("POST", f"/payments/{shown[name]}/settle", json={"status": "paid"})
    assert (settled.status_code, settled.json()["status"]) == (200, "paid")
