"""What the 401 says was seen in place of a key, and where the request is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.conftest import Mock

ORDER = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16", "m": "", "n": ""}
BALANCE = "/v3/customers/demo/balance"
IN_QUERY, IN_BODY = "send it as apiKey in the query", "send it as apiKey in the body"
SEEN: dict[str, tuple[str, bool, str, str, dict[str, Any]]] = {
    "none": (f"no key was sent: {IN_QUERY}", False, "GET", BALANCE, {}),
    "none in a body": (f"no key was sent: {IN_BODY}", False, "PUT", "/v3/numbers/demo/order", {"json": ORDER}),
    "another name": (
        f"the key was sent as api_key in the query: {IN_QUERY}",
        True,
        "GET",
        BALANCE,
        {"params": {"api_key": "demo-key"}},
    ),
    "another name, and wrong": (
        f"the key was sent as API-KEY in the query: {IN_QUERY}",
        False,
        "GET",
        BALANCE,
        {"params": {"API-KEY": "nope"}},
    ),
    "a header": (
        f"the key was sent as x-api-key in the headers: {IN_QUERY}",
        True,
        "GET",
        BALANCE,
        {"headers": {"X-Api-Key": "demo-key"}},
    ),
    "the query of a PUT": (
        f"the key was sent as apiKey in the query: {IN_BODY}",
        True,
        "PUT",
        "/v3/numbers/demo/order?apiKey=demo-key",
        {"json": ORDER},
    ),
    "without a name": (f"the key was sent in the query: {IN_QUERY}", True, "GET", f"{BALANCE}?x%20y=demo-key", {}),
    "no account's": ("no account has the key that was sent", False, "GET", f"{BALANCE}?apiKey=nope", {}),
    "spaces": (
        "no account has the key that was sent: it has spaces around it",
        True,
        "GET",
        f"{BALANCE}?apiKey=demo-key%0A",
        {},
    ),
    "of V2": (
        "the key was sent as apiKey in the query: send it as key in the query",
        True,
        "GET",
        "/cs/getBalance?userId=demo&apiKey=demo-key",
        {},
    ),
}


@pytest.mark.parametrize(("says", "known", "method", "url", "request_"), SEEN.values(), ids=SEEN)
def test_a_refusal_says_what_was_seen(
    mock: Mock, says: str, known: bool, method: str, url: str, request_: dict[str, Any]
) -> None:
    answer = mock.client.request(method, url, **request_)
    assert (answer.status_code, f"UNAUTHORIZED: {says}" in answer.text) == (401, True)
    [exchange] = mock.exchanges
    messages = [violation.message for violation in exchange.violations]
    assert (messages, exchange.world) == ([says], "default" if known else None)
