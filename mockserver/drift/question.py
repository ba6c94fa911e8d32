"""The questions that traffic leaves open, for the person who reads a proposal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.drift.difference import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mockserver.drift.difference import Difference
    from mockserver.drift.inference.refusals import LearnedFailures

_MANY = 4
"""With more possible answers, none is suggested."""


class Question(NamedTuple):
    """A question: the operation or the document, the place, what is unknown, and possible answers as annotations."""

    operation: str
    where: str
    text: str
    answers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.operation}, {self.where}: {self.text}"


def joined(questions: Iterable[Question]) -> list[Question]:
    """Return questions, those about the same place in several operations of a document as one."""
    found: dict[tuple[str, ...], list[Question]] = {}
    for each in questions:
        document, _, operation = each.operation.partition(".")
        key = (document, each.where) if operation and not each.answers else (each.operation, each.where, each.text)
        found.setdefault(key, []).append(each)
    return [_for_all(many) for many in found.values()]


def _for_all(questions: Sequence[Question]) -> Question:
    first, others = questions[0], len(questions) - 1
    if not others:
        return first
    more = "1 other" if others == 1 else f"{others} others"
    return first._replace(operation=f"{first.operation} and {more}")


def of_value(operation: str, status: int, path: Sequence[str], names: Sequence[str], example: str) -> Question:
    """Return the question what a value in a response means. `names` are meanings that the traffic supports equally."""
    where = f"{status} {'.'.join(('body', *path)).replace('.[]', '[]').replace('.{}', '{}')}"
    seen = f", such as {example}" if example else ""
    if names:
        return Question(
            operation, where, f"is this {' or '.join(names)}{seen}?", tuple(f"x-value: {name}" for name in names)
        )
    return Question(operation, where, f"what does this value mean{seen}? Nothing else in the recording shows it.")


def of_failures(document: str, learned: LearnedFailures) -> Iterator[Question]:
    """Yield the questions for which reason requests were refused."""
    settled = {id(each) for each in learned.known()}
    for each in learned.failures:
        if id(each) not in settled:
            response = " ".join(filter(None, (str(each.status), each.code or each.media)))
            reasons = each.reasons if len(each.reasons) <= _MANY else ()
            text = f"is this {' or '.join(reasons)}?" if reasons else "why are requests refused so?"
            answers = tuple(f"{reason}: {{status: {each.status}, code: {each.code}}}" for reason in reasons)
            yield Question(document, f"x-failures, the refusal {response} ({len(each.refusals)} times)", text, answers)


_UNSETTLED = {
    Kind.REFUSED: "a request that conforms to the contract is refused as malformed: what is wrong with it?",
    Kind.PATH: "the path does not exist: where is the operation?",
    Kind.NEW_PATH: "what does the operation do? The mock returns a recorded response.",
    Kind.NEW_PARAMETER: "what does the parameter mean? The mock ignores it.",
}
"""The kinds of differences that a proposal cannot settle, and the question about each."""


def of_differences(differences: Iterable[Difference], bound: Iterable[tuple[str, str]]) -> Iterator[Question]:
    """Yield the questions about differences. `bound` are the new parameters that have a meaning, by operation."""
    known = set(bound)
    for each in differences:
        if each.kind in _UNSETTLED and (each.operation, each.name) not in known:
            where = f"{each.what} {each.got}".strip() if each.kind is Kind.NEW_PATH else each.what
            yield Question(each.operation, where, _UNSETTLED[each.kind])
