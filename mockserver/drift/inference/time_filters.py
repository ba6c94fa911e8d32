"""The arguments that limit a list of orders to those which end in a span, found by what the list leaves out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.drift.inference.encodings import decoded
from mockserver.drift.inference.requests import Bound

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from mockserver.contract.vocabulary import Argument
    from mockserver.drift.inference.encodings import Encoding
    from mockserver.drift.inference.knowledge import Entity, Knowledge
    from mockserver.drift.inference.requests import Sent, Spot
    from mockserver.drift.inference.study import Study
    from mockserver.traffic.calls import Call

KEEPS: Mapping[str, Callable[[int, int], bool]] = {
    "expires_from": lambda end, limit: end >= limit,
    "expires_through": lambda end, limit: end <= limit,
}
"""Whether an order that ends at a time is listed, by the argument."""


class Filtered(NamedTuple):
    """A list that is limited by one value: the value, the ends of all orders, and of those that are listed."""

    value: Any
    ends: Mapping[Entity, int]
    listed: frozenset[Entity]


def time_filters(
    columns: Sequence[Sent], arguments: Mapping[str, Argument], calls: Sequence[Call], study: Study, known: Knowledge
) -> list[Bound]:
    """Return the limits of the ends of orders among the columns of requests for lists.

    A request is compared with the last one of the account that had no such value. If one column fits one limit only,
    the other column is the other one. Two columns that fit the same limit only are none.
    """
    open_ = [name for name in KEEPS if name in arguments]
    if not open_ or "orders" not in study.lists:
        return []
    fits: dict[tuple[Spot, str], Encoding] = {}
    for column in columns:
        cases = list(_cases(column, columns, calls, study, known))
        for name in open_ if cases else ():
            common = set.intersection(*({*_fitting(name, case, column.kind, arguments)} for case in cases))
            if len(common) == 1:
                fits[column.spot, name] = common.pop()
    found: list[Bound] = []
    while certain := _certain(fits):
        found += [Bound(spot, name, encoding=fits[spot, name]) for spot, name in certain]
        fits = {
            (other, each): form
            for (other, each), form in fits.items()
            if not any(other == spot or each == name for spot, name in certain)
        }
    return found


def _certain(fits: Collection[tuple[Spot, str]]) -> list[tuple[Spot, str]]:
    """Return the columns that fit a single limit, with it, unless several columns do so."""
    single = [(spot, name) for spot, name in fits if sum(other == spot for other, _ in fits) == 1]
    return [(spot, name) for spot, name in single if sum(each == name for _, each in single) == 1]


def _cases(
    column: Sent, columns: Sequence[Sent], calls: Sequence[Call], study: Study, known: Knowledge
) -> Iterator[Filtered]:
    """Yield the lists that only a value of this column has limited."""
    limited = {number for other in columns for number in other.values}
    for number, value in column.values.items():
        if any(number in other.values for other in columns if other is not column):
            continue
        account = calls[number].account
        before = [each for each in range(number) if each not in limited and calls[each].account == account]
        if not before:
            continue
        ends = {whose: known.last(whose, "expires_at", calls[number].at) for whose in study.items("orders", before[-1])}
        if ends and all(ends.values()):
            yield Filtered(
                value,
                {whose: end[1] for whose, end in ends.items() if end},
                frozenset(study.items("orders", number)) & ends.keys(),
            )


def _fitting(name: str, case: Filtered, kind: str, arguments: Mapping[str, Argument]) -> Iterator[Encoding]:
    for encoding, limit in decoded(arguments[name].type, case.value, kind, exact=False):
        kept = {whose for whose, end in case.ends.items() if KEEPS[name](end, limit)}
        if kept == case.listed:
            yield encoding
