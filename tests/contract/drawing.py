"""Results and annotated schemas, drawn at random from the vocabulary."""

# ruff: noqa: ARG002 - all that make schemas have one signature

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from mockserver.contract.plan import Choice, Each, Items, Leaf, Object, Text, When
from mockserver.contract.vocabulary import OPERATION, Type, vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract.plan import Node, Path

Schema = dict[str, Any]

WORDS = vocabulary()
DAY = 86_400_000
LAST = 2**53

text = st.text("ABC", min_size=1, max_size=3)
"""Text that survives being a key, a part of a text, and lower case."""
digits = st.text("123456789", min_size=1, max_size=9)
SCALARS: Mapping[str, st.SearchStrategy[Any]] = {
    "text": text,
    "digits": digits,
    "code": digits,
    "integer": st.integers(0, LAST),
    "decimal": st.decimals(0, 1000, places=4).map(lambda number: f"{number:f}"),
    "money": st.integers(-(10**9), 10**9),
    "ratio": st.integers(0, 100).map(lambda percent: percent / 100),
    "boolean": st.booleans(),
    "time": st.integers(0, 20_000).map(lambda day: day * DAY),
    "deadline": st.integers(1, 20_000).map(lambda day: day * DAY - 1),
}
"""Values that every format can write: times are whole days, ratios whole percents."""


def values(type_: Type, scalars: Mapping[str, st.SearchStrategy[Any]] = SCALARS) -> st.SearchStrategy[Any]:
    """Values of a type; records have every field that the vocabulary gives them."""
    if type_.name in WORDS.records:
        fields = {name: values(field, scalars) for name, field in WORDS.records[type_.name].items()}
        single: st.SearchStrategy[Any] = st.fixed_dictionaries(fields).map(lambda drawn: SimpleNamespace(**drawn))
    elif type_.name in WORDS.words:
        single = st.sampled_from(WORDS.words[type_.name])
    else:
        single = scalars[type_.name]
    if type_.many:
        single = st.lists(single, max_size=3, unique_by=_identity)
    return st.none() | single if type_.optional else single


def _identity(record: Any) -> object:
    """What tells a record from others in a list, so that it can be their key."""
    return getattr(record, "code", getattr(record, "id", getattr(record, "name", id(record))))


def results(
    names: Mapping[str, Type], operations: Sequence[str], scalars: Mapping[str, st.SearchStrategy[Any]] = SCALARS
) -> st.SearchStrategy[Any]:
    """Results that have these names."""
    fields = {name: values(type_, scalars) for name, type_ in names.items()}
    fields[OPERATION] = st.sampled_from(operations)
    return st.fixed_dictionaries(fields).map(lambda drawn: SimpleNamespace(seed=1, **drawn))


# What was written, and what was read


def told(node: Node | None, written: Any, read: Any) -> Iterator[tuple[str, object, object]]:  # noqa: C901 - a table
    """Each value that a plan uses: its name, as it was written, and as it was read."""
    match node:
        case Leaf(path):
            yield str(path), _get(path, written), _get(path, read)
        case Text(_, inner):
            for leaf in inner:
                yield str(leaf.path), str(_get(leaf.path, written)), str(_get(leaf.path, read))
        case Object(fields):
            for field in fields.values():
                yield from told(field, written, read)
        case Items(items):
            for item in items:
                yield from told(item, written, read)
        case Each(path, variable, many, item):
            records, facts = _get(path, written) or (), _get(path, read) or ()
            if many:
                yield f"how many {path}", len(records), len(facts)
            else:
                records, facts = [records] if records else (), [facts or {}]
            for record, fact in zip(records, facts, strict=False):
                yield from told(item, _with(written, variable, record), _with(read, variable, fact))
        case When(path, inner_node, _, variable):
            if value := _get(path, written):
                whole = (_with(written, variable, value), _with(read, variable, _get(path, read)))
                yield from told(inner_node, *(whole if variable else (written, read)))
        case Choice(branches):
            first = next(branch for _, branch in branches if not isinstance(branch, When) or _get(branch.path, written))
            yield from told(first, written, read)


