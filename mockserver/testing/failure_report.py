"""What is told of a world when its test has failed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mockserver.testing.control_client import SteeringError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.testing.handle import SmsOnline
    from mockserver.testing.records import Message

_EXCHANGES = 10
_ORDERS = 10
_BODY = 200
"""So many characters of a body are shown."""


def failure_report(world: SmsOnline, *, judged: bool = False) -> str:
    """The last exchanges without their secrets, the orders, the money, and how to have the same again.

    Violations of the contract are listed, unless the client has been `judged` for them already.
    """
    try:
        return "\n".join(_lines(world, judged=judged))
    except SteeringError as error:
        return f"nothing can be told: {error}"


def _lines(world: SmsOnline, *, judged: bool) -> Iterator[str]:
    exchanges, orders, cost = world.journal.last(_EXCHANGES), world.orders, world.cost
    count = len(world.journal)
    yield f"scenario {world.scenario}, seed {world.seed}, {world.world_id} at {world.base_url}"
    yield f"its time {world.clock.now:%Y-%m-%d %H:%M:%S}"
    yield f"balance {world.balance} cents, spent {cost.spent}, refunded {cost.refunded}"
    yield f"exchanges: {count}{f', the last {len(exchanges)}:' if count > len(exchanges) else ''}"
    for exchange in exchanges:
        faults = f"  [{', '.join(exchange.faults)}]" if exchange.faults else ""
        yield f"  {exchange}{faults}"
        yield from (f"      {arrow} {text}" for arrow, text in _bodies(exchange.request, exchange.answer))
    yield f"orders: {len(orders)}"
    for order in orders[:_ORDERS]:
        sms = f", {len(order.sms)} SMS" if order.sms else ""
        yield f"  {order.id} {order.service} {order.phone_number} {order.price} cents: {order.state}{sms}"
    if not judged:
        yield from (f"{violation.level}: {violation}" for violation in world.violations)
    yield f"again: {again(world)}"


def again(world: SmsOnline) -> str:
    """The command that runs its test again in the same world."""
    scenario = "" if world.is_inline else f" --smsonline-scenario {shlex.quote(world.scenario)}"
    return f"pytest {shlex.quote(world.test)}{scenario} --smsonline-seed {world.seed}"


def _bodies(request: Message, answer: Message) -> Iterator[tuple[str, str]]:
    for arrow, body in ((">", request.body), ("<", answer.body)):
        if body:
            yield arrow, body if len(body) <= _BODY else f"{body[:_BODY]}… ({len(body)} characters)"
