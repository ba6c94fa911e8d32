"""Measure the memory of the mock during a million requests: it must not grow once the journal is full.

The server is a separate process with the default limits, loaded over a socket. The benchmark prints the memory over the
requests, and exits with 1 if it grows.

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
"""The largest ratio of memory that counts as noise of the allocator, not as growth."""

SHOWN = 20
"""The approximate number of printed points."""


class Point(NamedTuple):
    """The resident memory in megabytes after a number of requests."""

    requests: int
    megabytes: float


def curve(requests: int, seconds: float) -> list[Point]:
    """Measure the memory before the first request and after every `seconds` of load, until all requests are made."""
    with running(MOCK) as server:
        url = server.base + MOCK.prepare(server.base)
        points = [Point(0, server.memory())]
        while points[-1].requests < requests:
            done = load(url, seconds).requests
            points.append(Point(points[-1].requests + done, server.memory()))
    return points


def growth(points: list[Point]) -> float:
    """Return the median memory of the last third of the points, as a multiple of the first third, without the start."""
    full = [point.megabytes for point in points[1:]]
    third = max(1, len(full) // 3)
    return statistics.median(full[-third:]) / statistics.median(full[:third])


def main() -> None:
    """Print the memory over the requests."""
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
    sys.stdout.write(
        f"Once the journal is full, memory is {verdict}: the last third takes {risen:.3f} times the first.\n"
    )
    sys.exit(0 if risen <= TOLERATED else 1)


if __name__ == "__main__":
    main()
