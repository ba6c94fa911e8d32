"""The vocabulary: its types, its dotted names, and what is said of one that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.contract import located
from mockserver.contract.vocabulary import (
    SCALARS,
    SHIPPED,
    Type,
    UnknownNameError,
    Vocabulary,
    VocabularyError,
    vocabulary,
)

if TYPE_CHECKING:
    from mockserver.contract.vocabulary import Purpose, RefusalReason, Rule

WORDS = vocabulary()
ORDER = {"order": Type("order"), "orders": Type("order", many=True)}
TEXT = SHIPPED.read_text(encoding="utf-8")


def altered(old: str, new: str) -> Vocabulary:
    assert TEXT.count(old) == 1, f"{old!r} is there {TEXT.count(old)} times"
    return Vocabulary(located.parse(TEXT.replace(old, new), "v.yaml"))


def place(text: str, of: str) -> str:
    before = text[: text.index(of)]
    return f"v.yaml:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


# Types


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("money", Type("money")),
        ("text?", Type("text", optional=True)),
        ("list of order", Type("order", many=True)),
        ("list of order?", Type("order", many=True, optional=True)),
    ],
)
def test_a_type_is_read_from_its_text(text: str, type_: Type) -> None:
    assert Type.parse(text) == type_


@given(st.builds(Type, st.sampled_from(SCALARS), st.booleans(), st.booleans()))
def test_a_type_is_written_as_it_is_read(type_: Type) -> None:
    assert Type.parse(str(type_)) == type_


# Names


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("order", (Type("order"), False)),
        ("order.price", (Type("money"), False)),
        ("order.country.code", (Type("text"), False)),
        ("order.messages", (Type("message", many=True), False)),
        ("order.latest", (Type("message", optional=True), True)),
        ("order.latest.text", (Type("text"), True)),
        ("order.latest.code", (Type("text", optional=True), True)),
    ],
)
def test_a_dotted_name_has_a_type_and_may_be_missing(path: str, found: tuple[Type, bool]) -> None:
    assert WORDS.type_of(path, ORDER) == found


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("odrer.id", "odrer is not known here, did you mean order?; there are order, orders"),
        ("x", "x is not known here; there are order, orders"),
        ("order.phon", "order.phon: order has no field phon, did you mean phone?"),
        ("order.country.zip", "order.country.zip: country has no field zip; there are code, name, carriers"),
        ("order.price.cents", "order.price.cents: money has no field cents"),
        ("orders.id", "orders.id: list of order has no field id"),
    ],
)
def test_an_unknown_name_is_told_what_there_is(path: str, message: str) -> None:
    with pytest.raises(UnknownNameError) as error:
        WORDS.type_of(path, ORDER)
    assert str(error.value) == message


def test_an_answer_can_use_what_all_of_its_operations_have() -> None:
    purposes = {name: WORDS.purposes[name] for name in ("transaction", "invoice")}
    assert WORDS.names_of(purposes) == {**WORDS.always, "payment": Type("payment")}


def test_without_operations_there_are_no_names() -> None:
    assert WORDS.names_of({}) == {}


# The one that is shipped


@pytest.mark.parametrize("purpose", WORDS.purposes.values(), ids=WORDS.purposes)
def test_an_operation_has_an_effect(purpose: Purpose) -> None:
    assert purpose.effect in ("reads", "changes", "orders", "pays")


@pytest.mark.parametrize("reason", WORDS.reasons.values(), ids=WORDS.reasons)
def test_a_reason_without_a_when_refuses_an_operation(reason: RefusalReason) -> None:
    refused = {name for purpose in WORDS.purposes.values() for name in purpose.refusals}
    assert (reason.when == "refusal") == (reason.name in refused)


@pytest.mark.parametrize("record", WORDS.records)
def test_a_record_can_be_reached(record: str) -> None:
    results = (type_ for purpose in WORDS.purposes.values() for type_ in purpose.result.values())
    fields = (type_ for others in WORDS.records.values() for type_ in others.values())
    assert record == "failure" or record in {type_.name for type_ in (*results, *fields, *WORDS.always.values())}


@pytest.mark.parametrize("rule", WORDS.rules.values(), ids=WORDS.rules)
def test_a_rule_has_a_provenance(rule: Rule) -> None:
    assert rule.provenance["level"] in ("documented", "inferred", "assumed")


# One that is wrong


@pytest.mark.parametrize(
    ("old", "new", "at", "message"),
    [
        (
            "phone: {type: digits",
            "phone: {type: digit",
            "{type: digit,",
            "there is no type digit, did you mean digits?",
        ),
        (
            "country: text, service: text}\n    result: {favourite",
            "country: txt, service: text}\n    result: {favourite",
            "txt",
            "there is no type txt, did you mean text?",
        ),
        (
            "{favourite: favourite}",
            "{favourite: favorite}",
            "favorite}",
            "there is no type favorite, did you mean favourite?",
        ),
        (
            "[ORDER_NOT_FOUND, REFUND_NOT_ALLOWED]",
            "[ORDER_NOT_FOUND, REFUND_DENIED]",
            "[ORDER_NOT_FOUND, REFUND_DENIED]",
            "there is no reason REFUND_DENIED, did you mean REFUND_NOT_ALLOWED?",
        ),
    ],
    ids=["the type of a field", "the type of an argument", "the type of a result", "a refusal"],
)
def test_what_is_wrong_is_told_where(old: str, new: str, at: str, message: str) -> None:
    with pytest.raises(VocabularyError) as error:
        altered(old, new)
    [problem] = error.value.problems
    assert (str(problem.place), problem.message) == (place(TEXT.replace(old, new), at), message)
