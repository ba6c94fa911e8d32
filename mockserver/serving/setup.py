"""From a scenario to an application that serves it."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from starlette.applications import Starlette

from mockserver.dialects.dialect import Dialect
from mockserver.dialects.every import dialects
from mockserver.domain.clock import Instant
from mockserver.domain.world import World
from mockserver.scenario import fixtures
from mockserver.scenario.build import build
from mockserver.scenario.load import Scenario, load
from mockserver.simulation.exchange import Observer
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app


class Mock(NamedTuple):
    """All that is served: a scenario, the world it made, the dialects spoken over it, and the application."""

    scenario: Scenario
    world: World
    dialects: Sequence[Dialect]
    app: Starlette


def wall() -> Instant:
    """The wall clock, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def set_up(source: str, seed: int | None = None, observers: Sequence[Observer] = ()) -> Mock:
    """Make a mock that plays a scenario, given by name or file. Raises LocatedError."""
    shipped = fixtures.load()
    scenario = load(source, shipped.catalogue)
    world = build(scenario, shipped, wall, seed)
    spoken = dialects()
    return Mock(scenario, world, spoken, create_app(spoken, Worlds(world), observers))
