"""The parts of an operation: its parameters, request body and responses, and their examples."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from mockserver.contract.headers import response_headers
from mockserver.contract.pointer import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mockserver.contract.headers import ConstantHeader
    from mockserver.contract.index import Index
    from mockserver.contract.provenance import Provenance

Schema = dict[str, Any]
JSON_TYPE = "application/json"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
SCALARS = ("string", "integer", "number", "boolean")
"""The allowed types of parameters."""


class Example(NamedTuple):
    """An example of a body: its name, value and provenance."""

    name: str
    value: Any
    provenance: Provenance


class Parameter(NamedTuple):
    """A parameter in a path or a query. `credential` is `user` for a user id, `key` for an API key, otherwise None.

    `example` may be `ABSENT`.
    """

    name: str
    place: Literal["path", "query"]
    required: bool
    schema: Schema
    credential: Literal["user", "key"] | None
    example: Any
    provenance: Provenance
    pointer: str

    @classmethod
    def of(cls, described: dict[str, Any], index: Index) -> Parameter:
        """Read the description of a parameter in a document."""
        schema = described["schema"]
        pointer = index.origin(described)
        return cls(
            name=described["name"],
            place=described["in"],
            required=described.get("required", False),
            schema=schema,
            credential=described.get("x-credential") or schema.get("x-credential"),
            example=_first_example(described, schema),
            provenance=index.provenance(pointer),
            pointer=pointer,
        )


class RequestBody(NamedTuple):
    """The JSON body that an operation takes."""

    schema: Schema
    required: bool
    examples: Mapping[str, Example]
    provenance: Provenance
    pointer: str

    @classmethod
    def of(cls, described: dict[str, Any], index: Index) -> RequestBody | None:
        """Read the description of a request body in a document; None if it is not JSON."""
        media = _media(described)
        if not media:
            return None
        pointer = index.origin(described)
        return cls(
            schema=media["schema"],
            required=described.get("required", False),
            examples=_examples(media, index),
            provenance=index.provenance(pointer),
            pointer=pointer,
        )


class DocumentedResponse(NamedTuple):
    """A documented response of an operation. `media` are its media types. `schema` is None if it has no JSON body.

    `headers` are those with a constant value.
    """

    status: int
    description: str
    media: tuple[str, ...]
    schema: Schema | None
    examples: Mapping[str, Example]
    provenance: Provenance
    pointer: str
    headers: tuple[ConstantHeader, ...] = ()

    @classmethod
    def of(cls, status: str, described: dict[str, Any], index: Index) -> DocumentedResponse:
        """Read the description of a response in a document."""
        media = _media(described)
        pointer = index.origin(described)
        return cls(
            status=int(status),
            description=described["description"],
            media=tuple(described.get("content", ())),
            schema=media.get("schema"),
            examples=_examples(media, index),
            provenance=index.provenance(pointer),
            pointer=pointer,
            headers=response_headers(described.get("headers", {}), pointer),
        )


def media_type(content_type: str) -> str:
    """Return the media type of a content type, without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    """Return whether a media type is JSON: `application/json`, or another such as `application/problem+json`."""
    return media == JSON_TYPE or media.endswith("+json")


def _media(described: dict[str, Any]) -> dict[str, Any]:
    """Return the JSON media type object of a request body or a response; empty if there is none."""
    content: dict[str, dict[str, Any]] = described.get("content", {})
    return content.get(JSON_TYPE) or next((each for media, each in content.items() if is_json(media)), {})


def _examples(media: dict[str, Any], index: Index) -> Mapping[str, Example]:
    """Return the examples of a body by name. The name of an unnamed example is `example`."""
    found = [
        Example(name, described["value"], index.provenance(index.origin(described)))
        for name, described in media.get("examples", {}).items()
    ]
    if "example" in media:
        found.append(Example("example", media["example"], index.provenance(index.origin(media))))
    return MappingProxyType({example.name: example for example in found})


def effective(shared: Iterable[dict[str, Any]], own: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the parameters of an operation: its own, and those of its path with another name or place."""
    merged = {(parameter.get("name"), parameter.get("in")): parameter for parameter in (*shared, *own)}
    return list(merged.values())


def types(schema: Schema) -> tuple[str, ...]:
    """Return the types of a schema; empty if it has no `type`."""
    named = schema.get("type", ())
    return (named,) if isinstance(named, str) else tuple(named)


def _first_example(described: dict[str, Any], schema: Schema) -> Any:
    if "example" in described:
        return described["example"]
    for example in described.get("examples", {}).values():
        return example["value"]
    return schema.get("example", next(iter(schema.get("examples", ())), ABSENT))
