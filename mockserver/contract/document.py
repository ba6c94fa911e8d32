"""A contract document, read and checked: its operations, failures and rules; and the names of the shipped ones."""

from __future__ import annotations

from functools import cached_property, lru_cache, reduce
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from mockserver.contract import document_checks, failure_responses, index
from mockserver.contract import pointer as pointers
from mockserver.contract.annotations import Annotations
from mockserver.contract.document_checks import DocumentProblem, Survey
from mockserver.contract.failures import FAILURES
from mockserver.contract.index import Index
from mockserver.contract.located import LocatedError, Problem
from mockserver.contract.operation import Operation
from mockserver.contract.parts import JSON_TYPE, media_type
from mockserver.contract.routing import BadPath, Found, NotFound, Router, WrongMethod
from mockserver.contract.validation import check_body, check_failure, check_headers
from mockserver.contract.vocabulary import vocabulary
from mockserver.data import directory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mockserver.contract.failures import Failures
    from mockserver.contract.located import Located, Place
    from mockserver.contract.parts import Schema
    from mockserver.contract.provenance import Provenance
    from mockserver.contract.violation import Violation


class Examined(NamedTuple):
    """A checked document: its survey, its problems, and its annotations if it has no problems.

    `annotations` are also None for a document without `x-failures`. `derived` maps the pointers of generated parts to
    the pointers that they were generated from.
    """

    survey: Survey
    faults: list[DocumentProblem]
    annotations: Annotations | None
    derived: Mapping[str, str]


def examine(data: Any) -> Examined:
    """Check a whole document. The data is changed in place: references are resolved, invalid parts removed."""
    derived: Mapping[str, str] = {}
    is_service = isinstance(data, dict) and FAILURES in data
    if is_service:
        derived = failure_responses.complete(data, vocabulary())
    survey = Survey(data)
    faults = [*survey.faults, *(document_checks.faults(data) if isinstance(data, dict) else ())]
    if faults or not is_service:
        return Examined(survey, _as_written(faults, derived), None, derived)
    annotations = Annotations(data, document_checks.operations(data), vocabulary(), derived)
    problems = [survey.problem(*fault) for fault in annotations.faults]
    return Examined(survey, _as_written(problems, derived), annotations, derived)


def all_faults(data: Any) -> list[DocumentProblem]:
    """Return the problems of a whole document. The data is unchanged.

    If the form of some parts is invalid, the meaning of the others is checked without these parts.
    """
    from copy import deepcopy  # needed for errors only

    found = examine(deepcopy(data))
    if found.annotations is not None or not found.faults:
        return found.faults
    without = deepcopy(data)
    for fault in found.faults:
        holder, _, key = fault.pointer.rpartition("/")
        _remove(without, holder, pointers.unescape(key))
    other = examine(without)
    affected = [f"{_affected(fault.pointer)}/" for fault in found.faults]
    return found.faults + [
        fault
        for fault in other.faults
        if other.annotations is not None
        and not any(f"{fault.pointer}/".startswith(each) or each.startswith(f"{fault.pointer}/") for each in affected)
    ]


def _remove(data: Any, pointer: str, key: str) -> None:
    """Remove a member of the mapping at a pointer, if both exist."""
    try:
        holder = reduce(pointers.step, pointers.split(pointer), data)
    except KeyError:
        return
    if isinstance(holder, dict):
        holder.pop(key, None)


def _affected(pointer: str) -> str:
    """Return the pointer of the part whose meaning an invalid value affects: its operation, or its parent."""
    if pointer.startswith("/paths/"):
        return "/".join(pointer.split("/", 4)[:4])
    return pointers.parent(pointer) or pointer


def _as_written(faults: Iterable[DocumentProblem], derived: Mapping[str, str]) -> list[DocumentProblem]:
    """Return the distinct problems, with their pointers in the file."""
    return list(dict.fromkeys(fault._replace(pointer=index.written(fault.pointer, derived)) for fault in faults))


