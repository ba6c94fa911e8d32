"""Measure which suite of `verify` finds each faulty mock of tests/mutants, and after how many cases and seconds.

The suites run from the cheapest to the most expensive, up to the first finding. With --write, the results replace the
table of expected findings in the tests.

    python -m benchmarks.mutants [--write] [MUTANT ...]
"""

import argparse
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from rich.console import Console
from rich.progress import track
from rich.table import Table

from mockserver.contract import did_you_mean
from tests.mutants import table
from tests.mutants.every import EVERY
from tests.mutants.hunt import hunt
from tests.mutants.table import Row

MUTANTS = {mutant.name: mutant for mutant in EVERY}


class Result(NamedTuple):
    """The result for a mutant: the row, level and check of the first finding, or None for a missed one; and seconds."""

    row: Row | None
    level: str
    check: str
    seconds: float


def hunted(name: str) -> Result:
    """Run `verify` on a mutant."""
    caught = hunt(MUTANTS[name])
    if caught is None:
        return Result(None, "", "", 0)
    finding = caught.finding
    return Result(Row(finding.suite, finding.code, caught.cases), finding.level, finding.check, caught.seconds)


def printed(results: dict[str, Result]) -> Table:
    """Return the results as a table."""
    shown = Table(title="Faulty mocks and their findings")
    for heading in ("mutant", "what is wrong", "suite", "code", "check", "level", "cases", "seconds"):
        number = heading in ("cases", "seconds")
        shown.add_column(heading, justify="right" if number else "left", no_wrap=heading != "what is wrong")
    for name, (row, level, check, seconds) in results.items():
        found = (row.suite, row.code, check, level, str(row.cases), f"{seconds:.2f}") if row else ("[red]missed[/red]",)
        shown.add_row(name, MUTANTS[name].says, *found)
    return shown


def main(arguments: Iterable[str] | None = None) -> int:
    """Print the table; return 1 if a mutant was missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="update the table of expected findings in the tests")
    parser.add_argument("mutants", nargs="*", metavar="MUTANT", help="the mutants to run, by default all")
    options = parser.parse_args(None if arguments is None else list(arguments))
    for name in options.mutants:
        if name not in MUTANTS:
            parser.error(f"unknown mutant {name}{did_you_mean(name, MUTANTS)}")
    names = [name for name in MUTANTS if name in options.mutants or not options.mutants]
    console = Console()
    with ProcessPoolExecutor() as pool:
        hunts = track(pool.map(hunted, names), "Hunting", len(names), console=Console(stderr=True), transient=True)
        results = dict(zip(names, hunts, strict=True))
    console.print(printed(results))
    missed = [name for name, result in results.items() if result.row is None]
    console.print(f"{len(results) - len(missed)} of {len(results)} found")
    if options.write:
        known = table.read() | {name: result.row for name, result in results.items() if result.row}
        table.write({name: known[name] for name in MUTANTS if name in known and name not in missed})
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
