"""From what traffic says to an overlay that makes the contract say so, too."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import yaml

from mockserver.contract import Confidence
from mockserver.contract import pointer as pointers
from mockserver.drift.difference import Kind
from mockserver.drift.edit_writers import WRITERS, moved
from mockserver.drift.edits import Edits, UnwrittenError, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.drift.difference import Difference, Drift
    from mockserver.drift.edits import Action, Basis

_VERSION = "1.0.0"


def propose(drift: Drift, bases: Mapping[str, Basis], source: str) -> dict[str, Any] | None:
    """Return an OpenAPI Overlay 1.0 that changes what was contradicted and adds what is new; None if there is nothing.

    `source` says where the traffic comes from. What traffic cannot tell how to change, such as a request that was
    refused, is left out.
    """
    actions: list[Action] = []
    for name, basis in bases.items():
        differences = [each for each in drift.differences if each.document == name]
        confirmed = {each.pointer for each in drift.confirmed if each.document == name}
        edits = Edits(basis, confirmed)
        actions += ({"x-document": name, **action} for action in _actions(differences, edits, source))
    named = {action["x-document"] for action in actions}
    readings = {each.name: each.instead for each in drift.differences if each.kind is Kind.READING}
    if readings:
        actions.append({"target": "$.info", "update": {"x-observed-readings": readings}})
    if not actions:
        return None
    return {
        "overlay": _VERSION,
        "info": {"title": f"What {source} showed", "version": _date(drift.last)},
        **({"extends": f"{named.pop()}.yaml"} if len(named) == 1 and not readings else {}),
        **({"x-readings": readings} if readings else {}),
        "actions": actions,
    }


def _actions(differences: Sequence[Difference], edits: Edits, source: str) -> Iterator[Action]:
    """Yield the actions for one document: operations move first, and what else changes in them, changes there."""
    targets = {}
    for move in (each for each in differences if each.kind is Kind.MOVED):
        if edits.path(move.instead) == move.instead:
            yield from moved(move, edits, _provenance(move, source))
            method = pointers.split(move.pointer)[-1]
            targets[edits.target(move.pointer)] = f"$['paths']['{quoted(move.instead)}']['{method}']"
    for action in _changes(differences, edits, source):
        target = action["target"]
        before = next((before for before in targets if target.startswith(before)), None)
        yield action if before is None else {**action, "target": targets[before] + target[len(before) :]}


def _changes(differences: Sequence[Difference], edits: Edits, source: str) -> Iterator[Action]:
    for difference in differences:
        if writer := WRITERS.get(difference.kind):
            try:
                yield from list(writer(difference, edits, _provenance(difference, source)))
            except UnwrittenError:
                continue  # it follows from something else, and nothing says from what it would follow now
    yield from edits.actions()


def write(overlay: Mapping[str, Any]) -> str:
    """Return an overlay as YAML."""
    return yaml.dump(dict(overlay), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


class _Dumper(yaml.SafeDumper):
    """Writes YAML without aliases, which tools for overlays need not know."""

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:  # noqa: FBT001
        """Write a list of scalars on one line."""
        flat = not any(isinstance(item, dict | list) for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=flow_style or flat)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is that of the library
        return True


def _provenance(difference: Difference, source: str) -> Action:
    date, count = _date(difference.last), difference.times
    return {"x-provenance": {"level": str(Confidence.OBSERVED), "source": source, "date": date, "count": count}}


def _date(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
