"""Making worlds: from a scenario, from another world, or from a snapshot; and the accounts that may use them."""

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
    """A user id and the API keys that go with it."""

    user: str
    keys: tuple[str, ...]


def fresh_user() -> str:
    """A user id that nobody has."""
    return f"user-{secrets.token_hex(6)}"


def fresh_key() -> str:
    """An API key that nobody knows."""
    return f"key-{secrets.token_hex(16)}"


def accounts_of(data: Mapping[str, Any]) -> list[WorldAccount]:
    """The accounts of a scenario."""
    return [
        WorldAccount(account["userId"], tuple(account.get("keys") or [account["key"]])) for account in data["accounts"]
    ]


def rekeyed(accounts: Sequence[WorldAccount], given: Mapping[str, str]) -> list[WorldAccount]:
    """The accounts with fresh keys, or those that are given in place of theirs; what shares a key still does."""
    fresh = dict(given)
    return [
        account._replace(keys=tuple(fresh.setdefault(key, fresh_key()) for key in account.keys)) for account in accounts
    ]


def with_accounts(data: Mapping[str, Any], accounts: Sequence[WorldAccount]) -> Data:
    """A scenario whose accounts have these names and keys, in their order; its rules mean them then, too."""
    renamed = {old["userId"]: new.user for old, new in zip(data["accounts"], accounts, strict=True)}
    changed: Data = {
        name: [_meaning(rule, renamed) for rule in data[name]]
        for name in ("orders", "payments", "faults")
        if name in data
    }
    opened = [
        {**{name: value for name, value in old.items() if name != "key"}, "userId": new.user, "keys": list(new.keys)}
        for old, new in zip(data["accounts"], accounts, strict=True)
    ]
    return {**data, **changed, "accounts": opened}


def _meaning(rule: Section, renamed: Mapping[str, str]) -> Section:
    account = rule.get("when", {}).get("account")
    if account is None:
        return rule
    return {**rule, "when": {**rule["when"], "account": renamed.get(account, account)}}


INLINE = "the scenario of the request"

_REMEMBERED, _SMALL = 256, 64 * 1024
"""So many choices of a scenario are kept, if they have no more bytes, so that the next world of one is made at once."""


class WorldChoice(NamedTuple):
    """Which scenario, and what is different in it; None leaves it as it is."""

    scenario: str | Mapping[str, Any] = "default"
    variables: Values = NONE
    seed: int | None = None
    clock: str | Mapping[str, Any] | None = None
    readings: Mapping[str, object] | None = None


class Made(NamedTuple):
    """A world that is in no slot yet, with its faults and what it was made from."""

    origin: Origin
    world: World
    faults: "Faults | None"


