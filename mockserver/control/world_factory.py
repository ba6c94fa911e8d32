"""The world factory: worlds from a scenario, from another world or from a snapshot, and their accounts."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from mockserver.api.api import ServedContracts
from mockserver.contract import LocatedError, Place, Problem, did_you_mean
from mockserver.contract.messages import brief
from mockserver.contract.overlays import effective
from mockserver.contract.readings import DEFAULTS
from mockserver.control.errors import ControlError
from mockserver.data import scenarios
from mockserver.domain.catalogue import Catalogue
from mockserver.domain.clock import Clock, Instant
from mockserver.domain.rules import Rules
from mockserver.domain.world import Memory, World
from mockserver.scenario.build import build, faults_of, unopened
from mockserver.scenario.error import path
from mockserver.scenario.fixtures import Fixtures, catalogue_of
from mockserver.scenario.load import Scenario, load, take
from mockserver.scenario.variables import NONE, Values
from mockserver.simulation.script import SeededScript
from mockserver.simulation.worlds import FullError, KeyTakenError, Origin, Readings, Worlds, WorldSlot

if TYPE_CHECKING:
    from mockserver.simulation.faults.state import Faults


Data = dict[str, Any]
Section = dict[str, Any]


class WorldAccount(NamedTuple):
    """A user id and its API keys."""

    user: str
    keys: tuple[str, ...]


def fresh_user() -> str:
    """Return a new random user id."""
    return f"user-{secrets.token_hex(6)}"


def fresh_key() -> str:
    """Return a new random API key."""
    return f"key-{secrets.token_hex(16)}"


def accounts_of(data: Mapping[str, Any]) -> list[WorldAccount]:
    """Return the accounts of a scenario."""
    return [
        WorldAccount(account["userId"], tuple(account.get("keys") or [account["key"]])) for account in data["accounts"]
    ]


def rekeyed(accounts: Sequence[WorldAccount], given: Mapping[str, str]) -> list[WorldAccount]:
    """Return the accounts with new API keys; `given` maps old keys to new ones, and shared keys stay shared."""
    fresh = dict(given)
    return [
        account._replace(keys=tuple(fresh.setdefault(key, fresh_key()) for key in account.keys)) for account in accounts
    ]


def with_accounts(data: Mapping[str, Any], accounts: Sequence[WorldAccount]) -> Data:
    """Return a scenario with the user ids and keys of its accounts replaced, in order, also in its rules."""
    renamed = {old["userId"]: new.user for old, new in zip(data["accounts"], accounts, strict=True)}
    changed: Data = {
        name: [_with_renamed_account(rule, renamed) for rule in data[name]]
        for name in ("orders", "payments", "faults")
        if name in data
    }
    opened = [
        {**{name: value for name, value in old.items() if name != "key"}, "userId": new.user, "keys": list(new.keys)}
        for old, new in zip(data["accounts"], accounts, strict=True)
    ]
    return {**data, **changed, "accounts": opened}


def _with_renamed_account(rule: Section, renamed: Mapping[str, str]) -> Section:
    account = rule.get("when", {}).get("account")
    if account is None:
        return rule
    return {**rule, "when": {**rule["when"], "account": renamed.get(account, account)}}


INLINE = "the scenario of the request"

_CACHE_SIZE, _CACHED_BYTES = 256, 64 * 1024
"""The number of loaded scenarios in the cache, and the largest choice in bytes that is cached."""


class WorldChoice(NamedTuple):
    """A scenario and the changes to it; None changes nothing."""

    scenario: str | Mapping[str, Any] = "default"
    variables: Values = NONE
    seed: int | None = None
    clock: str | Mapping[str, Any] | None = None
    readings: Mapping[str, object] | None = None


class MadeWorld(NamedTuple):
    """A world that is not in a slot yet, with its origin and its faults."""

    origin: Origin
    world: World
    faults: "Faults | None"


class WorldFactory:
    """Makes worlds and registers them. `wall` returns the wall clock in milliseconds.

    `services` gives the rules of a world. The readings of its overlays apply where a scenario chooses none.
    """

    def __init__(
        self, worlds: Worlds, fixtures: Fixtures, wall: Callable[[], Instant], services: ServedContracts | None = None
    ) -> None:
        self.wall = wall
        self._services = services or ServedContracts()
        self.fixtures = fixtures
        self._worlds = worlds
        self._loaded: dict[bytes, Scenario] = {}

    def begin(self, scenario: Scenario, seed: int | None = None, before: WorldSlot | None = None) -> WorldSlot:
        """Make the first world of a mock, with the users and keys of its scenario, or replace it by a new one.

        The world is permanent. Its readings apply to every world that chooses none.
        """
        made = self._make(_origin(self._with_overlay_readings(scenario), seed))
        if before is None:
            before = self._place(made)
            before.permanent = True
        else:
            self.put(before, made)
            before.forget()
        self._worlds.readings = made.origin.readings
        for slot in self._worlds:
            slot.readings = self._readings(slot.origin)
        return before

    def open(self, choice: WorldChoice, user: str | None = None, key: str | None = None) -> WorldSlot:
        """Make a world from a scenario; its first account gets a new user id and API key unless they are given.

        Raises ControlError: 422 for an invalid scenario, 409 for a user id or key in use, or for too many worlds.
        """
        self._make_room()
        origin = self._choose(choice)
        accounts = accounts_of(origin.data)
        given = {accounts[0].keys[0]: key} if key else {}
        first, *others = rekeyed(accounts, given)
        return self._place(self._make(_with_accounts(origin, [first._replace(user=user or fresh_user()), *others])))

    def replay(self, slot: WorldSlot) -> None:
        """Reset a world to its start."""
        self.put(slot, self._make(slot.origin))
        slot.forget()

    def play(self, slot: WorldSlot, choice: WorldChoice) -> None:
        """Restart a world with another scenario; its user ids and keys stay. Raises ControlError(422 or 409)."""
        origin = self._choose(choice)
        wanted, known = accounts_of(origin.data), accounts_of(slot.origin.data)
        kept = dict(zip((account.keys[0] for account in wanted), (account.keys[0] for account in known), strict=False))
        further = rekeyed(wanted[len(known) :], kept)
        self.put(slot, self._make(_with_accounts(origin, [*known[: len(wanted)], *further])))
        slot.forget()

    def fork(self, slot: WorldSlot) -> WorldSlot:
        """Copy a world in its current state, with new keys. Raises ControlError(409) for too many worlds."""
        self._make_room()
        world = slot.world
        clock = Clock(world.clock.now(), pace=world.clock.pace, step=world.clock.step, wall=self.wall)
        script = world.script
        start, tallies = (script.start, script.tallies) if isinstance(script, SeededScript) else (0, {})
        made = MadeWorld(slot.origin, self.remembering(slot.origin, world.memory(), clock, start, tallies), None)
        copy = self.adopt(made._replace(faults=slot.faults))
        copy.strict = slot.strict
        return copy

    def remembering(
        self, origin: Origin, memory: Memory, clock: Clock, start: Instant, tallies: Mapping[str, int]
    ) -> World:
        """Make a world of an origin that began at `start`, with the memory of another world.

        Raises Refusal if a balance in the memory falls below zero.
        """
        world = unopened(_scenario(origin), self.fixtures, clock, start, self._rules(origin), origin.seed)
        world.recall(memory)
        if isinstance(world.script, SeededScript):
            world.script.tallies.update(tallies)
        return world

    def adopt(self, made: MadeWorld) -> WorldSlot:
        """Register a world with new keys in place of its own. Raises ControlError(409)."""
        keys = {key: fresh_key() for key in made.world.keys}
        accounts = [
            WorldAccount(account.user, tuple(keys.get(key) or fresh_key() for key in account.keys))
            for account in accounts_of(made.origin.data)
        ]
        made.world.rekey(keys)
        faults = made.faults and made.faults.copy(keys)
        return self._place(MadeWorld(_with_accounts(made.origin, accounts), made.world, faults))

    def put(self, slot: WorldSlot, made: MadeWorld) -> None:
        """Replace the world of a slot. Raises ControlError(409) if a key selects another world."""
        try:
            self._worlds.replace(slot, made.world, made.faults)
        except KeyTakenError as error:
            raise ControlError(409, f"{error}: restore it there, or open a new world from the snapshot") from None
        if made.origin is not slot.origin:
            slot.origin, slot.readings = made.origin, self._readings(made.origin)

    def catalogue(self, origin: Origin) -> Catalogue:
        """Return the catalogue of a world of an origin."""
        return catalogue_of(origin.data.get("catalogue", []), self.fixtures.catalogue)

    def _make_room(self) -> None:
        """Evict idle worlds and check that one more world fits. Raises ControlError(409)."""
        self._worlds.evict(self.wall())
        try:
            self._worlds.check_room()
        except FullError as error:
            raise ControlError(409, str(error)) from None

    def _place(self, made: MadeWorld) -> WorldSlot:
        self._make_room()
        try:
            slot = self._worlds.add(made.world, made.faults)
        except KeyTakenError as error:
            raise ControlError(409, f"{error}: choose another apiKey, or remove that world") from None
        slot.created = slot.used = self.wall()
        slot.origin, slot.readings = made.origin, self._readings(made.origin)
        return slot

    def _make(self, origin: Origin) -> MadeWorld:
        scenario = _scenario(origin)
        world = build(scenario, self.fixtures, self.wall, self._rules(origin), origin.seed)
        return MadeWorld(origin, world, faults_of(scenario, world, origin.seed))

    def _rules(self, origin: Origin) -> Rules:
        return self._services(dict(origin.readings)).rules

    def _readings(self, origin: Origin) -> Readings | None:
        return None if origin.readings == self._worlds.readings else origin.readings

    def _choose(self, choice: WorldChoice) -> Origin:
        return _origin(self._with_overlay_readings(self._load(choice)), choice.seed)

    def _with_overlay_readings(self, scenario: Scenario) -> Scenario:
        """Return the scenario with the readings of the overlays added."""
        overlays = self._services.overlays
        if not overlays:
            return scenario
        readings = effective(scenario.data.get("readings", DEFAULTS), overlays)
        return scenario._replace(data={**scenario.data, "readings": dict(readings)})

    def _load(self, choice: WorldChoice) -> Scenario:
        """Return the scenario of a choice, from the cache if it was loaded before."""
        identity = orjson.dumps([choice.scenario, dict(choice.variables), choice.clock, choice.readings])
        if identity in self._loaded:
            return self._loaded[identity]
        changes = {"clock": choice.clock, "readings": choice.readings}
        changes = {name: section for name, section in changes.items() if section is not None}
        try:
            scenario = self._read(choice.scenario, changes, choice.variables)
        except LocatedError as error:
            problems = list(map(_problem_text, error.problems))
            raise ControlError(422, f"the scenario is invalid: {problems[0]}", problems) from None
        if len(self._loaded) >= _CACHE_SIZE:
            self._loaded.clear()
        if len(identity) <= _CACHED_BYTES:
            self._loaded[identity] = scenario
        return scenario

    def _read(self, source: str | Mapping[str, Any], changes: Mapping[str, Any], variables: Values) -> Scenario:
        catalogue = self.fixtures.catalogue
        if isinstance(source, str):
            if source not in scenarios():
                raise LocatedError([Problem(Place(brief(source)), f"no such scenario{_hint(source)}")])
            if not changes:
                return load(source, catalogue, variables)
            description = load(source, catalogue, variables).description
            data = {"description": description, "include": [source], **changes}
            return take(data, source, catalogue, variables)
        return take({**source, **changes}, INLINE, catalogue, variables)


def _origin(scenario: Scenario, seed: int | None) -> Origin:
    data = scenario.data
    seed = data.get("seed", 0) if seed is None else seed
    return Origin(scenario.name, scenario.description, data, seed, scenario.shipped)


def _with_accounts(origin: Origin, accounts: Sequence[WorldAccount]) -> Origin:
    """Return the origin with the accounts replaced. Raises ControlError(409) if two have the same user id."""
    users = [account.user for account in accounts]
    if len(set(users)) < len(users):
        raise ControlError(409, f"two accounts of the scenario would have the userId {users[0]}: choose another userId")
    return origin._replace(data=with_accounts(origin.data, accounts), shipped=False)


def _scenario(origin: Origin) -> Scenario:
    return Scenario(origin.scenario, origin.description, origin.shipped, dict(origin.data))


def _hint(name: str) -> str:
    if name.endswith((".yaml", ".yml")):
        return ": the control API reads no files, send the scenario itself as an object"
    return did_you_mean(name, scenarios()) or f"; the shipped scenarios are {', '.join(scenarios())}"


def _problem_text(problem: Problem) -> str:
    where = path(problem.pointer) if problem.pointer else str(problem.place).replace("--set ", "variables.")
    return f"{where}: {problem.message}"
