"""Plans: the values of a response body, computed once from the annotations of its schema.

A plan is a tree that mirrors the body. `Planner` makes it, the module `writer` writes by it, `reader` reads by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.formats import FORMATS, FormatError, format_of, schemas_in_text
from mockserver.contract.messages import did_you_mean
from mockserver.contract.parts import types
from mockserver.contract.pointer import ABSENT
from mockserver.contract.value_template import ValueTemplate
from mockserver.contract.vocabulary import OPERATION, Type, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract.formats import Format
    from mockserver.contract.parts import Schema
    from mockserver.contract.vocabulary import Names, Vocabulary


class Path(NamedTuple):
    """The path to a value: the parts of its dotted name, and the indices of the parts that may be missing."""

    parts: tuple[str, ...]
    optional: tuple[int, ...] = ()

    def __str__(self) -> str:
        return ".".join(self.parts)


class Constant(NamedTuple):
    """A constant value."""

    value: Any


class Leaf(NamedTuple):
    """A value of the result."""

    path: Path
    format: Format
    missing: Any
    """The value to write if it is missing: None or ABSENT."""


class Text(NamedTuple):
    """A text that contains several values: its fixed pieces, and the leaves between them."""

    pieces: tuple[str, ...]
    leaves: tuple[Leaf, ...]


class MadeUp(NamedTuple):
    """A generated value without a meaning: its schema, a label of its place, and the paths that identify its owner."""

    schema: Schema
    label: str
    identity: tuple[Path, ...]


class Object(NamedTuple):
    """An object with named fields."""

    fields: Mapping[str, Node]


class Items(NamedTuple):
    """An array with a fixed list of items."""

    items: tuple[Node, ...]


class Each(NamedTuple):
    """An array with an item for each record of a list, or for a single record if not `many`.

    With a `key` it is an object, with a `separator` a text of all items.
    """

    path: Path
    variable: str
    many: bool
    item: Node
    key: Leaf | None
    separator: str = ""


class Count(NamedTuple):
    """The number of records in a list."""

    path: Path


class When(NamedTuple):
    """A value that is written only if a condition holds; otherwise `missing` is written.

    `variable` is a name for the value of the condition inside the node, or empty.
    """

    path: Path
    node: Node
    missing: Any
    variable: str = ""


class Choice(NamedTuple):
    """The first alternative whose condition holds; each with its schema."""

    branches: tuple[tuple[Schema, Node], ...]


Node = Constant | Leaf | Text | MadeUp | Object | Items | Each | Count | When | Choice


def leaves(node: Node | None) -> Iterator[Path]:
    """Yield the paths to all values that a plan uses."""
    if isinstance(node, Leaf | Each | Count):
        yield node.path
    for part in _parts(node):
        yield from leaves(part)


def read_back(node: Node | None, name: str, value: Any) -> Any:
    """Return a value as it is read after it was written by a plan: several values may share one wire value."""
    if isinstance(node, Leaf) and str(node.path) == name:
        return node.format.read(node.format.write(value) if node.format.write else value)
    return next((found for part in _parts(node) if (found := read_back(part, name, value)) is not None), None)


def _parts(node: Node | None) -> Sequence[Node | None]:
    match node:
        case Text(leaves=parts) | Items(items=parts):
            return parts
        case Object(fields):
            return tuple(fields.values())
        case Each(item=item, key=key):
            return (item, key)
        case When(node=part):
            return (part,)
        case Choice(branches):
            return tuple(branch for _, branch in branches)
    return ()


ANNOTATIONS = ("x-value", "x-each", "x-count", "x-items", "x-made-up")
SOURCES = ("const", *ANNOTATIONS)
"""The keywords that define the source of a value."""
_FORMATLESS = ("x-each", "x-count", "x-items")
"""The sources that no annotation of a format applies to."""

_NULL = "null"
_ADVICE = "add an x-value, a const, or x-made-up: true"
_DUPLICATE = "the name {} is already in use here: choose another name"


class AnnotationProblem(NamedTuple):
    """A problem of an annotation: the object that holds it, its keyword, and a message."""

    holder: Any
    keyword: str
    message: str


class Planner:
    """Makes the plans of schemas, and collects the problems of their annotations in `faults`."""

    def __init__(self, vocabulary: Vocabulary, operations: tuple[str, ...] = ()) -> None:
        """Take the vocabulary, and the names of the vocabulary operations that the schemas belong to."""
        self._vocabulary = vocabulary
        self._operations = operations
        self.faults: list[AnnotationProblem] = []

    def plan(self, schema: Schema, names: Names) -> Node | None:
        """Return the plan of a schema that may use these names; None if the schema has no annotations."""
        entity = next((name for name, type_ in names.items() if self._is_entity(name, type_)), "")
        return self._node(schema, names, required=True, entity=entity, label="")

    def path(self, text: str, names: Names) -> tuple[Path, Type]:
        """Return the path to a value and its type. Raises UnknownNameError."""
        type_, _ = self._vocabulary.type_of(text, names)
        parts = tuple(text.split("."))
        prefixes = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
        optional = (index for index, name in enumerate(prefixes) if self._vocabulary.type_of(name, names)[0].optional)
        return Path(parts, tuple(optional)), type_

    def _is_entity(self, name: str, type_: Type) -> bool:
        """Return whether a top-level value may own generated values: a single required record, not the account."""
        record = type_.name in self._vocabulary.records and not (type_.many or type_.optional)
        return record and name != "account"

    def _identity(self, entity: str, names: Names) -> tuple[Path, ...]:
        """Return the paths to the identity of a record: its id or code, otherwise those of its parts."""
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
        if "x-when" not in schema:
            return self._unconditional(schema, names, required=required, entity=entity, label=label)
        condition, _, variable = schema["x-when"].partition(" as ")
        try:
            path, type_ = self.path(condition, names)
        except UnknownNameError as error:
            self._refuse(schema, "x-when", str(error))
            return Constant(None)
        if variable in names:
            self._refuse(schema, "x-when", _DUPLICATE.format(variable))
            return Constant(None)
        inner = {**names, variable: type_._replace(optional=False)} if variable else names
        node = self._unconditional(schema, inner, required=False, entity=variable or entity, label=label)
        missing = self._missing(schema, "x-when", f"the condition {condition} may be false", required=required)
        return None if node is None else When(path, node, missing, variable)

    def _unconditional(self, schema: Schema, names: Names, *, required: bool, entity: str, label: str) -> Node | None:
        self._check_sources(schema)
        self._check_formats(schema)
        if "const" in schema:
            return Constant(schema["const"])
        if "x-value" in schema:
            return self._value(schema, names, required=required)
        if schema.get("x-made-up"):
            return MadeUp(schema, label, self._identity(entity, names))
        if "x-items" in schema:
            items = [self._node(each, names, required=True, entity=entity, label=label) for each in schema["x-items"]]
            return Items(tuple(item for item in items if item is not None))
        if "x-count" in schema:
            return self._count(schema, names)
        if "x-each" in schema:
            return self._each(schema, names, required=required, label=label)
        if "properties" in schema:
            return self._object(schema, names, entity, label)
        return self._choice(schema, names, required=required, entity=entity, label=label)

    def _check_sources(self, schema: Schema) -> None:
        """Find a schema with several sources for its value."""
        sources = [keyword for keyword in SOURCES if keyword in schema]
        branches = [*schema.get("oneOf", ()), *schema.get("anyOf", ())]
        if sources and any(keyword in branch for branch in branches for keyword in ANNOTATIONS):
            sources.append("one of its alternatives")
        if len(sources) > 1:
            message = f"the value has more than one source: {', '.join(sources)}; keep one of them"
            self._refuse(schema, sources[0], message)

    def _check_formats(self, schema: Schema) -> None:
        """Find an annotation of a format beside a source that it does not apply to."""
        sources = [] if "x-key" in schema else [keyword for keyword in _FORMATLESS if keyword in schema]
        for keyword in FORMATS if sources else ():
            if keyword in schema:
                message = f"{keyword} does not apply to {sources[0]}: write it beside an x-value"
                self._refuse(schema, keyword, message)

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
        if path.optional:
            missing = self._missing(schema, "x-value", f"{text} is optional", required=required)
        return Leaf(path, format_, missing)

    def _text(self, schema: Schema, text: str, names: Names) -> Node:
        try:
            template = ValueTemplate.parse(text)
        except ValueError as error:
            raise FormatError("x-value", str(error)) from None
        values = [self.path(name, names) for name in template.names]
        if optional := [name for name, (path, _) in zip(template.names, values, strict=True) if path.optional]:
            raise UnknownNameError(f"{optional[0]} is optional, so it cannot be part of a text")
        schemas = schemas_in_text(template, [type_ for _, type_ in values], schema, self._vocabulary)
        if "string" not in (types(schema) or ("string",)):
            raise FormatError("type", "a text of several values needs the type string")
        leaves = (
            Leaf(path, format_of(type_, inner, self._vocabulary), None)
            for (path, type_), inner in zip(values, schemas, strict=True)
        )
        return Text(template.pieces, tuple(leaves))

    def _each(self, schema: Schema, names: Names, *, required: bool, label: str) -> Node | None:
        source, _, variable = schema["x-each"].partition(" as ")
        try:
            path, type_ = self.path(source, names)
        except UnknownNameError as error:
            self._refuse(schema, "x-each", str(error))
            return Constant(None)
        variable = variable or path.parts[-1]
        if type_.name not in self._vocabulary.records:
            self._refuse(schema, "x-each", f"{source} is {type_}, not a list")
            return Constant(None)
        if type_.many and variable in names:
            self._refuse(schema, "x-each", _DUPLICATE.format(variable))
            return Constant(None)
        keyed = "x-key" in schema
        item = schema.get("additionalProperties" if keyed else "items")
        if not isinstance(item, dict):
            holder = "an object needs additionalProperties" if keyed else "an array needs items"
            self._refuse(schema, "x-each", f"{holder}: the schema of each {variable}")
            return Constant(None)
        inner = {**names, variable: Type(type_.name)}
        node = self._node(item, inner, required=True, entity=variable, label=f"{label}/")
        if node is None:
            self._refuse(item, "", f"no annotation says what to write for each {variable}: add an x-value")
            return Constant(None)
        key = self._key(schema, inner) if keyed else None
        if path.optional and type_.many:
            self._missing(schema, "x-each", f"{source} is optional", required=required)
        separator = schema.get("x-separator", "")
        if "string" in types(schema) and not separator:
            self._refuse(schema, "x-each", "a text of several items needs an x-separator")
        return Each(path, variable, type_.many, node, key, separator)

    def _count(self, schema: Schema, names: Names) -> Node:
        source = schema["x-count"]
        try:
            path, type_ = self.path(source, names)
        except UnknownNameError as error:
            self._refuse(schema, "x-count", str(error))
            return Constant(None)
        if not type_.many:
            self._refuse(schema, "x-count", f"{source} is {type_}, not a list")
        return Count(path)

    def _key(self, schema: Schema, names: Names) -> Leaf | None:
        try:
            path, type_ = self.path(schema["x-key"], names)
            format_ = format_of(type_, {**schema, "type": "string"}, self._vocabulary)
        except (UnknownNameError, FormatError) as error:
            keyword = getattr(error, "keyword", "")
            self._refuse(schema, keyword if keyword in schema else "x-key", str(error))
            return None
        if path.optional:
            self._refuse(schema, "x-key", f"{path} is optional, so it cannot be a key")
        return Leaf(path, format_, None)

    def _object(self, schema: Schema, names: Names, entity: str, label: str) -> Node:
        fields: dict[str, Node] = {}
        needed = set(schema.get("required", ()))
        for name in needed - schema["properties"].keys():
            hint = did_you_mean(name, schema["properties"])
            self._refuse(schema, "required", f"{name} is required but is not one of the properties{hint}")
        for name, inner in schema["properties"].items():
            required = name in needed
            node = self._node(inner, names, required=required, entity=entity, label=f"{label}/{name}")
            if node is not None:
                fields[name] = node
            elif required:
                self._refuse(inner, "", f"{name} is required but no annotation says what to write: {_ADVICE}")
        return Object(fields)

    def _choice(self, schema: Schema, names: Names, *, required: bool, entity: str, label: str) -> Node | None:
        branches = []
        for inner in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
            node = self._node(inner, names, required=False, entity=entity, label=label)
            if node is not None:
                branches.append((inner, node))
        if not branches:
            return None
        if required and getattr(branches[-1][1], "missing", None) is ABSENT:
            self._refuse(
                schema, "", "the last alternative has a condition: add an alternative for when no condition holds"
            )
        return Choice(tuple(branches))

    def _missing(self, schema: Schema, keyword: str, why: str, *, required: bool) -> Any:
        if _NULL in types(schema):
            return None
        if required:
            self._refuse(schema, keyword, f"{why}, so the type must allow null, or the field must not be required")
        return ABSENT

    def _refuse(self, holder: Any, keyword: str, message: str) -> None:
        self.faults.append(AnnotationProblem(holder, keyword, message))
