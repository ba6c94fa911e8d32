"""Generated values for fields without a meaning: valid for their schemas, and stable per order, payment or account."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from random import Random
from typing import TYPE_CHECKING, Any
from uuid import UUID

from mockserver.contract.parts import types

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mockserver.contract.parts import Schema
    from mockserver.contract.plan import MadeUp

_FIRST = datetime(2025, 1, 1, tzinfo=UTC)
_LONGEST = 24
_LARGEST = 1_000_000


def make_up(node: MadeUp, seed: int, identity: tuple[object, ...]) -> Any:
    """Return a generated value for a field. It depends on the seed, the field, and the identity of its owner only."""
    labels = [str(seed), node.label, *map(str, identity)]
    digest = blake2b("\0".join(labels).encode(), digest_size=8).digest()
    return value_of(node.schema, Random(int.from_bytes(digest)))  # noqa: S311 - it must be reproducible, not secret


def value_of(schema: Schema, random: Random) -> Any:
    """Return a random value that is valid for a schema."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return random.choice([value for value in schema["enum"] if value is not None] or [None])
    if schema.get("examples"):
        return random.choice(schema["examples"])
    if branches := schema.get("oneOf") or schema.get("anyOf"):
        return value_of(random.choice(branches), random)
    named = types(schema) or ("object" if "properties" in schema else "string",)
    kind = next((name for name in named if name != "null"), "null")
    return _MAKERS[kind](schema, random)


def _text(schema: Schema, random: Random) -> str:
    if schema.get("format") in _FORMATS:
        made = _FORMATS[schema["format"]](random)
        form = re.compile(schema.get("pattern", ""))
        if text := next(filter(form.search, (made, made.replace("+00:00", "Z"))), ""):
            return text
    if "pattern" in schema:
        import rstr  # needed for patterns only

        return str(rstr.Rstr(random).xeger(schema["pattern"]))
    least = schema.get("minLength", 0)
    length = max(least, min(schema.get("maxLength", _LONGEST), _LONGEST))
    return "".join(random.choice("0123456789abcdef") for _ in range(length))


_FORMATS: Mapping[str, Callable[[Random], str]] = {
    "uuid": lambda random: str(UUID(int=random.getrandbits(128), version=4)),
    "uri": lambda random: f"https://example.com/{random.getrandbits(64):016x}",
    "date": lambda random: (_FIRST + timedelta(days=random.randrange(365))).date().isoformat(),
    "date-time": lambda random: (_FIRST + timedelta(seconds=random.randrange(365 * 86_400))).isoformat(),
}


def _integer(schema: Schema, random: Random) -> int:
    least = int(schema.get("minimum", min(0, schema.get("maximum", 0))))
    return random.randint(least, int(schema.get("maximum", max(_LARGEST, least))))


def _number(schema: Schema, random: Random) -> float:
    least = float(schema.get("minimum", min(0.0, schema.get("maximum", 0.0))))
    most = float(schema.get("maximum", max(1.0, least + 1.0)))
    return min(most, max(least, round(random.uniform(least, most), 4)))


def _object(schema: Schema, random: Random) -> dict[str, Any]:
    return {name: value_of(inner, random) for name, inner in schema.get("properties", {}).items()}


def _array(schema: Schema, random: Random) -> list[Any]:
    return [value_of(schema.get("items", {}), random) for _ in range(max(1, schema.get("minItems", 1)))]


_MAKERS: Mapping[str, Callable[[Schema, Random], Any]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": lambda _, random: random.random() < 0.5,
    "object": _object,
    "array": _array,
    "null": lambda *_: None,
}
