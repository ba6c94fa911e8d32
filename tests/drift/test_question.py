"""The questions that a proposal leaves."""

from __future__ import annotations

from mockserver.drift.question import Question, joined

AT = Question("v3.getOrder", "200 body.meta.at", "what does this value mean?")


def test_a_place_that_several_operations_have_is_asked_about_once() -> None:
    others = [AT._replace(operation=f"v3.{name}") for name in ("getInventory", "getBalance")]
    assert joined([AT, *others]) == [AT._replace(operation="v3.getOrder and 2 others")]


def test_the_same_place_in_another_document_is_another_question() -> None:
    other = AT._replace(operation="v2.getOrder")
    assert joined([AT, other]) == [AT, other]


def test_questions_with_answers_stay_apart() -> None:
    both = [AT._replace(operation=name, answers=("x-value: order.ordered_at",)) for name in ("v3.a", "v3.b")]
    assert joined(both) == both
