"""The schema of an operation's success response as traffic shows it: what the contract has, where it still holds."""

from __future__ import annotations

import re
from copy import deepcopy
from functools import reduce
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from mockserver.contract import Confidence, vocabulary
from mockserver.contract import pointer as pointers
from mockserver.contract.parts import types
from mockserver.contract.vocabulary import Type
from mockserver.drift.inference.bodies import Node
from mockserver.drift.inference.column_meaning import common_encoding
from mockserver.drift.inference.conventions import NONE
from mockserver.drift.inference.encodings import json_type
from mockserver.drift.inference.meaning import Count, Each, Rivals, Separated, Value
from mockserver.drift.inference.stated import is_written_so, objects, prior, stated_name, stated_variables, subschemas
from mockserver.drift.inference.unknown_values import constant_of, is_plain, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.contract import Document
    from mockserver.contract.parts import Schema
    from mockserver.contract.vocabulary import Names
    from mockserver.drift.inference.conventions import Conventions
    from mockserver.drift.inference.meaning import Meaning, Path

ENOUGH = 3
"""How often an object must have been seen before a field that never came is gone."""
SCHEMAS = "/components/schemas/"


def _source(meaning: Meaning | None) -> str | None:
    """Return the name that a place was found to have; None if it has none."""
    return meaning.name if isinstance(meaning, Value) else meaning.source if isinstance(meaning, Each | Count) else None


def _told(meanings: Mapping[Path, Meaning]) -> set[str | None]:
    """Return the names that places were found to have."""
    return {_source(each) for each in meanings.values()}


