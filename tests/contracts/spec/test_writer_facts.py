"""What is read from what was written is what was written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.spec import contract
from contracts.spec.absent import ABSENT
from contracts.spec.facts import read
from contracts.spec.made_up import make_up
from contracts.spec.plan import Planner
from contracts.spec.writer import compiled
from tests.contracts.spec.drawing import WORDS, annotated, results, told

if TYPE_CHECKING:
    from contracts.spec import Operation
    from tests.contracts.spec.drawing import Schema

OPERATIONS = [operation for document in contract().documents.values() for operation in document.operations.values()]


def differences(node: Any, written: Any, facts: Any) -> list[tuple[str, object, object]]:
    """The values that were read otherwise than they were written."""
    return [each for each in told(node, written, facts) if each[1] != each[2]]


def results_of(operation: Operation) -> st.SearchStrategy[Any]:
    purposes = {name: WORDS.purposes[name] for name in operation.purposes}
    return results(WORDS.names_of(purposes), operation.purposes)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
@given(data=st.data())
@settings(deadline=None, max_examples=30)
def test_an_answer_of_the_service_is_read_as_it_was_written(operation: Operation, data: st.DataObject) -> None:
    result = data.draw(results_of(operation))
    body = json.loads(json.dumps(operation.writer(make_up)(result)))
    reading = operation.read_answer(operation.status, body)
    assert (reading.granted, reading.unread) == (True, ())
    assert differences(operation.plan, result, reading.facts) == []


@given(drawn=annotated(), data=st.data())
@settings(deadline=None, max_examples=300)
def test_whatever_the_annotations_what_was_written_is_read(drawn: tuple[str, Schema], data: st.DataObject) -> None:
    purpose, schema = drawn
    names = WORDS.names_of({purpose: WORDS.purposes[purpose]})
    planner = Planner(WORDS, (purpose,))
    plan = planner.plan(schema, names)
    assert plan is not None
    assert planner.faults == []
    result = data.draw(results(names, (purpose,)))
    body = compiled(plan, make_up)(result)
    assert body is not ABSENT
    facts, unread = read(plan, json.loads(json.dumps(body)), ("account",))
    assert unread == ()
    assert differences(plan, result, facts) == []
