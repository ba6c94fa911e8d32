"""What the schema of scenarios cannot say of made-up words in SMS: placeholders and locales that exist."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from mockserver.contract import did_you_mean
from mockserver.contract.messages import choice
from mockserver.contract.pointer import join
from mockserver.simulation.messages import KINDS, locales

Section = dict[str, Any]

Misfit = tuple[str, str]
"""The JSON pointer of a value, and what is wrong with it."""

_MADE_UP = re.compile(r"\{fake\.([^{}]*)\}")


def misfits(rules: Iterable[Section]) -> Iterator[Misfit]:
    """Everything in the SMS of orders' rules, valid by their schema, that makes no sense."""
    for index, rule in enumerate(rules):
        for number, sms in enumerate(rule.get("sms", ())):
            for field, message in _wrong(sms):
                yield join("orders", index, "sms", number, field), message


def _wrong(sms: Section) -> Iterator[tuple[str, str]]:
    for kind in dict.fromkeys(_MADE_UP.findall(sms.get("text", ""))):
        if kind not in KINDS:
            hint = did_you_mean(kind, KINDS) or f", there are {', '.join(KINDS)}"
            yield "text", f"nothing is made up as {{fake.{kind}}}{hint}"
    if "locale" in sms and sms["locale"] not in locales():
        yield "locale", f"unknown locale {sms['locale']}{_near(sms['locale'])}"


def _near(locale: str) -> str:
    """The locales of the same language, or else the one that is spelt most alike."""
    language = re.split("[-_]", locale.casefold())[0]
    same = sorted(known for known in locales() if known.split("_")[0] == language)
    return f", did you mean {choice(same)}?" if same else did_you_mean(locale, locales())