def problem_of(fault: DocumentProblem, source: Located) -> Problem:
    """Return a problem with its place in a file."""
    return Problem(source.place(fault.pointer, key=True), fault.message, fault.pointer)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Return the distinct problems, sorted by place."""
    return sorted(set(problems), key=lambda problem: (problem.place, problem.message))


SHIPPED = directory("contracts") / "documents"


class DocumentError(LocatedError):
    """A contract document is invalid. The error text lists every problem, one per line."""


def shipped() -> dict[str, Path]:
    """Return the files of the shipped contract documents by name."""
    return {path.stem: path for path in SHIPPED.glob("*.yaml")}


def names() -> tuple[str, ...]:
    """Return the names of the shipped contract documents, the newest generation of the service first."""
    return tuple(sorted(shipped(), reverse=True))


class Document:
    """A contract document: the operations of one generation of the service, and the provenance of each part.

    `name` is `v3` for `v3.yaml`. `prefix`, such as `/v3`, is the prefix of all paths of the document: the path of the
    first server's URL. `failures` are its failure responses, None for a document without `x-failures`. `rules` are the
    rules of the service that it changes. Pointers are JSON pointers, and may lead through a `$ref`.
    """

    def __init__(self, source: Located, name: str, path: Path) -> None:
        """Read a document. Raises DocumentError."""
        examined = examine(source.data)
        if examined.faults:
            raise DocumentError(in_order(problem_of(fault, source) for fault in examined.faults))
        survey = examined.survey
        self.name = name
        self.path = path
        self._index = Index(source, survey.origins, survey.provenances, examined.derived)
        data = source.data
        self.title: str = data["info"]["title"]
        self.prefix = urlsplit(data["servers"][0]["url"]).path.rstrip("/")
        self.failures: Failures | None = examined.annotations.failures if examined.annotations else None
        self.rules: Mapping[str, str] = examined.annotations.rules if examined.annotations else {}
        schemes = data["components"].get("securitySchemes", {}).values()
        bearer = any("x-stands-in-for" in scheme for scheme in schemes)
        self.operations: Mapping[str, Operation] = MappingProxyType(
            {
                described["operationId"]: Operation(
                    described,
                    (method.upper(), path),
                    parameters,
                    self,
                    self._index,
                    bearer=bearer,
                    meaning=examined.annotations.of(described) if examined.annotations else None,
                )
                for path, method, described, parameters in document_checks.operations(data)
            }
        )
        # A polling client requests the same path repeatedly.
        self._route = lru_cache(maxsize=1024)(Router(self.operations.values()).route)

    def __repr__(self) -> str:
        return f"<Document {self.name}: {self.title}>"

    @cached_property
    def by_purpose(self) -> Mapping[str, Operation]:
        """The operations by their purpose, a vocabulary operation; the first operation if several have the purpose."""
        found: dict[str, Operation] = {}
        for operation in self.operations.values():
            for purpose in operation.purposes:
                found.setdefault(purpose, operation)
        return MappingProxyType(found)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names of the service."""
        urls = (urlsplit(server["url"]) for server in self._index.data["servers"])
        return tuple(url.hostname for url in urls if url.hostname)

    def route(self, method: str, path: str) -> Found | NotFound | WrongMethod | BadPath:
        """Find the operation of a method and a path below the prefix. The path is percent-encoded."""
        return self._route(method, path)

    def resolve(self, pointer: str) -> Any:
        """Return the value at a pointer. Raises KeyError if the pointer leads nowhere."""
        return self._index.resolve(pointer)

    def provenance(self, pointer: str) -> Provenance:
        """Return the provenance of the value at a pointer: its own, or that of the nearest enclosing value."""
        return self._index.provenance(self._index.own(pointer))

    def place(self, pointer: str) -> Place:
        """Return the place in the file of the key at a pointer, or of the nearest enclosing value."""
        above, _, key = pointer.rpartition("/")
        return self._index.place(f"{self._index.own(above)}/{key}" if pointer else "")

    def written(self, pointer: str) -> str:
        """Return the pointer in the file of the value with this own pointer, or of what it was generated from."""
        return self._index.written(pointer)

    def origin(self, described: object) -> str:
        """Return the own pointer of an object of the document, or the empty pointer for any other object."""
        return self._index.origin(described)

    def schema(self, name: str) -> Schema:
        """Return a schema of the components. Raises KeyError if the name is unknown."""
        schema: Schema = self._index.data["components"]["schemas"][name]
        return schema

    def check_failure(
        self,
        status: int,
        body: object,
        content_type: str = JSON_TYPE,
        reason: str = "",
        headers: Iterable[tuple[str, str]] | None = None,
    ) -> tuple[Violation, ...]:
        """List the contract violations of a failure response outside any operation, such as for an unknown path.

        With a `reason`, the response must be the one that the document has for this reason. Without `headers`, only the
        status, the content type and the body are checked.
        """
        if self.failures is None:
            return check_body(body, self.schema("Failure"), self.name, self._index)
        found = check_failure(self.failures, status, body, content_type, reason, self.name, self._index)
        if headers is None:
            return found
        expected = self.failures.headers(status, body, media_type(content_type))
        return (*found, *check_headers(expected, headers, self.name, self._index))