class Revision:
    """Revises the schema of a success response.

    `open` are the places whose meaning is unknown, each with the names that traffic supports equally.
    """

    def __init__(
        self,
        document: Document,
        data: Any,
        meanings: Mapping[Path, Meaning],
        names: Names,
        success: Schema | None,
        conventions: Conventions = NONE,
    ) -> None:
        """Take the document, its data as overlays see it, the meanings by path, and the names a response may use.

        `success` is the schema of the response in the contract, and `conventions` are what all
        responses of the document have in common.
        """
        self._document = document
        self._data = data
        self._meanings = meanings
        self._variables: Names = {**names, **_variables(meanings), **stated_variables(success)}
        self._renamed: dict[str, str] = {}
        self._success = success
        self._conventions = conventions
        self._lacks_words = any(self._is_word(name) for name in set(prior(success).values()) - _told(meanings))
        self._absent: list[Schema] = []
        self.open: list[tuple[Node, tuple[str, ...]]] = []
        self._guesses: dict[Path, str] = {}

    def revised_from(self, root: Node) -> Any:
        """Return the schema of the whole response."""
        self._absent = [each for path, each in objects(self._success) if not _is_at(each, root.at(path))]
        return self.revised(root, self._success)

    def revised(self, node: Node, old: Schema | None) -> Any:
        """Return the schema of a place: that of the contract if everything seen there fits it."""
        if old is not None and self.fits(old, node):
            return self._stated(old)
        if old is None or not _is_alike(old, node):
            old = next((each for each in self._absent if _is_alike(each, node)), old)
            if old is not None and self.fits(old, node):
                return self._stated(old)
        if node.item is not None or (node.lengths and not node.members):
            return self._list(node, old)
        if node.is_tuple:
            return self._tuple(node)
        if node.kind == "object":
            return self._object(node, old)
        return self._scalar(node, old)

    def _scalar(self, node: Node, old: Schema | None) -> Schema:
        meaning = self._meanings.get(node.path)
        if isinstance(meaning, Value):
            return self._value(node, meaning)
        if isinstance(meaning, Count):
            return {**plain(node), "x-count": meaning.source}
        if isinstance(meaning, Separated):
            return {
                "type": "string",
                "x-each": f"{meaning.source} as {meaning.item.partition('.')[0]}",
                "x-separator": meaning.separator,
                "items": {"type": "string", "x-value": meaning.item},
            }
        if old is not None and (kept := self._kept(node, old)) is not None:
            return kept
        schema = plain(node)
        constant = constant_of(node)
        usual = self._conventions.constant(node.path)
        is_envelope = usual is not None and usual.is_certain and not self._lacks_words
        if is_envelope or (isinstance(constant, bool) and len(node.path) == 1):
            return {"type": node.kind, "const": node.distinct[0]}
        if constant is None and usual:
            constant = usual.value
        names = [each.name for each in meaning.values] if isinstance(meaning, Rivals) else []
        names += [self._guesses[node.path]] if node.path in self._guesses else []
        self.open.append((node, tuple(names)))
        if constant is not None:
            schema["enum"] = [constant]
        elif len(node.distinct) == 1 and is_plain(node.distinct[0]):
            schema["examples"] = node.distinct
        return {**schema, "x-made-up": True}

    def _kept(self, node: Node, old: Schema) -> Schema | None:
        """Return the schema of the contract, widened to what was seen; None if nothing speaks for its meaning."""
        schema = {name: deepcopy(value) for name, value in old.items() if name != "x-provenance"}
        fitting = [value for value in node.distinct if _validator(_flat(old)).is_valid(value)]
        if "const" in old:
            strange = Node(node.path)
            for place, value in node.cells.items():
                if not _validator(_flat(old)).is_valid(value):
                    strange.kinds[json_type(value)] += 1
                    strange.cells[place] = value
            return {"anyOf": [schema, plain(strange)]} if fitting else None
        if "x-value" not in old or "{" in old["x-value"]:
            return None
        if old["x-value"].partition(".")[0] not in self._variables:
            return _widened(schema, node) if fitting else None
        type_ = vocabulary().type_of(old["x-value"], self._variables)[0]
        known = vocabulary().words.get(type_.name, ())
        if not fitting and known:
            self._guesses[node.path] = old["x-value"]
            return None
        if not fitting and type_.name != "boolean":
            encoding = common_encoding(type_, node.column().cells.values(), node.kind)
            if encoding is None:
                return None
            return self._value(node, Value(old["x-value"], encoding, None, 0))
        return _widened(schema, node)

    def fits(self, old: Schema, node: Node) -> bool:
        """Return whether everything seen at a place conforms to a schema, and has no field that it does not list."""
        meaning = self._meanings.get(node.path)
        if isinstance(meaning, Value) and old.get("x-value") == meaning.name and not is_written_so(old, meaning):
            return False
        branches = [*old.get("oneOf", ()), *old.get("anyOf", ())]
        if branches and "properties" not in old:
            return any(self.fits(branch, node) for branch in branches)
        values = [*node.distinct, *([None] if "null" in node.kinds else [])]
        if node.cells and not all(map(_validator(_flat(old)).is_valid, values)):
            return False
        if node.is_tuple:
            return False
        if node.kind == "object" or node.members or node.keys:
            return self._object_fits(old, node)
        if node.item is not None:
            items = old.get("items")
            return (
                "array" in (types(old) or ("array",))
                and isinstance(items, dict)
                and (self.fits(items, node.item) if node.item.times else True)
            )
        return "array" not in node.kinds or "array" in types(old)

    def _object_fits(self, old: Schema, node: Node) -> bool:
        if "object" not in (types(old) or ("object",)) or (set(node.kinds) - {"object"} and "null" not in types(old)):
            return False
        inner = old.get("additionalProperties")
        if node.is_keyed:
            return isinstance(inner, dict) and node.item is not None and self.fits(inner, node.item)
        properties = old.get("properties", {})
        required = old.get("required", ())
        return (
            node.members.keys() <= properties.keys()
            and all(name in node.members and node.members[name].times == node.kinds["object"] for name in required)
            and all(self.fits(properties[name], member) for name, member in node.members.items())
        )

    def _object(self, node: Node, old: Schema | None) -> Schema:
        known = dict(old.get("properties", {})) if old else {}
        for each in self._absent:
            if _is_alike(each, node):
                known = {**each["properties"], **known}
        seen = node.kinds["object"]
        common = max(seen, self._conventions.times(node.path, node.members))
        names = [name for name in known if name in node.members]
        names += [name for name in node.members if name not in known]
        properties = {name: self.revised(node.members[name], known.get(name)) for name in names}
        if common < ENOUGH:
            elsewhere = {_source(self._meanings.get(inner.path)) for inner in node.members.values()}
            properties |= {
                name: self._stated(inner)
                for name, inner in known.items()
                if name not in properties and stated_name(inner) not in elsewhere
            }
        required = [name for name in names if node.members[name].times == seen]
        return {
            "type": ["object", "null"] if "null" in node.kinds else "object",
            **({"required": required} if required else {}),
            "properties": properties,
            **({"x-made-up": True} if "null" in node.kinds else {}),
        }

    def _tuple(self, node: Node) -> Schema:
        """Return the schema of an array whose items have different meanings."""
        count = len(node.members)
        kinds = sorted({kind for inner in node.members.values() for kind in inner.types})
        return {
            "type": "array",
            "minItems": count,
            "maxItems": count,
            "items": {"type": kinds[0] if len(kinds) == 1 else kinds},
            "x-items": [self.revised(inner, None) for inner in node.members.values()],
        }

    def _list(self, node: Node, old: Schema | None) -> Schema:
        meaning = self._meanings.get(node.path)
        kind = "additionalProperties" if node.is_keyed else "items"
        inner = (old.get(kind) or old.get("items")) if old else None
        stated = old.get("x-each", "") if old and isinstance(inner, dict) else ""
        source, _, variable = stated.partition(" as ")
        if not isinstance(meaning, Each):
            if not stated or node.item is None:
                return {**plain(node), "x-made-up": True}
            meaning = Each(source, variable, "", old.get("x-key", "") if old else "")
        if stated and source == meaning.source:
            if meaning.variable and variable:
                self._renamed[meaning.variable] = variable
            each = stated
        else:
            each = f"{meaning.source} as {meaning.variable}" if meaning.variable else meaning.source
        if node.item is None or not node.item.times:
            item = self._items_elsewhere(meaning.source)
            if item is None:
                return {**plain(node), "x-made-up": True}
            each, item = item
        else:
            item = self.revised(node.item, inner if isinstance(inner, dict) else None)
        if node.is_keyed:
            return {"type": "object", "x-each": each, "x-key": self._named(meaning.key), kind: item}
        return {"type": "array", "x-each": each, "items": item}

    def _items_elsewhere(self, source: str) -> tuple[str, Any] | None:
        """Return the annotation and the items of a list in the contract: nobody has seen an item at its new place."""
        return next(
            (
                (schema["x-each"], self._stated(schema["items"]))
                for schema in subschemas(self._success)
                if schema.get("x-each", "").partition(" as ")[0] == source and isinstance(schema.get("items"), dict)
            ),
            None,
        )

    def _named(self, name: str) -> str:
        """Return a name with the variables that the contract uses."""
        for variable, stated in self._renamed.items():
            name = re.sub(rf"(?<![a-z_0-9.]){variable}\.", f"{stated}.", name)
        return name

    def _value(self, node: Node, meaning: Value) -> Schema:
        kinds: list[str] = node.types
        if meaning.encoding is not None and meaning.encoding.type == "number":
            kinds = ["number" if kind == "integer" else kind for kind in kinds]
        if "{" not in meaning.name and self._is_optional(meaning.name) and "null" not in kinds:
            kinds = [*kinds, "null"]
        schema: Schema = {"type": kinds[0] if len(kinds) == 1 else kinds, "x-value": self._named(meaning.name)}
        if meaning.encoding is not None and meaning.encoding.annotation:
            name, value = meaning.encoding.annotation
            if (name, value) not in (("x-unit", "cents"), ("x-unit", "fraction")):
                schema[name] = value
        if meaning.words is not None:
            schema["x-words"] = dict(meaning.words)
        if meaning.ground:
            schema["x-provenance"] = {"level": str(Confidence.INFERRED), "ground": meaning.ground}
        return schema

    def _is_word(self, name: str) -> bool:
        """Return whether a name of the contract stands for one of several words."""
        is_known = "{" not in name and name.partition(".")[0] in self._variables
        return is_known and vocabulary().type_of(name, self._variables)[0].name in vocabulary().words

    def _is_optional(self, name: str) -> bool:
        return vocabulary().type_of(name, self._variables)[1]

    def _stated(self, schema: Schema) -> Any:
        """Return a schema of the contract as it is stated: a component as a reference."""
        pointer = self._document.origin(schema)
        if pointer.startswith(SCHEMAS) and pointer.count("/") == SCHEMAS.count("/"):
            return {"$ref": f"#{pointer}"}
        return deepcopy(reduce(pointers.step, pointers.split(self._document.written(pointer)), self._data))


