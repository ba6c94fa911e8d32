"""The facts that traffic has shown about records of the vocabulary: orders, offers, countries, the account.

A fact is a value of a field of a record at a time. Records are identified by their keys. An order id that is issued
again belongs to a new order.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import vocabulary
from mockserver.drift.inference.order_states import UNEXPLAINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from mockserver.contract.reader import Facts
    from mockserver.contract.vocabulary import Type

KEYS: Mapping[str, tuple[str, ...]] = {
    "account": ("id",),
    "order": ("id",),
    "payment": ("id",),
    "coupon": ("code",),
    "country": ("code",),
    "service": ("code",),
    "carrier": ("name",),
    "offer": ("country.code", "service.code", "carrier"),
    "favourite": ("country.code", "service.code"),
    "share": ("service.code",),
    "wallet": (),
}
"""The fields that identify a record of each kind. A wallet has the key of its payment."""
OWNED = frozenset({"account", "favourite"})
"""The records that are not the same in another account. Orders, payments and coupons have keys of their own."""
SINGLE = ("order", "payment")
"""The records that an id names."""
CONSTANT = frozenset(
    {
        "account.id", "account.stripe_id", "account.cryptomus_id",
        "order.id", "order.phone", "order.price", "order.ordered_at", "order.country.code", "order.country.name",
        "order.service.code", "order.service.name", "order.carrier",
        "payment.id", "payment.session", "payment.page", "payment.method", "payment.provider", "payment.amount",
        "payment.created_at", "payment.expires_at", "payment.url",
        "coupon.code", "coupon.issued_at", "coupon.expires_at", "coupon.days", "coupon.bonus", "coupon.method",
        "country.code", "country.name", "service.code", "service.name", "carrier.name",
        "offer.country.code", "offer.country.name", "offer.service.code", "offer.service.name", "offer.carrier",
        "favourite.country.code", "favourite.country.name", "favourite.service.code", "favourite.service.name",
        "share.service.code", "share.service.name",
        "wallet.currency", "wallet.network", "wallet.address", "wallet.units",
    }
)  # fmt: skip
"""The facts that never change while the record exists."""

Key = tuple[str, ...]


class Entity(NamedTuple):
    """A record: its kind, the account that it belongs to (empty if to none), and its key."""

    record: str
    account: str
    key: Key


def entity(record: str, account: str, key: Key) -> Entity:
    """Return a record of a kind. The account is ignored for records that belong to none."""
    return Entity(record, account if record in OWNED else "", key)


@cache
def fields_of(record: str) -> Mapping[str, Type]:
    """Return the fields of a record that hold single values, with those of the records in it: `country.name`."""
    return dict(_fields(record, ()))


def _fields(record: str, above: tuple[str, ...]) -> Iterator[tuple[str, Type]]:
    records = vocabulary().records
    for name, type_ in records[record].items():
        if type_.name not in records:
            yield name, type_
        elif not type_.many and type_.name not in above:
            for inner, deep in _fields(type_.name, (*above, record)):
                yield f"{name}.{inner}", deep


ANY = "any"
"""The carrier that stands for all carriers of a country."""
SMS = "sms"
"""The event that a response shows an SMS of an order."""
UNKNOWN = object()
"""The value of a fact from the time on at which it may have changed."""


class _History:
    """The values of one fact by the time at which they were seen."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._values: list[Any] = []

    def add(self, at: int, value: Any) -> None:
        """Add a value that was seen at a time. If it may have changed at that time, it is unknown from then on."""
        since, until = bisect_left(self._times, at), bisect_right(self._times, at)
        same = self._values[since:until]
        if value in same:
            return
        where = until - (UNKNOWN in same)
        self._times.insert(where, at)
        self._values.insert(where, value)

    def around(self, at: int, since: int, until: float) -> list[Any]:
        """Return the last value up to a time and the first one after it, of those in a span.

        A call that changes the value shows the one after it.
        """
        where = bisect_right(self._times, at)
        found = self._values[max(where - 1, self._start(since)) : min(where + 1, self._end(until))]
        if len(found) == 2 and found[0] is UNKNOWN and self._times[where - 1] == at:
            found = found[1:]
        return [] if UNKNOWN in found else found

    def last(self, at: int) -> tuple[int, Any] | None:
        """Return the last value up to a time, after the time at which it was seen; None if there is none."""
        where = bisect_right(self._times, at)
        return (self._times[where - 1], self._values[where - 1]) if where else None

    def between(self, since: int, until: float) -> list[Any]:
        """Return the values in a span."""
        return self._values[self._start(since) : self._end(until)]

    def _start(self, since: int) -> int:
        return bisect_right(self._times, since - 1)

    def _end(self, until: float) -> int:
        return bisect_right(self._times, until - 1)


