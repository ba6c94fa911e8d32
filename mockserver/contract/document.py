"""The contract documents of the service."""

from __future__ import annotations

from collections import deque
from functools import cache, cached_property, lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from mockserver.contract import document_rules, failures, index, located, served
from mockserver.contract import overlays as overlay_files
from mockserver.contract import pointer as pointers
from mockserver.contract.annotations import Annotations, pointer_of
from mockserver.contract.document_checks import Fault, Survey
from mockserver.contract.index import Index
from mockserver.contract.located import LocatedError, Place, Problem
from mockserver.contract.messages import did_you_mean
from mockserver.contract.operation import Operation
from mockserver.contract.parts import JSON_TYPE
from mockserver.contract.readings import DEFAULTS
from mockserver.contract.readings import change as apply_readings
from mockserver.contract.routing import BadPath, Found, NotFound, Router, WrongMethod
from mockserver.contract.validation import check_body, check_failure
from mockserver.contract.vocabulary import vocabulary
from mockserver.data import directory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from mockserver.contract.failures import Failures
    from mockserver.contract.located import Located
    from mockserver.contract.overlays import Overlays
    from mockserver.contract.parts import Schema
    from mockserver.contract.provenance import Provenance
    from mockserver.contract.readings import Change, Choices
    from mockserver.contract.violation import Violation

SHIPPED = directory("contracts") / "documents"


class DocumentError(LocatedError):
    """A contract document cannot be used. Its text lists every problem found, one a line."""


def names() -> tuple[str, ...]:
    """Return the names of our own contract documents, the newest generation of the service first."""
    return tuple(sorted((path.stem for path in SHIPPED.glob("*.yaml")), reverse=True))


