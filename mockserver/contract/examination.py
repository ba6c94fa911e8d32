"""A look at all of a document: what is wrong with it, and what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import document_rules, failures, index
from mockserver.contract.annotations import Annotations, pointer_of
from mockserver.contract.document_checks import DocumentProblem, Survey
from mockserver.contract.failures import FAILURES
from mockserver.contract.located import Problem
from mockserver.contract.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockserver.contract.located import Located


class Examined(NamedTuple):
    """A document after a look at all of it: what is wrong, and if that is nothing, what it means."""

    survey: Survey
    faults: list[DocumentProblem]
    annotations: Annotations | None
    derived: Mapping[str, str]


def examine(data: Any) -> Examined:
    """Look at all of a document, which changes its data."""
    derived: Mapping[str, str] = {}
    is_service = isinstance(data, dict) and FAILURES in data
    if is_service:
        derived = failures.complete(data, vocabulary())
    survey = Survey(data)
    faults = [*survey.faults, *(document_rules.faults(data) if isinstance(data, dict) else ())]
    if faults or not is_service:
        return Examined(survey, _in_file(faults, derived), None, derived)
    meant = Annotations(data, document_rules.operations(data), vocabulary(), derived)
    wrong = [
        DocumentProblem(pointer_of(fault, survey.origins.get(id(fault.holder), "")), fault.message)
        for fault in meant.faults
    ]
    return Examined(survey, _in_file(wrong, derived), meant, derived)


def _in_file(faults: Iterable[DocumentProblem], derived: Mapping[str, str]) -> list[DocumentProblem]:
    """Return faults, each once, where they are written."""
    return list(dict.fromkeys(fault._replace(pointer=index.written(fault.pointer, derived)) for fault in faults))


def problem_of(fault: DocumentProblem, source: Located) -> Problem:
    """Return what is wrong, with its place in a file."""
    return Problem(source.place(fault.pointer, key=True), fault.message, fault.pointer)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems, each once, in the order of their places."""
    return sorted(set(problems), key=lambda problem: (problem.place, problem.message))