class WorldFactory:
    """Makes worlds and puts them where requests find them. `wall` answers milliseconds of the wall clock.

    `services` say which rules hold; what their overlays say of readings holds where a scenario says nothing.
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
        """The world that a mock begins with, in the place of one before: with its scenario's own users and keys.

        It is permanent, and its readings are those of every world that has none of its own.
        """
        made = self._make(_origin(self._read_as(scenario), seed))
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
        """A new world of a scenario; its first account has a fresh name and key unless they are given.

        Raises ControlError: 422 for a scenario that is wrong, 409 for a name or key taken or too many worlds.
        """
        self._make_room()
        origin = self._choose(choice)
        accounts = accounts_of(origin.data)
        given = {accounts[0].keys[0]: key} if key else {}
        first, *others = rekeyed(accounts, given)
        return self._place(self._make(_owned(origin, [first._replace(user=user or fresh_user()), *others])))

    def replay(self, slot: WorldSlot) -> None:
        """Let a world begin anew."""
        self.put(slot, self._make(slot.origin))
        slot.forget()

    def play(self, slot: WorldSlot, choice: WorldChoice) -> None:
        """Let a world begin anew with another scenario; its users and keys stay. Raises ControlError(422 or 409)."""
        origin = self._choose(choice)
        wanted, known = accounts_of(origin.data), accounts_of(slot.origin.data)
        kept = dict(zip((account.keys[0] for account in wanted), (account.keys[0] for account in known), strict=False))
        further = rekeyed(wanted[len(known) :], kept)
        self.put(slot, self._make(_owned(origin, [*known[: len(wanted)], *further])))
        slot.forget()

    def fork(self, slot: WorldSlot) -> WorldSlot:
        """A copy of a world as it is now, with fresh keys. Raises ControlError(409) for too many worlds."""
        self._make_room()
        world = slot.world
        clock = Clock(world.clock.now(), pace=world.clock.pace, step=world.clock.step, wall=self.wall)
        script = world.script
        start, tallies = (script.start, script.tallies) if isinstance(script, SeededScript) else (0, {})
        made = Made(slot.origin, self.remembering(slot.origin, world.memory(), clock, start, tallies), None)
        copy = self.adopt(made._replace(faults=slot.faults))
        copy.strict = slot.strict
        return copy

    def remembering(
        self, origin: Origin, memory: Memory, clock: Clock, start: Instant, tallies: Mapping[str, int]
    ) -> World:
        """A world of an origin that began at `start` and remembers what another one did.

        Raises Refusal when the money of the memory does not add up.
        """
        world = unopened(_scenario(origin), self.fixtures, clock, start, self._rules(origin), origin.seed)
        world.recall(memory)
        if isinstance(world.script, SeededScript):
            world.script.tallies.update(tallies)
        return world

    def adopt(self, made: Made) -> WorldSlot:
        """A new world, with fresh keys in place of those that it was made with. Raises ControlError(409)."""
        keys = {key: fresh_key() for key in made.world.keys}
        accounts = [
            WorldAccount(account.user, tuple(keys.get(key) or fresh_key() for key in account.keys))
            for account in accounts_of(made.origin.data)
        ]
        made.world.rekey(keys)
        faults = made.faults and made.faults.copy(keys)
        return self._place(Made(_owned(made.origin, accounts), made.world, faults))

    def put(self, slot: WorldSlot, made: Made) -> None:
        """Put a world in the place of a slot's own. Raises ControlError(409) when a key selects another world."""
        try:
            self._worlds.replace(slot, made.world, made.faults)
        except KeyTakenError as error:
            raise ControlError(409, f"{error}: restore it there, or open a new world from the snapshot") from None
        if made.origin is not slot.origin:
            slot.origin, slot.readings = made.origin, self._readings(made.origin)

    def catalogue(self, origin: Origin) -> Catalogue:
        """What is for sale in a world of an origin."""
        return catalogue_of(origin.data.get("catalogue", []), self.fixtures.catalogue)

    def _make_room(self) -> None:
        """See that there is room for one more world, before any is made. Raises ControlError(409)."""
        self._worlds.evict(self.wall())
        try:
            self._worlds.check_room()
        except FullError as error:
            raise ControlError(409, str(error)) from None

    def _place(self, made: Made) -> WorldSlot:
        self._make_room()
        try:
            slot = self._worlds.add(made.world, made.faults)
        except KeyTakenError as error:
            raise ControlError(409, f"{error}: choose another apiKey, or remove that world") from None
        slot.created = slot.used = self.wall()
        slot.origin, slot.readings = made.origin, self._readings(made.origin)
        return slot

    def _make(self, origin: Origin) -> Made:
        scenario = _scenario(origin)
        world = build(scenario, self.fixtures, self.wall, self._rules(origin), origin.seed)
        return Made(origin, world, faults_of(scenario, world, origin.seed))

    def _rules(self, origin: Origin) -> Rules:
        return self._services(dict(origin.readings)).rules

    def _readings(self, origin: Origin) -> Readings | None:
        return None if origin.readings == self._worlds.readings else origin.readings

    def _choose(self, choice: WorldChoice) -> Origin:
        return _origin(self._read_as(self._load(choice)), choice.seed)

    def _read_as(self, scenario: Scenario) -> Scenario:
        """The scenario with the readings of the overlays."""
        overlays = self._services.overlays
        if not overlays:
            return scenario
        readings = effective(scenario.data.get("readings", DEFAULTS), overlays)
        return scenario._replace(data={**scenario.data, "readings": dict(readings)})

    def _load(self, choice: WorldChoice) -> Scenario:
        """The scenario of a choice; one that was asked for before is not read again."""
        identity = orjson.dumps([choice.scenario, dict(choice.variables), choice.clock, choice.readings])
        if identity in self._loaded:
            return self._loaded[identity]
        changes = {"clock": choice.clock, "readings": choice.readings}
        changes = {name: section for name, section in changes.items() if section is not None}
        try:
            scenario = self._read(choice.scenario, changes, choice.variables)
        except LocatedError as error:
            problems = list(map(_told, error.problems))
            raise ControlError(422, f"the scenario is not right: {problems[0]}", problems) from None
        if len(self._loaded) >= _REMEMBERED:
            self._loaded.clear()
        if len(identity) <= _SMALL:
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


def _owned(origin: Origin, accounts: Sequence[WorldAccount]) -> Origin:
    """The origin with other names and keys for its accounts. Raises ControlError(409) if two have the same name."""
    users = [account.user for account in accounts]
    if len(set(users)) < len(users):
        raise ControlError(409, f"two accounts of the scenario would be called {users[0]}: choose another userId")
    return origin._replace(data=with_accounts(origin.data, accounts), shipped=False)


def _scenario(origin: Origin) -> Scenario:
    return Scenario(origin.scenario, origin.description, origin.shipped, dict(origin.data))


def _hint(name: str) -> str:
    if name.endswith((".yaml", ".yml")):
        return ": no files are read here, send the scenario itself as an object"
    return did_you_mean(name, scenarios()) or f", there are {', '.join(scenarios())}"


def _told(problem: Problem) -> str:
    where = path(problem.pointer) if problem.pointer else str(problem.place).replace("--set ", "variables.")
    return f"{where}: {problem.message}"
