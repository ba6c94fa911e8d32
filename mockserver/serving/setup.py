"""Setting up a mock: the worlds, the service and the application of a scenario."""

from collections.abc import Sequence
from typing import NamedTuple

from starlette.applications import Starlette

from mockserver.api.api import ServedContract, ServedContracts
from mockserver.contract import Overlays
from mockserver.contract.readings import DEFAULTS, Choices
from mockserver.control.world_factory import WorldFactory
from mockserver.domain.world import World
from mockserver.scenario import fixtures
from mockserver.scenario.load import Scenario, load
from mockserver.scenario.variables import NONE, Values
from mockserver.simulation import limits as sizes
from mockserver.simulation.journal import Observer
from mockserver.simulation.limits import WorldLimits
from mockserver.simulation.real_time import wall
from mockserver.simulation.worlds import Worlds, WorldSlot
from mockserver.web.access import OPEN, AccessGuard
from mockserver.web.app import create_app


class Mock(NamedTuple):
    """A mock: its scenario, its first world (`home`), the service for the scenario's readings, and the application.

    `services` returns the service for other readings.
    """

    scenario: Scenario
    home: WorldSlot
    worlds: Worlds
    service: ServedContract
    services: ServedContracts
    guard: AccessGuard
    app: Starlette

    @property
    def world(self) -> World:
        """The first world of the mock."""
        return self.home.world


class Settings(NamedTuple):
    """The settings of a mock: access, limits, whether its first world is strict, overlays of its contract, and whether
    responses are compressed for clients that accept it. The `readings` take precedence over those of the scenario.
    """

    guard: AccessGuard = OPEN
    limits: WorldLimits = sizes.DEFAULTS
    strict: bool = True
    overlays: Overlays = ()
    compress: bool = False
    readings: Choices = DEFAULTS


USUAL = Settings()


def set_up(
    source: str,
    seed: int | None = None,
    observers: Sequence[Observer] = (),
    variables: Values = NONE,
    settings: Settings = USUAL,
    before: Mock | None = None,
) -> Mock:
    """Make a mock of a scenario, given by name or file. Raises LocatedError.

    The mock takes the place of `before` and keeps its other worlds.
    """
    shipped = fixtures.load()
    scenario = load(source, shipped.catalogue, variables)
    if settings.readings:
        readings = {**scenario.data.get("readings", {}), **settings.readings}
        scenario = scenario._replace(data={**scenario.data, "readings": readings})
    services = ServedContracts(settings.overlays) if before is None else before.services
    service = services(scenario.data.get("readings", DEFAULTS))
    worlds = before.worlds if before is not None else Worlds(limits=settings.limits)
    world_factory = WorldFactory(worlds, shipped, wall, services)
    home = world_factory.begin(scenario, seed, before.home if before is not None else None)
    if before is None:
        home.strict = settings.strict
    app = create_app(service, worlds, observers, settings.guard, world_factory, services, compress=settings.compress)
    return Mock(scenario, home, worlds, service, services, settings.guard, app)
