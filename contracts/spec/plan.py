"""What stands where in the body of an answer, worked out once from the annotations of its schema.

A plan is a tree of the places of a body. `writer` writes results by it, `facts` reads bodies by it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from contracts.spec.absent import ABSENT
from contracts.spec.formats import Format, FormatError, format_of
from contracts.spec.parts import types
from contracts.spec.vocabulary import OPERATION, Type, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contracts.spec.parts import Schema
    from contracts.spec.vocabulary import Names, Vocabulary

SOURCES = ("const", "x-value", "x-each", "x-items", "x-made-up")
"""The keywords that say where a value comes from."""

_TEMPLATE = re.compile(r"\{([a-z_0-9.]+)\}")
_NULL = "null"


class Fault(NamedTuple):
    """An annotation that is wrong: the object that holds it, its keyword, and what is wrong."""

    holder: Any
    keyword: str
    message: str


class Path(NamedTuple):
    """The way to a value: its dotted name, split; the position of the last part of it that there may not be, or -1."""

    parts: tuple[str, ...]
    optional: int = -1

    def __str__(self) -> str:
        return ".".join(self.parts)

    def value(self, result: Any) -> Any:
        """Return the value of a result; None where a part of the way to it is missing."""
        for part in self.parts:
            result = getattr(result, part)
            if result is None:
                return None
        return result


class Constant(NamedTuple):
    """Always the same value."""

    value: Any


class Leaf(NamedTuple):
    """A value of the result."""

    path: Path
    format: Format
    missing: Any
    """What is written where there is none: None or ABSENT."""


class Text(NamedTuple):
    """A text of several values: its fixed pieces, and the leaves between them."""

    pieces: tuple[str, ...]
    leaves: tuple[Leaf, ...]


class MadeUp(NamedTuple):
    """A value without a meaning: its schema, a label for its place, and the values that tell whose it is."""

    schema: Schema
    label: str
    identity: tuple[Path, ...]


class Object(NamedTuple):
    """An object with named fields."""

    fields: Mapping[str, Node]


class Items(NamedTuple):
    """An array with one item for each of these."""

    items: tuple[Node, ...]


class Each(NamedTuple):
    """An array, or with a `key` an object, of one item for each record of a list; or for one record if not `many`."""

    path: Path
    variable: str
    many: bool
    item: Node
    key: Leaf | None


class When(NamedTuple):
    """A value that stands there under a condition only; `missing` is what is written else."""

    path: Path
    node: Node
    missing: Any


class Choice(NamedTuple):
    """The first of several alternatives whose condition holds; each with its schema."""

    branches: tuple[tuple[Schema, Node], ...]


Node = Constant | Leaf | Text | MadeUp | Object | Items | Each | When | Choice


class Planner:
    """Works out the plan of a schema, and gathers all that is wrong with its annotations."""

    def __init__(self, vocabulary: Vocabulary, operations: tuple[str, ...] = ()) -> None:
        """Take the vocabulary, and the names of the operations that answer so."""
        self._vocabulary = vocabulary
        self._operations = operations
        self.faults: list[Fault] = []

    def plan(self, schema: Schema, names: Names) -> Node | None:
        """Return the plan of a schema that can use these names; None if nothing says what is written."""
        entity = next((name for name, type_ in names.items() if self._is_entity(name, type_)), "")
        return self._node(schema, names, required=True, entity=entity, label="")

    def path(self, text: str, names: Names) -> tuple[Path, Type]:
        """Return the way to a value and its type. Raises UnknownNameError."""
        type_, _ = self._vocabulary.type_of(text, names)
        parts = tuple(text.split("."))
        optional = -1
        for end in range(1, len(parts) + 1):
            part, _ = self._vocabulary.type_of(".".join(parts[:end]), names)
            optional = end - 1 if part.optional else optional
        return Path(parts, optional), type_

    def _is_entity(self, name: str, type_: Type) -> bool:
        """Say whether a value at the top is what made-up values belong to: a record of the result, or the account."""
        record = type_.name in self._vocabulary.records and not (type_.many or type_.optional)
        return record and name != "account"

    def _identity(self, entity: str, names: Names) -> tuple[Path, ...]:
        """Return the ways to what tells a record from others of its kind: its id or code, else those of its parts."""
        entity = entity or next((name for name in ("account", "failure") if name in names), "")
        found: list[Path] = []

        def follow(parts: tuple[str, ...], type_: Type) -> None:
            fields = self._vocabulary.records.get(type_.name, {})
            if own := [name for name in ("id", "code") if name in fields]:
                found.append(Path((*parts, own[0])))
                return
            for name, inner in fields.items():
                if inner.name in self._vocabulary.records and not (inner.many or inner.optional):
                    follow((*parts, name), inner)

        if entity in names:
            follow((entity,), names[entity])
        return tuple(found)

    def _node(self, schema: Schema, names: Names, *, required: bool, entity: str, label: str) -> Node | None:
        condition = schema.get("x-when")
        node = self._unconditional(schema, names, required=required and condition is None, entity=entity, label=label)
        if condition is None or node is None:
            return node
        try:
            path, _ = self.path(condition, names)
        except UnknownNameError as error:
            self._refuse(schema, "x-when", str(error))
            return node
        return When(path, node, self._missing(schema, "x-when", f"{condition} may not hold", required=required))

    def _unconditional(self, schema: Schema, names: Names, *, required: bool, entity: str, label: str) -> Node | None:
        if "const" in schema:
            return Constant(schema["const"])
        if "x-value" in schema:
            return self._value(schema, names, required=required)
        if schema.get("x-made-up"):
            return MadeUp(schema, label, self._identity(entity, names))
        if "x-items" in schema:
            items = [self._node(each, names, required=True, entity=entity, label=label) for each in schema["x-items"]]
            return Items(tuple(item for item in items if item is not None))
        if "x-each" in schema:
            return self._each(schema, names, required=required, entity=entity, label=label)
        if "properties" in schema:
            return self._object(schema, names, entity, label)
        return self._choice(schema, names, required=required, entity=entity, label=label)

    def _value(self, schema: Schema, names: Names, *, required: bool) -> Node | None:
        text = schema["x-value"]
        try:
            if "{" in text:
                return self._text(schema, text, names)
            path, type_ = self.path(text, names)
            operations = self._operations if text == OPERATION else ()
            format_ = format_of(type_, schema, self._vocabulary, operations)
        except UnknownNameError as error:
            self._refuse(schema, "x-value", str(error))
            return Constant(None)
        except FormatError as error:
            self._refuse(schema, error.keyword, str(error))
            return Constant(None)
        missing = None
        if path.optional >= 0:
            missing = self._missing(schema, "x-value", f"there may be no {text}", required=required)
        return Leaf(path, format_, missing)

    def _text(self, schema: Schema, text: str, names: Names) -> Node:
        pieces = _TEMPLATE.split(text)
        leaves = []
        for name in pieces[1::2]:
            path, type_ = self.path(name, names)
            if path.optional >= 0:
                raise UnknownNameError(f"there may be no {name}, so it cannot be a part of a text")
            leaves.append(Leaf(path, format_of(type_, {"type": "string"}, self._vocabulary), None))
        if not leaves or any(brace in piece for piece in pieces[::2] for brace in "{}"):
            raise UnknownNameError(f"{text} must hold names in braces, such as {{order.id}}")
        if "string" not in (types(schema) or ("string",)):
            raise FormatError("type", "a text of several values is written as a string")
        return Text(tuple(pieces[::2]), tuple(leaves))

    def _each(self, schema: Schema, names: Names, *, required: bool, entity: str, label: str) -> Node | None:
        source, _, variable = schema["x-each"].partition(" as ")
        try:
            path, type_ = self.path(source, names)
        except UnknownNameError as error:
            self._refuse(schema, "x-each", str(error))
            return Constant(None)
        variable = variable or path.parts[-1]
        if type_.name not in self._vocabulary.records:
            self._refuse(schema, "x-each", f"{source} is {type_}, no list")
            return Constant(None)
        if type_.many and variable in names:
            self._refuse(schema, "x-each", f"{variable} is known here already: give each another name")
            return Constant(None)
        keyed = "x-key" in schema
        item = schema.get("additionalProperties" if keyed else "items")
        if not isinstance(item, dict):
            holder = "an object needs additionalProperties" if keyed else "an array needs items"
            self._refuse(schema, "x-each", f"{holder}: what is written of each {variable}")
            return Constant(None)
        inner = {**names, variable: Type(type_.name)}
        node = self._node(item, inner, required=True, entity=variable, label=f"{label}/")
        if node is None:
            self._refuse(item, "", f"nothing says what is written of each {variable}: give it an x-value")
            return Constant(None)
        key = self._key(schema, inner) if keyed else None
        if path.optional >= 0 and type_.many:
            self._missing(schema, "x-each", f"there may be no {source}", required=required)
        return Each(path, variable, type_.many, node, key)

    def _key(self, schema: Schema, names: Names) -> Leaf | None:
        node = self._value({"x-value": schema["x-key"], "type": "string"}, names, required=True)
        if isinstance(node, Leaf):
            return node
        self._refuse(schema, "x-key", "x-key must name one value of each item, such as country.code")
        return None

    def _object(self, schema: Schema, names: Names, entity: str, label: str) -> Node:
        fields: dict[str, Node] = {}
        needed = set(schema.get("required", ()))
        for name, inner in schema["properties"].items():
            required = name in needed
            node = self._node(inner, names, required=required, entity=entity, label=f"{label}/{name}")
            if node is not None:
                fields[name] = node
            elif required:
                self._refuse(inner, "", f"{name} is required, and nothing says what is written there: {_ADVICE}")
        return Object(fields)

    def _choice(self, schema: Schema, names: Names, *, required: bool, entity: str, label: str) -> Node | None:
        branches = []
        for inner in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
            node = self._node(inner, names, required=False, entity=entity, label=label)
            if node is not None:
                branches.append((inner, node))
        if not branches:
            return None
        if required and isinstance(branches[-1][1], When):
            self._refuse(schema, "", "the last alternative has a condition: what is written if none holds?")
        return Choice(tuple(branches))

    def _missing(self, schema: Schema, keyword: str, why: str, *, required: bool) -> Any:
        if _NULL in types(schema):
            return None
        if required:
            self._refuse(schema, keyword, f"{why}, so the type must allow null, or the field must not be required")
        return ABSENT

    def _refuse(self, holder: Any, keyword: str, message: str) -> None:
        self.faults.append(Fault(holder, keyword, message))


_ADVICE = "give it an x-value, a const, or x-made-up: true"


def leaves(node: Node | None) -> Iterator[Path]:
    """Yield the ways to all values that a plan uses."""
    match node:
        case Leaf(path):
            yield path
        case Text(_, inner):
            for leaf in inner:
                yield leaf.path
        case Object(fields):
            for field in fields.values():
                yield from leaves(field)
        case Items(items):
            for item in items:
                yield from leaves(item)
        case Each(path, _, _, item, key):
            yield path
            yield from leaves(item)
            yield from leaves(key)
        case When(_, inner_node):
            yield from leaves(inner_node)
        case Choice(branches):
            for _, branch in branches:
                yield from leaves(branch)
