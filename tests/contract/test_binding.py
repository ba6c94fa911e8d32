"""The arguments of requests: what is written for an operation of the service is read as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import ABSENT, Arguments, Document, contract
from mockserver.contract.reader import Unread
from tests.contract.drawing import WORDS, values

if TYPE_CHECKING:
    from mockserver.contract import Operation

PURPOSES = [
    (operation, purpose)
    for document in contract().documents.values()
    for operation in document.operations.values()
    for purpose in operation.purposes
]

every_purpose = pytest.mark.parametrize(
    ("operation", "purpose"), PURPOSES, ids=[f"{operation.name}-{purpose}" for operation, purpose in PURPOSES]
)


def given_arguments(operation: Operation, purpose: str) -> st.SearchStrategy[dict[str, Any]]:
    """Values of all arguments that are needed, and of some others that a request can hold."""
    arguments = {name: each for name, each in WORDS.purposes[purpose].arguments.items() if operation.takes(name)}
    drawn = {name: values(each.type._replace(optional=False)) for name, each in arguments.items()}
    return st.fixed_dictionaries(
        {name: drawn[name] for name, each in arguments.items() if each.required},
        optional={name: drawn[name] for name, each in arguments.items() if not each.required},
    )


def defaults(purpose: str) -> dict[str, Any]:
    """What the arguments are that are not given."""
    arguments = WORDS.purposes[purpose].arguments.items()
    return {name: each.default for name, each in arguments if not each.required}


@every_purpose
@given(data=st.data())
@settings(deadline=None, max_examples=30)
def test_arguments_are_read_as_they_were_written(operation: Operation, purpose: str, data: st.DataObject) -> None:
    given = data.draw(given_arguments(operation, purpose))
    arguments = operation.arguments(purpose, given, "demo", "demo-key")
    assert operation.purpose(arguments) == purpose
    assert operation.values(arguments) == ({**defaults(purpose), **given}, ())


@every_purpose
@given(data=st.data())
@settings(deadline=None, max_examples=30)
def test_arguments_survive_a_url(operation: Operation, purpose: str, data: st.DataObject) -> None:
    given = data.draw(given_arguments(operation, purpose))
    path, query, body, _ = operation.arguments(purpose, given, "demo", "demo-key")
    texts = {name: str(value) for name, value in path.items()}
    received = operation.read(texts, [(name, str(value)) for name, value in query.items()], body)
    assert (operation.purpose(received), received.user, received.key) == (purpose, "demo", "demo-key")
    assert operation.values(received) == ({**defaults(purpose), **given}, ())


@every_purpose
def test_what_an_operation_needs_stands_somewhere(operation: Operation, purpose: str) -> None:
    needed = [name for name, each in WORDS.purposes[purpose].arguments.items() if each.required]
    assert all(map(operation.takes, needed))


@every_purpose
def test_an_operation_without_a_body_is_asked_without_one(operation: Operation, purpose: str) -> None:
    body = operation.arguments(purpose, {}).body
    assert (body is ABSENT) == (operation.body is None)


@every_purpose
def test_what_is_needed_and_missing_is_told(operation: Operation, purpose: str) -> None:
    needed = [name for name, each in WORDS.purposes[purpose].arguments.items() if each.required]
    _, unread = operation.values(Arguments({}, {}, {}), purpose)
    assert [each.message for each in unread] == ["is required"] * len(needed)


# One document


@pytest.fixture
def buy(service: Document) -> Operation:
    return service.operations["buy"]


@pytest.fixture
def change(service: Document) -> Operation:
    return service.operations["change"]


def test_arguments_stand_where_the_document_says(buy: Operation) -> None:
    given = {"country": "12", "service": "ds", "maximum": 16}
    assert buy.arguments("order", given, "me", "k")[:3] == (
        {},
        {},
        {"user": "me", "key": "k", "where": {"land": "12", "for": "ds"}, "most": 0.16},
    )


def test_the_argument_that_decides_is_written_with_its_word(change: Operation) -> None:
    assert change.arguments("refund", {"order": "7"}, key="k")[:2] == ({"id": 7, "what": "give-back"}, {"key": "k"})


@pytest.mark.parametrize(("word", "purpose"), [("give-back", "refund"), ("another", "another"), ("sell", ""), (5, "")])
def test_an_argument_decides_what_a_request_is_for(change: Operation, word: object, purpose: str) -> None:
    assert change.purpose(Arguments({"id": 7, "what": word}, {})) == purpose


def test_without_the_argument_that_decides_nobody_knows_what_a_request_is_for(change: Operation) -> None:
    assert change.purpose(Arguments({"id": 7}, {})) == ""


def test_an_argument_that_stands_nowhere_cannot_be_given(buy: Operation) -> None:
    with pytest.raises(ValueError, match=r"^the operation has no place for the argument carrier$"):
        buy.arguments("order", {"carrier": "att"})


def test_a_misspelt_argument_is_told_the_one_that_was_meant(buy: Operation) -> None:
    with pytest.raises(
        ValueError, match=r"^the operation has no place for the argument contry, did you mean country\?$"
    ):
        buy.arguments("order", {"contry": "12"})


@pytest.mark.parametrize(("argument", "takes"), [("country", True), ("carrier", False), ("order", False)])
def test_an_operation_takes_what_has_a_place(buy: Operation, argument: str, takes: bool) -> None:
    assert buy.takes(argument) is takes


def test_an_operation_that_is_for_several_things_takes_what_decides(change: Operation) -> None:
    assert change.takes("operation")


@pytest.mark.parametrize(
    ("body", "unread"),
    [
        ({"where": {"land": "12", "for": "ds"}, "most": "much"}, [Unread(("body", "most"), "should be a number")]),
        ({"where": {"land": ["12"], "for": "ds"}}, [Unread(("body", "where", "land"), "should be text")]),
        ({"where": {"land": None, "for": "ds"}}, [Unread(("body", "where", "land"), "is required")]),
        ({"where": 5}, [Unread(("body", "where", name), "is required") for name in ("land", "for")]),
        (5, [Unread(("body", "where", name), "is required") for name in ("land", "for")]),
    ],
)
def test_what_cannot_be_read_is_told_by_its_place(buy: Operation, body: object, unread: list[Unread]) -> None:
    assert list(buy.values(Arguments({}, {}, body))[1]) == unread


def test_null_is_nothing(buy: Operation) -> None:
    read, _ = buy.values(Arguments({}, {}, {"where": {"land": "12", "for": "ds"}, "most": None}))
    assert read["maximum"] is None


def test_credentials_that_are_not_given_are_left_out(buy: Operation) -> None:
    assert buy.arguments("order", {}).body == {}
