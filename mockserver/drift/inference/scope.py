"""The records that names mean in the responses of an operation: by the request, or by a key in the response."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.drift.inference.bodies import ends, parts
from mockserver.drift.inference.encodings import decoded
from mockserver.drift.inference.knowledge import ANY, KEYS, Entity, entity, fields_of
from mockserver.drift.inference.meaning import Separated

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mockserver.drift.inference.bodies import Column, Instance
    from mockserver.drift.inference.knowledge import Knowledge
    from mockserver.drift.inference.service_clock import ServiceClock
    from mockserver.traffic.calls import Call

SEPARATORS = (", ", ",", "; ", ";", " | ", "|", "/", " ")
"""What may stand between the items of a list that is written as one text."""
LONG = 6
"""A text of this length, in characters, is unlikely to agree by chance."""
_LARGE = 10_000
"""A number from here on is unlikely to agree by chance."""
_TRIVIAL = ("", 0, 1, "0", "1", True, False)
"""Values that agree by chance."""


class Evidence(NamedTuple):
    """The granted calls of an operation, what is known of records and of the service's clock.

    `accounts` are the accounts of the calls, by number.
    """

    calls: Sequence[Call]
    knowledge: Knowledge
    accounts: Mapping[int, str]
    clock: ServiceClock

    def at(self, place: Instance) -> int:
        """Return the time of the response that a place belongs to, in milliseconds since the epoch."""
        return self.calls[int(place[0])].at

    def account(self, place: Instance) -> str:
        """Return the account of the response that a place belongs to; empty if it is unknown."""
        return self.accounts.get(int(place[0]), "")

    def purpose(self, place: Instance) -> str:
        """Return the purpose of the call that a place belongs to."""
        return self.calls[int(place[0])].purpose


@dataclass
class Scope:
    """The names that values may refer to, with their records, and the record that each name means in each place."""

    names: Mapping[str, str]
    depth: int
    entities: dict[tuple[str, Instance], Entity] = field(default_factory=dict)
    contexts: Mapping[tuple[str, Instance], Mapping[str, Any]] = field(default_factory=dict)

    def entity(self, name: str, place: Instance) -> Entity | None:
        """Return the record that a name means at a place; None if it is unknown."""
        return self.entities.get((name, place[: self.depth]))


class Resolver:
    """Finds the records that the names in a scope mean."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def resolve(self, name: str, record: str, scope: Scope, columns: Sequence[Column]) -> None:
        """Find out which record a name means in each place: by the arguments of the request, or by its key."""
        keys = KEYS.get(record)
        if record == "wallet":
            for (other, place), whose in list(scope.entities.items()):
                if whose.record == "payment" and other == "payment":
                    scope.entities[name, place] = Entity(record, "", whose.key)
        if not keys:
            return
        keyed = {key: self._key_columns(f"{record}.{key}", columns) for key in keys}
        places = {place[: scope.depth] for column in columns for place in column.cells}
        places |= {place for each, place in scope.contexts if each == name}
        for place in places:
            context = scope.contexts.get((name, place)) or scope.contexts.get((name, place[:1])) or {}
            values = [self._key_value(record, key, context, keyed[key], place) for key in keys]
            if all(value is not None for value in values):
                account = self._evidence.account(place)
                scope.entities[name, place] = entity(record, account, tuple(map(str, values)))
        if record == "payment":
            self._by_page(name, scope, columns)

    def _by_page(self, name: str, scope: Scope, columns: Sequence[Column]) -> None:
        """Find the payment of a response by the id of its page, or in the URL of the page, which contains it."""
        for column in columns:
            for place, value in column.cells.items():
                if isinstance(value, str) and value in self._evidence.knowledge.pages:
                    scope.entities.setdefault((name, place[: scope.depth]), self._evidence.knowledge.pages[value])
                elif isinstance(value, str) and "/" in value:
                    pages = [
                        whose
                        for page, whose in self._evidence.knowledge.pages.items()
                        if len(page) >= LONG and page in value
                    ]
                    if len(pages) == 1:
                        scope.entities.setdefault((name, place[: scope.depth]), pages[0])

    def _key_value(
        self, record: str, key: str, context: Mapping[str, Any], columns: Sequence[tuple[Column, Mapping[Any, Any]]],
        place: Instance,
    ) -> Any:  # fmt: skip
        for column, facts in columns:
            if place in column.cells:
                return facts[column.cells[place]]
        if key in context:
            return context[key]
        return ANY if (record, key) == ("offer", "carrier") else None

    def _key_columns(self, name: str, columns: Sequence[Column]) -> list[tuple[Column, Mapping[Any, Any]]]:
        """Return the columns whose values are all keys of this kind, with the key for each value."""
        record, _, key = name.partition(".")
        type_ = fields_of(record)[key]
        known = self.domain(name)
        found: list[tuple[Column, Mapping[Any, Any]]] = []
        for column in (*columns, *(part for each in columns for part in (*parts(each.node), *ends(each.node)))):
            values = dict.fromkeys(column.cells.values())
            facts = {
                value: next((fact for _, fact in decoded(type_, value) if fact in known), None) for value in values
            }
            if name == "carrier.name" and ANY in facts and len({*facts.values()} - {None}) > 1:
                facts = {value: value if fact is None else fact for value, fact in facts.items()}
            if values and None not in facts.values() and tells(set(facts.values()), len(column.cells)):
                found.append((column, facts))
        return sorted(found, key=lambda each: (-len(each[1]), bool(each[0].pieces)))

    def separated(self, column: Column, scope: Scope) -> Separated | None:
        """Return the meaning of texts that list the carriers of countries; None for other texts."""
        name = next((name for name, record in scope.names.items() if record == "country"), "")
        texts = [value for value in column.cells.values() if isinstance(value, str)]
        if not name or len(texts) < len(column.cells):
            return None
        known = self.domain("carrier.name")
        for separator in SEPARATORS:
            items = {item for text in texts for item in text.split(separator)}
            if ANY in items and len(items & known - {ANY}) > 1 and all(item and item.strip() == item for item in items):
                return Separated(f"{name}.carriers", "carrier.name", separator)
        return None

    def domain(self, name: str) -> set[Any]:
        """Return the known values of a key, which also stands in other records: the code of a country in orders."""
        tail = name.rpartition(".")[2] if name.count(".") == 1 else name.split(".", 1)[1]
        own = set(self._evidence.knowledge.domain(name))
        if "." in tail:
            own |= set(self._evidence.knowledge.domain(tail))
        if name == "offer.carrier":
            own |= set(self._evidence.knowledge.domain("carrier.name"))
        return own


def asked(name: str, record: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a result's record that the arguments of the request say."""
    fields = fields_of(record)
    found: dict[str, Any] = {}
    for argument, value in arguments.items():
        if value in (None, ""):
            continue
        keys = KEYS.get(argument, ())
        if argument == name and keys:
            found[keys[0]] = value
        elif argument in fields:
            found[argument] = value
        elif len(keys) == 1 and f"{argument}.{keys[0]}" in fields:
            found[f"{argument}.{keys[0]}"] = value
    if record == "order" and found.get("carrier") == ANY:
        del found["carrier"]  # another carrier may serve the order
    return found


def tells(facts: set[Any], times: int = 1) -> bool:
    """Return whether agreement in these facts is unlikely to be chance: two of them, a long one, or a word again."""
    telling = [fact for fact in facts if fact not in _TRIVIAL]
    if times > 1 and any(isinstance(fact, str) and not fact.isdigit() for fact in telling):
        return True
    return len(telling) > 1 or any(len(fact) >= LONG if isinstance(fact, str) else fact >= _LARGE for fact in telling)


def _first(facts: Iterable[Any]) -> Any:
    """Return the first fact; None if there is none."""
    return next(iter(facts), None)
