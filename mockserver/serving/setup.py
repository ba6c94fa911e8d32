"""From a scenario to an application that serves it."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from starlette.applications import Starlette

from contracts.spec.readings import DEFAULTS
from mockserver.dialects.dialect import Dialect
from mockserver.dialects.every import dialects
from mockserver.domain.clock import Instant
from mockserver.domain.world import World
from mockserver.scenario import fixtures
from mockserver.scenario.build import build, faults_of
from mockserver.scenario.load import Scenario, load
from mockserver.scenario.variables import NONE, Values
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


def set_up(
    source: str,
    seed: int | None = None,
    observers: Sequence[Observer] = (),
    variables: Values = NONE,
    before: Mock | None = None,
) -> Mock:
    """Make a mock that plays a scenario, given by name or file. Raises LocatedError.

    `before` is a mock whose place this one takes; with the same readings it speaks the same dialects.
    """
    shipped = fixtures.load()
    scenario = load(source, shipped.catalogue, variables)
    world = build(scenario, shipped, wall, seed)
    worlds = Worlds()
    worlds.add(world, faults_of(scenario, world, seed))
    readings = scenario.data.get("readings", DEFAULTS)
    same = before is not None and before.scenario.data.get("readings", DEFAULTS) == readings
    spoken = before.dialects if before is not None and same else dialects(readings)
    return Mock(scenario, world, spoken, create_app(spoken, worlds, observers))