def load(source: str | Path, readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Document:
    """Load a contract document: `v3` or `v2` for one of our own, or the path of a YAML file.

    `readings` chooses, by the names of readings, how to understand what the documentation leaves open; see
    `mockserver.contract.readings()`. `overlays` are overlay files, applied after them; readings that they choose hold
    unless `readings` says otherwise. What they change in a document is known by its name, and has the place of what it
    stands in. Raises LocatedError if the file is not YAML, DocumentError if it is not a document that is understood
    here, ReadingError for a choice that there is not, OverlayFileError for an overlay that cannot be applied. What is
    wrong because of a reading or an overlay is told by its place there.
    """
    return _load(source, readings, overlays, [])


def _load(source: str | Path, readings: Choices, overlays: Overlays, made: list[Change]) -> Document:
    path, file = _file(source)
    read = located.read(path, file)
    if isinstance(read.data, dict):
        made += _changes(read.data, path.stem, readings, overlays)
    try:
        return Document(read, path.stem, path)
    except DocumentError as error:
        written = located.read(path, file)
        changing = partial(_changes, document=path.stem, readings=readings, overlays=overlays)
        problems = _misread(written, path.stem, changing) if isinstance(written.data, dict) else error.problems
        raise DocumentError(problems) from None


def _file(source: str | Path) -> tuple[Path, str | None]:
    """Return the path of a document, and what it is called in errors if not by its path."""
    shipped = {path.stem: path for path in SHIPPED.glob("*.yaml")}
    if str(source) in shipped:
        path = shipped[str(source)]
        return path, path.name
    path = Path(source)
    if not path.suffix and not path.exists():
        message = f"there is no contract document of this name{did_you_mean(source, shipped)}"
        raise DocumentError([Problem(Place(str(source)), f"{message}; there are {', '.join(sorted(shipped))}")])
    return path, None


class Contract(NamedTuple):
    """All documents of the service as readings and overlays have them, the newest first, and the rules that hold.

    `readings` are those that were chosen; `rules` has a value for every rule of the vocabulary.
    """

    documents: Mapping[str, Document]
    rules: Mapping[str, str]
    readings: Choices


def contract(readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Contract:
    """Load all of our own documents; see `load`.

    Raises LocatedError, also for an overlay that changes nothing, and for documents whose rules or paths disagree.
    """
    changes: dict[str, list[Change]] = {name: [] for name in names()}
    documents = {name: _load(name, readings, overlays, made) for name, made in changes.items()}
    if overlays and (problems := list(overlay_files.aimless(overlays, changes, _raw()))):
        raise overlay_files.OverlayFileError(problems)
    return Contract(
        MappingProxyType(documents),
        _rules(documents),
        overlay_files.effective(readings, overlays) if overlays else readings,
    )


def stated(name: str, readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Any:
    """Return the data of a document as readings and overlays have it: what a further overlay would change.

    Raises LocatedError.
    """
    path, file = _file(name)
    data = located.read(path, file).data
    deque(_changes(data, path.stem, readings, overlays), maxlen=0)
    return data


def written(name: str, readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Any:
    """Return the data of a document as readings and overlays have it, with the responses that follow from its failures.

    It is plain OpenAPI, in which every answer has a name; what `$ref` names stays where it is. Raises LocatedError.
    """
    data = stated(name, readings, overlays)
    failures.complete(data, vocabulary())
    served.name_unions(data)
    served.split_types(data)
    return data


def as_yaml(data: Any) -> bytes:
    """Write plain data as YAML without aliases."""
    import yaml  # needed here only

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - one of yaml's
            return True

    return str(yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)).encode()


def _raw() -> dict[str, Any]:
    """Return the data of all documents before overlays change them."""
    return {name: located.read(*_file(name)).data for name in names()}


def _rules(documents: Mapping[str, Document]) -> Mapping[str, str]:
    """Return the rules that hold. Raises DocumentError where documents disagree."""
    found = {name: rule.value for name, rule in vocabulary().rules.items()}
    said: dict[str, str] = {}
    for document in documents.values():
        for name, value in document.rules.items():
            other = documents.get(said.get(name, document.name), document)
            if other.rules.get(name, value) != value:
                place = document.place(f"/x-rules/{name}")
                message = f"{name} is {value} here and {other.rules[name]} in {other.path.name}: the service has one"
                raise DocumentError([Problem(place, message, f"/x-rules/{name}")])
            said[name] = document.name
            found[name] = value
    return MappingProxyType(found)


class Document:
    """A contract document: the operations of one generation of the service, and how each part of them is known.

    `name` is `v3` for `v3.yaml`. `prefix`, such as `/v3`, is the path that all paths of the document begin with; it is
    the path of the first server's URL. `failures` says how it says no, None for a document without `x-failures`;
    `rules` are the rules of the service that it changes. Pointers are JSON pointers, and may lead through a `$ref`.
    """

    def __init__(self, source: Located, name: str, path: Path) -> None:
        """Read a document. Raises DocumentError."""
        examined = _examine(source.data)
        if examined.faults:
            raise DocumentError(_sorted(_problem(fault, source) for fault in examined.faults))
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
                for path, method, described, parameters in document_rules.operations(data)
            }
        )
        # A polling client asks for the same path over and over.
        self._route = lru_cache(maxsize=1024)(Router(self.operations.values()).route)

    def __repr__(self) -> str:
        return f"<Document {self.name}: {self.title}>"

    @cached_property
    def by_purpose(self) -> Mapping[str, Operation]:
        """The operations by what they are for, in the names of the vocabulary; the first where there are several."""
        found: dict[str, Operation] = {}
        for operation in self.operations.values():
            for purpose in operation.purposes:
                found.setdefault(purpose, operation)
        return MappingProxyType(found)

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

    def written(self, pointer: str) -> str:
        """Return the pointer in the file of what has this own pointer, or of what it follows from."""
        return self._index.written(pointer)

    def origin(self, described: object) -> str:
        """Return the own pointer of an object of the document, or the empty pointer if it is none of it."""
        return self._index.origin(described)

    def schema(self, name: str) -> Schema:
        """Return a schema of the components. Raises KeyError if there is none of this name."""
        schema: Schema = self._index.data["components"]["schemas"][name]
        return schema

    def check_failure(
        self, status: int, body: object, content_type: str = JSON_TYPE, reason: str = ""
    ) -> tuple[Violation, ...]:
        """List how an answer outside any operation, such as for an unknown path, breaks the contract.

        With a reason, it must be answered as the document says.
        """
        if self.failures is None:
            return check_body(body, self.schema("Failure"), self.name, self._index)
        return check_failure(self.failures, status, body, content_type, reason, self.name, self._index)


class _Examined(NamedTuple):
    """A document after a look at all of it: what is wrong, and if that is nothing, what it means."""

    survey: Survey
    faults: list[Fault]
    annotations: Annotations | None
    derived: Mapping[str, str]


def _examine(data: Any) -> _Examined:
    """Look at all of a document, which changes its data."""
    derived: Mapping[str, str] = {}
    is_service = isinstance(data, dict) and failures.FAILURES in data
    if is_service:
        derived = failures.complete(data, vocabulary())
    survey = Survey(data)
    faults = [*survey.faults, *(document_rules.faults(data) if isinstance(data, dict) else ())]
    if faults or not is_service:
        return _Examined(survey, _in_file(faults, derived), None, derived)
    meant = Annotations(data, document_rules.operations(data), vocabulary(), derived)
    wrong = [
        Fault(pointer_of(fault, survey.origins.get(id(fault.holder), "")), fault.message) for fault in meant.faults
    ]
    return _Examined(survey, _in_file(wrong, derived), meant, derived)


def _in_file(faults: Iterable[Fault], derived: Mapping[str, str]) -> list[Fault]:
    """Return faults, each once, where they are written."""
    return list(dict.fromkeys(fault._replace(pointer=index.written(fault.pointer, derived)) for fault in faults))


def _changes(data: Any, document: str, readings: Choices, overlays: Overlays) -> Iterator[Change]:
    """Change the data of a document as readings and overlays say, one by one."""
    yield from apply_readings(data, document, overlay_files.effective(readings, overlays))
    yield from overlay_files.change(data, document, overlays)


def _problem(fault: Fault, source: Located) -> Problem:
    return Problem(source.place(fault.pointer, key=True), fault.message, fault.pointer)


def _misread(source: Located, name: str, changing: Callable[[Any], Iterator[Change]]) -> list[Problem]:
    """Return what is wrong with a document once it is changed, each where it comes from."""
    from copy import deepcopy  # needed for errors only

    def caused(fault: Fault) -> Problem:
        """Blame the last change that says what is wrong, or what is around it, else the first that makes it wrong."""
        around = pointers.parent(fault.pointer)
        said = ((each, wrong) for wrong in (fault.pointer, around) for each in reversed(changes) if each.says(wrong))
        cause, wrong = next(said, None) or (first()[fault], fault.pointer)
        message = f"makes {name} wrong at {fault.pointer}: {fault.message}"
        return Problem(cause.place_of(wrong), message, cause.pointer_of(wrong))

    @cache
    def first() -> Mapping[Fault, Change]:
        """Return the first change after which each fault is there; that takes a while."""
        since: dict[Fault, Change] = {}
        for made in changing(written):
            for fault in _examine(deepcopy(written)).faults:
                since.setdefault(fault, made)
        return since

    written = deepcopy(source.data)
    problems = {fault: _problem(fault, source) for fault in _examine(deepcopy(source.data)).faults}
    changes = list(changing(source.data))
    return _sorted(problems.get(fault) or caused(fault) for fault in _examine(source.data).faults)


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(set(problems), key=lambda problem: (problem.place, problem.message))
