"""Plays every flow against the stand-in."""

import itertools
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.standin.flows import FLOWS, Flow
from tests.standin.vendor import create_server, listen, url_of


class StandinWorld:
    """A fresh world of a running stand-in."""

    def __init__(self, http: httpx.Client, balance: int, charges: int) -> None:
        self._http = http
        self._more = itertools.count(2)
        self.v3_url = str(http.base_url.join("/v3"))
        self.v2_url = str(http.base_url.join("/cs"))
        self._post("reset")
        self.user, self.key = self._account(1, balance, charges)

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self._post("advance", seconds=seconds)

    def deliver_sms(self, order_id: str, text: str, code: str) -> None:
        """Let an SMS arrive."""
        self._post("sms", orderId=order_id, text=text, code=code)

    def settle(self, payment_id: str, status: str) -> None:
        """End a payment."""
        self._post("settle", paymentId=payment_id, status=status)

    def set_offer(self, country: str, service: str, price_cents: int | None = None, stock: int | None = None) -> None:
        """Change an offer."""
        self._post("offer", country=country, service=service, price=price_cents, stock=stock)

    def second_account(self) -> tuple[str, str]:
        """Make one more account."""
        return self._account(next(self._more), 10_000, 0)

    def coupon(self, code: str, percentage: int, target: str) -> str:
        """Give the account a coupon."""
        self._post("coupon", userId=self.user, code=code, percentage=percentage, target=target)
        return code

    def _account(self, number: int, balance: int, charges: int) -> tuple[str, str]:
        user, key = f"customer{number}", f"secret{number}"
        self._post("account", userId=user, key=key, balance=balance, charges=charges)
        return user, key

    def _post(self, handle: str, **given: Any) -> None:
        self._http.post(f"/_test/{handle}", json=given).raise_for_status()


@pytest.fixture(scope="module")
def standin() -> Iterator[httpx.Client]:
    """Run a stand-in, and give a client of its test handles."""
    listener = listen(0)
    server = create_server()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    with httpx.Client(base_url=url_of(listener), trust_env=False, timeout=10) as http:
        yield http
    server.should_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.name)
def test_flow(flow: Flow, standin: httpx.Client) -> None:
    flow(StandinWorld(standin, flow.balance, flow.charges))


def test_flows_are_many_and_named_apart() -> None:
    assert len(FLOWS) >= 45
    assert len({flow.name for flow in FLOWS}) == len(FLOWS)
