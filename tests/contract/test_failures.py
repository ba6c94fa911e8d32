"""How a document says no: what follows from its failures, what is written of them, and what is read."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.contract import ABSENT, Document, contract, vocabulary
from mockserver.contract.failures import FailureBody, Failures, reasons_of
from mockserver.contract.loading import written
from mockserver.contract.parts import JSON_TYPE
from tests.contract.conftest import placed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockserver.contract import Operation

WORDS = vocabulary()
READINGS: list[dict[str, object]] = [{}, {"failures": "status"}]
DOCUMENTS = [document for readings in READINGS for document in contract(readings).documents.values()]
OPERATIONS = [operation for document in DOCUMENTS for operation in document.operations.values()]
OFFER = SimpleNamespace(price=20)

each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
each_reason = pytest.mark.parametrize("reason", WORDS.reasons)


def reasons(operation: Operation) -> Iterable[str]:
    purposes = [WORDS.purposes[name] for name in operation.purposes]
    return reasons_of(purposes, WORDS, has_path="{" in operation.path, has_body=operation.body is not None)


def json_of(body: Any, media: str) -> Any:
    """What the JSON of an answer says; ABSENT if it is none."""
    return body if media == JSON_TYPE else ABSENT


# Which reasons an operation has


def test_the_reasons_of_an_operation_are_those_of_all_and_its_own() -> None:
    assert [*reasons_of([WORDS.purposes["look"]], WORDS, has_path=True, has_body=False)] == [
        "UNAUTHORIZED",
        "FORBIDDEN",
        "INVALID_REQUEST",
        "NOT_FOUND",
        "INTERNAL_ERROR",
        "UNAVAILABLE",
        "ORDER_NOT_FOUND",
    ]


def test_a_body_and_a_path_have_reasons_of_their_own() -> None:
    both, none = ({*reasons_of([], WORDS, has_path=way, has_body=way)} for way in (True, False))
    assert both - none == {"NOT_FOUND", "CONTENT_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE"}


def test_a_reason_of_several_operations_is_told_once() -> None:
    found = [*reasons_of([WORDS.purposes["refund"], WORDS.purposes["another"]], WORDS, has_path=False, has_body=False)]
    assert len(found) == len(set(found))


# What follows from them


@each_operation
def test_an_operation_answers_with_the_statuses_of_success_and_of_its_failures(operation: Operation) -> None:
    failures = operation.document.failures
    assert failures is not None
    follows = {failures.entries[reason].status for reason in reasons(operation)}
    assert follows | {operation.status} <= {*operation.answers}


@each_operation
def test_whatever_an_operation_may_be_refused_for_keeps_to_its_contract(operation: Operation) -> None:
    failures = operation.document.failures
    assert failures is not None
    replies = {reason: failures.write(reason, "details") for reason in reasons(operation)}
    found = {
        reason: operation.check_answer(reply.status, json_of(reply.body, reply.media), reply.media)
        for reason, reply in replies.items()
    }
    assert {reason: broken for reason, broken in found.items() if broken} == {}


@each_operation
def test_the_examples_of_failures_are_of_their_reasons(operation: Operation) -> None:
    for answer in operation.answers.values():
        for name in answer.examples.keys() & WORDS.reasons.keys():
            refused = operation.read_answer(answer.status, answer.examples[name].value).refused
            assert refused is not None
            assert refused.reason == name


@pytest.mark.parametrize("name", ["v3", "v2"])
def test_the_written_document_names_each_failure_once(name: str) -> None:
    data = written(name)
    statuses = {reason["status"] for reason in data["x-failures"]["reasons"].values()}
    assert len(data["components"]["responses"]) <= len(statuses)


def test_a_response_that_follows_says_what_it_is_for(service: Document) -> None:
    answers = service.operations["buy"].answers
    assert (answers[402].description, answers[415].description) == ("Pay first.", "The request body is not JSON.")


def test_a_response_that_follows_is_known_as_its_reason_is(service: Document) -> None:
    assert service.operations["buy"].answers[404].provenance.source == "a test"


def test_a_response_has_the_media_types_of_its_reasons(service: Document) -> None:
    answers = service.operations["buy"].answers
    assert {status: answers[status].media for status in (401, 402, 404)} == {
        401: ("text/html",),
        402: (JSON_TYPE,),
        404: ("text/plain", JSON_TYPE),
    }


def test_success_may_be_a_failure_too(service: Document) -> None:
    operation = service.operations["buy"]
    sold_out = {"code": "SOLD_OUT", "say": "SOLD_OUT"}
    assert (operation.check_answer(200, sold_out), service.operations["all"].check_answer(200, sold_out)) != ((), ())
    assert operation.check_answer(200, sold_out) == ()


def test_an_example_of_success_keeps_its_place_beside_failures(service: Document) -> None:
    assert [*service.operations["buy"].answers[200].examples] == ["success", "NO_NUMBERS"]


# What is listed keeps what it says


def test_a_response_that_is_listed_keeps_its_content(service: Document) -> None:
    answer = service.operations["buy"].answers[409]
    assert (answer.description, answer.media) == ("Said here.", ("text/plain",))


def test_a_response_that_is_listed_without_content_gets_that_alone(service: Document) -> None:
    operation = service.operations["change"]
    assert operation.answers[410].description == "The order is over."


def test_a_listed_response_keeps_its_description_and_provenance(
    reannotated: Callable[[str, str], Document],
) -> None:
    found = (
        reannotated("UNKNOWN_SERVICE: {status: 404}", "UNKNOWN_SERVICE: {status: 410}").operations["buy"].answers[410]
    )
    assert (found.description, found.provenance.source, found.media) == ("It is over.", "a test", (JSON_TYPE,))
    assert [*found.examples] == ["UNKNOWN_SERVICE"]


def test_v3_keeps_what_it_documents_of_another_action() -> None:
    answer = contract().documents["v3"].by_purpose["order"].answers[222]
    assert answer.description.startswith("Additional action required.")
    assert answer.provenance.level == "documented"


# Writing


@each_reason
@each_document
def test_a_reason_is_answered_as_the_document_says(document: Document, reason: str) -> None:
    assert document.failures is not None
    reply = document.failures.write(reason)
    assert document.check_failure(*reply[:3], reason) == ()


@pytest.mark.parametrize(
    ("reason", "detail", "status", "body", "media"),
    [
        ("UNAUTHORIZED", "", 401, "<h1>Who are you?</h1>", "text/html"),
        ("UNAUTHORIZED", "nobody", 401, "<h1>Who are you?</h1>", "text/html"),
        ("NOT_FOUND", "/x", 404, "There is nothing here: /x", "text/plain"),
        ("INVALID_REQUEST", "", 400, {"code": "INVALID_REQUEST", "say": "INVALID_REQUEST"}, JSON_TYPE),
        ("INVALID_REQUEST", "no body", 400, {"code": "INVALID_REQUEST", "say": "INVALID_REQUEST: no body"}, JSON_TYPE),
        ("FORBIDDEN", "", 403, {"code": "NOT_YOURS", "say": "This is not yours"}, JSON_TYPE),
        ("FORBIDDEN", "mine", 403, {"code": "NOT_YOURS", "say": "This is not yours: mine"}, JSON_TYPE),
        ("PRICE_CHANGED", "", 222, {"code": "PRICE_CHANGED", "now": None}, JSON_TYPE),
    ],
)
def test_a_failure_is_written(
    service: Document, reason: str, detail: str, status: int, body: object, media: str
) -> None:
    assert service.failures is not None
    assert service.failures.write(reason, detail) == FailureBody(status, body, media)


def test_a_new_price_is_written(service: Document) -> None:
    assert service.failures is not None
    assert service.failures.write("PRICE_CHANGED", offer=OFFER).body == {"code": "PRICE_CHANGED", "now": 20}


def test_a_failure_without_a_reason_has_the_usual_shape(service: Document) -> None:
    assert service.failures is not None
    assert service.failures.other(418, "a teapot") == FailureBody(418, {"code": "a teapot", "say": "a teapot"})


NUMBERED = "schema: {type: object, required: [no], properties: {no: {type: integer, x-value: failure.code}}}"


@pytest.mark.parametrize("code", ["2004", "'2004'"])
def test_a_code_may_be_a_number(reannotated: Callable[[str, str], Document], code: str) -> None:
    document = reannotated(
        "REFUND_NOT_ALLOWED: {status: 409}", f"REFUND_NOT_ALLOWED: {{status: 409, code: {code}, {NUMBERED}}}"
    )
    failures = document.failures
    assert failures is not None
    assert failures.write("REFUND_NOT_ALLOWED").body == {"no": 2004}
    assert failures.read(409, {"no": 2004})[:2] == ("REFUND_NOT_ALLOWED", "2004")


def test_a_code_that_is_a_number_may_be_written_as_text(reannotated: Callable[[str, str], Document]) -> None:
    failures = reannotated("code: SOLD_OUT", "code: 1001").failures
    assert failures is not None
    assert failures.write("NO_NUMBERS").body == {"code": "1001", "say": "1001"}


def test_the_example_of_a_code_that_is_a_number_is_one(reannotated: Callable[[str, str], Document]) -> None:
    document = reannotated("UNKNOWN_SERVICE: {status: 404}", f"UNKNOWN_SERVICE: {{status: 425, code: 7, {NUMBERED}}}")
    assert document.operations["buy"].answers[425].examples["UNKNOWN_SERVICE"].value == {"no": 7}


@pytest.mark.parametrize(
    ("code", "at", "got"),
    [
        ("code: '007', ", "code: '007'", '"007"'),
        ("code: OVER, ", "code: OVER", '"OVER"'),
        ("", "ORDER_EXPIRED:", '"ORDER_EXPIRED"'),
    ],
)
def test_a_code_that_cannot_be_written_as_a_number_is_refused(
    faults: Callable[[str, str], list[str]], code: str, at: str, got: str
) -> None:
    old, new = "ORDER_EXPIRED: {status: 410}", f"ORDER_EXPIRED: {{status: 410, {code}{NUMBERED}}}"
    message = f"the schema writes the code as a number: give ORDER_EXPIRED a code such as 2001, not {got}"
    assert faults(old, new) == [f"{placed(old, new, at)}: {message}"]


def test_a_code_is_a_text_or_a_whole_number(faults: Callable[[str, str], list[str]]) -> None:
    [fault] = faults("code: SOLD_OUT", "code: 1.5")
    assert fault.endswith(": code must be a text or a whole number, not 1.5")


def test_a_failure_without_a_reason_has_its_status_for_a_number() -> None:
    schema = {"type": "object", "properties": {"no": {"type": "integer", "x-value": "failure.code"}}}
    failures = Failures({"schema": schema, "reasons": {}}, WORDS, {})
    assert failures.other(418, "a teapot").body == {"no": 418}


def test_without_a_usual_shape_a_failure_is_a_text(reannotated: Callable[[str, str], Document]) -> None:
    found = reannotated("  schema: {$ref: '#/components/schemas/Failure'}\n", "").failures
    assert found is not None
    assert (found.other(418, "a teapot"), found.write("UNAVAILABLE").media) == (
        FailureBody(418, "a teapot", "text/plain"),
        JSON_TYPE,
    )


# Reading


@pytest.mark.parametrize("detail", ["", "with: details"])
@each_document
def test_a_failure_is_read_as_it_was_written(document: Document, detail: str) -> None:
    failures = document.failures
    assert failures is not None
    for reason in WORDS.reasons:
        status, body, media, _ = failures.write(reason, detail)
        assert failures.read(status, json_of(body, media), media).reason == reason


@pytest.mark.parametrize(("reason", "detail"), [*product(WORDS.reasons, ["", "so"])])
def test_a_failure_of_any_media_type_is_read(service: Document, reason: str, detail: str) -> None:
    failures = service.failures
    assert failures is not None
    status, body, media, _ = failures.write(reason, detail)
    assert failures.read(status, json_of(body, media), media).reason == reason


@pytest.mark.parametrize(
    ("status", "body", "reason", "code"),
    [
        (200, {"code": "SOLD_OUT"}, "NO_NUMBERS", "SOLD_OUT"),
        (503, {"code": "SOLD_OUT"}, "NO_NUMBERS", "SOLD_OUT"),  # by its code, whatever the status
        (599, {"say": "This is not yours: mine"}, "FORBIDDEN", "NOT_YOURS"),
        (413, {}, "CONTENT_TOO_LARGE", "CONTENT_TOO_LARGE"),  # nothing else has this status
        (404, {}, "?", ""),
        (404, {"code": "GONE", "say": "Gone: for ever"}, "?", "GONE"),
        (404, {"say": "Gone: for ever"}, "?", "Gone"),
        (599, [], "?", ""),
        (599, ABSENT, "?", ""),
        (401, ABSENT, "UNAUTHORIZED", "UNAUTHORIZED"),
    ],
)
def test_a_failure_is_read_tolerantly(service: Document, status: int, body: object, reason: str, code: str) -> None:
    assert service.failures is not None
    assert service.failures.read(status, body)[:2] == (reason, code)


def test_what_a_failure_says_is_read(service: Document) -> None:
    assert service.failures is not None
    refused = service.failures.read(222, {"code": "PRICE_CHANGED", "now": 20})
    assert refused.facts == {"failure": {"code": "PRICE_CHANGED", "offer": {"price": 20}}}


# Answers of operations


def test_an_answer_of_success_is_granted(service: Document) -> None:
    body = {"id": 7, "cost": 0.16, "state": "open", "until": "2025-05-17T06:07:13Z"}
    reading = service.operations["buy"].read_answer(200, body)
    assert (reading.granted, reading.facts["order"]["price"], reading.refused) == (True, 16, None)


@pytest.mark.parametrize(("status", "body"), [(200, {"code": "SOLD_OUT", "say": "SOLD_OUT"}), (404, {"code": "x"})])
def test_an_answer_of_failure_is_refused(service: Document, status: int, body: object) -> None:
    reading = service.operations["buy"].read_answer(status, body)
    assert (reading.granted, reading.facts) == (False, {})


def test_an_answer_without_a_body_is_no_success(service: Document) -> None:
    assert not service.operations["buy"].read_answer(200).granted


# Checks


@pytest.mark.parametrize(
    ("status", "body", "media", "reason", "message"),
    [
        (405, {"code": "x", "say": "y"}, JSON_TYPE, "NOT_FOUND", "status must be 404, got 405"),
        (404, ABSENT, JSON_TYPE, "NOT_FOUND", 'contentType must be text/plain, got "application/json"'),
        (404, ABSENT, "text/html", "", 'contentType must be application/json or text/plain, got "text/html"'),
        (405, {"code": "x"}, JSON_TYPE, "METHOD_NOT_ALLOWED", "body.say is required"),
        (405, {"code": "x"}, JSON_TYPE, "", "body.say is required"),
    ],
)
def test_a_wrong_failure_is_told(
    service: Document, status: int, body: object, media: str, reason: str, message: str
) -> None:
    assert [found.message for found in service.check_failure(status, body, media, reason)] == [message]


def test_a_failure_that_says_nothing_more_is_right(service: Document) -> None:
    assert service.check_failure(404, ABSENT, "text/plain; charset=utf-8", "NOT_FOUND") == ()
