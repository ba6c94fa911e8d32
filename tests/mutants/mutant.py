"""A faulty mock: the sound one, in which one thing is changed from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tests.mutants.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.mutants.probe import Probe

    Apply = Callable[[Parts], None]
    Proof = Callable[[Probe], object]


class Mutant(NamedTuple):
    """One fault: what is wrong in a sentence, how it comes about, and requests whose answers show it."""

    name: str
    says: str
    apply: Apply
    proof: Proof

    def spoil(self, app: Any) -> None:
        """Bring the fault into the application of a mock that was just made, and into its world."""
        self.apply(Parts(app))


class Family:
    """The mutants of one kind, as they are defined with the decorator that this is."""

    def __init__(self) -> None:
        self.members: list[Mutant] = []

    def __call__(self, says: str, proof: Proof) -> Callable[[Apply], Apply]:
        """Add a mutant that is named like its function."""

        def add(apply: Apply) -> Apply:
            self.members.append(Mutant(apply.__name__.replace("_", "-"), says, apply, proof))
            return apply

        return add
