"""The contract documents as data that decisions change, and the overlay that says what they changed."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mockserver.contract import pointer as pointers
from mockserver.contract.document import names
from mockserver.contract.loading import as_yaml, stated
from mockserver.contract.parts import JSON_TYPE, METHODS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

Schema = dict[str, Any]

POOLS: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("pools.yaml").read_text())
"""What decisions are drawn from."""

DRAWN = "x-drawn"
"""In what a decision changed: the numbers of the decisions."""
SECTIONS = (("components", "schemas"), ("components", "parameters"), ("paths",), ("x-failures", "reasons"))
"""What an overlay replaces as a whole if anything in it changed."""


class Decision(NamedTuple):
    """What a vendor does otherwise than the contract says.

    `operation` is the operationId, or the component if several operations share what changed; `where` is the place.
    """

    number: int
    kind: str
    document: str
    operation: str
    where: str
    old: str
    new: str

    def __str__(self) -> str:
        at = ".".join(part for part in (self.document, self.operation) if part)
        return f"#{self.number} {self.kind}: {at} {self.where}: {self.old} -> {self.new}"


class Site(NamedTuple):
    """An operation in the data of a document."""

    document: str
    path: str
    method: str
    described: Schema

    @property
    def name(self) -> str:
        return str(self.described["operationId"])

    @property
    def purposes(self) -> list[str]:
        named = self.described.get("x-operation", [])
        return [named] if isinstance(named, str) else named

    @property
    def answer(self) -> Schema:
        """The media type object of the successful response."""
        status = min(status for status in self.described["responses"] if status.startswith("2"))
        media: Schema = self.described["responses"][status]["content"][JSON_TYPE]
        return media

    @property
    def body(self) -> Schema | None:
        """The media type object of the request body."""
        media: Schema | None = self.described.get("requestBody", {}).get("content", {}).get(JSON_TYPE)
        return media


class Field(NamedTuple):
    """A named field of an object schema; `owner` is the operation, or the component that several operations share."""

    site: Site
    owner: str
    holder: Schema
    name: str
    place: str

    @property
    def schema(self) -> Schema:
        schema: Schema = self.holder["properties"][self.name]
        return schema

    @property
    def meaning(self) -> str:
        return str(self.schema.get("x-value", ""))


class Draft:
    """The documents of a vendor, changed decision by decision."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.shipped = {name: _without_examples(json.loads(json.dumps(stated(name)))) for name in names()}
        self.data = deepcopy(self.shipped)
        self.rules: dict[str, str] = {}
        self.decisions: list[Decision] = []

    def decide(self, kind: str, field: Field | Site | None, where: str, old: object, new: object) -> int:
        """Note a decision; answers its number."""
        number = len(self.decisions) + 1
        document = owner = ""
        if isinstance(field, Field):
            document, owner = field.site.document, field.owner
        elif field is not None:
            document, owner = field.document, field.name
        self.decisions.append(Decision(number, kind, document, owner, where, str(old), str(new)))
        return number

    def sites(self) -> list[Site]:
        """All operations."""
        return [
            Site(document, path, method, described)
            for document, data in self.data.items()
            for path, item in data["paths"].items()
            for method, described in item.items()
            if method in METHODS
        ]

    def resolved(self, document: str, schema: Schema) -> Schema:
        """What a chain of references leads to, itself."""
        while "$ref" in schema:
            schema = self._target(document, schema["$ref"])
        return schema

    def whole(self, document: str, schema: Schema) -> Schema:
        """A copy in which no reference is left."""
        if "$ref" in schema:
            beside = {name: value for name, value in schema.items() if name != "$ref"}
            return {**self.whole(document, self._target(document, schema["$ref"])), **deepcopy(beside)}
        return {name: self._whole(document, value) for name, value in schema.items()}

    def localize(self, site: Site) -> None:
        """Write the response of an operation out, so that a change there concerns no other operation."""
        site.answer["schema"] = self.whole(site.document, site.answer["schema"])

    def parameters(self, site: Site) -> list[Schema]:
        """The parameters of an operation, each written out, so that a change concerns no other operation."""
        listed = [self.whole(site.document, each) for each in site.described.get("parameters", [])]
        if listed:
            site.described["parameters"] = listed
        return listed

    def body(self, site: Site) -> Schema | None:
        """The schema of the request body, written out; its example is dropped, since it may be wrong from now on."""
        if site.body is None:
            return None
        site.body.pop("example", None)
        site.body["schema"] = self.whole(site.document, site.body["schema"])
        schema: Schema = site.body["schema"]
        return schema

    def fields(self, site: Site) -> list[Field]:
        """The fields of the response of an operation."""
        return list(self._fields(site, site.answer["schema"], site.name, "body"))

    def relocate(self, site: Site, path: str, method: str) -> Site | None:
        """Give an operation another path or method; None if that is taken."""
        paths = self.data[site.document]["paths"]
        shape = _shape(path)
        if any(_shape(other) == shape and (other != path or method in item) for other, item in paths.items()):
            return None
        del paths[site.path][site.method]
        if not paths[site.path]:
            del paths[site.path]
        paths.setdefault(path, {})[method] = site.described
        return site._replace(path=path, method=method)

    def overlay(self) -> str:
        """The overlay that makes the shipped documents those of the vendor."""
        actions = [
            {"target": "$.paths[*][*].responses[*].content[*].examples", "remove": True},
            *({"target": "$.components.examples", "x-document": name, "remove": True} for name in self._exemplary()),
            *(action for name in self.data for action in self._actions(name)),
        ]
        whole = {"overlay": "1.0.0", "info": {"title": "A vendor by chance", "version": "1"}}
        rules = {"x-rules": self.rules} if self.rules else {}
        return as_yaml({**whole, **rules, "actions": actions}).decode()

    def _exemplary(self) -> list[str]:
        return [name for name in names() if "examples" in stated(name)["components"]]

    def _actions(self, document: str) -> Iterator[Schema]:
        for section in SECTIONS:
            before, now = (_at(whole[document], section) for whole in (self.shipped, self.data))
            target = "$" + "".join(f"['{part}']" for part in section)
            gone = [name for name in before if name not in now or before[name] != now[name]]
            added = {name: value for name, value in now.items() if name not in before or before[name] != value}
            for name in gone:
                yield {"target": f"{target}['{name}']", "x-document": document, "remove": True}
            if added:
                yield {"target": target, "x-document": document, "update": added}

    def _fields(self, site: Site, schema: Schema, owner: str, place: str) -> Iterator[Field]:
        if "$ref" in schema:
            owner = str(schema["$ref"]).rpartition("/")[2]
        schema = self.resolved(site.document, schema)
        for name, inner in schema.get("properties", {}).items():
            yield Field(site, owner, schema, name, f"{place}.{name}")
            yield from self._fields(site, inner, owner, f"{place}.{name}")
        if "x-each" in schema and "x-separator" not in schema:
            keyed = "x-key" in schema
            item = schema["additionalProperties" if keyed else "items"]
            yield from self._fields(site, item, owner, f"{place}{'{}' if keyed else '[]'}")

    def _target(self, document: str, reference: str) -> Schema:
        found: Any = self.data[document]
        for token in pointers.split(reference.removeprefix("#")):
            found = found[token]
        target: Schema = found
        return target

    def _whole(self, document: str, value: Any) -> Any:
        if isinstance(value, dict):
            return self.whole(document, value)
        return [self._whole(document, each) for each in value] if isinstance(value, list) else value


