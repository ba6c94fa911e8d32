"""The mock as what `verify` checks: worlds that begin anew, and a single one that is as its scenario has it."""

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
    """A mock that plays a scenario: its application, how to let its time pass by milliseconds, who has an account."""

    app: Any
    advance: Callable[[int], object]
    accounts: tuple[Account, ...]


def player(readings: Choices, seed: int | None = None, overlays: Overlays = ()) -> Callable[[str], PlayedScenario]:
    """Return what plays scenarios, each time from its beginning, with these readings in place of the scenarios' own.

    Raises LocatedError at once for an unknown reading or an overlay that cannot be used; what it returns
    raises it, too.
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
    """Return the stage on which suites begin their worlds. Raises LocatedError."""
    play = player(readings, overlays=overlays)

    def begin(scenario: str) -> StartedApp:
        playing = play(scenario)
        return StartedApp(playing.app, playing.advance)

    return begin
