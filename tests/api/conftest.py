"""A customer who asks for what the vocabulary names, over any document of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.contract import ABSENT
from tests.conftest import SERVICES

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mockserver.contract import Document
    from mockserver.contract.operation import AnswerFacts
    from tests.conftest import Mock

LIFE = """
description: An account that has something of everything; time stands still.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - userId: demo
    key: demo-key
    balance: 100000
    totalCharges: 4500
    favourites: [{country: "16", service: wa}]
    coupons: [{code: CRYPTO10, percentage: 10, timing: 2}]
    orders:
      - {orderId: "1", country: "12", service: ds, phoneNumber: "12015550101", price: 16}
      - orderId: "2"
        country: "12"
        service: tg
        phoneNumber: "12015550102"
        price: 76
        sms: [{text: "Your code is 123456", code: "123456"}, {text: Hello}]
      - {orderId: "3", country: "16", service: ds, phoneNumber: "447700900103", price: 20, refunded: true}
      - orderId: "4"
        country: "16"
        service: ds
        phoneNumber: "447700900104"
        price: 20
        orderedAt: "2025-06-15 14:00:00"
    payments:
      - id: af161c5a-93b1-4c1e-9d0a-5f2f6f1b7c11
        url: https://pay.cryptomus.com/pay/35a4ee29-16ef-4b18-9960-b7812c836bb1
        amount: 500
        created: "2025-06-15 15:00:00"
        status: check
        wallet: {currency: USDT, network: BSC, amount: "4.99", address: "0x66b928a82377d75ced043e95738372e9e9607f1f"}
orders:
  - sms: [{after: 5s, text: "Your code is {code}", code: "424242"}]
payments:
  - ends: {after: 10s}
"""


class Customer:
    """The account `demo`, over one document."""

    def __init__(self, mock: Mock, document: Document) -> None:
        self.mock = mock
        self.document = document

    def send(self, purpose: str, **values: Any) -> httpx.Response:
        """Ask for an operation of the vocabulary, as the document says."""
        operation = self.document.by_purpose[purpose]
        path, query, body, _ = operation.arguments(purpose, values, "demo", "demo-key")
        url = self.document.prefix + operation.path.format(**path)
        return self.mock.client.request(operation.method, url, params=query, json=None if body is ABSENT else body)

    def read(self, purpose: str, **values: Any) -> AnswerFacts:
        """What the answer says."""
        answer = self.send(purpose, **values)
        reading = self.document.by_purpose[purpose].read_answer(answer.status_code, answer.json())
        assert reading.unread == ()
        return reading

    def ask(self, purpose: str, **values: Any) -> dict[str, Any]:
        """What a successful answer says, in the names of the vocabulary."""
        reading = self.read(purpose, **values)
        assert reading.granted, reading.refused
        return reading.facts

    def refused(self, purpose: str, **values: Any) -> str:
        """Why something is refused."""
        reading = self.read(purpose, **values)
        assert reading.refused is not None
        return reading.refused.reason


@pytest.fixture(params=list(SERVICES().documents.values()), ids=lambda document: str(document.name))
def customer(request: pytest.FixtureRequest, start: Callable[[str], Mock]) -> Customer:
    """A customer of an account that has something of everything, once over each document."""
    return Customer(start(LIFE), request.param)


@pytest.fixture
def customers(start: Callable[[str], Mock]) -> list[Customer]:
    """The same customer over each document, in worlds that are alike."""
    return [Customer(start(LIFE), document) for document in SERVICES().documents.values()]
