"""The documents themselves, as far as `mockserver.contract` must be able to rely on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import contract
from mockserver.contract import Confidence, Document, Found, located, pointer
from mockserver.contract.document import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCUMENTS = {name: contract.load(name) for name in ("v3", "v2")}
OPERATIONS = [operation for document in DOCUMENTS.values() for operation in document.operations.values()]
ANSWERS = [(operation, answer) for operation in OPERATIONS for answer in operation.answers.values()]


def by_name(value: Any) -> str:
    return str(getattr(value, "name", getattr(value, "status", value)))


def written(name: str) -> list[str]:
    """The pointers of everything that is written in a document."""

    def walk(value: Any, at: str) -> Iterator[str]:
        yield at
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in items:
            yield from walk(inner, f"{at}/{pointer.escape(key)}")

    return list(walk(located.read(SHIPPED / f"{name}.yaml").data, ""))


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_name)
def test_every_operation_has_a_level(operation: contract.Operation) -> None:
    assert operation.provenance.level in Confidence


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_part_has_a_level(name: str) -> None:
    assert {DOCUMENTS[name].provenance(at).level for at in written(name)} <= {*Confidence}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_documented_names_its_page(name: str) -> None:
    document = DOCUMENTS[name]
    found = [document.provenance(at) for at in written(name)]
    assert all(provenance.page for provenance in found if provenance.level is Confidence.DOCUMENTED)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_key_stands_in_the_line_of_its_place(name: str) -> None:
    document = DOCUMENTS[name]
    lines = (SHIPPED / f"{name}.yaml").read_text().splitlines()
    for at in filter(None, written(name)):
        key = pointer.split(at)[-1]
        if key != "$ref" and not (key.isdigit() and len(key) < 3):  # the items of lists have no keys
            place = document.place(at)
            assert lines[place.line - 1][place.column - 1 :].lstrip("'\"").startswith(key), at


@pytest.mark.parametrize(("operation", "answer"), ANSWERS, ids=by_name)
def test_every_example_of_an_answer_keeps_to_the_contract(
    operation: contract.Operation, answer: contract.DocumentedResponse
) -> None:
    found = [operation.check_answer(answer.status, example.value) for example in answer.examples.values()]
    assert found
    assert not any(found), found


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_name)
def test_the_example_of_a_request_keeps_to_the_contract(operation: contract.Operation) -> None:
    texts = {(it.place, it.name): str(it.example) for it in operation.parameters if it.required}
    path = {name: text for (place, name), text in texts.items() if place == "path"}
    query = [(name, text) for (place, name), text in texts.items() if place == "query"]
    bodies = [example.value for example in operation.body.examples.values()] if operation.body else [contract.ABSENT]
    assert bodies
    assert [
        violation for body in bodies for violation in operation.check_request(operation.read(path, query, body))
    ] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=by_name)
def test_every_operation_takes_a_user_and_a_key(operation: contract.Operation) -> None:
    texts = {it.name: str(it.example) for it in operation.parameters}
    body = next(iter(operation.body.examples.values())).value if operation.body else contract.ABSENT
    arguments = operation.read(texts, list(texts.items()), body)
    assert (arguments.user, arguments.key) == ("demo", "demo-key")


@given(st.sampled_from(OPERATIONS), st.data())
def test_every_operation_is_found_by_its_path(operation: contract.Operation, data: st.DataObject) -> None:
    names = [it.name for it in operation.parameters if it.place == "path"]
    text = st.text(min_size=1).filter(lambda text: "\0" not in text)
    values = data.draw(st.fixed_dictionaries(dict.fromkeys(names, text)))
    path = operation.path.format_map({name: quote(value, safe="") for name, value in values.items()})
    document = DOCUMENTS[operation.name.partition(".")[0]]
    assert document.route(operation.method, path) == Found(operation, values)


def test_both_documents_describe_different_operations_under_one_name() -> None:
    assert DOCUMENTS["v3"].operations["getBalance"] is not DOCUMENTS["v2"].operations["getBalance"]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=by_name)
def test_a_failure_outside_any_operation_is_described(document: Document) -> None:
    assert document.failures is not None
    reply = document.failures.write("NOT_FOUND")
    assert document.check_failure(*reply[:3], "NOT_FOUND") == ()


@pytest.mark.parametrize(
    ("status", "body", "media", "place"),
    [
        (404, {}, "application/json", "body"),
        (404, "nothing here", "text/plain", "contentType"),
        (405, None, "application/json", "status"),
    ],
)
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=by_name)
def test_a_wrong_failure_outside_any_operation_is_found(
    document: Document, status: int, body: object, media: str, place: str
) -> None:
    found = document.check_failure(status, body, media, "NOT_FOUND")
    assert {violation.place.partition(".")[0] for violation in found} == {place}
