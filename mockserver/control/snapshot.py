"""Snapshots: writing the state of a world as JSON data, and restoring a world from it.

A snapshot is validated before it is restored, because it may have been edited or come from another version.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cattrs import Converter, transform_error
from cattrs.cols import is_namedtuple, namedtuple_dict_structure_factory, namedtuple_dict_unstructure_factory
from cattrs.errors import BaseValidationError
from cattrs.strategies import configure_tagged_union

from mockserver.contract import LocatedError
from mockserver.control.errors import ControlError
from mockserver.control.world_factory import MadeWorld, WorldFactory
from mockserver.domain.catalogue import ANY_CARRIER, Catalogue, StockKey
from mockserver.domain.clock import LAST, Clock, Duration, Instant
from mockserver.domain.customer import TIERS, Coupon, Customer
from mockserver.domain.ledger import Entry
from mockserver.domain.order import Order
from mockserver.domain.payment import Payment
from mockserver.domain.refusal import Refusal
from mockserver.domain.schedule import (
    NumbersReturn,
    OrderEnds,
    PaymentSettles,
    PriceChanges,
    ScheduledEvent,
    SmsDue,
    StockChanges,
)
from mockserver.domain.world import Awaited, Memory
from mockserver.scenario.load import take
from mockserver.simulation.script import SeededScript
from mockserver.simulation.worlds import Origin, WorldSlot

if TYPE_CHECKING:
    from mockserver.simulation.faults.state import Faults


LARGEST = 2**53 - 1
"""The largest number in a snapshot: the largest integer that every JSON parser reads exactly."""


def inconsistencies(memory: Memory, origin: Origin, catalogue: Catalogue, numbers: tuple[int, ...]) -> Iterator[str]:
    """Yield a message for every contradiction in a memory; `numbers` are those of its clock."""
    yield from _numbers((memory, origin.seed, numbers), "$")
    yield from _account_problems(memory)
    yield from _catalogue_problems(memory, origin, catalogue)
    yield from _schedule_problems(memory, catalogue)


_Trail = tuple[Any, str]
"""The place of a part: the trail of its parent (None for the root), and its name or index there."""


def _numbers(data: Any, where: str) -> Iterator[str]:
    """Check that no number is too large, and that none but the cents of the ledger is negative."""
    rest: list[tuple[Any, _Trail]] = [(data, (None, where))]
    while rest:
        part, trail = rest.pop()
        if type(part) is int:
            if not -LARGEST <= part <= min(LARGEST, LAST):
                yield f"{_place(trail)} is out of bounds"
            elif part < 0 and trail[1] != ".cents":
                yield f"{_place(trail)} is negative"
        else:
            rest += [(each, (trail, name)) for name, each in _parts(part) if not isinstance(each, str)]


def _parts(whole: Any) -> Iterator[tuple[str, Any]]:
    """Yield the parts of a value, each with its name or index."""
    if isinstance(whole, tuple) and hasattr(whole, "_fields"):
        return ((f".{name}", part) for name, part in zip(whole._fields, whole, strict=True))
    if isinstance(whole, list | tuple | frozenset):
        return ((f"[{index}]", part) for index, part in enumerate(whole))
    return ((f".{name}", part) for name, part in whole.items()) if isinstance(whole, dict) else iter(())


def _place(trail: _Trail) -> str:
    above, name = trail
    return name if above is None else f"{_place(above)}{name}"


def _account_problems(memory: Memory) -> Iterator[str]:
    users = {customer.id for customer in memory.customers}
    labels = {tier.label for tier in TIERS}
    for customer in memory.customers:
        if customer.granted_tier is not None and customer.granted_tier not in labels:
            yield f"the customer {customer.id} has the unknown tier {customer.granted_tier}"
    owners = [
        *(("order", order.id, order.customer) for order in memory.orders),
        *(("payment", payment.id, payment.customer) for payment in memory.payments),
        *(("coupon", coupon.code, coupon.customer) for coupon in memory.coupons),
        *(("entry for", entry.reference, entry.customer) for entry in memory.entries),
        *(("key of", user, user) for owned in memory.keys.values() for user in owned),
    ]
    for what, name, user in owners:
        if user not in users:
            yield f"the {what} {name} belongs to {user}, who has no account"


def _catalogue_problems(memory: Memory, origin: Origin, catalogue: Catalogue) -> Iterator[str]:
    rules = len(origin.data.get("orders", ()))
    for order in memory.orders:
        country = catalogue.countries.get(order.country)
        carriers = {ANY_CARRIER, *(carrier.name for carrier in country.carriers)} if country else set()
        if order.carrier not in carriers or order.service not in catalogue.services:
            yield f"the order {order.id} has a country, carrier or service that is not in the catalogue"
        if order.rule is not None and order.rule >= rules:
            yield f"the order {order.id} has the rule orders[{order.rule}], but the scenario has {rules} order rules"
    for stock_key in (*memory.prices, *memory.stock):
        if not _is_stock_key(stock_key, catalogue):
            yield f"{'/'.join(stock_key)} is not in the catalogue"
    for customer in memory.customers:
        for country_code, service in customer.favourites:
            if country_code not in catalogue.countries or service not in catalogue.services:
                yield f"a favourite of {customer.id} is not in the catalogue: {country_code}/{service}"


def _schedule_problems(memory: Memory, catalogue: Catalogue) -> Iterator[str]:
    orders, payments = {order.id for order in memory.orders}, {payment.id for payment in memory.payments}
    for order_id in memory.awaited:
        if order_id not in orders:
            yield f"an SMS is awaited for the unknown order {order_id}"
    for _, scheduled in memory.planned:
        yield from _event_problems(scheduled, orders, payments, catalogue)


def _event_problems(
    scheduled: ScheduledEvent, orders: set[str], payments: set[str], catalogue: Catalogue
) -> Iterator[str]:
    match scheduled:
        case SmsDue() | OrderEnds():
            if scheduled.order not in orders:
                yield f"an event is planned for the unknown order {scheduled.order}"
        case PaymentSettles():
            if scheduled.payment not in payments:
                yield f"an event is planned for the unknown payment {scheduled.payment}"
        case PriceChanges() | StockChanges():
            if not scheduled.stock_keys or not all(
                _is_stock_key(stock_key, catalogue) for stock_key in scheduled.stock_keys
            ):
                yield "a change of price or stock is planned for an offer that is not in the catalogue"
        case NumbersReturn():
            if not _is_stock_key(scheduled.stock_key, catalogue):
                yield "a return of numbers is planned for an offer that is not in the catalogue"


def _is_stock_key(stock_key: StockKey, catalogue: Catalogue) -> bool:
    country = catalogue.countries.get(stock_key.country)
    named = country is not None and any(carrier.name == stock_key.carrier for carrier in country.carriers)
    return named and (stock_key.country, stock_key.service) in catalogue.offers


VERSION = 2


class Changed(NamedTuple):
    """A list price in cents, or a stock, that differs from the catalogue."""

    stock_key: StockKey
    to: int


class Planned(NamedTuple):
    """A scheduled event and its due time."""

    due: Instant
    scheduled: ScheduledEvent


class Remembered(NamedTuple):
    """A Memory as JSON can represent it: mappings whose keys are not strings are lists."""

    customers: tuple[Customer, ...]
    keys: dict[str, tuple[str, ...]]
    entries: tuple[Entry, ...]
    orders: tuple[Order, ...]
    awaited: dict[str, Awaited]
    payments: tuple[Payment, ...]
    coupons: tuple[Coupon, ...]
    prices: tuple[Changed, ...]
    stock: tuple[Changed, ...]
    planned: tuple[Planned, ...]


class Time(NamedTuple):
    """A clock with its pace and step, and when the world began."""

    now: Instant
    began: Instant
    pace: int
    step: Duration


class CountedFault(NamedTuple):
    """A fault as in a scenario, with its number and its counts."""

    number: int
    source: dict[str, Any]
    matched: int
    acted: int


class Window(NamedTuple):
    """The number of calls that a rate limit has counted for an API key in a window."""

    fault: int
    key: str
    window: int
    calls: int


class FaultState(NamedTuple):
    """The faults of a world; `next` is the number of the next fault."""

    began: Instant
    next: int
    faults: tuple[CountedFault, ...]
    windows: tuple[Window, ...]


class Snapshot(NamedTuple):
    """The state of a world."""

    version: int
    origin: Origin
    clock: Time
    strict: bool
    memory: Remembered
    tallies: dict[str, int]
    faults: FaultState


def write(slot: WorldSlot) -> dict[str, Any]:
    """Return a snapshot of a world as JSON data. It contains the world's API keys."""
    world, script = slot.world, slot.world.script
    began, tallies = (script.start, dict(script.tallies)) if isinstance(script, SeededScript) else (0, {})
    snapshot = Snapshot(
        version=VERSION,
        origin=slot.origin,
        clock=Time(world.clock.now(), began, world.clock.pace, world.clock.step),
        strict=slot.strict,
        memory=_remembered(world.memory()),
        tallies=tallies,
        faults=_fault_state(slot.faults, began),
    )
    data: dict[str, Any] = _converter().unstructure(snapshot)
    return data


