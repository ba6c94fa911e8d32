"""From a scenario to an application that serves it."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from starlette.applications import Starlette

from contracts.spec import Overlays
from contracts.spec.choices import DEFAULTS
from contracts.spec.corrections import effective
from mockserver.control.maker import Maker
from mockserver.dialects.dialect import Dialect
from mockserver.dialects.every import dialects
from mockserver.domain.clock import Instant
from mockserver.domain.world import World
from mockserver.scenario import fixtures
from mockserver.scenario.load import Scenario, load
from mockserver.scenario.variables import NONE, Values
from mockserver.simulation import limits as sizes
from mockserver.simulation.exchange import Observer
from mockserver.simulation.limits import Limits
from mockserver.simulation.sandbox import Sandbox
from mockserver.simulation.worlds import Worlds
from mockserver.web.app import create_app
from mockserver.web.guard import OPEN, Guard


class Mock(NamedTuple):
    """All that is served: a scenario, the world that it began with, the dialects spoken there, and the application."""

    scenario: Scenario
    home: Sandbox
    worlds: Worlds
    dialects: Sequence[Dialect]
    guard: Guard
    app: Starlette

    @property
    def world(self) -> World:
        """The world that the mock began with."""
        return self.home.world


class Settings(NamedTuple):
    """Who may use a mock, how much it holds, whether its first world is strict, and what corrects its contract."""

    guard: Guard = OPEN
    limits: Limits = sizes.DEFAULTS
    strict: bool = True
    overlays: Overlays = ()


USUAL = Settings()


def wall() -> Instant:
    """The wall clock, in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def set_up(
    source: str,
    seed: int | None = None,
    observers: Sequence[Observer] = (),
    variables: Values = NONE,
    settings: Settings = USUAL,
    before: Mock | None = None,
) -> Mock:
    """Make a mock that plays a scenario, given by name or file. Raises LocatedError.

    `before` is a mock whose place this one takes: its other worlds go on, and with the same readings it speaks the
    same dialects.
    """
    shipped = fixtures.load()
    scenario = load(source, shipped.catalogue, variables)
    readings = effective(scenario.data.get("readings", DEFAULTS), settings.overlays)
    same = before is not None and dict(before.home.origin.readings) == dict(readings)
    spoken = before.dialects if before is not None and same else dialects(readings, settings.overlays)
    worlds = before.worlds if before is not None else Worlds(limits=settings.limits)
    maker = Maker(worlds, shipped, wall, settings.overlays)
    home = maker.begin(scenario, seed, before.home if before is not None else None)
    if before is None:
        home.strict = settings.strict
    app = create_app(spoken, worlds, observers, settings.guard, maker, settings.overlays)
    return Mock(scenario, home, worlds, spoken, settings.guard, app)
