"""Scenes: short lives that leave nothing out, each in a world of its own.

What holds at every step is in `life`; a scene only goes where something can go wrong, and checks what is said nowhere
else. `via` is the generation of the API by which the customer acts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from contracts.suites import account_scenes, order_scenes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contracts.suites.life import Life


class Scene(NamedTuple):
    """A scene; `by` are the generations of the API by which it can be played."""

    play: Callable[[Life, str], None]
    by: tuple[str, ...] = ("v3", "v2")

    @property
    def name(self) -> str:
        """The name of the scene, in words."""
        return self.play.__name__.replace("_", " ")


SCENES: Sequence[Scene] = (
    Scene(order_scenes.an_order_that_receives_its_sms),
    Scene(order_scenes.two_messages_for_one_order),
    Scene(order_scenes.an_order_that_is_returned),
    Scene(order_scenes.an_order_that_is_returned_too_early),
    Scene(order_scenes.an_order_that_expires),
    Scene(order_scenes.a_maximum_price),
    Scene(order_scenes.a_quote_that_goes_stale),
    Scene(order_scenes.a_shelf_that_is_emptied),
    Scene(order_scenes.what_is_not_in_the_catalogue),
    Scene(order_scenes.too_little_money),
    Scene(order_scenes.a_discount),
    Scene(account_scenes.money_that_is_paid_in),
    Scene(account_scenes.money_that_nobody_pays, ("v3",)),
    Scene(account_scenes.a_coupon, ("v3",)),
    Scene(account_scenes.favourites, ("v3",)),
    Scene(order_scenes.the_inventory, ("v3",)),
    Scene(order_scenes.filters, ("v2",)),
    Scene(account_scenes.the_catalogue),
    Scene(account_scenes.what_others_order),
    Scene(account_scenes.statistics, ("v3",)),
)
