"""What the keywords of a schema ask for, in words that follow `must`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract.messages import brief, choice

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    """Return what a rule asks for: `phrase("minimum", 1)` is `be at least 1`."""
    return PHRASES[rule](expected) if rule in PHRASES else f"fit the rule {rule}"