def _variables(meanings: Mapping[Path, Meaning]) -> Names:
    """Return the variables of all lists with their types."""
    lists = (each for each in meanings.values() if isinstance(each, Each))
    return {each.variable: Type(each.record) for each in lists if each.variable}


def _is_at(schema: Schema, node: Node | None) -> bool:
    """Return whether a place is what a schema describes: an object with most of its fields, or a list of such."""
    return node is not None and _is_alike(schema, node)


def _is_alike(schema: Schema, node: Node) -> bool:
    """Return whether most fields of an object in the contract were seen in an object, or in the items of a list."""
    if isinstance(schema.get("items"), dict):
        return node.item is not None and not node.members and _is_alike(schema["items"], node.item)
    fields = schema.get("properties", {}).keys()
    seen = fields & node.members.keys()
    return not node.is_tuple and len(seen) > 1 and len(seen) * 2 > len(fields)


def _widened(schema: Schema, node: Node) -> Schema:
    """Return a schema of a single value that accepts all values seen: with more types and words, with fewer bounds."""
    both = dict.fromkeys((*types(schema), *node.types))
    named = [name for name in both if name != "integer" or "number" not in both]
    if named != list(types(schema)):
        schema["type"] = named
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], *(value for value in node.distinct if value not in schema["enum"])]
    for keyword in ("pattern", "format", "minLength", "maxLength", "minimum", "maximum"):
        if keyword in schema and not all(map(_validator({keyword: schema[keyword]}).is_valid, node.distinct)):
            del schema[keyword]
    return schema


def _flat(schema: Schema) -> Schema:
    """Return a schema without those of its parts."""
    return {name: value for name, value in schema.items() if name not in ("properties", "items", "required")}


def _validator(schema: Schema) -> Any:
    return jsonschema_rs.Draft202012Validator({k: v for k, v in schema.items() if not k.startswith("x-")})
