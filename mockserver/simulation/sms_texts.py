"""SMS texts: templates by service and language, and made-up names, companies and places for them."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from mockserver.simulation.chance import Chance, Label

if TYPE_CHECKING:
    from faker import Faker


ANY_SERVICE = "*"
FALLBACK_LANGUAGE = "en"


class Template(NamedTuple):
    """A template: `text` contains `{code}` and may contain `{service}`; in `code`, every `#` is a digit."""

    code: str
    text: str


Templates = Mapping[tuple[str, str], Sequence[Template]]
"""Templates by (service code or `*`, language)."""


def choose(templates: Templates, chance: Chance, service: str, language: str, *labels: Label) -> Template:
    """Draw a template of the service, preferably in the language. Raises LookupError without any fallback."""
    for key in (
        (service, language),
        (service, FALLBACK_LANGUAGE),
        (ANY_SERVICE, language),
        (ANY_SERVICE, FALLBACK_LANGUAGE),
    ):
        if templates.get(key):
            return chance.pick(templates[key], "template", *labels)
    raise LookupError(f"no SMS template for {service} in {language}, and no fallback")


KINDS = ("city", "color_name", "company", "country", "first_name", "job", "last_name", "name")
"""The kinds of made-up values: providers of faker in every locale, with values that do not look like a code."""

DEFAULT_LOCALE = "en_US"

_LOCK = Lock()
"""Guards the shared instances of faker, which are seeded and then used, against other threads."""


def locales() -> Collection[str]:
    """Return the known locales, such as ja_JP."""
    from faker.config import AVAILABLE_LOCALES

    return AVAILABLE_LOCALES


def made_up(kind: str, locale: str, seed: int) -> str:
    """Make up a value of one of the kinds; it is the same for a seed within a release of faker."""
    with _LOCK:
        faker = _faker(locale)
        faker.seed_instance(seed)
        return str(getattr(faker, kind)())


@cache
def _faker(locale: str) -> "Faker":
    from faker import Faker

    if locale == "it_IT":  # its cities come from a set, whose order differs between processes
        from faker.providers.address.it_IT import Provider

        Provider.cities = sorted(Provider.cities)
    return Faker(locale)
