"""Loading the contract documents, changed by readings and overlays, and writing them for client generators."""

from __future__ import annotations

from functools import cache, lru_cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import failure_responses, located
from mockserver.contract import overlays as overlay_files
from mockserver.contract import pointer as pointers
from mockserver.contract.document import Document, DocumentError, all_faults, in_order, names, problem_of, shipped
from mockserver.contract.located import LocatedError, Place, Problem
from mockserver.contract.messages import did_you_mean
from mockserver.contract.readings import DEFAULTS
from mockserver.contract.readings import change as apply_readings
from mockserver.contract.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from mockserver.contract.document_checks import DocumentProblem
    from mockserver.contract.located import Located
    from mockserver.contract.overlays import Overlays
    from mockserver.contract.readings import Change, Choices


SCHEMAS = "#/components/schemas/"

_OF_NUMBERS = ("minimum", "maximum")
CONSTRAINTS = {
    "string": ("pattern", "minLength", "maxLength", "format"),
    "integer": _OF_NUMBERS,
    "number": _OF_NUMBERS,
}
"""The keywords of a schema that apply to one type only."""

_CONSTRAINING = {name for names in CONSTRAINTS.values() for name in names}
_DATA = {"const", "default", "enum", "example", "examples"}


def name_unions(data: dict[str, Any]) -> None:
    """Make each `oneOf` of components in a response a component itself, such as `OrderAnswerOrFailure`."""
    schemas = data["components"]["schemas"]
    for media in _answers(data):
        branches = media.get("schema", {}).get("oneOf", ())
        if branches and all(each.keys() == {"$ref"} for each in branches):
            name = "Or".join(each["$ref"].removeprefix(SCHEMAS) for each in branches)
            schemas.setdefault(name, media["schema"])
            media["schema"] = {"$ref": f"{SCHEMAS}{name}"}


def split_types(node: Any) -> None:
    """Replace a list of types by an `anyOf` of single types, each with the constraints that apply to it."""
    if isinstance(node, list):
        for inner in node:
            split_types(inner)
    elif isinstance(node, dict):
        types = node.get("type")
        if isinstance(types, list) and _CONSTRAINING & node.keys():
            del node["type"]
            constraints = {name: node.pop(name) for name in _CONSTRAINING & node.keys()}
            node["anyOf"] = [
                {"type": each, **{name: constraints[name] for name in CONSTRAINTS.get(each, ()) if name in constraints}}
                for each in types
            ]
        for name, inner in node.items():
            if name not in _DATA and not name.startswith("x-"):
                split_types(inner)


