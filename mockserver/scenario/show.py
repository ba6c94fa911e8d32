"""A scenario as YAML, as it is once its includes and variables are resolved."""

from typing import Any

import yaml

from mockserver.contract import LocatedError, located
from mockserver.scenario.load import Scenario

_MASK = "***"
_WIDTH = 120


class _Dumper(yaml.SafeDumper):
    """Writes values out instead of aliases, and puts what would be read as anything but text in quotes."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's signature
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, None if _reads_as(text) else '"')


def _reads_as(text: str) -> bool:
    try:
        return bool(located.parse(text, "").data == text)
    except LocatedError:
        return True  # YAML's own rules already ask for quotes


_Dumper.add_representer(str, _represent_text)


def text(scenario: Scenario) -> str:
    """Write a scenario as YAML; the API keys of one that is not shipped are masked."""
    data = scenario.data
    if not scenario.shipped:
        data = {**data, "accounts": [_masked(account) for account in data["accounts"]]}
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _masked(account: dict[str, Any]) -> dict[str, Any]:
    masks = {"key": _MASK, "keys": [_MASK] * len(account.get("keys", ()))}
    return {field: masks.get(field, value) for field, value in account.items()}
