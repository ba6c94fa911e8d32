"""Clients that ask for what cannot be, or tell what they should not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.judge.breach import Breach
from mockserver.traffic.calls import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.judge.history import History
    from mockserver.judge.limits import Limits


def refunds_after_sms(history: History, _: Limits) -> Iterator[Breach]:
    """Asks for the money of an order whose SMS it has read."""
    for call in history.calls:
        order = history.orders.get(call.order)
        if call.purpose == "refund" and order and order.heard and call.follows(order.heard):
            yield Breach(
                call.name,
                "It had read the SMS of an order, and asked for its money.",
                (order.heard, call),
                expected="a refund while no SMS has arrived",
            )


def another_too_early(history: History, _: Limits) -> Iterator[Breach]:
    """Asks for another SMS before there was a first one. Of an order that was there before nobody knows."""
    for call in history.calls:
        if call.purpose != "another" or call.outcome is not Outcome.REFUSED:
            continue
        order = history.orders.get(call.order)
        if order and order.placed and not (order.heard and call.follows(order.heard)):
            yield Breach(
                call.name,
                "It asked for another SMS before it had seen a first one, and was refused.",
                (call,),
                expected="the first SMS before another one",
                got=call.code,
            )
