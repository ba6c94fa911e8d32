"""What was learned about operations, and what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.drift.inference.bodies import shape
from mockserver.drift.inference.conventions import Constant
from mockserver.drift.inference.learned import Learned, operation_spot, shared
from mockserver.drift.inference.meaning import Value
from mockserver.drift.inference.paths import VARIABLE, Group
from mockserver.drift.inference.requests import Bound
from tests.drift.inference.evidence import V3

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.drift.inference.meaning import Meaning, Path

LOOK = V3.by_purpose["look"]


def learned(
    purpose: str,
    bodies: list[Any],
    meanings: Mapping[Path, Meaning] | None = None,
    bounds: tuple[Bound, ...] = (),
    path: tuple[str, ...] = (),
) -> Learned:
    group = Group(V3, "GET", path, ()) if path else None
    root = shape(bodies, lambda _: False)
    return Learned(V3.by_purpose[purpose], (), root, meanings or {}, bounds, group=group)


def test_an_operation_that_has_not_moved_has_the_path_of_the_contract() -> None:
    assert learned("look", []).path == LOOK.path


@pytest.mark.parametrize(
    ("bounds", "path"),
    [
        pytest.param((Bound(("path", "1"), "order"),), "/orders/{orderId}", id="contract"),
        pytest.param((Bound(("path", "1"), "colour"),), "/orders/{colour}", id="argument"),
        pytest.param((Bound(("path", "1")),), "/orders/{id}", id="neither"),
        pytest.param(
            (Bound(("path", "1"), "country", template="{country}-{service}", part=0),),
            "/orders/{country_service}",
            id="template",
        ),
    ],
)
def test_the_segments_of_a_new_path_have_names(bounds: tuple[Bound, ...], path: str) -> None:
    assert learned("look", [], bounds=bounds, path=("orders", VARIABLE)).path == path


@pytest.mark.parametrize(
    ("bound", "spot"),
    [
        (Bound((), credential="user"), LOOK.credentials.user),
        (Bound((), credential="key"), LOOK.credentials.key),
        (Bound((), "order"), LOOK.spot("order")),
        (Bound((), "colour"), None),
    ],
)
def test_the_place_in_the_contract(bound: Bound, spot: tuple[str, ...] | None) -> None:
    assert operation_spot(LOOK, bound) == spot


def test_constants_are_those_of_all_operations_of_a_document() -> None:
    found = shared({"look": learned("look", [{"v": "ok"}] * 2), "refund": learned("refund", [{"v": "ok"}])})
    assert [each.conventions.constant(("v",)) for each in found.values()] == [Constant("ok", 3, 2)] * 2


def test_a_value_that_one_operation_contradicts_is_no_constant() -> None:
    found = shared({"look": learned("look", [{"v": "ok"}] * 3), "refund": learned("refund", [{"v": "no"}])})
    assert found["look"].conventions.constant(("v",)) is None


ITEMS = [{"ok": True, "body": [{"purchasePrice": 16}]}]
PRICE = ("body", "[]", "purchasePrice")
"""The place of a price in the component that two operations have in common."""


def test_a_place_of_a_component_has_the_meaning_that_another_response_shows() -> None:
    meaning = Value("order.price")
    found = shared({"look": learned("look", ITEMS, {PRICE: meaning}), "inventory": learned("inventory", ITEMS)})
    assert found["inventory"].meanings == {PRICE: meaning}


def test_a_meaning_of_its_own_goes_before_that_of_another_response() -> None:
    own, other = Value("order.price"), Value("offer.price")
    found = shared(
        {"look": learned("look", ITEMS, {PRICE: other}), "inventory": learned("inventory", ITEMS, {PRICE: own})}
    )
    assert found["inventory"].meanings == {PRICE: own}


def test_a_place_outside_of_components_is_not_shared() -> None:
    bodies = [{"extra": 16}]
    found = shared(
        {"look": learned("look", bodies, {("extra",): Value("order.price")}), "refund": learned("refund", bodies)}
    )
    assert found["refund"].meanings == {}
