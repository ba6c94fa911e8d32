"""YAML syntax errors in words for the author of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MESSAGES: Mapping[str, str] = {
    "mapping values are not allowed": "a colon cannot be here: put the value in quotes, or check the indentation",
    "flow sequence": "a list in brackets needs a comma or a closing bracket here",
    "flow mapping": "a mapping in braces needs a comma or a closing brace here",
    "unexpected end of stream": "a quotation mark that begins here is never closed",
    "unknown escape": "an unknown character after a backslash: write two backslashes, or use single quotes",
    "decimal number": "a character code after a backslash needs more hexadecimal digits",
    "block collection": "this line does not continue the list above it: check the indentation",
    "block mapping": "this does not continue the mapping above it: check the indentation and the quotation marks",
    "expected ':'": "a colon is missing after this key",
    "<document start>": "nothing can follow a complete value: check the indentation",
    "block scalar": "only a line break can follow | or > and its indicator",
    "anchor": "an anchor needs a name: put a value that begins with & in quotes",
    "alias": "an alias needs a name: put a value that begins with * in quotes",
    "tag": "put a value that begins with ! in quotes",
    "directive": "put a value that begins with % in quotes",
    "incompatible YAML": "only YAML 1.1 and 1.2 are supported",
}
"""A message by a part of the parser's own. The first that matches applies."""

_FROM_THE_BEGINNING = ("unexpected end of stream",)
"""Errors whose place is where the value begins, not where the parser gave up."""


def explain(error: Any, text: str) -> tuple[Any, str]:
    """Return the mark of a parser's error in a text, and a message. The error is a MarkedYAMLError."""
    said = ": ".join(filter(None, (error.context, error.problem)))
    mark = error.problem_mark
    if any(part in said for part in _FROM_THE_BEGINNING) and error.context_mark is not None:
        mark = error.context_mark
    if _is_toml(text):
        return mark, "this is TOML: write it as YAML, such as `name: value`"
    lines = text.split("\n", mark.line + 1)
    found = lines[mark.line][mark.column : mark.column + 1].strip("\r") if mark.line < len(lines) else ""
    if "cannot start any token" in said or ("node content" in said and found in tuple("]},")):
        if found == "\t":
            return mark, "a tab cannot indent a line: use spaces"
        return mark, f"no value can begin with {found}: put the value in quotes, or remove the character"
    if "node content" in said:
        return mark, "a value is missing here"
    return mark, next((message for part, message in _MESSAGES.items() if part in said), f"this is not YAML: {said}")


def _is_toml(text: str) -> bool:
    import tomllib  # needed for errors only

    try:
        return bool(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
