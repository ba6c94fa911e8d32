"""Which world a request belongs to: the API key that it carries selects it."""

from mockserver.domain.world import World


class Worlds:
    """The running worlds, by API key."""

    def __init__(self, *worlds: World) -> None:
        self._by_key: dict[str, World] = {}
        for world in worlds:
            self.add(world)

    def add(self, world: World) -> None:
        """Let a world's keys select it. Raises ValueError when another world has one of them."""
        taken = [key for key in world.keys if key in self._by_key]
        if taken:
            raise ValueError(f"{len(taken)} of the world's API keys select another world already")
        self._by_key.update(dict.fromkeys(world.keys, world))

    def with_key(self, key: str | None) -> World | None:
        """The world that a key selects."""
        return self._by_key.get(key) if key else None