def read(data: Mapping[str, Any], world_factory: WorldFactory) -> "tuple[MadeWorld, bool]":
    """Restore a world from a snapshot, and return it with whether it is strict. Raises ControlError(422).

    The document of the control API checks the required fields of a snapshot and their bounds.
    """
    try:
        snapshot = _converter().structure(data, Snapshot)
    except BaseValidationError as error:
        problems = transform_error(error, "$", format_exception=_described)
        raise ControlError(422, f"this is not a snapshot: {problems[0]}", problems) from None
    origin = snapshot.origin._replace(data=_checked(snapshot.origin.data, world_factory))
    if sources := [fault.source for fault in snapshot.faults.faults]:
        _checked({**origin.data, "faults": sources}, world_factory)
    clock, memory = snapshot.clock, _memory(snapshot.memory)
    numbers = (clock.now, clock.began, clock.pace, clock.step)
    problems = [*_fault_problems(snapshot), *inconsistencies(memory, origin, world_factory.catalogue(origin), numbers)]
    if problems:
        raise ControlError(422, f"the snapshot contradicts itself: {problems[0]}", problems)
    running = Clock(clock.now, pace=clock.pace, step=clock.step, wall=world_factory.wall)
    try:
        world = world_factory.remembering(origin, memory, running, clock.began, snapshot.tallies)
    except Refusal:
        raise ControlError(422, "the snapshot contradicts itself: a balance falls below zero") from None
    if broken := world.invariant_violations():
        raise ControlError(422, f"the snapshot contradicts itself: {broken[0]}", broken)
    return MadeWorld(origin, world, _faults(snapshot.faults, origin.seed)), snapshot.strict


