"""Headers of responses: what a document says of them, what is written, and what is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.contract import ABSENT
from mockserver.contract.headers import ConstantHeader, header_objects, misfit
from tests.contract.conftest import placed

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.contract import Document

    Reannotated = Callable[[str, str], Document]

SOLD_OUT = "NO_NUMBERS: {status: 200, code: SOLD_OUT}"
AGAIN = "NO_NUMBERS: {status: 200, code: SOLD_OUT, headers: {Retry-After: 20, X-Hint: try later}}"
COUNTRY = "UNKNOWN_COUNTRY: {status: 404, "
BODY = {"code": "SOLD_OUT", "say": "SOLD_OUT"}
ORDER = {"id": 7, "cost": 0.16, "state": "open", "until": "2025-05-17T06:07:13Z"}
SUCCESS = "description: The order.\n"


def success(reannotated: Reannotated, header: str) -> Document:
    return reannotated(SUCCESS, f"headers: {{X-Plan: {header}}}\n          {SUCCESS}")


# Written


def test_a_failure_has_the_headers_of_its_reason(reannotated: Reannotated) -> None:
    failures = reannotated(SOLD_OUT, AGAIN).failures
    assert failures is not None
    assert failures.write("NO_NUMBERS").headers == ((b"retry-after", b"20"), (b"x-hint", b"try later"))


@pytest.mark.parametrize(
    ("header", "headers"),
    [
        ("{required: true, schema: {type: string, const: basic}}", [("X-Plan", "basic", True)]),
        ("{schema: {type: integer, const: 3}}", [("X-Plan", "3", False)]),
        ("{description: What it costs., schema: {type: string}}", []),
    ],
)
def test_a_success_has_the_headers_that_are_constant(
    reannotated: Reannotated, header: str, headers: list[tuple[str, str, bool]]
) -> None:
    found = success(reannotated, header).operations["buy"].headers
    assert [(each.name, each.value, each.required) for each in found] == headers


def test_the_response_of_a_reason_describes_its_headers(reannotated: Reannotated) -> None:
    document = reannotated("UNKNOWN_SERVICE: {status: 404}", "UNKNOWN_SERVICE: {status: 425, headers: {X-Why: 7}}")
    [header] = document.operations["buy"].answers[425].headers
    assert (header.name, header.value, header.required) == ("X-Why", "7", True)


RETRY, SOON, OTHER = (ConstantHeader(*each, "") for each in (("Retry-After", "20"), ("Retry-After", "3"), ("X-A", "1")))


@pytest.mark.parametrize(
    ("several", "described"),
    [
        ([(RETRY,), (RETRY,)], {"Retry-After": {"required": True, "schema": {"type": "string", "const": "20"}}}),
        ([(RETRY,), (SOON,)], {"Retry-After": {"required": True, "schema": {"type": "string", "enum": ["20", "3"]}}}),
        ([(OTHER,), ()], {"X-A": {"required": False, "schema": {"type": "string", "const": "1"}}}),
        ([(), ()], {}),
    ],
)
def test_a_response_of_several_reasons_describes_the_headers_of_all(
    several: list[tuple[ConstantHeader, ...]], described: dict[str, Any]
) -> None:
    assert dict(header_objects(several)) == described


# Checked


@pytest.mark.parametrize(
    ("headers", "messages"),
    [
        ([("Retry-After", "20"), ("X-Hint", "try later")], []),
        ([("retry-after", "20"), ("x-hint", "try later"), ("server", "x")], []),
        ([("retry-after", "20")], ["headers.X-Hint is required"]),
        ([("retry-after", "3"), ("x-hint", "try later")], ['headers.Retry-After must be "20", got "3"']),
        (None, []),
    ],
)
def test_the_headers_of_a_failure_are_checked(
    reannotated: Reannotated, headers: list[tuple[str, str]] | None, messages: list[str]
) -> None:
    found = reannotated(SOLD_OUT, AGAIN).operations["buy"].check_answer(200, BODY, headers=headers)
    assert [violation.message for violation in found] == messages


@pytest.mark.parametrize(
    ("status", "body"), [(200, ORDER), (404, {"code": "ORDER_NOT_FOUND", "say": "x"}), (404, {"code": "?", "say": "x"})]
)
def test_the_headers_of_other_answers_are_free(reannotated: Reannotated, status: int, body: object) -> None:
    document = reannotated(COUNTRY, f"{COUNTRY}headers: {{X-Why: 7}}, ")
    assert document.operations["buy"].check_answer(status, body, headers=[]) == ()


def test_a_missing_header_is_found_where_the_document_gives_it(reannotated: Reannotated) -> None:
    document = reannotated(COUNTRY, f"{COUNTRY}headers: {{X-Why: 7}}, ")
    body = {"code": "UNKNOWN_COUNTRY", "say": "x"}
    [violation] = document.operations["buy"].check_answer(404, body, headers=[])
    assert violation.pointer == "/x-failures/reasons/UNKNOWN_COUNTRY/headers/X-Why"
    assert document.provenance(violation.pointer).source == "a test"


@pytest.mark.parametrize(
    ("header", "headers", "count"),
    [
        ("{required: true, schema: {const: basic}}", [], 1),
        ("{required: true, schema: {const: basic}}", [("X-Plan", "basic")], 0),
        ("{schema: {const: basic}}", [], 0),
        ("{schema: {const: basic}}", [("X-Plan", "rich")], 1),
    ],
)
def test_the_headers_of_a_success_are_checked(
    reannotated: Reannotated, header: str, headers: list[tuple[str, str]], count: int
) -> None:
    found = success(reannotated, header).operations["buy"].check_answer(200, ORDER, headers=headers)
    assert len(found) == count


def test_the_headers_of_a_failure_outside_any_operation_are_checked(reannotated: Reannotated) -> None:
    document = reannotated("NOT_FOUND: {status: 404, media", "NOT_FOUND: {headers: {X-Why: 7}, status: 404, media")
    [violation] = document.check_failure(404, ABSENT, "text/plain", "NOT_FOUND", headers=[])
    assert violation.message == "headers.X-Why is required"


# Refused


NAME = "the name of a header that can be added, such as Retry-After"


@pytest.mark.parametrize(
    ("headers", "at", "message"),
    [
        ("{Retry After: 3}", "Retry After", f"Retry After is not {NAME}"),
        ("{Content-Length: 3}", "Content-Length", f"Content-Length is not {NAME}"),
        ("{Retry-After: 1.5}", "Retry-After", "Retry-After must be a text or a whole number, not 1.5"),
        ('{Retry-After: "3\\n"}', "Retry-After", 'Retry-After must be a text or a whole number, not "3\\n"'),
    ],
)  # fmt: skip
def test_what_is_no_header_is_refused(
    faults: Callable[[str, str], list[str]], headers: str, at: str, message: str
) -> None:
    old, new = SOLD_OUT, f"NO_NUMBERS: {{status: 200, code: SOLD_OUT, headers: {headers}}}"
    assert faults(old, new) == [f"{placed(old, new, at)}: {message}"]


def test_the_headers_of_a_listed_failure_belong_to_its_reason(faults: Callable[[str, str], list[str]]) -> None:
    old, new = "description: Said here.", "headers: {X-Why: {schema: {const: 7}}}\n          description: Said here."
    message = "only a success response has headers: add it to the headers of a reason of x-failures"
    assert faults(old, new) == [f"{placed(old, new, 'X-Why')}: {message}"]


@pytest.mark.parametrize(
    "header",
    [
        {"required": True, "schema": {"type": "string"}},
        {"schema": {"const": True}},
        {"schema": {"const": "a\nb"}},
        {"schema": {"const": [1]}},
    ],
)
def test_a_header_that_cannot_be_written_is_told(header: dict[str, Any]) -> None:
    assert misfit(header) == "the schema of a header needs a const: the text or whole number that is always sent"
