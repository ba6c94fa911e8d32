"""The report of a world whose test has failed."""

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
"""Characters of a body that are shown."""


def failure_report(world: SmsOnline, *, judged: bool = False) -> str:
    """Return the last exchanges (redacted), the orders, the balance, and the command that repeats the test.

    Contract violations are listed unless `judged` says that they were already reported.
    """
    try:
        return "\n".join(_lines(world, judged=judged))
    except SteeringError as error:
        return f"the failure report is unavailable: {error}"


def _lines(world: SmsOnline, *, judged: bool) -> Iterator[str]:
    from mockserver.reports.summary import counted

    exchanges, orders, cost = world.journal.last(_EXCHANGES), world.orders, world.cost
    count = len(world.journal)
    yield f"scenario {world.scenario}, seed {world.seed}, {world.world_id} at {world.base_url}"
    yield f"clock {world.clock.now:%Y-%m-%d %H:%M:%S}"
    yield f"balance {world.balance} cents, spent {cost.spent}, refunded {cost.refunded}"
    yield f"exchanges: {count}{f', the last {len(exchanges)}:' if count > len(exchanges) else ''}"
    for exchange in exchanges:
        faults = f"  [{', '.join(exchange.faults)}]" if exchange.faults else ""
        yield f"  {exchange}{faults}"
        yield from (f"      {arrow} {text}" for arrow, text in _bodies(exchange.request, exchange.answer))
    if unmatched := world.unmatched:
        yield f"unmatched: {counted(len(unmatched), 'request')} reached no account"
        for exchange in unmatched[-_EXCHANGES:]:
            yield f"  {exchange}"
            yield from (f"      {violation.message}" for violation in exchange.violations)
    yield f"orders: {len(orders)}"
    for order in orders[:_ORDERS]:
        sms = f", {len(order.sms)} SMS" if order.sms else ""
        yield f"  {order.id} {order.service} {order.phone_number} {order.price} cents: {order.state}{sms}"
    if not judged:
        yield from (f"{violation.level}: {violation}" for violation in world.violations)
    yield f"rerun: {again(world)}"


def again(world: SmsOnline) -> str:
    """Return the pytest command that repeats the test in the same world."""
    scenario = "" if world.is_inline else f" --smsonline-scenario {shlex.quote(world.scenario)}"
    return f"pytest {shlex.quote(world.test)}{scenario} --smsonline-seed {world.seed}"


def _bodies(request: Message, answer: Message) -> Iterator[tuple[str, str]]:
    for arrow, body in ((">", request.body), ("<", answer.body)):
        if body:
            yield arrow, body if len(body) <= _BODY else f"{body[:_BODY]}… ({len(body)} characters)"
