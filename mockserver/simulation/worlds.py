"""Which world a request belongs to: the API key that it carries selects it."""

from typing import TYPE_CHECKING

from mockserver.domain.world import World

if TYPE_CHECKING:
    from mockserver.simulation.faults import Faults


class Worlds:
    """The running worlds, by API key, and the faults of those that have any.

    `faults` is read for every request, and empty for most.
    """

    def __init__(self, *worlds: World) -> None:
        self._by_key: dict[str, World] = {}
        self.faults: dict[World, Faults] = {}
        for world in worlds:
            self.add(world)

    def add(self, world: World, faults: "Faults | None" = None) -> None:
        """Let a world's keys select it. Raises ValueError when another world has one of them."""
        taken = [key for key in world.keys if key in self._by_key]
        if taken:
            raise ValueError(f"{len(taken)} of the world's API keys select another world already")
        self._by_key.update(dict.fromkeys(world.keys, world))
        if faults is not None:
            self.faults[world] = faults

    def with_key(self, key: str | None) -> World | None:
        """The world that a key selects."""
        return self._by_key.get(key) if key else None
