"""Warnings about a scenario that is valid, but does not do what its author seems to mean."""

from collections.abc import Iterator, Sequence
from typing import Any

from mockserver.contract import Located, Problem, did_you_mean
from mockserver.contract.pointer import join
from mockserver.scenario import fixtures

_SELECTIVE = ("nth", "every", "probability")
"""Conditions that leave some orders or payments to the rules below."""


def warnings(layers: Sequence[Located]) -> Iterator[Problem]:
    """Yield what has no effect in the files of a valid scenario.

    A file may take everything from the rules of the files that it includes, but not from its own.
    """
    for layer in layers:
        for section in ("orders", "payments"):
            rules = layer.data.get(section, [])
            for index, earlier in _unreachable(rules):
                pointer = join(section, index)
                reason = f"{section}[{earlier}] takes all that it matches"
                yield Problem(layer.place(pointer), f"this rule never applies, because {reason}: move it up", pointer)
        for index, rule in enumerate(layer.data.get("orders", [])):
            for number, sms in enumerate(rule.get("sms", [])):
                yield from _unknown_language(sms, layer, join("orders", index, "sms", number, "language"))


def _unreachable(rules: Sequence[dict[str, Any]]) -> Iterator[tuple[int, int]]:
    """Yield each rule that never applies, with the first one that takes all that it matches."""
    for index, rule in enumerate(rules):
        earlier = next((number for number, each in enumerate(rules[:index]) if _takes_all(each, rule)), None)
        if earlier is not None:
            yield index, earlier


def _takes_all(rule: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether a rule applies to everything that another one matches."""
    when, others = rule.get("when", {}), other.get("when", {})
    is_selective = "orderId" in rule or any(name in when for name in _SELECTIVE)
    return not is_selective and all(name in others and others[name] == value for name, value in when.items())


def _unknown_language(sms: dict[str, Any], layer: Located, pointer: str) -> Iterator[Problem]:
    language = sms.get("language", "")
    known = sorted({spoken for _, spoken in fixtures.load().templates})
    if language and "$" not in language and language not in known:
        hint = did_you_mean(language, known) or f"; the languages are {', '.join(known)}"
        message = f"no template has the language {language}, so the SMS is English{hint}"
        yield Problem(layer.place(pointer), message, pointer)
