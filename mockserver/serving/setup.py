"""From a scenario to an application that serves it."""

import time
from collections.abc import Sequence

from starlette.applications import Starlette

from mockserver.domain.clock import Instant
from mockserver.domain.world import World
from mockserver.scenario import fixtures
from mockserver.scenario.build import build
from mockserver.scenario.load import Scenario, load
from mockserver.simulation.exchange import Observer
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app


def wall() -> Instant:
    """The wall clock, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def set_up(
    source: str, seed: int | None = None, observers: Sequence[Observer] = ()
) -> tuple[Scenario, World, Starlette]:
    """A scenario by name or file, its world, and the application over it. Raises LocatedError."""
    shipped = fixtures.load()
    scenario = load(source, shipped.catalogue)
    world = build(scenario, shipped, wall, seed)
    return scenario, world, create_app(Worlds(world), observers)
