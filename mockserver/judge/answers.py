"""Hypothesis strategies for the responses that the contract allows, both usual and unusual ones.

Responses shrink to the simplest one: the first status, empty lists and strings, zeros. Any other value that remains in
a shrunk response is therefore necessary for the failure.
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
"""The weight of a value near the given response, relative to the weight 1 of the simplest value."""


class GeneratedAnswer(NamedTuple):
    """A status and a body, as JSON data."""

    status: int
    body: Any


def answers(
    operation: Operation, document: Document, near: GeneratedAnswer | None = None
) -> SearchStrategy[GeneratedAnswer]:
    """Return a strategy for the responses that an operation may give.

    Most drawn responses equal `near` in most places. All conform to the contract, with one exception: where an
    enumeration is only assumed, other words are drawn too.
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
    """Return a strategy for the bodies that an operation may return with this status. See `answers`."""
    like = near.body if near is not None and near.status == status else ABSENT
    return _values(_forms(operation, document)[status], like)


def revealing(operation: Operation, document: Document, near: GeneratedAnswer) -> Iterator[GeneratedAnswer]:
    """Yield responses that the contract allows and that often make a program fail.

    The simplest response of each status comes first. Responses that differ from `near` in one place follow, then the
    examples of the document.
    """
    forms = _forms(operation, document)
    yield from (GeneratedAnswer(status, least(form)) for status, form in forms.items())
    if near.status in forms and fits(forms[near.status], near.body):
        yield from (GeneratedAnswer(near.status, body) for body in changed(forms[near.status], near.body))
    for status in forms:
        yield from (GeneratedAnswer(status, example.value) for example in operation.answers[status].examples.values())


@cache
def _forms(operation: Operation, document: Document) -> Mapping[int, Shape]:
    """Return the shapes of an operation's responses by status."""
    return {
        status: shape(answer.schema, document)
        for status, answer in operation.answers.items()
        if answer.schema is not None
    }


@st.composite
def _values(draw: DrawFn, form: Shape, near: Any) -> Any:
    """Draw a value of a shape. Most values are close to `near`, unless it is ABSENT."""
    return _value(draw, form, near)


def _value(draw: DrawFn, form: Shape, near: Any) -> Any:
    known = near is not ABSENT and fits(form, near)
    match form:
        case ObjectShape():
            return _object(draw, form, near if known else {})
        case ListShape():
            return _list(draw, form, near if known else [])
        case ShapeChoice():
            matching = [each for each in form.shapes if known and fits(each, near)][:1]
            return _value(draw, _choose(draw, [form.shapes[0], *matching * NEAR, *form.shapes]), near)
        case Scalar():
            usual = [near] * (NEAR if known else 0)
            value = form.least if form.fixed else _choose(draw, [form.least, *form.revealing, *usual, ABSENT])
            return draw(form.drawn) if value is ABSENT else value


def _object(draw: DrawFn, form: ObjectShape, near: Any) -> dict[str, Any]:
    drawn = {name: _value(draw, field, near.get(name, ABSENT)) for name, field in form.required.items()}
    for name, field in form.optional.items():
        if _is_present(draw, usual=name in near):
            drawn[name] = _value(draw, field, near.get(name, ABSENT))
    if form.open_ended and _is_present(draw, usual=UNKNOWN in near):
        drawn[UNKNOWN] = None
    return drawn


def _list(draw: DrawFn, form: ListShape, near: Any) -> list[Any]:
    drawn = [draw(_values(form.item, item)) for item in near if _is_present(draw, usual=True)]
    while len(drawn) < form.fewest or (len(drawn) < len(near) + 2 and _is_present(draw, usual=not near and not drawn)):
        drawn.append(draw(_values(form.item, near[0] if near else ABSENT)))
    return drawn if form.most is None else drawn[: form.most]


def _is_present(draw: DrawFn, *, usual: bool) -> bool:
    """Draw whether an optional part is present: often if that is `usual`, otherwise rarely."""
    return _choose(draw, [False, *[True] * NEAR] if usual else [*[False] * NEAR, True])


def _choose(draw: DrawFn, choices: Sequence[T]) -> T:
    """Draw one of the choices. Hypothesis shrinks to the first. A `sampled_from` for each draw would be slow."""
    return choices[draw(st.integers(0, len(choices) - 1))]
