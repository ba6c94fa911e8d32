"""Texts for messages: values, choices, suggestions, bug reports, and the requirements of schema keywords."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence


_ROOT = Path(__file__).parents[2]


def brief(value: object, limit: int = 60) -> str:
    """Write a value as JSON on one line, truncated to `limit` characters."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=_type_name)
        if not text.isprintable():
            text = json.dumps(value, default=_type_name)
    except (ValueError, TypeError, RecursionError):  # not JSON: a circular value, a key that is not a string, ...
        text = _type_name(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _type_name(value: object) -> str:
    return f"<{type(value).__name__}>"


def choice(words: Sequence[str]) -> str:
    """Write `a`, `a or b`, `a, b or c`."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else "nothing"


def bug(error: BaseException) -> str:
    """Describe an unexpected error by its type and the line that raised it, without its text: it may hold a secret."""
    import traceback  # slow to import, and needed for errors only

    raised = traceback.extract_tb(error.__traceback__)[-1]
    file = Path(raised.filename)
    place = file.relative_to(_ROOT) if file.is_relative_to(_ROOT) else Path(*file.parts[-2:])
    return f"this is a bug: {type(error).__name__} at {place.as_posix()}:{raised.lineno}"


def did_you_mean(word: object, known: Iterable[str], near: float = 0.6) -> str:
    """Return `, did you mean X?` with the most similar known word, or an empty text; see `most_similar`."""
    nearest = most_similar(word, known, near)
    return f", did you mean {nearest}?" if nearest else ""


def most_similar(word: object, known: Iterable[str], near: float = 0.6) -> str:
    """Return the most similar known word, or an empty text. `near` is the minimum similarity, from 0 to 1."""
    from difflib import get_close_matches  # slow to import, and needed for errors only

    nearest = get_close_matches(str(word), list(known), n=1, cutoff=near)
    return nearest[0] if nearest else ""


TYPES: Mapping[str, str] = {
    "string": "a string",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "array": "an array",
    "object": "an object",
}

FORMATS: Mapping[str, str] = {
    "uuid": "a UUID",
    "uri": "a URI",
    "date": "a date such as 2025-05-17",
    "date-time": "a time such as 2025-05-17T08:30:00Z",
}


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


PHRASES: Mapping[str, Callable[[Any], str]] = {
    "type": lambda types: "be " + choice([TYPES[name] for name in types]),
    "enum": lambda values: "be " + choice([brief(value) for value in values]),
    "const": lambda value: f"be {brief(value)}",
    "format": lambda name: f"be {FORMATS[name]}",
    "pattern": lambda pattern: f"match {pattern}",
    "minLength": lambda least: "not be empty" if least == 1 else f"have at least {_counted(least, 'character')}",
    "maxLength": lambda most: f"have at most {_counted(most, 'character')}",
    "minimum": lambda least: f"be at least {least}",
    "maximum": lambda most: f"be at most {most}",
    "minItems": lambda least: f"have at least {_counted(least, 'item')}",
    "maxItems": lambda most: f"have at most {_counted(most, 'item')}",
    "minProperties": lambda least: f"have at least {_counted(least, 'field')}",
    "maxProperties": lambda most: f"have at most {_counted(most, 'field')}",
    "additionalProperties": lambda _: "have no other fields",
    "propertyNames": lambda _: "have only names that are allowed",
    "oneOf": lambda _: "fit exactly one of the alternatives",
    "anyOf": lambda _: "fit one of the alternatives",
    "repeated": lambda _: "be given once",
    "status": lambda statuses: "be " + choice([str(status) for status in statuses]),
    "contentType": lambda name: f"be {name}",
    "json": lambda reason: reason,
}


def phrase(rule: str, expected: Any) -> str:
    """Return the requirement of a schema keyword or rule: `phrase("minimum", 1)` is `be at least 1`."""
    return PHRASES[rule](expected) if rule in PHRASES else f"fit the rule {rule}"
