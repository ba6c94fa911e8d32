"""The contract documents of the service."""

from __future__ import annotations

from collections import deque
from functools import lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from contracts.spec import choices, corrections, located, rules
from contracts.spec.checks import check_body
from contracts.spec.choices import DEFAULTS
from contracts.spec.index import Index
from contracts.spec.located import LocatedError, Place, Problem
from contracts.spec.operation import Operation
from contracts.spec.routing import BadPath, Found, NotFound, Router, WrongMethod
from contracts.spec.survey import Fault, Survey
from contracts.spec.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from contracts.spec.choices import Change, Choices
    from contracts.spec.corrections import Overlays
    from contracts.spec.located import Located
    from contracts.spec.parts import Schema
    from contracts.spec.provenance import Provenance
    from contracts.spec.violation import Violation

SHIPPED = Path(__file__).parent.parent / "documents"


class DocumentError(LocatedError):
    """A contract document cannot be used. Its text lists every problem found, one a line."""


def load(source: str | Path, readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Document:
    """Load a contract document: `v3` or `v2` for one of our own, or the path of a YAML file.

    `readings` chooses, by the names of readings, how to understand what the documentation leaves open; see
    `contracts.spec.readings()`. `overlays` are overlay files, applied after them; readings that they choose hold
    unless `readings` says otherwise. What they change in a document is known by its name, and has the place of what it
    stands in. Raises LocatedError if the file is not YAML, DocumentError if it is not a document that is understood
    here, ReadingError for a choice that there is not, OverlayFileError for an overlay that cannot be applied. What is
    wrong because of a reading or an overlay is told by its place there.
    """
    shipped = {path.stem: path for path in SHIPPED.glob("*.yaml")}
    path = shipped[str(source)] if source in shipped else Path(source)
    if not path.suffix and not path.exists():
        message = f"there is no contract document of this name{did_you_mean(source, shipped)}"
        raise DocumentError([Problem(Place(str(source)), f"{message}; there are {', '.join(sorted(shipped))}")])
    file = path.name if source in shipped else None
    read = located.read(path, file)
    if isinstance(read.data, dict):
        deque(_changes(read.data, path.stem, readings, overlays), maxlen=0)
    try:
        return Document(read, path.stem, path)
    except DocumentError as error:
        written = located.read(path, file)
        changing = partial(_changes, document=path.stem, readings=readings, overlays=overlays)
        problems = _misread(written, path.stem, changing) if isinstance(written.data, dict) else error.problems
        raise DocumentError(problems) from None


class Document:
    """A contract document: the operations of one generation of the service, and how each part of them is known.

    `name` is `v3` for `v3.yaml`. `prefix`, such as `/v3`, is the path that all paths of the document begin with; it is
    the path of the first server's URL. Pointers are JSON pointers, and may lead through a `$ref`.
    """

    def __init__(self, source: Located, name: str, path: Path) -> None:
        """Read a document. Raises DocumentError."""
        survey, faults = _survey(source.data)
        if faults:
            raise DocumentError(_sorted(_problem(fault, source) for fault in faults))
        self.name = name
        self.path = path
        self._index = Index(source, survey.origins, survey.provenances)
        data = source.data
        self.title: str = data["info"]["title"]
        self.prefix = urlsplit(data["servers"][0]["url"]).path.rstrip("/")
        schemes = data["components"].get("securitySchemes", {}).values()
        bearer = any("x-stands-in-for" in scheme for scheme in schemes)
        self.operations: Mapping[str, Operation] = MappingProxyType(
            {
                described["operationId"]: Operation(
                    described, (method.upper(), path), parameters, name, self._index, bearer=bearer
                )
                for path, method, described, parameters in rules.operations(data)
            }
        )
        # A polling client asks for the same path over and over.
        self._route = lru_cache(maxsize=1024)(Router(self.operations.values()).route)

    def __repr__(self) -> str:
        return f"<Document {self.name}: {self.title}>"

    def route(self, method: str, path: str) -> Found | NotFound | WrongMethod | BadPath:
        """Find the operation of a method and a path below the prefix, which is still percent-encoded."""
        return self._route(method, path)

    def resolve(self, pointer: str) -> Any:
        """Return the value at a pointer. Raises KeyError if there is none."""
        return self._index.resolve(pointer)

    def provenance(self, pointer: str) -> Provenance:
        """Return how the value at a pointer is known: as stated by it or by the nearest value around it."""
        return self._index.provenance(self._index.own(pointer))

    def place(self, pointer: str) -> Place:
        """Return the place in the file of the key at a pointer, or of the nearest value around it."""
        above, _, key = pointer.rpartition("/")
        return self._index.place(f"{self._index.own(above)}/{key}" if pointer else "")

    def origin(self, described: object) -> str:
        """Return the own pointer of an object of the document, or the empty pointer if it is none of it."""
        return self._index.origin(described)

    def schema(self, name: str) -> Schema:
        """Return a schema of the components. Raises KeyError if there is none of this name."""
        schema: Schema = self._index.data["components"]["schemas"][name]
        return schema

    def check_failure(self, body: object) -> tuple[Violation, ...]:
        """List how the body of an answer outside any operation, such as for an unknown path, breaks the contract."""
        return check_body(body, self.schema("Failure"), self.name, self._index)


def _changes(data: Any, document: str, readings: Choices, overlays: Overlays) -> Iterator[Change]:
    """Change the data of a document as readings and overlays say, one by one."""
    yield from choices.change(data, document, corrections.effective(readings, overlays))
    yield from corrections.change(data, document, overlays)


def _survey(data: Any) -> tuple[Survey, list[Fault]]:
    """Return the survey of a document, which changes its data, and all that is wrong with it."""
    survey = Survey(data)
    return survey, [*survey.faults, *(rules.faults(data) if isinstance(data, dict) else ())]


def _problem(fault: Fault, source: Located) -> Problem:
    return Problem(source.place(fault.pointer, key=True), fault.message, fault.pointer)


def _misread(source: Located, name: str, changing: Callable[[Any], Iterator[Change]]) -> list[Problem]:
    """Return what is wrong with a document once it is changed, each where it comes from."""
    from copy import deepcopy  # needed for errors only

    problems = {fault: _problem(fault, source) for fault in _survey(deepcopy(source.data))[1]}
    for made in changing(source.data):
        _, faults = _survey(deepcopy(source.data))
        because = {fault: f"makes {name} wrong at {fault.pointer}: {fault.message}" for fault in faults}
        problems = {
            fault: problems.get(fault) or Problem(made.place, message, made.pointer)
            for fault, message in because.items()
        }
    return _sorted(problems.values())


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(set(problems), key=lambda problem: (problem.place, problem.message))
