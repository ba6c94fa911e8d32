"""The suite `examples`: the documented exchanges, repeated.

In a world with the accounts of the documentation, responses are compared by value. On any other server the requests use
the given account; responses are compared by shape, and names of countries and services by value. So are those of a
service whose rules an overlay has changed, because the documented values follow from its rules.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT, Found, broken, contract
from mockserver.contract import pointer as pointers
from mockserver.data import directory
from mockserver.findings.run import EVERYTHING
from mockserver.traffic.exchange import facts_of
from mockserver.traffic.spending import READS
from mockserver.verify.guard import DeniedError
from mockserver.verify.requests import SampleCall
from mockserver.verify.target import NO_CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.contract import Document, Operation
    from mockserver.traffic import Answer
    from mockserver.verify.context import Context
    from mockserver.verify.target import Account

SCENARIO = "documented"
"""The name of the scenario that contains the accounts of the documentation."""

NAMES = {"service": {"ds": "Discord"}, "country": {"12": "United States"}}
"""The names by record and code, wherever a response shows both (documented by the example of an order)."""

CUT = "…"
"""The end of a string that the documentation truncates."""


class Documented(NamedTuple):
    """A documented exchange. If it is not `whole`, the documentation shows only a part of the response.

    Its values are `known` unless a rule of the service, such as the lifetime of an order, has been changed.
    """

    call: SampleCall
    status: int
    answer: Any
    whole: bool
    known: bool = True


class ExampleDifference(NamedTuple):
    """A difference between a response and the documented one: the broken rule, the place, and both values."""

    rule: str
    where: str
    expected: object
    got: object


def documented(context: Context) -> Iterator[Documented]:
    """Yield the documented exchanges that conform to the contract documents. Others are skipped."""
    shipped = contract(context.setting.contract.readings)
    known = context.setting.contract.rules == shipped.rules
    if not known:
        context.skip("the documented values", "a rule of the service has been changed")
    for name, document in context.documents.items():
        for path in sorted((directory("fixtures") / name).glob("*/documented.json")):
            operation = document.operations.get(path.parent.name)
            example = _read(operation, context.base(name), json.loads(path.read_bytes())) if operation else None
            if example and _conforms(example) and _has_its_meaning(example, shipped.documents[name]):
                yield example._replace(known=known)
            else:
                context.skip(f"{name}.{path.parent.name}", "the contract has been changed; the example does not apply")


def _read(operation: Operation, base: str, data: Any) -> Documented | None:
    """Return a documented exchange; None if its path does not belong to the operation."""
    request, response = data["request"], data["response"]
    found = operation.document.route(operation.method, request["path"])
    if not isinstance(found, Found) or found.operation is not operation:
        return None
    body = ABSENT if request["body"] is None else request["body"]
    call = SampleCall(operation, base, dict(found.path_params), request["query"] or {}, body)
    return Documented(call, response["status"], response["body"], data["seen"] == "complete")


def _conforms(example: Documented) -> bool:
    """Return whether an exchange conforms to the contract, which overlays may have changed."""
    operation, _, path, query, body = example.call
    asked = operation.read(path, list(query.items()), body)
    answered = operation.check_answer(example.status, example.answer) if example.whole else ()
    return not (broken(operation.check_request(asked)) or answered)


def _has_its_meaning(example: Documented, shipped: Document) -> bool:
    """Return whether a response reads the same under the contract as under the shipped document."""
    own, status, answer = example.call.operation, example.status, example.answer
    return own.read_answer(status, answer) == shipped.operations[own.id].read_answer(status, answer)


def run(context: Context) -> None:
    """Repeat all documented exchanges."""
    if not (context.has_app_factory or context.accounts):
        context.skip(EVERYTHING, NO_CREDENTIALS)
        return
    for example in documented(context):
        context.case()
        if context.has_app_factory:
            context.begin(SCENARIO, ())
            _replay(context, example)
        else:
            _replay_as(context, example, context.accounts[0])


def _replay(context: Context, example: Documented) -> None:
    """Repeat an exchange with the account of the documentation, and compare the response by value."""
    operation = example.call.operation
    answer = context.send(example.call.request(), operation).answer
    if answer is None:
        return
    wanted, got = example.status, answer.status
    if not example.known:
        _compare_shape(context, example, answer)
    elif context.expect("example-status", got == wanted, operation.name, expected=wanted, got=got):
        for difference in differences(example.answer, answer.json, values=True, whole=example.whole):
            _report(context, operation, difference)


def _replay_as(context: Context, example: Documented, account: Account) -> None:
    """Repeat an exchange with another account, and compare the shape of the response."""
    operation = example.call.operation
    if operation.effect != READS:
        context.skip(operation.name, "its documented exchange changes an account")
        return
    try:
        answer = context.send(example.call.by(*account).request(), operation).answer
    except DeniedError as error:
        context.skip(operation.name, str(error))
        return
    if answer is not None:
        _compare_shape(context, example, answer)


def _compare_shape(context: Context, example: Documented, answer: Answer) -> None:
    """Compare a response with the documented one by shape and names, unless it is a refusal."""
    operation = example.call.operation
    reading = facts_of(operation, answer)
    if not reading.granted:
        context.skip(operation.name, "the account has nothing that corresponds to the documented example")
        return
    for difference in differences(example.answer, answer.json, values=False, whole=False):
        _report(context, operation, difference)
    for difference in misnamed(reading.facts):
        _report(context, operation, difference)


def differences(
    example: Any, got: Any, where: str = "body", *, values: bool, whole: bool
) -> Iterator[ExampleDifference]:
    """Yield the differences between a response and an example: in shape, and with `values` also in values.

    With `whole` and `values`, fields that the example lacks are differences too.
    """
    match example, got:
        case dict(), dict():
            for name in example.keys() - got.keys():
                yield ExampleDifference("example-shape", f"{where}.{name}", "a value", "nothing")
            for name in (got.keys() - example.keys()) if whole and values else ():
                yield ExampleDifference("example-shape", f"{where}.{name}", "nothing", got[name])
            for name in example.keys() & got.keys():
                yield from differences(example[name], got[name], f"{where}.{name}", values=values, whole=whole)
        case list(), list() if values and len(example) != len(got):
            yield ExampleDifference("example-value", where, f"{len(example)} items", f"{len(got)} items")
        case list(), list():
            for index, item in enumerate(got):
                model = example[index] if values else _model(example, item, index)
                yield from differences(model, item, f"{where}[{index}]", values=values, whole=whole)
        case _ if not _has_same_type(example, got):
            yield ExampleDifference("example-shape", where, type(example).__name__, type(got).__name__)
        case _ if values and not _has_same_value(example, got):
            yield ExampleDifference("example-value", where, example, got)


def misnamed(facts: Any, record: str = "") -> Iterator[ExampleDifference]:
    """Yield the names in facts that differ from the documented name of their code.

    `record` is the name of the record to which the facts belong.
    """
    if isinstance(facts, list):
        for item in facts:
            yield from misnamed(item)
    elif isinstance(facts, dict):
        name = facts.get("name")
        wanted = NAMES.get(record, {}).get(str(facts.get("code")), name)
        if name not in (wanted, None):
            yield ExampleDifference("example-value", f"{record}.name", wanted, name)
        for part, item in facts.items():
            yield from misnamed(item, part)


def _report(context: Context, operation: Operation, difference: ExampleDifference) -> None:
    rule, where, expected, got = difference
    answer = operation.answers.get(operation.status)
    pointer = ""
    if answer and "documented" in answer.examples:
        pointer = answer.pointer + pointers.join("content", "application/json", "examples", "documented")
    detail = f"The difference is at {where}."
    context.breach(rule, operation.name, detail, expected=expected, got=got, pointer=pointer)


def _model(examples: list[Any], item: Any, index: int) -> Any:
    """Return the example for an item of a list: the one at its index, otherwise the first."""
    return examples[index] if index < len(examples) else next(iter(examples), item)


def _has_same_type(example: object, got: object) -> bool:
    numbers = (int, float)
    if isinstance(example, bool) or isinstance(got, bool):
        return type(example) is type(got)
    if example is None or got is None:
        return True  # a field that is null in one response may be a string in another
    return type(example) is type(got) or (isinstance(example, numbers) and isinstance(got, numbers))


def _has_same_value(example: object, got: object) -> bool:
    if isinstance(example, str) and example.endswith(CUT):
        return isinstance(got, str) and got.startswith(example.removesuffix(CUT))
    return example == got
