"""Measure the cost of creating, resetting, forking, snapshotting and restoring a world with the default catalogue.

The figures are medians of processor time in microseconds, in process and without HTTP. A snapshot is written to JSON
and restored from it.

    python -m benchmarks.worlds [--orders 1 10000] [--seconds 1]
"""

import argparse
import gc
import statistics
import time
from collections.abc import Callable
from itertools import cycle, islice
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from mockserver.control import snapshot
from mockserver.control.world_factory import WorldChoice, WorldFactory
from mockserver.domain.clock import HOUR
from mockserver.domain.settlement import settle
from mockserver.scenario import fixtures
from mockserver.simulation.real_time import wall
from mockserver.simulation.worlds import Worlds, WorldSlot
from mockserver.usecases.ordering import OrderRequest, order_number

SCENARIO: dict[str, Any] = {
    "description": "One rich account; stock comes back at once.",
    "clock": "manual",
    "accounts": [{"userId": "demo", "key": "demo-key", "balance": 10**9}],
    "restock": {"after": "0s", "stock": 1000},
    "orders": [{"sms": [{"after": "5s"}]}],
    "payments": [{"ends": {"after": "10s"}}],
}
_AT_ONCE = 100
"""The most orders that run at the same time, because the numbers of a country are limited."""


class Bench:
    """A mock without a server, and the measured operations on its worlds."""

    def __init__(self) -> None:
        self.worlds = Worlds()
        self.world_factory = WorldFactory(self.worlds, fixtures.load(), wall)

    def create(self) -> WorldSlot:
        """Create a world of the scenario."""
        return self.world_factory.open(WorldChoice(SCENARIO, seed=7))

    def with_orders(self, count: int) -> WorldSlot:
        """Create a world with this many orders, spread over all countries."""
        slot = self.create()
        world = slot.world
        [user] = world.customers
        offered = [codes for codes, offer in world.catalogue.offers.items() if offer.stock]
        for nth, (country, service) in enumerate(islice(cycle(offered), count), 1):
            wanted = OrderRequest(country, service, "any", 10**6, "", "", failover=True)
            order_number(world, world.customers[user], wanted)
            if nth % _AT_ONCE == 0 and nth < count:
                world.clock.advance(HOUR)
            settle(world)
        return slot

    def figures(self, orders: int, seconds: float) -> dict[str, float]:
        """Return the microseconds of every operation on a world with this many orders."""
        world_factory, remove = self.world_factory, self.worlds.remove
        busy = self.with_orders(orders)
        text = orjson.dumps(snapshot.write(busy))
        figures = {
            "create": _cost(lambda _: self.create(), seconds, after=remove),
            "reset": _cost(_then(world_factory.replay), seconds, before=lambda: world_factory.fork(busy), after=remove),
            "fork": _cost(lambda _: world_factory.fork(busy), seconds, after=remove),
            "snapshot": _cost(lambda _: orjson.dumps(snapshot.write(busy)), seconds),
            "restore": _cost(
                lambda _: world_factory.put(busy, snapshot.read(orjson.loads(text), world_factory)[0]), seconds
            ),
        }
        remove(busy)
        return figures


def _then(change: Callable[[WorldSlot], None]) -> Callable[[WorldSlot], WorldSlot]:
    def changed(slot: WorldSlot) -> WorldSlot:
        change(slot)
        return slot

    return changed


def _cost(
    act: Callable[[Any], Any],
    seconds: float,
    *,
    before: Callable[[], Any] = lambda: None,
    after: Callable[[Any], object] = lambda _: None,
) -> float:
    """Return the median processor time of `act` in microseconds, without `before` and `after`."""
    costs: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or not costs:
        subject = before()
        begun = time.process_time_ns()
        result = act(subject)
        costs.append((time.process_time_ns() - begun) / 1000)
        after(result)
    return statistics.median(costs)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, nargs="+", default=[1, 10_000], help="orders of the world")
    parser.add_argument("--seconds", type=float, default=1, help="seconds of measuring for each figure")
    options = parser.parse_args()
    bench = Bench()
    gc.freeze()
    columns = {count: bench.figures(count, options.seconds) for count in options.orders}
    table = Table("microseconds", *(f"{count:,} orders" for count in columns), title="Worlds")
    for column in table.columns[1:]:
        column.justify = "right"
    for name in columns[options.orders[0]]:
        table.add_row(name, *(f"{figures[name]:,.0f}" for figures in columns.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
