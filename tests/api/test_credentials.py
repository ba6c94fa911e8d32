"""Who may do what: keys, bearer tokens, other people's accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import load

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from mockserver.contract import Operation
    from tests.conftest import Mock

    Start = Callable[[str], Mock]

ACCOUNTS = """
description: Accounts with keys of their own, one blocked, two that share a key.
accounts:
  - {userId: demo, key: demo-key, balance: 1000}
  - {userId: other, key: other-key}
  - {userId: blocked, key: blocked-key}
  - {userId: first, key: shared-key, balance: 1}
  - {userId: second, key: shared-key, balance: 2}
""".replace("key: blocked-key", "key: blocked-key, blocked: true")

DOCUMENTS = {name: load(name) for name in ("v3", "v2")}
OPERATIONS = {
    operation.name: operation for document in DOCUMENTS.values() for operation in document.operations.values()
}
V3 = [operation for name, operation in OPERATIONS.items() if name.startswith("v3")]

every_operation = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
every_v3_operation = pytest.mark.parametrize("operation", V3, ids=[operation.id for operation in V3])


def ask(mock: Mock, operation: Operation, user: str | None, key: str | None, bearer: str = "") -> httpx.Response:
    """Send what the contract document gives as an example, with these credentials."""
    version = operation.name.partition(".")[0]
    names = {"v3": ("userId", "apiKey"), "v2": ("userId", "key")}[version]
    given = {name: value for name, value in zip(names, (user, key), strict=True) if value is not None}
    values = {parameter.name: str(parameter.example) for parameter in operation.parameters}
    path = operation.path.format(**{**values, "userId": user})
    query = {parameter.name: values[parameter.name] for parameter in operation.parameters if parameter.place == "query"}
    query = {**{name: value for name, value in query.items() if name not in names}, **given}
    body = None
    if operation.body:
        example = operation.body.examples["example"].value
        body = {**{name: value for name, value in example.items() if name not in names}, **given}
    return mock.client.request(
        operation.method,
        DOCUMENTS[version].prefix + path,
        params=query if body is None else None,
        json=body,
        headers={"Authorization": f"Bearer {bearer}"} if bearer else {},
    )


@every_operation
def test_a_key_opens_its_account(start: Start, operation: Operation) -> None:
    assert ask(start(ACCOUNTS), operation, "demo", "demo-key").status_code == 200


@every_operation
def test_nothing_is_done_without_a_key(start: Start, operation: Operation) -> None:
    assert ask(start(ACCOUNTS), operation, "demo", None).status_code == 401


@every_operation
def test_nothing_is_done_with_an_unknown_key(start: Start, operation: Operation) -> None:
    assert ask(start(ACCOUNTS), operation, "demo", "Demo-Key").status_code == 401


@every_operation
def test_nothing_is_done_with_somebody_elses_key(start: Start, operation: Operation) -> None:
    assert ask(start(ACCOUNTS), operation, "demo", "other-key").status_code == 403


@every_operation
def test_nothing_is_done_for_a_blocked_account(start: Start, operation: Operation) -> None:
    assert ask(start(ACCOUNTS), operation, "blocked", "blocked-key").status_code == 403


@every_v3_operation
def test_a_bearer_token_stands_in_for_the_key(start: Start, operation: Operation) -> None:
    assert ask(start(ACCOUNTS), operation, "demo", None, bearer="demo-key").status_code == 200


@every_v3_operation
def test_a_bearer_token_must_be_known(start: Start, operation: Operation) -> None:
    assert ask(start(ACCOUNTS), operation, "demo", None, bearer="nope").status_code == 401


def test_the_key_wins_over_the_bearer_token(start: Start) -> None:
    operation = OPERATIONS["v3.getBalance"]
    assert ask(start(ACCOUNTS), operation, "demo", "other-key", bearer="demo-key").status_code == 403


def test_v2_takes_no_bearer_token(start: Start) -> None:
    assert ask(start(ACCOUNTS), OPERATIONS["v2.getBalance"], "demo", None, bearer="demo-key").status_code == 401


@pytest.mark.parametrize("header", ["bearer demo-key", "BEARER demo-key", "Bearer   demo-key  "])
def test_a_bearer_header_is_read_leniently(start: Start, header: str) -> None:
    answer = start(ACCOUNTS).client.get("/v3/customers/demo/balance", headers={"Authorization": header})
    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["Basic demo-key", "demo-key", "Bearer", "Bearer ", "", "Bearer demo-key x"])
def test_another_authorization_is_no_key(start: Start, header: str) -> None:
    answer = start(ACCOUNTS).client.get("/v3/customers/demo/balance", headers={"Authorization": header})
    assert answer.status_code == 401


@pytest.mark.parametrize(("user", "balance"), [("first", 1), ("second", 2)])
def test_a_shared_key_opens_the_account_that_is_named(start: Start, user: str, balance: int) -> None:
    answer = ask(start(ACCOUNTS), OPERATIONS["v3.getBalance"], user, "shared-key")
    assert answer.json()["body"]["balance"] == balance


def test_a_key_that_is_no_text_is_none(start: Start) -> None:
    body = {"apiKey": 5, "country": "12", "service": "ds", "carrier": "any", "maximumPrice": "99", "m": "", "n": ""}
    assert start(ACCOUNTS).client.put("/v3/numbers/demo/order", json=body).status_code == 401


def test_a_user_may_have_signs_in_its_name(start: Start) -> None:
    mock = start('description: x\naccounts: [{userId: "a b/ü", key: k}]\n')
    answer = mock.client.get("/v3/customers/a%20b%2F%C3%BC/balance", params={"apiKey": "k"})
    assert answer.json()["body"]["userId"] == "a b/ü"
