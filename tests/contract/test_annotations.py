"""What operations, their arguments, failures and rules mean; and what is told of those that mean nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import Document, DocumentError, load
from tests.contract.conftest import SERVICE, placed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNTRY = "land: {type: string, x-argument: country}"
MOST = "most: {type: number, x-argument: maximum, x-unit: dollars}"

OPERATIONS = [
    ("x-operation: inventory", "x-operation: inventry", "x-operation",
     ["the vocabulary has no operation inventry, did you mean inventory?"]),
    ("      x-operation: inventory\n", "", "get:\n      operationId: all",
     ["an operation needs x-operation, or x-unmodelled: true if its behaviour is unknown"]),
    ("        '200':\n          description: What was done.", "        '300':\n          description: What was done.",
     "responses:\n        '300'", ["an operation needs a success response, status 200 to 299"]),
]  # fmt: skip

ARGUMENTS = [
    (COUNTRY, "land: {type: string, x-argument: contry}", "x-argument",
     ["order has no argument contry, did you mean country?"]),
    (COUNTRY, "land: {type: string, x-argument: order}", "x-argument",
     ["order has no argument order; there are country, service, carrier, maximum, m, n, failover"]),
    (COUNTRY, "land: {type: string}", "x-operation: order",
     ["the argument country has no place: a parameter needs x-argument: country"]),
    (MOST, "most: {type: string, x-argument: country}", "x-argument",
     ["the argument country is already at body.where.land"]),
    (MOST, "most: {type: boolean, x-argument: maximum}", "type",
     ["money is written as a number or a string, not as boolean"]),
    (MOST, "most: {type: number, x-argument: maximum, x-time: iso}", "x-time",
     ["x-time does not apply to money?, which is not a time"]),
    (MOST, "most: {type: string, x-argument: '{m}{n}'}", "x-argument",
     ["{m}{n} needs fixed text between two values to separate them"]),
    (COUNTRY, "land: {type: string, x-argument: country, x-refusal: UNKNOWN_CONTRY}", "x-refusal",
     ["UNKNOWN_CONTRY is not a refusal reason of the operation, did you mean UNKNOWN_COUNTRY?"]),
    ("x-argument: operation, schema", "schema", "x-operation: [refund",
     ["a request does not say whether it is for refund or another: a parameter needs x-argument: operation"]),
    ("x-words: {refund: give-back}", "x-words: {refnd: give-back}", "{name: what",
     ["refnd is not one of the words refund, another, did you mean refund?"]),
    ("enum: [give-back, another]", "enum: [give-back]", "{name: what",
     ['the enum lacks "another": add it, or change x-words']),
    ("x-words: {refund: returned}", "x-words: {return: returned}", "x-words",
     ["return is not one of the words refund, another, did you mean refund?"]),
]  # fmt: skip

FAILURES = [
    ("    NO_NUMBERS: {", "    NO_NUMBER: {", "NO_NUMBER",
     ["the vocabulary has no reason NO_NUMBER, did you mean NO_NUMBERS?"]),
    ("    UNAVAILABLE: {status: 503}\n", "", "x-failures",
     ["x-failures has no response for UNAVAILABLE"]),
    ("code: {type: string, x-value: failure.code}\n        say",
     "code: {type: string, x-value: failure.kode}\n        say",
     "x-value", ["failure.kode: failure has no field kode, did you mean code?"]),
    ("say: {type: string, x-value: failure.text}", "say: {type: string, x-value: order.id}", "x-value",
     ["order is not known here; there are failure, operation"]),
    ("say: {type: string, x-value: failure.text}", "say: {type: string}", "say",
     ["say is required but no annotation says what to write: add an x-value, a const, or x-made-up: true"]),
    ("now: {type: [integer, 'null'],", "now: {type: integer,", "x-value: failure.offer.price",
     ["failure.offer.price is optional, so the type must allow null, or the field must not be required"]),
]  # fmt: skip

RULES = [
    ("{lifetime: 15m}", "{lifetme: 15m}", "lifetme", ["there is no rule lifetme, did you mean lifetime?"]),
    ("{lifetime: 15m}", "{lifetime: 15}", "lifetime", ["lifetime must be a duration such as 20m, not 15"]),
    ("{lifetime: 15m}", "{renewal: never}", "renewal", ['renewal must be anew, or a duration such as 5m, not "never"']),
    ("{lifetime: 15m}", "{another_sms: charge}", "another_sms",
     ["another_sms must be free or charged, did you mean charged?"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "messages"), [*OPERATIONS, *ARGUMENTS, *FAILURES, *RULES])
def test_what_means_nothing_is_told_where(
    faults: Callable[[str, str], list[str]], old: str, new: str, at: str, messages: list[str]
) -> None:
    assert {f"{placed(old, new, at)}: {message}" for message in messages} <= set(faults(old, new))


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    text = SERVICE.read_text().replace("x-argument: country", "x-argument: contry").replace("order.id}", "order.ident}")
    (tmp_path / "service.yaml").write_text(text.replace("{lifetime: 15m}", "{lifetime: short}"))
    with pytest.raises(DocumentError) as error:
        load(tmp_path / "service.yaml")
    assert [problem.message.partition(",")[0] for problem in error.value.problems] == [
        "lifetime must be a duration such as 20m",
        "order has no argument contry",
        "order.ident: order has no field ident; there are id",
    ]


# What is right


def test_an_operation_is_for_what_its_document_says(service: Document) -> None:
    assert {name: operation.purposes for name, operation in service.operations.items()} == {
        "buy": ("order",),
        "change": ("refund", "another"),
        "all": ("inventory",),
    }


def test_an_operation_is_found_by_what_it_is_for(service: Document) -> None:
    assert {purpose: operation.id for purpose, operation in service.by_purpose.items()} == {
        "order": "buy",
        "refund": "change",
        "another": "change",
        "inventory": "all",
    }


def test_the_effect_is_that_of_the_vocabulary(service: Document) -> None:
    assert [operation.effect for operation in service.operations.values()] == ["orders", "orders", "reads"]


def test_an_effect_of_its_own_wins(reannotated: Callable[[str, str], Document]) -> None:
    found = reannotated("x-operation: inventory", "x-operation: inventory\n      x-effect: changes")
    assert found.operations["all"].effect == "changes"


def test_success_is_the_lowest_status_of_success(reannotated: Callable[[str, str], Document]) -> None:
    found = reannotated(
        "'200':\n          description: The orders.",
        "'202': {description: Later.}\n        '201':\n          description: The orders.",
    )
    assert found.operations["all"].status == 201


def test_an_operation_of_which_nothing_is_known_is_for_nothing(reannotated: Callable[[str, str], Document]) -> None:
    found = reannotated("x-operation: inventory", "x-unmodelled: true").operations["all"]
    assert (found.purposes, found.plan, found.effect) == ((), None, "")


def test_a_document_has_its_rules(service: Document) -> None:
    assert service.rules == {"lifetime": "15m"}


def test_without_failures_a_document_means_nothing(small: Document) -> None:
    assert (small.failures, small.rules, small.by_purpose) == (None, {}, {})
