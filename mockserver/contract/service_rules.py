"""The rules of the service: what each can be, and which hold for a set of documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mockserver.contract.messages import brief, choice, did_you_mean

if TYPE_CHECKING:
    from mockserver.contract.vocabulary import Rule

Rules = "Mapping[str, str]"

DURATION = re.compile(r"([0-9]{1,9}(ms|[dhms]))+")
_PART = re.compile(r"([0-9]+)(ms|[dhms])")
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(duration: str) -> int:
    """Return a duration such as `1h30m` in milliseconds. Raises ValueError."""
    if not DURATION.fullmatch(duration):
        raise ValueError(f"{brief(duration)} is not a duration: write 20m, 7d or 1h30m")
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(duration))


def wrong_value(rule: Rule, value: Any) -> str:
    """Say what is wrong with the value of a rule; nothing if it can be."""
    if isinstance(rule.kind, tuple):
        if value in rule.kind:
            return ""
        return f"{rule.name} must be {choice(rule.kind)}{did_you_mean(value, rule.kind)}"
    if rule.kind.endswith("anew") and value == "anew":
        return ""
    if isinstance(value, str) and DURATION.fullmatch(value):
        return ""
    expected = "anew, or a duration such as 5m" if rule.kind.endswith("anew") else "a duration such as 20m"
    return f"{rule.name} must be {expected}, not {brief(value)}"