def rename(holder: Schema, old: str, new: str) -> None:
    """Give a field of an object another name, in its place."""
    holder["properties"] = {new if name == old else name: inner for name, inner in holder["properties"].items()}
    holder["required"] = [new if name == old else name for name in holder.get("required", [])]


def remove(holder: Schema, name: str) -> Schema:
    """Take a field from an object."""
    holder["required"] = [each for each in holder.get("required", []) if each != name]
    schema: Schema = holder["properties"].pop(name)
    return schema


def put(holder: Schema, name: str, schema: Schema) -> None:
    """Add a required field to an object."""
    holder["properties"][name] = schema
    holder["required"] = [*holder.get("required", []), name]


def mark(schema: Schema, number: int) -> None:
    """Say which decision changed a part."""
    schema[DRAWN] = [*schema.get(DRAWN, []), number]


def _shape(path: str) -> str:
    return "/".join("{}" if segment[:1] == "{" else segment for segment in path.split("/"))


def _at(data: Any, section: tuple[str, ...]) -> Schema:
    for name in section:
        data = data.get(name, {})
    found: Schema = data
    return found


def _without_examples(data: Any) -> Any:
    data["components"].pop("examples", None)
    for item in data["paths"].values():
        for described in item.values():
            for response in described.get("responses", {}).values():
                for media in response.get("content", {}).values():
                    media.pop("examples", None)
    return data
