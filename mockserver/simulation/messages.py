"""Texts of SMS: templates by service and language."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mockserver.simulation.chance import Chance, Label

ANY_SERVICE = "*"
FALLBACK_LANGUAGE = "en"


class Template(NamedTuple):
    """`text` holds `{code}` and may hold `{service}`; `code` is the code's template, `#` being a digit."""

    code: str
    text: str


Templates = Mapping[tuple[str, str], Sequence[Template]]
"""Templates by (service code or `*`, language)."""


def choose(templates: Templates, chance: Chance, service: str, language: str, *labels: Label) -> Template:
    """A template of the service, in the language if there is one. Raises LookupError without any fallback."""
    for key in (
        (service, language),
        (service, FALLBACK_LANGUAGE),
        (ANY_SERVICE, language),
        (ANY_SERVICE, FALLBACK_LANGUAGE),
    ):
        if templates.get(key):
            return chance.pick(templates[key], "template", *labels)
    raise LookupError(f"no SMS template for {service} in {language}, and no fallback")
