"""The mock in this process as a target of `verify`: fresh worlds for suites, or the world of one scenario."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.api.api import ServedContracts
from mockserver.contract.overlays import Overlays, effective
from mockserver.contract.readings import Choices
from mockserver.control.world_factory import WorldFactory
from mockserver.scenario import fixtures
from mockserver.scenario.load import Scenario, load
from mockserver.simulation.real_time import wall
from mockserver.simulation.worlds import Worlds
from mockserver.verify import Account, StartedApp
from mockserver.web.access import OPEN
from mockserver.web.app import create_app

if TYPE_CHECKING:
    from mockserver.verify import AppFactory


class PlayedScenario(NamedTuple):
    """A mock that plays a scenario: its application, its accounts, and `advance`, which takes milliseconds."""

    app: Any
    advance: Callable[[int], object]
    accounts: tuple[Account, ...]


def player(readings: Choices, seed: int | None = None, overlays: Overlays = ()) -> Callable[[str], PlayedScenario]:
    """Return a function that starts a scenario. The readings replace those of the scenario.

    Each call starts the scenario from its beginning. Raises LocatedError for an unknown reading or an invalid overlay.
    The function raises LocatedError for an invalid scenario.
    """
    shipped = fixtures.load()
    readings = dict(effective(readings, overlays))
    services = ServedContracts(overlays)
    service = services(readings)

    @cache
    def loaded(source: str) -> Scenario:
        scenario = load(source, shipped.catalogue)
        return scenario._replace(data={**scenario.data, "readings": readings})

    def play(source: str) -> PlayedScenario:
        scenario = loaded(source)
        worlds = Worlds()
        world_factory = WorldFactory(worlds, shipped, wall, services)
        world = world_factory.begin(scenario, seed).world

        open_accounts = (account for account in scenario.data["accounts"] if not account.get("blocked"))
        accounts = tuple(Account(a["userId"], (a.get("keys") or [a["key"]])[0]) for a in open_accounts)
        return PlayedScenario(
            create_app(service, worlds, (), OPEN, world_factory, services), world.clock.advance, accounts
        )

    return play


def app_factory(readings: Choices, overlays: Overlays = ()) -> "AppFactory":
    """Return a function that starts an application with a scenario, for the suites. Raises LocatedError."""
    play = player(readings, overlays=overlays)

    def begin(scenario: str) -> StartedApp:
        played = play(scenario)
        return StartedApp(played.app, played.advance)

    return begin