def _get(path: Path, scope: Any) -> Any:
    for part in path.parts:
        scope = scope.get(part) if isinstance(scope, dict) else getattr(scope, part, None)
    return scope


def _with(scope: Any, name: str, value: Any) -> Any:
    return {**(scope if isinstance(scope, dict) else vars(scope)), name: value}


# Schemas


class Drawing:
    """Draws annotated schemas that can use some names."""

    def __init__(self, draw: st.DrawFn, operations: Sequence[str]) -> None:
        self._draw = draw
        self._operations = operations
        self._count = 0

    def schema(self, names: Mapping[str, Type], depth: int = 3, *, required: bool = True) -> Schema:
        """A schema of what is written of these names."""
        makers = [self._leaf, self._constant, self._text]
        if depth:
            makers += [self._object, self._items, self._each, self._choice, self._when, self._count_of]
        schema: Schema = self._draw(st.sampled_from(makers))(names, depth, required=required)
        return schema

    def _fresh(self) -> str:
        self._count += 1
        return f"v{self._count}"

    def _paths(self, names: Mapping[str, Type], depth: int = 3) -> dict[str, tuple[Type, bool]]:
        """Every dotted name that there is, with its type and whether there may be no such value."""
        found: dict[str, tuple[Type, bool]] = {}

        def walk(way: str, type_: Type, *, optional: bool, left: int) -> None:
            optional = optional or type_.optional
            found[way] = type_, optional
            if left and not type_.many:
                for name, field in WORDS.records.get(type_.name, {}).items():
                    walk(f"{way}.{name}", field, optional=optional, left=left - 1)

        for name, type_ in names.items():
            walk(name, type_, optional=False, left=depth)
        return found

    def _scalars(self, names: Mapping[str, Type]) -> dict[str, tuple[Type, bool]]:
        return {way: each for way, each in self._paths(names).items() if each[0].name not in WORDS.records}

    def _leaf(self, names: Mapping[str, Type], depth: int, *, required: bool) -> Schema:
        way, (type_, optional) = self._draw(st.sampled_from([*self._scalars(names).items()]))
        schema = self._format(type_, is_operation=way == OPERATION)
        may_be_null = optional and (required or self._draw(st.booleans()))
        kind = {"type": [schema["type"], "null"]} if may_be_null else {}
        return {**schema, **kind, "x-value": way}

    def _format(self, type_: Type, *, is_operation: bool) -> Schema:
        draw, name = self._draw, type_.name
        if is_operation or name in WORDS.words:
            known = self._operations if is_operation else WORDS.words[name]
            return {"type": "string", **draw(st.sampled_from([{}, {"x-words": {word: f"<{word}>" for word in known}}]))}
        return draw(st.sampled_from(_FORMATS[name]))

    def _constant(self, names: Mapping[str, Type], depth: int, *, required: bool) -> Schema:
        return self._draw(st.sampled_from([{"const": "always"}, {"type": "string", "x-made-up": True}]))

    def _text(self, names: Mapping[str, Type], depth: int, *, required: bool) -> Schema:
        usable = [way for way, (type_, optional) in self._scalars(names).items() if not optional]
        ways = self._draw(st.lists(st.sampled_from(usable), min_size=1, max_size=3, unique=True))
        between = self._draw(st.sampled_from([" ~ ", "|"]))
        return {"type": "string", "x-value": between.join(f"{{{way}}}" for way in ways)}

    def _object(self, names: Mapping[str, Type], depth: int, *, required: bool) -> Schema:
        needed = self._draw(st.lists(st.booleans(), min_size=1, max_size=4))
        return {
            "type": "object",
            "required": [f"f{number}" for number, is_needed in enumerate(needed) if is_needed],
            "properties": {
                f"f{number}": self.schema(names, depth - 1, required=is_needed)
                for number, is_needed in enumerate(needed)
            },
        }

    def _items(self, names: Mapping[str, Type], depth: int, *, required: bool) -> Schema:
        items = [self.schema(names, depth - 1) for _ in range(self._draw(st.integers(1, 3)))]
        return {"type": "array", "x-items": items}

    def _each(self, names: Mapping[str, Type], depth: int, *, required: bool) -> Schema:
        records = {way: type_ for way, (type_, _) in self._paths(names).items() if type_.name in WORDS.records}
        way, type_ = self._draw(st.sampled_from([*records.items()]))
        variable = self._fresh()
        item = self.schema({**names, variable: Type(type_.name)}, depth - 1)
        fields = WORDS.records[type_.name]
        key = next((name for name in ("code", "id", "name") if name in fields and not fields[name].optional), "")
        each = {"x-each": f"{way} as {variable}"}
        if key and self._draw(st.booleans()):
            return {"type": "object", **each, "x-key": f"{variable}.{key}", "additionalProperties": item}
        return {"type": "array", **each, "items": item}

    def _count_of(self, names: Mapping[str, Type], depth: int, *, required: bool) -> Schema:
        lists = [way for way, (type_, _) in self._paths(names).items() if type_.many]
        return {"type": "integer", "x-count": self._draw(st.sampled_from(lists))}

    def _when(self, names: Mapping[str, Type], depth: int, *, required: bool) -> Schema:
        if self._draw(st.booleans()):
            return self._made_when(names, depth, self._condition(names))
        optional = {way: each[0] for way, each in self._paths(names).items() if each[0].optional}
        way, type_ = self._draw(st.sampled_from([*optional.items()]))
        variable = self._fresh()
        return self._made_when({**names, variable: Type(type_.name)}, depth, f"{way} as {variable}")

    def _made_when(self, names: Mapping[str, Type], depth: int, condition: str) -> Schema:
        inner = self.schema(names, depth - 1)
        return {"type": ["object", "null"], "x-when": condition, "required": ["it"], "properties": {"it": inner}}

    def _condition(self, names: Mapping[str, Type]) -> str:
        flags = [way for way, (type_, _) in self._paths(names).items() if type_.name == "boolean"]
        return self._draw(st.sampled_from(flags))

    def _choice(self, names: Mapping[str, Type], depth: int, *, required: bool) -> Schema:
        def branch(kind: str) -> Schema:
            fields = {"kind": {"const": kind}, "it": self.schema(names, depth - 1)}
            return {"type": "object", "required": ["kind", "it"], "properties": fields}

        return {"oneOf": [{**branch("first"), "x-when": self._condition(names)}, branch("second")]}