def _answers(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the media type objects of all responses."""
    operations = (each for item in data["paths"].values() for each in item.values() if "responses" in each)
    responses = [response for each in operations for response in each["responses"].values()]
    for response in (*responses, *data["components"].get("responses", {}).values()):
        yield from response.get("content", {}).values()


def load(source: str | Path, readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Document:
    """Load a contract document: the name of a shipped one, such as `v3`, or the path of a YAML file.

    `readings` chooses values of readings by name; see `mockserver.contract.readings()`. `overlays` are overlay files.
    They are applied after the readings, to the documents that they name. A reading that an overlay chooses applies
    unless `readings` chooses another value. A part that they add has the place of the nearest enclosing part in the
    document's file. Raises LocatedError if the file is not YAML, DocumentError if it is not a valid document,
    ReadingError for an unknown reading or value, and OverlayFileError for an overlay that cannot be applied. A problem
    that a reading or an overlay causes has its place there.
    """
    return _load(source, readings, overlays, [])


def _load(source: str | Path, readings: Choices, overlays: Overlays, made: list[Change]) -> Document:
    path, file = _file(source)
    read = located.read(path, file)
    if isinstance(read.data, dict):
        made += _changes(read.data, path.stem, readings, overlays)
    flaws = _flaws(overlays, made)
    try:
        document = Document(read, path.stem, path) if made else _unchanged(read.text, read.file, path)
    except DocumentError as error:
        written = located.read(path, file)
        changing = partial(_changes, document=path.stem, readings=readings, overlays=overlays)
        problems = _attribute(written, path.stem, changing) if isinstance(written.data, dict) else error.problems
        raise _error(flaws, problems) from None
    if flaws:
        raise _error(flaws)
    return document


@lru_cache(maxsize=16)
def _unchanged(text: str, file: str, path: Path) -> Document:
    """Return the document as its file has it: made once, because nothing changes a document. Raises DocumentError."""
    return Document(located.recall(text, file), path.stem, path)


def _flaws(overlays: Overlays, made: Iterable[Change]) -> list[Problem]:
    """Return the problems of the overlays themselves: invalid parts, and changes that could not be made."""
    return [*overlay_files.problems(overlays), *(problem for each in made for problem in each.problems)]


def _error(flaws: Sequence[Problem], problems: Iterable[Problem] = ()) -> LocatedError:
    """Return the error for the problems of overlays and those of documents."""
    kind = overlay_files.OverlayFileError if flaws else DocumentError
    return kind(in_order([*flaws, *problems]))


def _file(source: str | Path) -> tuple[Path, str | None]:
    """Return the path of a document, and its name in errors if that is not the path."""
    own = shipped()
    if str(source) in own:
        path = own[str(source)]
        return path, path.name
    path = Path(source)
    if not path.suffix and not path.exists():
        message = f"there is no contract document of this name{did_you_mean(source, own)}"
        raise DocumentError([Problem(Place(str(source)), f"{message}; there are {', '.join(sorted(own))}")])
    return path, None


class Contract(NamedTuple):
    """All shipped documents, changed by readings and overlays, the newest first; and the rules of the service.

    `readings` are the chosen values. `rules` has a value for every rule of the vocabulary.
    """

    documents: Mapping[str, Document]
    rules: Mapping[str, str]
    readings: Choices


def contract(readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Contract:
    """Load all shipped documents; see `load`.

    Raises LocatedError as `load` does, for an overlay that changes nothing, and for documents with conflicting rules.
    """
    changes: dict[str, list[Change]] = {name: [] for name in names()}
    documents: dict[str, Document] = {}
    flaws: list[Problem] = []
    problems: list[Problem] = []
    for name, made in changes.items():
        try:
            documents[name] = _load(name, readings, overlays, made)
        except overlay_files.OverlayFileError as error:
            flaws += error.problems
        except DocumentError as error:
            problems += error.problems
    flaws += overlay_files.unmatched_actions(overlays, changes, _raw()) if overlays else ()
    if flaws or problems:
        raise _error(flaws, problems)
    return Contract(
        MappingProxyType(documents),
        _rules(documents),
        overlay_files.effective(readings, overlays) if overlays else readings,
    )


def stated(name: str, readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Any:
    """Return the data of a document after readings and overlays: the data that a further overlay would change.

    Raises LocatedError.
    """
    path, file = _file(name)
    data = located.read(path, file).data
    if flaws := _flaws(overlays, _changes(data, path.stem, readings, overlays)):
        raise _error(flaws)
    return data


def written(name: str, readings: Choices = DEFAULTS, overlays: Overlays = ()) -> Any:
    """Return the data of a document after readings and overlays, with the responses generated from `x-failures`.

    It is plain OpenAPI in which the schema of every response has a name. Each `$ref` is kept. Raises LocatedError.
    """
    data = stated(name, readings, overlays)
    failure_responses.complete(data, vocabulary())
    name_unions(data)
    split_types(data)
    return data


def as_yaml(data: Any) -> bytes:
    """Write plain data as YAML without aliases."""
    import yaml  # needed here only

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is yaml's
            return True

    return str(yaml.dump(data, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)).encode()


def _raw() -> dict[str, Any]:
    """Return the data of all documents before readings and overlays change them."""
    return {name: located.read(*_file(name)).data for name in names()}


def _rules(documents: Mapping[str, Document]) -> Mapping[str, str]:
    """Return the effective value of every rule. Raises DocumentError for conflicting documents."""
    found = {name: rule.value for name, rule in vocabulary().rules.items()}
    sources: dict[str, str] = {}
    for document in documents.values():
        for name, value in document.rules.items():
            other = documents.get(sources.get(name, document.name), document)
            if other.rules.get(name, value) != value:
                place = document.place(f"/x-rules/{name}")
                message = f"{name} is {value} here and {other.rules[name]} in {other.path.name}: a rule has one value"
                raise DocumentError([Problem(place, message, f"/x-rules/{name}")])
            sources[name] = document.name
            found[name] = value
    return MappingProxyType(found)


def _changes(data: Any, document: str, readings: Choices, overlays: Overlays) -> Iterator[Change]:
    """Apply the readings and overlays to the data of a document. Yields each change after it is made."""
    yield from apply_readings(data, document, overlay_files.effective(readings, overlays))
    yield from overlay_files.change(data, document, overlays)


def _attribute(source: Located, name: str, changing: Callable[[Any], Iterator[Change]]) -> list[Problem]:
    """Return the problems of a changed document, each with the place of its cause."""
    from copy import deepcopy  # needed for errors only

    def attributed(fault: DocumentProblem) -> Problem:
        """Attribute a problem to the last change that holds its value or parent, else to the first that causes it."""
        parts = (fault.pointer, pointers.parent(fault.pointer), *filter(None, [fault.source]))
        causes = ((each, at) for at in parts for each in reversed(changes) if each.says(at))
        cause, pointer = next(causes, None) or (first_causes()[fault], fault.pointer)
        invalid = fault.source if pointer == fault.source else fault.pointer
        message = f"makes {name} invalid at {invalid}: {fault.message}"
        return Problem(cause.place_of(pointer), message, cause.pointer_of(pointer))

    @cache
    def first_causes() -> Mapping[DocumentProblem, Change]:
        """Return the first change after which each problem exists. This is slow."""
        since: dict[DocumentProblem, Change] = {}
        for made in changing(written):
            for fault in all_faults(written):
                since.setdefault(fault, made)
        return since

    written = deepcopy(source.data)
    problems = {fault: problem_of(fault, source) for fault in all_faults(source.data)}
    changes = list(changing(source.data))
    return in_order(problems.get(fault) or attributed(fault) for fault in all_faults(source.data))
