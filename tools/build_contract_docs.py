"""Generate from contracts/vocabulary.yaml: the tables of docs/contract-language.md, and contracts/overlay.json.

Run `python -m tools.build_contract_docs` after the vocabulary has changed. The schema completes overlays in editors.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mockserver.contract import vocabulary
from mockserver.contract.formats import CASES, TIMES, UNITS
from mockserver.contract.overlays import SCHEMA
from mockserver.contract.vocabulary import OPERATION, Purpose, Type
from tools.build_scenario_docs import fill

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "contract-language.md"
OVERLAY = ROOT / "contracts" / "overlay.json"

DEPTH = 3
"""The most names after the record in a completed value."""


def operations() -> str:
    """Return the table of operations in Markdown."""
    rows = (
        [f"`{each.name}`", each.description, _arguments(each), _result(each), _reasons(each)]
        for each in vocabulary().purposes.values()
    )
    return _table(["operation", "description", "arguments", "result", "refusals"], rows)


def records() -> str:
    """Return a table of the fields of every record in Markdown."""
    described = vocabulary().data["records"]
    rows = (
        [f"`{record}.{name}`", f"{field['type']}", field["description"]]
        for record, each in described.items()
        for name, field in each["fields"].items()
    )
    return _table(["name", "type", "description"], rows)


def words() -> str:
    """Return the table of words in Markdown."""
    described = vocabulary().data["words"]
    rows = ([f"`{name}`", ", ".join(f"`{word}`" for word in each["values"])] for name, each in described.items())
    return _table(["type", "words"], rows)


def reasons() -> str:
    """Return the table of reasons in Markdown."""
    return _table(["reason", "when"], ([f"`{each.name}`", each.description] for each in vocabulary().reasons.values()))


def rules() -> str:
    """Return the table of rules in Markdown."""
    rows = (
        [f"`{rule.name}`", f"`{rule.value}`", _kind(rule.kind), rule.provenance["level"], rule.description]
        for rule in vocabulary().rules.values()
    )
    return _table(["rule", "value", "values", "provenance", "description"], rows)


def overlay() -> dict[str, Any]:
    """Return the JSON Schema of an overlay file, which completes annotations by the names of the vocabulary."""
    known = vocabulary()
    arguments = sorted({name for each in known.purposes.values() for name in each.arguments} | {OPERATION})
    values = sorted(_values())
    lists = sorted(_lists())
    choice = {"type": "string"}
    annotations = {
        "x-operation": {"anyOf": [_one_of(known.purposes), {"type": "array", "items": _one_of(known.purposes)}]},
        "x-argument": {"anyOf": [_one_of(arguments), choice]},
        "x-refusal": _one_of(sorted({reason for each in known.purposes.values() for reason in each.refusals})),
        "x-value": {"anyOf": [_one_of(values), choice]},
        "x-each": {"anyOf": [_one_of(lists), choice]},
        "x-key": {"anyOf": [_one_of(values), choice]},
        "x-separator": choice,
        "x-count": choice,
        "x-when": {"anyOf": [_one_of(values), choice]},
        "x-items": {"type": "array", "items": {"$ref": "#/$defs/anything"}},
        "x-made-up": {"const": True},
        "x-unit": _one_of(unit for units in UNITS.values() for unit in units),
        "x-time": _one_of(TIMES),
        "x-words": {"anyOf": [_one_of(CASES), {"type": "object"}]},
        "x-credential": _one_of(["user", "key"]),
        "x-failures": {
            "properties": {
                "schema": {"$ref": "#/$defs/anything"},
                "media": choice,
                "reasons": {
                    "properties": {name: {"$ref": "#/$defs/failure"} for name in known.reasons},
                    "additionalProperties": False,
                },
            }
        },
        "x-rules": {"$ref": "#/$defs/rules"},
        "x-renamed-from": {**choice, "description": "The neighbouring field that this field replaces."},
    }
    schema: dict[str, Any] = json.loads(json.dumps(SCHEMA))
    schema["properties"]["x-rules"] = {"$ref": "#/$defs/rules"}
    schema["properties"]["actions"]["items"]["properties"]["update"] = {"$ref": "#/$defs/anything"}
    schema["$defs"] = {
        "anything": {"properties": annotations, "additionalProperties": {"$ref": "#/$defs/anything"}},
        "failure": {
            "properties": {
                "status": {"type": "integer", "minimum": 100, "maximum": 599},
                "code": choice,
                "text": choice,
                "media": choice,
                "description": choice,
                "schema": {"$ref": "#/$defs/anything"},
            }
        },
        "rules": {
            "type": "object",
            "properties": {
                name: {
                    "description": rule.description,
                    **(_one_of(rule.kind) if isinstance(rule.kind, tuple) else choice),
                }
                for name, rule in known.rules.items()
            },
            "additionalProperties": False,
        },
    }
    return schema


def _values() -> Iterator[str]:
    """Yield the dotted names of all single values, each record under its own name."""
    known = vocabulary()

    def walk(path: str, type_: Type, depth: int) -> Iterator[str]:
        fields = known.records.get(type_.name)
        if fields is None:
            yield path
        elif not type_.many and depth < DEPTH:
            for name, field in fields.items():
                yield from walk(f"{path}.{name}", field, depth + 1)

    yield OPERATION
    for record in known.records:
        yield from walk(record, Type(record), 0)


def _lists() -> Iterator[str]:
    """Yield `orders as order` for all lists."""
    known = vocabulary()
    for purpose in known.purposes.values():
        for name, type_ in purpose.result.items():
            yield f"{name} as {type_.name}" if type_.many else name
    for record, fields in known.records.items():
        for name, type_ in fields.items():
            if type_.many:
                yield f"{record}.{name} as {type_.name}"


def _one_of(words: Any) -> dict[str, Any]:
    return {"enum": list(words)}


def _arguments(purpose: Purpose) -> str:
    return ", ".join(
        f"`{name}`: {argument.type}" + (f" = `{json.dumps(argument.default)}`" if argument.has_default else "")
        for name, argument in purpose.arguments.items()
    )


def _result(purpose: Purpose) -> str:
    return ", ".join(f"`{name}`: {type_}" for name, type_ in purpose.result.items())


def _reasons(purpose: Purpose) -> str:
    return ", ".join(f"`{reason}`" for reason in purpose.refusals)


def _kind(kind: str | tuple[str, ...]) -> str:
    return kind if isinstance(kind, str) else " or ".join(f"`{word}`" for word in kind)


def _table(titles: list[str], rows: Iterator[list[str]]) -> str:
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines) + "\n"


TABLES: Mapping[str, Any] = {
    "operations": operations,
    "records": records,
    "words": words,
    "reasons": reasons,
    "rules": rules,
}
"""The generated tables by the name of their markers in the page."""


def page(text: str) -> str:
    """Return the page with its tables regenerated."""
    for name, make in TABLES.items():
        text = fill(text, f"vocabulary: {name}", make())
    return text


def schema_text() -> str:
    """Return the schema file."""
    return json.dumps(overlay(), indent=2) + "\n"


def main() -> None:
    """Write the page and the schema."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    OVERLAY.write_text(schema_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
