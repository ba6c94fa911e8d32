"""A hook of mkdocs that generates pages from code and contract documents, and adds linked files of the repository.

Every `mkdocs build --strict` regenerates them, so they are never out of date.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import yaml
from mkdocs.structure.files import File

from mockserver.cli import main
from mockserver.contract import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

    from mockserver.contract import Operation
    from mockserver.contract.provenance import Provenance

ROOT = Path(__file__).resolve().parent.parent
HERE = "repository"
"""The folder of the site for the linked files of the repository."""

LINK = re.compile(r"\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)#:\s]+)((?:#[^)]*)?)\)")
"""A link to a file: its text, the path relative to the page, and the anchor."""

MOVED = {"examples/README.md": "examples.md", "CHANGELOG.md": "changes.md", "README.md": "index.md"}
"""Files outside docs/ that are pages of the site."""

LEVELS = ("documented", "observed", "inferred", "assumed")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages, and the files that pages link to."""
    for path, make in PAGES.items():
        files.append(File.generated(config, path, content=make()))
    pages = [(file.src_uri, file.content_string) for file in files.documentation_pages()]
    for path in sorted({path for page, markdown in pages for path in linked(markdown, page)}):
        files.append(File.generated(config, f"{HERE}/{path}", abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Point links to files of the repository to their copies; a link to a folder becomes its text."""

    def replaced(match: re.Match[str]) -> str:
        target = _outside(page.file.src_uri, match[2])
        if target is None:
            return match[0]
        if (ROOT / target).is_dir():
            return match[1]
        place = MOVED.get(target, f"{HERE}/{target}")
        return f"[{match[1]}]({posixpath.relpath(place, posixpath.dirname(page.file.src_uri) or '.')}{match[3]})"

    return LINK.sub(replaced, markdown)


def linked(markdown: str, page: str) -> Iterator[str]:
    """Yield the files outside docs/ that a page links to, except pages of the site."""
    for match in LINK.finditer(markdown):
        target = _outside(page, match[2])
        if target is not None and target not in MOVED and (ROOT / target).is_file():
            yield target


def _outside(page: str, link: str) -> str | None:
    """Return the path of a link in the repository; None if it is in docs/."""
    target = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), link))
    return None if target.startswith("docs/") else target


def operations(name: str) -> str:
    """Return the page of all operations of a contract document."""
    document = load(name)
    lines = [f"# Operations of {name.upper()}", "", f"This page is generated from the contract document `{name}.yaml`."]
    for operation in document.operations.values():
        lines += ["", f"## {operation.id}", "", *_operation(operation, document.prefix)]
    return "\n".join(lines) + "\n"


def provenance(name: str) -> str:
    """Return the page of the provenance of a contract document, with every part that states it."""
    stated = list(_stated(yaml.safe_load((ROOT / "contracts" / "documents" / f"{name}.yaml").read_bytes()), ()))
    counts = {level: sum(fields["level"] == level for _, fields in stated) for level in LEVELS}
    lines = [
        f"# How {name.upper()} is known",
        "",
        f"Of {len(stated)} statements, {', '.join(f'{count} are {level}' for level, count in counts.items())}.",
        "A part that is not listed has the provenance of the part around it. See [the levels](../known.md).",
        "",
        "| part | provenance | evidence |",
        "|---|---|---|",
    ]
    lines += [f"| {_place(path)} | {fields['level']} | {_cell(_because(fields))} |" for path, fields in stated]
    return "\n".join(lines) + "\n"


def commands() -> str:
    """Return the page of the help of all commands."""
    lines = ["# Commands", "", "The output of `--help`. For other ways to set options, see [Settings](../settings.md)."]
    for words, command in _commands(main, ("smsonline-mock",)):
        names = main.context_settings["help_option_names"]  # click caches the first names with a command
        with click.Context(
            command, info_name=" ".join(words), max_content_width=100, terminal_width=100, help_option_names=names
        ) as context:
            lines += ["", f"{'#' * min(len(words) + 1, 3)} {' '.join(words)}", "", "```text", context.get_help(), "```"]
    return "\n".join(lines) + "\n"


def examples() -> str:
    """Return the overview of the examples, with links relative to docs/."""
    text = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    return LINK.sub(lambda match: f"[{match[1]}]({posixpath.join('../examples', match[2])}{match[3]})", text)


def _commands(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield words, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _commands(inner, (*words, name))


def _operation(operation: Operation, prefix: str) -> Iterator[str]:
    yield f"`{operation.method} {prefix}{operation.path}`"
    yield ""
    yield f"{operation.summary}. {operation.description}"
    yield ""
    yield f"**Provenance:** {operation.provenance.level}{_reason(operation.provenance)}"
    if operation.parameters or operation.body:
        yield from ("", "| parameter | in | type | required | provenance |", "|---|---|---|---|---|")
    for parameter in operation.parameters:
        kind, level = _kind(parameter.schema), parameter.provenance.level
        yield f"| `{parameter.name}` | {parameter.place} | {kind} | {_needed(parameter.required)} | {level} |"
    if operation.body:
        needed = operation.body.schema.get("required", ())
        for field, schema in operation.body.schema.get("properties", {}).items():
            yield f"| `{field}` | body | {_kind(schema)} | {_needed(field in needed)} | |"
    yield from ("", "| response | description | provenance |", "|---|---|---|")
    for status, answer in operation.answers.items():
        yield f"| {status} | {_cell(answer.description)} | {answer.provenance.level} |"
    for name, example in _shown(operation):
        shown = json.dumps(example, indent=2, ensure_ascii=False)
        yield from ("", f'??? example "{name}"', "", "    ```json", *(f"    {line}" for line in shown.splitlines()))
        yield "    ```"


def _shown(operation: Operation) -> Iterator[tuple[str, Any]]:
    for status, answer in operation.answers.items():
        if status < 300:  # failures all look alike
            yield from ((f"{status}, {name}", example.value) for name, example in answer.examples.items())


def _needed(needed: bool) -> str:  # noqa: FBT001
    return "yes" if needed else ""


def _kind(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return _cell(" or ".join(f"`{word}`" for word in schema["enum"]))
    kind = schema.get("type", "anything")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _reason(provenance: Provenance) -> str:
    because = _because(provenance._asdict())
    return f" ({because})" if because else ""


def _because(fields: Mapping[str, Any]) -> str:
    return "; ".join(str(fields[name]) for name in ("page", "source", "ground", "note") if fields.get(name))


def _stated(data: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Yield the path and the provenance of every part that states one."""
    if isinstance(data, dict):
        if "x-provenance" in data:
            yield path, data["x-provenance"]
        for key, value in data.items():
            if key != "x-provenance":
                yield from _stated(value, (*path, str(key)))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            name = value.get("name", number) if isinstance(value, dict) else number
            yield from _stated(value, (*path, str(name)))


def _place(path: tuple[str, ...]) -> str:
    return " > ".join(f"`{key}`" for key in path if key not in ("paths", "components", "properties", "schema"))


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: Mapping[str, Callable[[], str]] = {
    "reference/v3.md": lambda: operations("v3"),
    "reference/v2.md": lambda: operations("v2"),
    "reference/known-v3.md": lambda: provenance("v3"),
    "reference/known-v2.md": lambda: provenance("v2"),
    "reference/commands.md": commands,
    "changes.md": lambda: (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"),
    "examples.md": examples,
}