def _fault_problems(snapshot: Snapshot) -> Iterator[str]:
    for number, _, matched, acted in snapshot.faults.faults:
        if min(number, matched, acted) < 0:
            yield f"the fault {number} has a negative count"


def _checked(data: Mapping[str, Any], world_factory: WorldFactory) -> dict[str, Any]:
    try:
        return take(dict(data), "the snapshot's scenario", world_factory.fixtures.catalogue).data
    except LocatedError as error:
        problems = list(map(str, error.problems))
        raise ControlError(422, f"the scenario of the snapshot is invalid: {problems[0]}", problems) from None


def _remembered(memory: Memory) -> Remembered:
    return Remembered(
        customers=tuple(memory.customers),
        keys={key: tuple(sorted(users)) for key, users in memory.keys.items()},
        entries=tuple(memory.entries),
        orders=tuple(memory.orders),
        awaited=dict(memory.awaited),
        payments=tuple(memory.payments),
        coupons=tuple(memory.coupons),
        prices=tuple(Changed(*change) for change in memory.prices.items()),
        stock=tuple(Changed(*change) for change in memory.stock.items()),
        planned=tuple(Planned(*planned) for planned in memory.planned),
    )


def _memory(remembered: Remembered) -> Memory:
    return Memory(
        customers=remembered.customers,
        keys={key: frozenset(users) for key, users in remembered.keys.items()},
        entries=remembered.entries,
        orders=remembered.orders,
        awaited=remembered.awaited,
        payments=remembered.payments,
        coupons=remembered.coupons,
        prices=dict(remembered.prices),
        stock=dict(remembered.stock),
        planned=remembered.planned,
    )


def _fault_state(faults: "Faults | None", began: Instant) -> FaultState:
    if faults is None:
        return FaultState(began, 0, (), ())
    return FaultState(
        faults.start,
        faults.next,
        tuple(
            CountedFault(number, dict(fault.source), faults.matched[number], faults.acted[number])
            for number, fault in faults.items()
        ),
        tuple(Window(number, key, *window) for (number, key), window in faults.windows.items()),
    )


def _faults(state: FaultState, seed: int) -> "Faults | None":
    if not state.faults:
        return None
    from mockserver.simulation.faults.section import parse
    from mockserver.simulation.faults.state import Faults

    made = Faults((), seed, state.began)
    for number, source, matched, acted in state.faults:
        [fault] = parse([source], number + 1)
        made.put(number, fault, matched, acted)
    made.next = max(state.next, made.next)
    made.windows = {(fault, key): (window, calls) for fault, key, window, calls in state.windows}
    return made


@cache
def _converter() -> Converter:
    """Return the converter of snapshots: named tuples are objects, events have a `kind`, and types are strict."""
    converter = Converter(forbid_extra_keys=True)
    converter.register_unstructure_hook_factory(
        is_namedtuple, lambda kind: namedtuple_dict_unstructure_factory(kind, converter)
    )
    converter.register_structure_hook_factory(
        is_namedtuple, lambda kind: namedtuple_dict_structure_factory(kind, converter)
    )
    configure_tagged_union(ScheduledEvent, converter, tag_name="kind")
    for kind in (int, str, bool):  # by type: cattrs does not try predicates for them
        converter.register_structure_hook(kind, _strictly)
    return converter


def _strictly(value: Any, kind: type) -> Any:
    if issubclass(kind, Enum):  # a hook for str is one for every StrEnum, too
        return kind(value)
    if type(value) is not kind:
        raise ValueError(f"must be {kind.__name__}")
    if isinstance(value, int) and abs(value) > LARGEST:
        raise ValueError("is out of bounds")
    return value


def _described(error: BaseException, _: type | None) -> str:
    return "is missing" if isinstance(error, KeyError) else str(error)