class Knowledge:
    """The facts about records, and the values that each field has ever had.

    `unexplained` are the times of calls that may have changed records, but nobody knows which; `touched` are those of
    such calls by each value that they name. `pages` are the payments
    by the id of their page.
    """

    def __init__(self) -> None:
        self._facts: defaultdict[Entity, dict[str, _History]] = defaultdict(dict)
        self._supposed: defaultdict[Entity, dict[str, _History]] = defaultdict(dict)
        self._values: defaultdict[str, dict[Any, None]] = defaultdict(dict)
        self.unexplained: list[int] = []
        self.touched: Mapping[str, Sequence[int]] = {}
        self.pages: dict[str, Entity] = {}
        self._issued: defaultdict[Entity, list[int]] = defaultdict(list)
        self._events: defaultdict[Entity, dict[tuple[int, str], None]] = defaultdict(dict)

    def issue(self, whose: Entity, at: int) -> None:
        """Record that a record of this key is created: facts before that time belong to another one."""
        if at not in self._issued[whose]:
            self._issued[whose].append(at)

    def issues(self, record: str) -> Iterator[tuple[Entity, int]]:
        """Yield the records of a kind whose creation was seen, with its time."""
        return ((whose, at) for whose, times in self._issued.items() if whose.record == record for at in times)

    def happen(self, whose: Entity, event: str, at: int) -> None:
        """Record an event of a record: `order`, `another`, `refund`, `sms`."""
        self._events[whose][at, event] = None

    def events(self, whose: Entity, at: int) -> list[str]:
        """Return the events of a record up to a time; `?` if a call whose effect is unknown was among them."""
        since, until = self._span(whose, at)
        found = [event for when, event in self._events.get(whose, ()) if since <= when < until and when <= at]
        unexplained = any(since <= when <= at for when in self.unexplained)
        return [*found, UNEXPLAINED] if unexplained else found

    def left(self, offer: Entity, at: int) -> int | None:
        """Return the last stock of an offer that was seen, less the orders since; None if it is unknown."""
        seen = self.last(offer, "stock", at)
        if seen is None or not isinstance(seen[1], int):
            return None
        return seen[1] - sum(seen[0] < when <= at for when, _ in self._events.get(offer, ()))

    def last(self, whose: Entity, field: str, at: int) -> tuple[int, Any] | None:
        """Return the last value of a fact up to a time, after the time when it was seen; None if it is unknown."""
        history = self._facts.get(whose, {}).get(field) or self._supposed.get(whose, {}).get(field)
        seen = history.last(at) if history else None
        return seen if seen and seen[0] >= self.since(whose, at) and seen[1] is not UNKNOWN else None

    def next(self, whose: Entity, field: str, at: int) -> Any:
        """Return the first value of a fact from a time on; None if it is unknown."""
        history = self._facts.get(whose, {}).get(field)
        found = history.between(at, self._span(whose, at)[1]) if history else []
        return next((value for value in found if value is not UNKNOWN), None)

    def since(self, whose: Entity, at: int) -> int:
        """Return when the record with this key was created that exists at a time; 0 if that is unknown."""
        return self._span(whose, at)[0]

    def learn(self, whose: Entity, field: str, value: Any, at: int) -> bool:
        """Add a fact. Return whether the value is new for its field."""
        if value is None or value == "":
            return False
        self._facts[whose].setdefault(field, _History()).add(at, value)
        if value is UNKNOWN:
            return False
        name = f"{whose.record}.{field}"
        new = value not in self._values[name]
        self._values[name][value] = None
        return new

    def note(self, name: str, values: Iterable[Any]) -> None:
        """Add values that a field has had, of records without a key."""
        self._values[name] |= dict.fromkeys(values)

    def suppose(self, whose: Entity, field: str, value: Any, at: int) -> None:
        """Add a fact that only seems so: it explains other facts, but nothing is joined with it."""
        self._supposed[whose].setdefault(field, _History()).add(at, value)

    def learn_record(self, record: str, account: str, facts: Facts, at: int, context: Mapping[str, Any]) -> None:
        """Add the facts of a record, and of the records in it. `context` are further fields that are known of it."""
        flat = {**dict(_flat(record, facts)), **context}
        whose = entity(record, account, self.key_of(record, flat) or ())
        for inner, part in _inner(record, flat):
            self.learn_record(inner, account, part, at, {})
        if record == "payment" and "page" in flat:
            self.pages[str(flat["page"])] = whose
        for field, value in flat.items():
            if whose.key:
                self.learn(whose, field, value, at)
            elif value not in (None, ""):
                self._values[f"{record}.{field}"][value] = None

    def key_of(self, record: str, flat: Mapping[str, Any]) -> Key | None:
        """Return the key of a record with these fields; None if it is incomplete."""
        names = KEYS.get(record, ())
        if record == "payment" and not flat.get("id") and flat.get("page"):
            return (f"page {flat['page']}",)
        values = [flat.get(name) for name in names]
        return tuple(map(str, values)) if names and all(value not in (None, "") for value in values) else None

    def values(self, whose: Entity, field: str, at: int) -> list[Any]:
        """Return the possible values of a fact at a time; empty if it is unknown."""
        found = self._own(whose, field, at)
        if found:
            return found
        name, _, rest = field.partition(".")
        type_ = vocabulary().records[whose.record].get(name)
        if rest and type_ and KEYS.get(type_.name):
            keys = self._own(whose, f"{name}.{KEYS[type_.name][0]}", at)
            keys = keys or self._of_key(whose, f"{name}.{KEYS[type_.name][0]}")
            if len(keys) == 1:
                return self.values(entity(type_.name, whose.account, (str(keys[0]),)), rest, at)
        return self._of_key(whose, field)

    def first(self, whose: Entity, field: str, at: int) -> Any:
        """Return the first value of a fact of a record that exists at a time; None if it is unknown."""
        history = self._facts.get(whose, {}).get(field)
        found = history.between(*self._span(whose, at)) if history else []
        return next((value for value in found if value is not UNKNOWN), None)

    def _span(self, whose: Entity, at: int) -> tuple[int, float]:
        """Return the span in which the record with this key exists that exists at a time."""
        since = max((each for each in self._issued.get(whose, ()) if each <= at), default=0)
        return since, min((each for each in self._issued.get(whose, ()) if each > at), default=inf)

    def _own(self, whose: Entity, field: str, at: int) -> list[Any]:
        history = self._facts.get(whose, {}).get(field)
        if history is None:
            return []
        since, until = self._span(whose, at)
        if f"{whose.record}.{field}" in CONSTANT:
            return list(dict.fromkeys(history.between(since, until)))
        seen = history.last(at)
        touched = self.touched.get(whose.key[0], ()) if whose.record in SINGLE else ()
        if any((seen[0] if seen else 0) < when < at for when in touched):
            return []
        return history.around(at, since, until)

    def _of_key(self, whose: Entity, field: str) -> list[Any]:
        names = KEYS.get(whose.record, ())
        is_page = whose.record == "payment" and whose.key[:1] and whose.key[0].startswith("page ")
        if field not in names or len(whose.key) != len(names) or is_page:
            return []
        return [whose.key[names.index(field)]]

    def domain(self, name: str) -> AbstractSet[Any]:
        """Return all values that a field such as `country.code` has had."""
        return self._values[name].keys()

    def entities(self, record: str) -> Iterator[Entity]:
        """Yield the known records of a kind."""
        return (each for each in self._facts if each.record == record)


def _flat(record: str, facts: Facts) -> Iterator[tuple[str, Any]]:
    """Yield the single values in the facts of a record by their dotted names."""
    for field in fields_of(record):
        value: Any = facts
        for part in field.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, dict | list):
            yield field, value


def _inner(record: str, flat: Mapping[str, Any]) -> Iterator[tuple[str, Facts]]:
    """Yield the records inside a record that have a key: the kind and the facts of each."""
    for name, type_ in vocabulary().records[record].items():
        if KEYS.get(type_.name) and not type_.many:
            part = {field.partition(".")[2]: value for field, value in flat.items() if field.startswith(f"{name}.")}
            if part:
                yield type_.name, part
