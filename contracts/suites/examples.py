"""The suite `examples`: documented exchanges, asked again.

On a stage that knows the documentation's own accounts, the answers are compared value for value. Elsewhere the same is
asked by one's own account, and the answers are compared by their shape, and by value where a value is a fact.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.spec import ABSENT
from contracts.spec import pointer as pointers
from contracts.suites import requests
from contracts.suites.guard import READS, DeniedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.spec import Operation
    from contracts.suites.context import Context
    from contracts.suites.credentials import Account

SCENARIO = "documented"
"""The name of the scenario that holds the documentation's own accounts."""

FACTS = {("sShort", "ds"): ("service", "Discord"), ("cShort", "12"): ("country", "United States")}
"""Which code stands beside which name, wherever both are shown (documented by the example of getOrder)."""

CUT = "…"
"""How a text ends that the documentation cuts."""


class Documented(NamedTuple):
    """A documented exchange. Of one that is not `whole`, the page shows only a part of the answer."""

    operation: Operation
    path: str
    query: dict[str, Any]
    body: Any
    status: int
    answer: Any
    whole: bool


class Difference(NamedTuple):
    """Where an answer differs from the documented one, and how."""

    rule: str
    where: str
    expected: object
    got: object


def folder() -> Path:
    """Return where the documented exchanges are: in the package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "fixtures"
    return installed if installed.is_dir() else package.parent / "fixtures"


def documented(context: Context) -> Iterator[Documented]:
    """Read the documented exchanges of the generations that have a URL."""
    for name, document in context.documents.items():
        for path in sorted((folder() / name).glob("*/documented.json")):
            data = json.loads(path.read_bytes())
            request, response = data["request"], data["response"]
            yield Documented(
                document.operations[path.parent.name],
                request["path"],
                request["query"] or {},
                ABSENT if request["body"] is None else request["body"],
                response["status"],
                response["body"],
                data["seen"] == "complete",
            )


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
    operation = example.operation
    found = operation_path(context, operation, example.path)
    request = requests.write(operation, _base(context, operation), found, example.query, example.body)
    exchange = context.send(request, operation)
    if exchange.answer is None:
        return
    status = exchange.answer.status
    if not context.expect(
        "example-status", status == example.status, operation.name, expected=example.status, got=status
    ):
        return
    for difference in differences(example.answer, exchange.answer.json, values=True, whole=example.whole):
        _tell(context, operation, difference)


def _ask_oneself(context: Context, example: Documented, account: Account) -> None:
    """Ask the same by one's own account, and compare the shape of the answer unless it is a refusal."""
    operation = example.operation
    if operation.effect != READS:
        context.skip(operation.name, "its documented exchange changes an account")
        return
    values = operation_path(context, operation, example.path) | example.query
    own = {name: value for name, value in values.items() if name not in _credentials(operation)}
    try:
        exchange = context.ask(operation.name, account, **own)
    except DeniedError as error:
        context.skip(operation.name, str(error))
        return
    got = exchange.answer.json if exchange.answer else ABSENT
    if not isinstance(got, dict) or not (got.get("ok") is True or got.get("error") is False):
        context.skip(operation.name, "the account has nothing like the documented example")
        return
    for difference in differences(example.answer, got, values=False, whole=False):
        _tell(context, operation, difference)
    for difference in facts(got):
        _tell(context, operation, difference)


def differences(example: Any, got: Any, where: str = "body", *, values: bool, whole: bool) -> Iterator[Difference]:
    """Find where an answer differs from an example: in its shape, and in its values if these count.

    If the example is `whole`, the answer has no more fields than it.
    """
    match example, got:
        case dict(), dict():
            for name in example.keys() - got.keys():
                yield Difference("example-shape", f"{where}.{name}", "a value", "nothing")
            for name in (got.keys() - example.keys()) if whole and values else ():
                yield Difference("example-shape", f"{where}.{name}", "nothing", got[name])
            for name in example.keys() & got.keys():
                yield from differences(example[name], got[name], f"{where}.{name}", values=values, whole=whole)
        case list(), list() if values and len(example) != len(got):
            yield Difference("example-value", where, f"{len(example)} items", f"{len(got)} items")
        case list(), list():
            for index, item in enumerate(got):
                model = example[index] if values else _model(example, item, index)
                yield from differences(model, item, f"{where}[{index}]", values=values, whole=whole)
        case _ if not _is_alike(example, got):
            yield Difference("example-shape", where, type(example).__name__, type(got).__name__)
        case _ if values and not _agrees(example, got):
            yield Difference("example-value", where, example, got)


def facts(answer: Any) -> Iterator[Difference]:
    """Find where an answer gives another name to a code than the documentation does."""
    if isinstance(answer, list):
        for item in answer:
            yield from facts(item)
    elif isinstance(answer, dict):
        for (field, code), (name, value) in FACTS.items():
            if answer.get(field) == code and answer.get(name, value) != value:
                yield Difference("example-value", name, value, answer[name])
        for item in answer.values():
            yield from facts(item)


def operation_path(context: Context, operation: Operation, path: str) -> dict[str, Any]:
    """Read the path parameters out of a path of an operation."""
    document = context.setting.documents[operation.name.partition(".")[0]]
    found = document.route(operation.method, path)
    return dict(getattr(found, "path_params", {}))


def _tell(context: Context, operation: Operation, difference: Difference) -> None:
    rule, where, expected, got = difference
    answer = operation.answers.get(200)
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


def _credentials(operation: Operation) -> set[str]:
    fields = operation.body.schema.get("properties", {}) if operation.body else {}
    marked = {name for name, schema in fields.items() if "x-credential" in schema}
    return marked | {parameter.name for parameter in operation.parameters if parameter.credential}


def _base(context: Context, operation: Operation) -> str:
    return context.base(operation.name.partition(".")[0])