_FORMATS: Mapping[str, Sequence[Schema]] = {
    "text": [{"type": "string"}, {"type": "string", "x-words": "lower"}, {"type": "string", "x-words": {"A": "any"}}],
    "digits": [{"type": "string"}, {"type": "integer"}],
    "code": [{"type": "string"}, {"type": "integer"}],
    "integer": [{"type": "integer"}, {"type": "string"}],
    "decimal": [{"type": "string"}],
    "money": [
        {"type": kind, "x-unit": unit} for kind in ("integer", "number", "string") for unit in ("cents", "dollars")
    ],
    "ratio": [
        {"type": "number"},
        {"type": "string"},
        *({"type": kind, "x-unit": "percent"} for kind in ("integer", "number", "string")),
    ],
    "boolean": [
        {"type": "boolean"},
        {"type": "integer"},
        {"type": "string"},
        {"type": "string", "x-words": {"true": "yes", "false": "no"}},
    ],
    "time": [
        {"type": "string"},
        *({"type": "string", "x-time": form} for form in ("utc", "iso", "offset", "date", "seconds", "milliseconds")),
        *({"type": "integer", "x-time": form} for form in ("seconds", "milliseconds")),
    ],
}


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, Schema]:
    """The name of an operation, and a schema of an answer to it."""
    purpose = draw(st.sampled_from(sorted(WORDS.purposes)))
    names = WORDS.names_of({purpose: WORDS.purposes[purpose]})
    return purpose, Drawing(draw, (purpose,)).schema(names)
