"""The memory of the mock while it answers a million requests: it must not grow once the journal is full.

The server is a process of its own with the limits that it has by default, loaded over a socket. Prints the curve, and
exits with 1 if it rises.

    python -m benchmarks.memory [--requests 1000000] [--every 5]
"""

import argparse
import statistics
import sys
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.load import load
from benchmarks.serve import MOCK, running

TOLERATED = 1.02
"""How many times as much memory as at first is no growth, but noise of the allocator."""

SHOWN = 20
"""About so many points are printed."""


class Point(NamedTuple):
    """Megabytes of resident memory after so many requests."""

    requests: int
    megabytes: float


def curve(requests: int, seconds: float) -> list[Point]:
    """The memory before the first request and, from then on, every so many seconds, until all have been made."""
    with running(MOCK) as server:
        url = server.base + MOCK.prepare(server.base)
        points = [Point(0, server.memory())]
        while points[-1].requests < requests:
            done = load(url, seconds).requests
            points.append(Point(points[-1].requests + done, server.memory()))
    return points


def growth(points: list[Point]) -> float:
    """How many times as much memory the last third takes as the first, both without the start."""
    full = [point.megabytes for point in points[1:]]
    third = max(1, len(full) // 3)
    return statistics.median(full[-third:]) / statistics.median(full[:third])


def main() -> None:
    """Print the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--every", type=float, default=5, help="seconds of load between two points")
    options = parser.parse_args()
    points = curve(options.requests, options.every)
    table = Table("requests", "MB", "", title="Memory", box=None)
    for requests, megabytes in points[:: max(1, len(points) // SHOWN)]:
        table.add_row(f"{requests:,}", f"{megabytes:.1f}", "█" * round(megabytes / 2))
    for column in table.columns[:2]:
        column.justify = "right"
    Console().print(table)
    risen = growth(points)
    verdict = "flat" if risen <= TOLERATED else "growing"
    sys.stdout.write(f"Once the journal is full, memory is {verdict}: the last third takes {risen:.3f} of the first.\n")
    sys.exit(0 if risen <= TOLERATED else 1)


if __name__ == "__main__":
    main()
