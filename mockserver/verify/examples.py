"""The suite `examples`: documented exchanges, asked again.

On a stage that knows the documentation's own accounts, the answers are compared value for value. Elsewhere the same is
asked by one's own account, and the answers are compared by their shape, and by value where a value is a fact.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT, Found, broken, contract
from mockserver.contract import pointer as pointers
from mockserver.data import directory
from mockserver.verify.assertions import read
from mockserver.verify.guard import READS, DeniedError
from mockserver.verify.requests import SampleCall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.contract import Document, Operation
    from mockserver.verify.context import Context
    from mockserver.verify.target import Account

SCENARIO = "documented"
"""The name of the scenario that holds the documentation's own accounts."""

NAMES = {"service": {"ds": "Discord"}, "country": {"12": "United States"}}
"""The names of codes, wherever both are shown (documented by the example of an order)."""

CUT = "…"
"""How a text ends that the documentation cuts."""


class Documented(NamedTuple):
    """A documented exchange. Of one that is not `whole`, the page shows only a part of the answer."""

    call: SampleCall
    status: int
    answer: Any
    whole: bool


class ExampleDifference(NamedTuple):
    """Where an answer differs from the documented one, and how."""

    rule: str
    where: str
    expected: object
    got: object


def documented(context: Context) -> Iterator[Documented]:
    """Read the documented exchanges of the documents that have a URL, as far as they fit these."""
    shipped = contract(context.setting.contract.readings).documents
    for name, document in context.documents.items():
        for path in sorted((directory("fixtures") / name).glob("*/documented.json")):
            operation = document.operations.get(path.parent.name)
            example = _read(operation, context.base(name), json.loads(path.read_bytes())) if operation else None
            if example and _fits(example) and _means_the_same(example, shipped[name]):
                yield example
            else:
                context.skip(f"{name}.{path.parent.name}", "the contract has been corrected: its example does not fit")


def _read(operation: Operation, base: str, data: Any) -> Documented | None:
    """Read a documented exchange; None if its path does not lead to the operation."""
    request, response = data["request"], data["response"]
    found = operation.document.route(operation.method, request["path"])
    if not isinstance(found, Found) or found.operation is not operation:
        return None
    body = ABSENT if request["body"] is None else request["body"]
    call = SampleCall(operation, base, dict(found.path_params), request["query"] or {}, body)
    return Documented(call, response["status"], response["body"], data["seen"] == "complete")


def _fits(example: Documented) -> bool:
    """Say whether an exchange keeps to the contract, which may have been corrected."""
    operation, _, path, query, body = example.call
    asked = operation.read(path, list(query.items()), body)
    answered = operation.check_answer(example.status, example.answer) if example.whole else ()
    return not (broken(operation.check_request(asked)) or answered)


def _means_the_same(example: Documented, shipped: Document) -> bool:
    """Say whether an answer says what it says by our own document, which overlays may have corrected."""
    operation, status, answer = example.call.operation, example.status, example.answer
    own = shipped.operations[operation.id]
    return not example.whole or operation.read_answer(status, answer).facts == own.read_answer(status, answer).facts


def run(context: Context) -> None:
    """Ask all documented exchanges again."""
    for example in documented(context):
        context.case()
        if context.staged:
            context.begin(SCENARIO, ())
            _replay(context, example)
        elif context.accounts:
            _ask_oneself(context, example, context.accounts[0])
        else:
            context.skip("documented exchanges", "no credentials are given")
            return


def _replay(context: Context, example: Documented) -> None:
    """Ask by the documentation's own account, and compare value for value."""
    operation = example.call.operation
    answer = context.send(example.call.request(), operation).answer
    if answer is None:
        return
    wanted, got = example.status, answer.status
    if context.expect("example-status", got == wanted, operation.name, expected=wanted, got=got):
        for difference in differences(example.answer, answer.json, values=True, whole=example.whole):
            _tell(context, operation, difference)


def _ask_oneself(context: Context, example: Documented, account: Account) -> None:
    """Ask the same by one's own account, and compare the shape of the answer unless it is a refusal."""
    operation = example.call.operation
    if operation.effect != READS:
        context.skip(operation.name, "its documented exchange changes an account")
        return
    try:
        exchange = context.send(example.call.by(*account).request(), operation)
    except DeniedError as error:
        context.skip(operation.name, str(error))
        return
    reading = read(operation, exchange.answer) if exchange.answer else None
    if exchange.answer is None or reading is None or not reading.granted:
        context.skip(operation.name, "the account has nothing like the documented example")
        return
    for difference in differences(example.answer, exchange.answer.json, values=False, whole=False):
        _tell(context, operation, difference)
    for difference in misnamed(reading.facts):
        _tell(context, operation, difference)


def differences(
    example: Any, got: Any, where: str = "body", *, values: bool, whole: bool
) -> Iterator[ExampleDifference]:
    """Find where an answer differs from an example: in its shape, and in its values if these count.

    If the example is `whole`, the answer has no more fields than it.
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
        case _ if not _is_alike(example, got):
            yield ExampleDifference("example-shape", where, type(example).__name__, type(got).__name__)
        case _ if values and not _agrees(example, got):
            yield ExampleDifference("example-value", where, example, got)


def misnamed(facts: Any, record: str = "") -> Iterator[ExampleDifference]:
    """Find where facts give another name to a code than the documentation does; `record` is what they are of."""
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


def _tell(context: Context, operation: Operation, difference: ExampleDifference) -> None:
    rule, where, expected, got = difference
    answer = operation.answers.get(operation.status)
    pointer = ""
    if answer and "documented" in answer.examples:
        pointer = answer.pointer + pointers.join("content", "application/json", "examples", "documented")
    context.breach(rule, operation.name, f"It differs at {where}.", expected=expected, got=got, pointer=pointer)


def _model(examples: list[Any], item: Any, index: int) -> Any:
    """Return the example that an item of a list is to be held against: the one in its place, else the first."""
    return examples[index] if index < len(examples) else next(iter(examples), item)


def _is_alike(example: object, got: object) -> bool:
    numbers = (int, float)
    if isinstance(example, bool) or isinstance(got, bool):
        return type(example) is type(got)
    if example is None or got is None:
        return True  # what is null here may be a text there
    return type(example) is type(got) or (isinstance(example, numbers) and isinstance(got, numbers))


def _agrees(example: object, got: object) -> bool:
    if isinstance(example, str) and example.endswith(CUT):
        return isinstance(got, str) and got.startswith(example.removesuffix(CUT))
    return example == got
