"""Generate the reference of the scenario language and the table of shipped scenarios in docs/scenarios.md.

Run `python -m tools.build_scenario_docs` after scenarios/ has changed. The reference comes from the JSON Schema, the
table from running an order-and-poll program against every shipped scenario.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "scenarios.md"
SCHEMA = ROOT / "scenarios" / "schema.json"

Schema = Mapping[str, Any]

NAMES = {
    "duration": "duration",
    "instant": "instant",
    "cents": "cents",
    "money": "money",
    "code": "code",
    "text": "text",
    "phone": "phone number",
    "orderId": "order id",
    "paymentStatus": "payment status",
}
"""The names of the definitions of plain values in the reference."""


class Section(NamedTuple):
    """An object of the language: its path in a scenario, and its schema."""

    path: str
    schema: Schema


def sections(schema: Schema) -> Iterator[Section]:
    """Yield every object of the language once, before the objects in its fields."""
    seen: set[int] = set()
    waiting = [Section("", schema)]
    while waiting:
        path, part = waiting.pop(0)
        if id(part) in seen:
            continue
        seen.add(id(part))
        if "properties" in part:
            yield Section(path, part)
        inner = [
            Section(f"{path}.{name}".lstrip("."), _resolved(schema, field))
            for name, field in part.get("properties", {}).items()
        ]
        if "items" in part:
            inner.append(Section(f"{path}[]", _resolved(schema, part["items"])))
        waiting = inner + waiting


def reference(schema: Schema) -> str:
    """Return the reference in Markdown: the plain values, then a table for every object."""
    lines = ["| value | what it is |", "|---|---|"]
    lines += [f"| {name} | {_value(schema['$defs'][key])} |" for key, name in NAMES.items()]
    for path, part in sections(schema):
        lines += ["", f"### `{path}`" if path else "### A scenario", ""]
        lines += [part["description"], ""] if path and "description" in part else []
        lines += ["| field | type | default | what it is |", "|---|---|---|---|"]
        lines += [_row(schema, part, name, field) for name, field in part["properties"].items()]
    return "\n".join(lines) + "\n"


def _row(schema: Schema, part: Schema, name: str, field: Schema) -> str:
    resolved = _resolved(schema, field)
    default = f"`{_shown(field['default'])}`" if "default" in field else ""
    required = "required" if name in part.get("required", ()) else default
    plain = field.get("$ref", "").rpartition("/")[2] in NAMES
    text = field.get("description", "" if plain else resolved.get("description", ""))
    return f"| `{name}` | {_kind(schema, field)} | {required} | {_cell(text)} |"


def _resolved(schema: Schema, field: Schema) -> Schema:
    """Return the schema of a field, or the definition that it refers to."""
    name = field.get("$ref", "").rpartition("/")[2]
    return schema["$defs"][name] if name and name != "variable" else field


def _kind(schema: Schema, field: Schema) -> str:
    name = field.get("$ref", "").rpartition("/")[2]
    return NAMES.get(name) or _plain(schema, _resolved(schema, field))


def _plain(schema: Schema, part: Schema) -> str:
    words = _choice(part) or part.get("examples", [])
    if words:
        return " or ".join(f"`{_shown(word)}`" for word in words)
    types = [part["type"]] if isinstance(part.get("type"), str) else part.get("type", [])
    number = next((kind for kind in ("integer", "number") if kind in types), None)
    kinds = []
    for kind in types:
        if kind == "array":
            items = _kind(schema, part.get("items", {}))
            kinds.append("list" if items == "object" else f"list of {items}")
        elif kind == number:
            kinds.append(f"{kind}{_range(part)}")
        elif kind == "string" and "$ref" in part and len(types) > 1:
            continue  # the string is a variable, which every field allows
        else:
            kinds.append({"string": "text"}.get(kind, kind))
    return " or ".join(kinds) or "anything"


def _choice(part: Schema) -> list[Any]:
    options = [part, *part.get("anyOf", ())]
    fixed = [option["const"] for option in options if "const" in option]
    return [*fixed, *(word for option in options for word in option.get("enum", ()) if word is not None)]


def _range(part: Schema) -> str:
    low, high = part.get("minimum"), part.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", at least {low}" if low is not None else ""


def _value(part: Schema) -> str:
    words = ", ".join(f"`{word}`" for word in _choice(part))
    return _cell(" ".join(filter(None, [part.get("description", "A text."), words and f"One of {words}."])))


def _shown(value: object) -> str:
    return value if isinstance(value, str) and value else json.dumps(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def fill(document: str, name: str, content: str) -> str:
    """Return the document with new content between the markers of a name. Raises ValueError without markers."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    pattern = re.compile(f"({re.escape(begin)}).*?({re.escape(end)})", re.DOTALL)
    if not pattern.search(document):
        raise ValueError(f"the document has no markers {begin.strip()} and {end}")
    return pattern.sub(lambda found: found[1] + content + found[2], document)


if __name__ == "__main__":
    from tests.scenarios.table import table

    filled = fill(DOCUMENT.read_text(encoding="utf-8"), "reference", reference(json.loads(SCHEMA.read_bytes())))
    DOCUMENT.write_text(fill(filled, "table", table()), encoding="utf-8", newline="\n")
