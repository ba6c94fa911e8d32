"""Generate the reference in docs/control-api.md from the OpenAPI document of the control API.

Run `python -m tools.build_control_docs` after mockserver/control/openapi.yaml has changed.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tools.build_scenario_docs import fill

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "control-api.md"
SOURCE = ROOT / "mockserver" / "control" / "openapi.yaml"

METHODS = ("get", "put", "post", "patch", "delete")

Part = Mapping[str, Any]


class Operation(NamedTuple):
    """An operation of the document; `fields` are those of its body, and empty for a snapshot."""

    id: str
    tag: str
    method: str
    path: str
    summary: str
    query: list[Part]
    required: frozenset[str]
    fields: Mapping[str, Part]
    body: Part | None


def operations(document: Part) -> Iterator[Operation]:
    """Yield all operations, in the order of the document."""
    for path, item in document["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            described = item[method]
            parameters = [_resolved(document, each) for each in described.get("parameters", ())]
            content = _resolved(document, described.get("requestBody", {})).get("content")
            body = content["application/json"]["schema"] if content else None
            schema = _resolved(document, body or {})
            yield Operation(
                described["operationId"],
                described["tags"][0],
                method.upper(),
                path,
                described["summary"],
                [parameter for parameter in parameters if parameter["in"] == "query"],
                frozenset(schema.get("required", ())),
                {} if _name(body) == "Snapshot" else schema.get("properties", {}),
                body,
            )


def reference(document: Part) -> str:
    """Return the reference in Markdown: for every tag a table of operations, then their fields."""
    known = list(operations(document))
    lines: list[str] = []
    for tag in document["tags"]:
        tagged = [operation for operation in known if operation.tag == tag["name"]]
        lines += [f"### Reference: {tag['name'].lower()}", "", tag["description"], ""]
        lines += ["| operation | method and path | what it does | query | body |", "|---|---|---|---|---|"]
        lines += [_operation(operation) for operation in tagged]
        rows: dict[str, list[str]] = {}
        for operation in tagged:
            for row in _fields(document, operation):
                rows.setdefault(row, []).append(_code(operation.id))
        lines += ["", "| field | type | default | what it is | of |", "|---|---|---|---|---|"]
        lines += [f"{row} {', '.join(ids)} |" for row, ids in rows.items()]
        lines.append("")
    return "\n".join(lines)


def _operation(operation: Operation) -> str:
    query = ", ".join(f"`{parameter['name']}`" for parameter in operation.query)
    names = ", ".join(f"`{name}`" for name in operation.fields)
    body = names or ("a snapshot" if operation.body else "")
    where = f"`{operation.method} {operation.path}`"
    return f"| `{operation.id}` | {where} | {operation.summary} | {query} | {body} |"


def _fields(document: Part, operation: Operation) -> Iterator[str]:
    for parameter in operation.query:
        yield _row(
            document,
            f"?{parameter['name']}",
            {**parameter["schema"], "description": parameter.get("description", "")},
            required=parameter.get("required", False),
        )
    for name, field in operation.fields.items():
        yield _row(document, name, field, required=name in operation.required)


def _row(document: Part, name: str, field: Part, *, required: bool) -> str:
    resolved = _resolved(document, field)
    default = "required" if required else _code(resolved["default"]) if "default" in resolved else ""
    description = " ".join(field.get("description", resolved.get("description", "")).split())
    return f"| `{name}` | {_kind(document, field)} | {default} | {_cell(description)} |"


def _kind(document: Part, field: Part) -> str:
    part = _resolved(document, field)
    if _name(field) in ("Duration", "Snapshot"):
        return _name(field).lower()
    if "enum" in part:
        return " or ".join(map(_code, part["enum"]))
    kinds = part["type"] if isinstance(part["type"], list) else [part["type"]]
    words = {"string": "text", "array": "list", "integer": f"integer{_range(part)}"}
    if kinds == ["array"]:
        return f"list of {', '.join(map(_code, _resolved(document, part['items'])['properties']))}"
    return " or ".join(words.get(kind, str(kind)) for kind in kinds)


def _range(part: Part) -> str:
    low, high = part.get("minimum"), part.get("maximum")
    if low is not None and high is not None:
        return f", {low} to {high}"
    return f", at least {low}" if low is not None else ""


def _resolved(document: Part, part: Part) -> Part:
    found: Any = document
    if "$ref" not in part:
        return part
    for token in part["$ref"].removeprefix("#/").split("/"):
        found = found[token]
    resolved: Part = found
    return resolved


def _name(part: Part | None) -> str:
    return str((part or {}).get("$ref", "")).rpartition("/")[2]


def _code(value: object) -> str:
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    made = reference(yaml.safe_load(SOURCE.read_bytes()))
    PAGE.write_text(fill(PAGE.read_text(encoding="utf-8"), "reference", made), encoding="utf-8", newline="\n")
