"""The overlay that adapts a contract to traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mockserver.drift import changes
from mockserver.drift.difference import Kind
from mockserver.drift.edits import Edits
from mockserver.drift.question import joined
from mockserver.drift.sighting import date

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.drift.difference import Drift
    from mockserver.drift.edits import Basis
    from mockserver.drift.question import Question

_VERSION = "1.0.0"


class Proposal(NamedTuple):
    """An OpenAPI Overlay 1.0, None if it would be empty, and the questions that the traffic leaves open."""

    overlay: dict[str, Any] | None
    questions: tuple[Question, ...]


def propose(drift: Drift, bases: Mapping[str, Basis], source: str) -> dict[str, Any] | None:
    """Return the overlay of a proposal; see `proposal`."""
    return proposal(drift, bases, source).overlay


def proposal(drift: Drift, bases: Mapping[str, Basis], source: str) -> Proposal:
    """Return an overlay that corrects contradicted facts and adds new ones, and the questions that are left.

    `source` names the origin of the traffic.
    """
    questions: list[Question] = []
    actions: list[dict[str, Any]] = []
    for name, basis in bases.items():
        edits = Edits(basis)
        differences = [each for each in drift.differences if each.document == name]
        questions += joined(changes.apply(edits, differences, drift, source))
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
        return Proposal(None, tuple(questions))
    if len(named) == 1 and not (readings or rules):
        for action in actions:
            del action["x-document"]
    overlay = {
        "overlay": _VERSION,
        "info": {"title": f"What {source} showed", "version": date(drift.last)},
        **({"extends": f"{named.pop()}.yaml"} if len(named) == 1 and not (readings or rules) else {}),
        **({"x-readings": readings} if readings else {}),
        **({"x-rules": rules} if rules else {}),
        "actions": actions,
    }
    return Proposal(overlay, tuple(questions))


def write(overlay: Mapping[str, Any], questions: Sequence[Question] = ()) -> str:
    """Return an overlay as YAML, with questions as comments before it."""
    return _comments(questions) + yaml.dump(
        dict(overlay), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120
    )


def _comments(questions: Sequence[Question]) -> str:
    if not questions:
        return ""
    left = "1 question is" if len(questions) == 1 else f"{len(questions)} questions are"
    lines = [f"{left} left. Everything else here follows from the recording."]
    for number, question in enumerate(questions, 1):
        lines += ["", f"{number}. {question}", *(f"     {answer}" for answer in question.answers)]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines) + "\n"


class _Dumper(yaml.SafeDumper):
    """A YAML dumper without aliases, which overlay tools may not support."""

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:  # noqa: FBT001
        """Write a list of scalars on one line."""
        flat = not any(isinstance(item, dict | list) for item in sequence)
        return super().represent_sequence(tag, sequence, flow_style=flow_style or flat)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is that of the library
        """Write every value in full."""
        return True
