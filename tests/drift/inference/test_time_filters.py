"""The limits of lists, by the orders that they leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

from mockserver.contract import vocabulary
from mockserver.drift.inference.encodings import Encoding
from mockserver.drift.inference.knowledge import Knowledge
from mockserver.drift.inference.requests import Sent
from mockserver.drift.inference.time_filters import time_filters
from tests.drift.inference.evidence import NOON, SECOND, call, order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mockserver.drift.inference.knowledge import Entity
    from mockserver.drift.inference.study import Study

ENDS = {str(number): NOON + number * SECOND for number in range(1, 6)}
"""Five orders that end one second after each other."""
FROM, THROUGH = "expires_from", "expires_through"
SECONDS = Encoding("integer", ("x-time", "seconds"))


class Listed(NamedTuple):
    """The lists that a study has found: the orders in each response."""

    orders: Sequence[str]
    lists: Mapping[str, Any] = {"orders": ()}

    def items(self, _source: str, number: int) -> list[Entity]:
        return [order(each) for each in self.orders[number]]


def after(seconds: int) -> int:
    return NOON // SECOND + seconds


def found(
    lists: Sequence[str],
    *columns: Mapping[int, Any],
    names: Sequence[str] = (FROM, THROUGH),
    ends: Mapping[str, int] = ENDS,
    users: Mapping[int, str] | None = None,
) -> dict[str, tuple[str, Encoding | None]]:
    """The names of the query by argument, with the encoding. `lists` has the ids of the orders of each response."""
    knowledge = Knowledge()
    for number, end in ends.items():
        knowledge.learn(order(number), "expires_at", end, 0)
    bounds = time_filters(
        [Sent(("query", name), values) for name, values in zip("ab", columns, strict=False)],
        {name: vocabulary().purposes["orders"].arguments[name] for name in names},
        [call("inventory", at, user=(users or {}).get(at, "demo")) for at in range(len(lists))],
        cast("Study", Listed(lists)),
        knowledge,
    )
    return {bound.argument: (bound.spot[1], bound.encoding) for bound in bounds}


@pytest.mark.parametrize(("listed", "name"), [("345", FROM), ("123", THROUGH)])
def test_a_list_leaves_out_the_orders_on_one_side_of_the_limit(listed: str, name: str) -> None:
    assert found(["12345", listed], {1: after(3)}) == {name: ("a", SECONDS)}


def test_a_limit_may_be_a_text() -> None:
    assert found(["12345", "345"], {1: "2025-06-15T15:06:43Z"}) == {
        FROM: ("a", Encoding("string", ("x-time", "iso"))),
    }


def test_both_limits_are_found() -> None:
    assert found(["12345", "45", "12"], {1: after(4)}, {2: after(2)}) == {FROM: ("a", SECONDS), THROUGH: ("b", SECONDS)}


def test_a_column_that_fits_both_limits_is_the_one_that_is_left() -> None:
    assert found(["12345", "45", "3", "3"], {1: after(4)}, {3: after(3)}) == {
        FROM: ("a", SECONDS),
        THROUGH: ("b", SECONDS),
    }


@pytest.mark.parametrize(
    ("lists", "columns"),
    [
        pytest.param(["345"], [{0: after(3)}], id="no list without a limit"),
        pytest.param(["345", "345"], [{0: after(3), 1: after(3)}], id="all lists limited"),
        pytest.param(["3", "3"], [{1: after(3)}], id="fits both"),
        pytest.param(["12345", "24"], [{1: after(3)}], id="fits none"),
        pytest.param(["12345", "345"], [{1: "soon"}], id="no time"),
        pytest.param(["", ""], [{1: after(3)}], id="no orders"),
        pytest.param(["12345", "34"], [{1: after(3)}, {1: after(4)}], id="only together"),
        pytest.param(["12345", "345", "123"], [{1: after(3), 2: after(3)}], id="contradiction"),
        pytest.param(["12345", "345", "45"], [{1: after(3)}, {2: after(4)}], id="two columns for one limit"),
    ],
)
def test_nothing_is_concluded_without_evidence(lists: list[str], columns: list[dict[int, Any]]) -> None:
    assert found(lists, *columns) == {}


def test_a_list_of_another_account_is_no_comparison() -> None:
    assert found(["12345", "345"], {1: after(3)}, users={0: "other"}) == {}


def test_an_order_whose_end_is_unknown_settles_nothing() -> None:
    assert found(["123456", "345"], {1: after(3)}) == {}


def test_only_the_arguments_that_are_open_are_looked_for() -> None:
    assert found(["12345", "345"], {1: after(3)}, names=[THROUGH]) == {}
