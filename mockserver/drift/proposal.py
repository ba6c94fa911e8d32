"""The overlay that adapts a contract to traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from mockserver.drift import changes
from mockserver.drift.difference import Kind
from mockserver.drift.edits import Edits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.drift.difference import Drift
    from mockserver.drift.edits import Basis

_VERSION = "1.0.0"


def propose(drift: Drift, bases: Mapping[str, Basis], source: str) -> dict[str, Any] | None:
    """Return an OpenAPI Overlay 1.0 that corrects contradicted facts and adds new ones; None if it would be empty.

    `source` names the origin of the traffic. Differences that traffic does not show how to resolve, such as a refused
    request, are left out.
    """
    actions: list[dict[str, Any]] = []
    for name, basis in bases.items():
        edits = Edits(basis)
        differences = [each for each in drift.differences if each.document == name]
        changes.apply(edits, differences, drift, source)
        actions += ({"target": action.pop("target"), "x-document": name, **action} for action in edits.actions())
    named = {action["x-document"] for action in actions}
    readings = {each.name: each.instead for each in drift.differences if each.kind is Kind.READING}
    rules = {each.name: each.instead for each in drift.differences if each.kind is Kind.RULE}
    if readings or rules:
        seen = {
            name: found for name, found in (("x-observed-readings", readings), ("x-observed-rules", rules)) if found
        }
        actions.append({"target": "$.info", "update": seen})
    if not actions:
        return None
    if len(named) == 1 and not (readings or rules):
        for action in actions:
            del action["x-document"]
    return {
        "overlay": _VERSION,
        "info": {"title": f"What {source} showed", "version": changes.date(drift.last)},
        **({"extends": f"{named.pop()}.yaml"} if len(named) == 1 and not (readings or rules) else {}),
        **({"x-readings": readings} if readings else {}),
        **({"x-rules": rules} if rules else {}),
        "actions": actions,
    }


def write(overlay: Mapping[str, Any]) -> str:
    """Return an overlay as YAML."""
    return yaml.dump(dict(overlay), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """A YAML dumper without aliases, which overlay tools may not support."""

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:  # noqa: FBT001
        """Write a list of scalars on one line."""
        flat = not any(isinstance(item, dict | list) for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=flow_style or flat)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is that of the library
        """Write every value in full."""
        return True
