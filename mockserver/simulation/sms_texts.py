"""SMS texts: templates by service and language, filled in with made-up people, companies and places."""

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


KINDS = ("city", "color_name", "company", "country", "first_name", "job", "last_name", "name")
"""What can be made up: providers of faker that every locale has, and whose words are not taken for a code."""

DEFAULT_LOCALE = "en_US"

_ONE_AT_A_TIME = Lock()
"""Servers in threads share the makers, whose chance is set and then used."""


def locales() -> Collection[str]:
    """The locales there are, such as ja_JP."""
    from faker.config import AVAILABLE_LOCALES

    return AVAILABLE_LOCALES


def made_up(kind: str, locale: str, seed: int) -> str:
    """Something of one of the kinds, the same for a seed as long as faker's release is the same."""
    with _ONE_AT_A_TIME:
        world_factory = _maker(locale)
        world_factory.seed_instance(seed)
        return str(getattr(world_factory, kind)())


@cache
def _maker(locale: str) -> "Faker":
    from faker import Faker

    if locale == "it_IT":  # its cities are made from a set, so that every process has them in another order
        from faker.providers.address.it_IT import Provider

        Provider.cities = sorted(Provider.cities)
    return Faker(locale)
