"""The annotations of a document: the meaning of its operations in terms of the vocabulary, and all their problems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import pointer as pointers
from mockserver.contract.binding import Binding
from mockserver.contract.failures import FAILURES, Failures, success_status
from mockserver.contract.headers import misfit
from mockserver.contract.messages import did_you_mean
from mockserver.contract.parts import JSON_TYPE
from mockserver.contract.plan import AnnotationProblem, Planner

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from mockserver.contract.parts import Schema
    from mockserver.contract.plan import Node
    from mockserver.contract.vocabulary import Purpose, Vocabulary

    Described = dict[str, Any]

RULES = "x-rules"
_NOT_HERE = "only a success response has headers: add it to the headers of a reason of x-failures"


class Meaning(NamedTuple):
    """The meaning of an operation: its purposes, the places of its arguments, and the contents of its success response.

    `status` and `schema` are those of the success response. `plan` is the plan of its body, None if it has no body.
    """

    purposes: Mapping[str, Purpose]
    binding: Binding
    status: int
    schema: Schema | None
    plan: Node | None


class Annotations:
    """The meanings of all operations of a document. `faults` are all problems, `failures` its failure responses."""

    def __init__(
        self,
        data: Described,
        operations: Iterable[tuple[str, str, Described, list[Described]]],
        vocabulary: Vocabulary,
        derived: Collection[str] = (),
    ) -> None:
        """Interpret the data of a document, with its references resolved, and its operations.

        `derived` are the pointers of the parts that were generated from `x-failures`.
        """
        self._vocabulary = vocabulary
        self._failing = {
            id(response)
            for name, response in data["components"].get("responses", {}).items()
            if pointers.join("components", "responses", name) in derived
        }
        self.failures = Failures(data[FAILURES], vocabulary, data)
        self.faults: list[AnnotationProblem] = list(self.failures.faults)
        self._meanings: dict[int, Meaning] = {}
        for _, _, described, parameters in operations:
            self._meanings[id(described)] = self._read(described, parameters)
        self.rules: Mapping[str, Any] = data.get(RULES, {})

    def of(self, described: Described) -> Meaning:
        """Return the meaning of an operation."""
        return self._meanings[id(described)]

    def _read(self, described: Described, parameters: list[Described]) -> Meaning:
        purposes = self._purposes(described)
        body = described.get("requestBody", {}).get("content", {}).get(JSON_TYPE, {}).get("schema")
        binding = Binding(purposes, parameters, body, self._vocabulary, described)
        self.faults += binding.faults
        answers = described.get("responses", {}).items()
        responses = {status: answer for status, answer in answers if id(answer) not in self._failing}
        status = success_status(responses)
        response = responses.get(str(status), {})
        self.faults += _header_faults(responses, status)
        schema = self._success(response.get("content", {}).get(JSON_TYPE, {}).get("schema"), status)
        plan = None
        if purposes and schema is not None:
            planner = Planner(self._vocabulary, tuple(purposes))
            plan = planner.plan(schema, self._vocabulary.names_of(purposes))
            self.faults += planner.faults
            if plan is None and not planner.faults:
                self.faults.append(
                    AnnotationProblem(schema, "", "no annotation says what to write in this response: add an x-value")
                )
        if purposes and not status:
            self.faults.append(
                AnnotationProblem(described, "responses", "an operation needs a success response, status 200 to 299")
            )
        return Meaning(purposes, binding, status, schema, plan)

    def _purposes(self, described: Described) -> dict[str, Purpose]:
        named = described.get("x-operation", ())
        names = [named] if isinstance(named, str) else list(named)
        known = self._vocabulary.purposes
        for name in names:
            if name not in known:
                message = f"the vocabulary has no operation {name}{did_you_mean(name, known)}"
                self.faults.append(AnnotationProblem(described, "x-operation", message))
        if not names and not described.get("x-unmodelled"):
            message = "an operation needs x-operation, or x-unmodelled: true if its behaviour is unknown"
            self.faults.append(AnnotationProblem(described, "", message))
        return {name: known[name] for name in names if name in known}

    def _success(self, schema: Schema | None, status: int) -> Schema | None:
        """Return the schema of the success response without the alternatives of failures."""
        if schema is None or "oneOf" not in schema:
            return schema
        failing = set(map(id, self.failures.schemas(status)))
        branches = [branch for branch in schema["oneOf"] if id(branch) not in failing]
        if not failing or len(branches) == len(schema["oneOf"]):
            return schema
        return branches[0] if len(branches) == 1 else {**schema, "oneOf": branches}


def _header_faults(responses: Mapping[str, Described], success: int) -> Iterator[AnnotationProblem]:
    """Find the headers of responses that cannot be written."""
    for status, response in responses.items():
        for name, described in response.get("headers", {}).items():
            message = misfit(described) if status == str(success) else _NOT_HERE
            if message:
                yield AnnotationProblem(response["headers"], name, message)
