"""Answers that the contract allows, drawn by hypothesis: those that are usual, and those that are not.

They shrink to the least: the first status, empty lists and texts, zeros. So what is not the least in an answer that was
shrunk is what matters in it.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from hypothesis import strategies as st

from mockserver.contract import ABSENT
from mockserver.judge.shapes import UNKNOWN, ListShape, ObjectShape, Scalar, ShapeChoice, fits, least, shape
from mockserver.judge.shapes import revealing as changed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hypothesis.strategies import DrawFn, SearchStrategy

    from mockserver.contract import Document, Operation
    from mockserver.judge.shapes import Shape

T = TypeVar("T")

NEAR = 12
"""How many times as likely what is near is as the least."""


class GeneratedAnswer(NamedTuple):
    """A status and a body, as JSON data."""

    status: int
    body: Any


def answers(
    operation: Operation, document: Document, near: GeneratedAnswer | None = None
) -> SearchStrategy[GeneratedAnswer]:
    """Return a strategy of the answers that an operation of a document may give.

    Most are like the one that is `near` in most places. They keep to the contract but for words in the place of an
    enumeration that is assumed, which nobody has promised.
    """
    forms = _forms(operation, document)
    first, *_ = forms
    usual = [near.status] * NEAR if near is not None and near.status in forms else []
    return st.sampled_from([first, *usual, *forms]).flatmap(
        lambda status: bodies(operation, document, status, near).map(lambda body: GeneratedAnswer(status, body))
    )


def bodies(
    operation: Operation, document: Document, status: int, near: GeneratedAnswer | None = None
) -> SearchStrategy[object]:
    """Return a strategy of the bodies that an operation may answer with this status, drawn as `answers` are."""
    like = near.body if near is not None and near.status == status else ABSENT
    return _values(_forms(operation, document)[status], like)


def revealing(operation: Operation, document: Document, near: GeneratedAnswer) -> Iterator[GeneratedAnswer]:
    """Yield answers that the contract allows and that often make a program fail.

    First the least of each status, then those that differ from `near` in one place, then all examples of the document.
    """
    forms = _forms(operation, document)
    yield from (GeneratedAnswer(status, least(form)) for status, form in forms.items())
    if near.status in forms and fits(forms[near.status], near.body):
        yield from (GeneratedAnswer(near.status, body) for body in changed(forms[near.status], near.body))
    for status in forms:
        yield from (GeneratedAnswer(status, example.value) for example in operation.answers[status].examples.values())


@cache
def _forms(operation: Operation, document: Document) -> Mapping[int, Shape]:
    """The shapes of an operation's answers by their status."""
    return {
        status: shape(answer.schema, document)
        for status, answer in operation.answers.items()
        if answer.schema is not None
    }


@st.composite
def _values(draw: DrawFn, form: Shape, near: Any) -> Any:
    """Values of a shape, most of them like the one that is near, or like none if that is ABSENT."""
    return _value(draw, form, near)


def _value(draw: DrawFn, form: Shape, near: Any) -> Any:
    known = near is not ABSENT and fits(form, near)
    match form:
        case ObjectShape():
            return _object(draw, form, near if known else {})
        case ListShape():
            return _list(draw, form, near if known else [])
        case ShapeChoice():
            fitting = [each for each in form.shapes if known and fits(each, near)][:1]
            return _value(draw, _one_of(draw, [form.shapes[0], *fitting * NEAR, *form.shapes]), near)
        case Scalar():
            usual = [near] * (NEAR if known else 0)
            value = form.least if form.fixed else _one_of(draw, [form.least, *form.revealing, *usual, ABSENT])
            return draw(form.drawn) if value is ABSENT else value


def _object(draw: DrawFn, form: ObjectShape, near: Any) -> dict[str, Any]:
    drawn = {name: _value(draw, field, near.get(name, ABSENT)) for name, field in form.required.items()}
    for name, field in form.optional.items():
        if _is_there(draw, usual=name in near):
            drawn[name] = _value(draw, field, near.get(name, ABSENT))
    if form.open_ended and _is_there(draw, usual=UNKNOWN in near):
        drawn[UNKNOWN] = None
    return drawn


def _list(draw: DrawFn, form: ListShape, near: Any) -> list[Any]:
    drawn = [draw(_values(form.item, item)) for item in near if _is_there(draw, usual=True)]
    while len(drawn) < form.fewest or (len(drawn) < len(near) + 2 and _is_there(draw, usual=not near and not drawn)):
        drawn.append(draw(_values(form.item, near[0] if near else ABSENT)))
    return drawn if form.most is None else drawn[: form.most]


def _is_there(draw: DrawFn, *, usual: bool) -> bool:
    """Whether there is something: as a rule if that is usual, else seldom."""
    return _one_of(draw, [False, *[True] * NEAR] if usual else [*[False] * NEAR, True])


def _one_of(draw: DrawFn, choices: Sequence[T]) -> T:
    """One of these, the simplest first: hypothesis shrinks to it. (`sampled_from` is slow to make for each draw.)"""
    return choices[draw(st.integers(0, len(choices) - 1))]
