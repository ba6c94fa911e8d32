"""Vendors by chance: an overlay over the shipped contract, and the decisions that it makes."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from tests.vendors import answers, requests
from tests.vendors.draft import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.vendors.draft import Decision

KINDS: Mapping[str, Sequence[Callable[[Draft], bool]]] = {
    "renamed": (answers.renamed, answers.renamed, requests.argument_renamed),
    "swapped": (answers.swapped,),
    "nested": (answers.nested, answers.wrapped, answers.unwrapped),
    "keyed": (answers.keyed,),
    "joined": (answers.joined, answers.counted, answers.tupled, answers.separated),
    "moved": (requests.path, requests.method, requests.parameter_moved, requests.body_moved),
    "reunited": (answers.reunited, answers.reunited, requests.argument_reunited),
    "reworded": (answers.reworded,),
    "status": (requests.success,),
    "failure": (requests.refusal, requests.refusal, requests.failure_shape),
    "rule": (requests.rule,),
    "added": (answers.added,),
    "gone": (answers.gone,),
}
"""The kinds of decisions, each with the ways to make one."""

MOST = 12
"""The most decisions of a vendor."""


class Vendor(NamedTuple):
    """A vendor by chance: the overlay that describes it, as YAML, and what it decided."""

    name: str
    overlay: str
    decisions: tuple[Decision, ...]


def draw(seed: int, number: int, kinds: Sequence[str] = ()) -> Vendor:
    """Draw a vendor; the same arguments draw the same one. `kinds` are the kinds of its decisions, by default all."""
    random = Random(f"{seed}:{number}")  # noqa: S311 - to be repeated
    draft = Draft(random)
    for _ in range(random.randint(3, MOST)):
        kind = random.choice(list(kinds or KINDS))
        random.choice(KINDS[kind])(draft)
    return Vendor(f"seed {seed}, draw {number}", draft.overlay(), tuple(draft.decisions))
