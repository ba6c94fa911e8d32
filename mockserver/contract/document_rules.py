"""What must fit together in a contract document, beyond the shape of each of its objects."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockserver.contract import pointer as pointers
from mockserver.contract.document_checks import DocumentProblem
from mockserver.contract.messages import did_you_mean
from mockserver.contract.parts import METHODS, SCALARS, effective, types
from mockserver.contract.routing import parameter_name, segments

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Described = dict[str, Any]


def operations(document: Described) -> Iterator[tuple[str, str, Described, list[Described]]]:
    """Yield the path, method, description and parameters of every operation, in the order of the document."""
    for path, item in document.get("paths", {}).items():
        for method, described in item.items():
            if method in METHODS:
                yield path, method, described, effective(item.get("parameters", ()), described.get("parameters", ()))


def faults(document: Described) -> Iterator[DocumentProblem]:
    """Find what does not fit together in a document after its survey. Required fields may be missing."""
    paths: dict[str, Described] = document.get("paths", {})
    yield from _servers(document.get("servers", ()))
    yield from _failure(document)
    yield from _templates(paths)
    yield from _operation_ids(document)
    for path, item in paths.items():
        yield from _parameters(item.get("parameters", ()), pointers.join("paths", path, "parameters"))
    for path, method, described, parameters in operations(document):
        pointer = pointers.join("paths", path, method)
        yield from _parameters(described.get("parameters", ()), f"{pointer}/parameters")
        yield from _path_parameters(path, parameters, pointer)


def _servers(servers: Iterable[Described]) -> Iterator[DocumentProblem]:
    urls = [server["url"] for server in servers if "url" in server]
    if not urls:
        yield DocumentProblem("/servers", "a document needs a server: the path of its URL stands before all others")
    for number, url in enumerate(urls):
        try:
            absolute = bool(urlsplit(url).netloc)
        except ValueError:
            absolute = False
        if not absolute:
            yield DocumentProblem(f"/servers/{number}/url", "url must be an absolute URL such as https://host/v3")


def _failure(document: Described) -> Iterator[DocumentProblem]:
    if "x-failures" not in document and "Failure" not in document.get("components", {}).get("schemas", {}):
        yield DocumentProblem("/components/schemas", "x-failures is missing: how it says no")


def _templates(paths: Iterable[str]) -> Iterator[DocumentProblem]:
    shapes: dict[tuple[str | None, ...], str] = {}
    for path in paths:
        pointer = pointers.join("paths", path)
        parts = segments(path)
        names = [parameter_name(part) for part in parts]
        for part, name in zip(parts, names, strict=True):
            if not name and ("{" in part or "}" in part):
                yield DocumentProblem(pointer, f"{part} must be fixed, or one whole parameter such as {{userId}}")
        for name in _repeated(filter(None, names)):
            yield DocumentProblem(pointer, f"the path has {{{name}}} twice")
        shape = tuple(None if name else part for part, name in zip(parts, names, strict=True))
        if shape in shapes:
            yield DocumentProblem(pointer, f"the path differs from {shapes[shape]} only in the names of its parameters")
        shapes[shape] = path


def _operation_ids(document: Described) -> Iterator[DocumentProblem]:
    seen: dict[str, str] = {}
    for path, method, described, _ in operations(document):
        name = described.get("operationId")
        if name in seen:
            yield DocumentProblem(
                pointers.join("paths", path, method, "operationId"), f"operationId {name} is also that of {seen[name]}"
            )
        elif name is not None:
            seen[name] = f"{method.upper()} {path}"


def _parameters(parameters: Iterable[Described], pointer: str) -> Iterator[DocumentProblem]:
    """Check the parameters of one list."""
    seen = set()
    for number, parameter in enumerate(parameters):
        place, name = parameter.get("in"), parameter.get("name")
        if (place, name) in seen:
            yield DocumentProblem(f"{pointer}/{number}", f"the {place} parameter {name} is described twice")
        seen.add((place, name))
        if place == "path" and parameter.get("required") is not True:
            yield DocumentProblem(f"{pointer}/{number}", f"the path parameter {name} needs required: true")
        named = types(parameter.get("schema", {}))
        if "schema" in parameter and not (named and set(named) <= set(SCALARS)):
            yield DocumentProblem(
                f"{pointer}/{number}", f"the schema of {name} needs a type out of {', '.join(SCALARS)}"
            )


def _path_parameters(path: str, parameters: Iterable[Described], pointer: str) -> Iterator[DocumentProblem]:
    """Check that a path and its operation agree on the path parameters."""
    names = [name for name in map(parameter_name, segments(path)) if name]
    described = [parameter["name"] for parameter in parameters if parameter.get("in") == "path" and "name" in parameter]
    for name in described:
        if name not in names:
            yield DocumentProblem(pointer, f"the path has no {{{name}}}{did_you_mean(name, names)}")
    for name in names:
        if name not in described:
            yield DocumentProblem(
                pointer, f"no parameter describes {{{name}}} of the path{did_you_mean(name, described)}"
            )


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
