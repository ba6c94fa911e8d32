"""Measure what `drift` finds out about vendors drawn by chance, and what its proposals state wrongly.

Each draw is an overlay over the shipped contract that makes some decisions otherwise. The mock under the overlay plays
the vendor, a client does all it can there, `drift` compares the recording with the plain contract and proposes an
overlay, and the mock under the proposal answers the same requests at the same times.

    python -m benchmarks.vendors                          # 100 draws: the table
    python -m benchmarks.vendors --kind renamed --draws 20  # vendors that make decisions of one kind only
    python -m benchmarks.vendors --draw 7 -v              # one vendor: its overlay, verdicts, wrong statements
    python -m benchmarks.vendors --draw 7 --keep DIR      # and its recording and both overlays as files

`--kind` can be repeated. A draw depends on the seed, its number and the kinds only. The columns:

- decisions: those that the recording shows; "hidden" ones are not counted in the other columns
- detected: `drift` reports a difference at this place
- named: the proposal has the same meaning at every place that the decision changed (units and words included)
- proposed: the same form, too, and what was replaced is gone
- served: the mock under the proposal answers with the same values there. Values that the vendor makes up are left out.
- wrong: statements of the proposal that the vendor contradicts, whatever decision they belong to: another meaning, unit
  or word, a field that is not there, a field called gone that is there, another refusal or rule. What a proposal leaves
  open (`x-made-up` without a meaning) is never wrong at a place that exists. What cannot be loaded is not looked at.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track
from rich.table import Table

from tests.vendors.generator import KINDS, draw
from tests.vendors.measure import Result, Verdict, measure

COLUMNS = ("detected", "named", "proposed", "served")


def measured(number: int, seed: int, kinds: Sequence[str], keep: Path | None = None) -> Result:
    """Measure one draw."""
    vendor = draw(seed, number, kinds)
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        return measure(vendor, keep)
    with TemporaryDirectory() as directory:
        return measure(vendor, Path(directory))


def table(results: Sequence[Result]) -> Table:
    """Return the counts by kind of decision."""
    verdicts = [verdict for result in results for verdict in result.verdicts]
    shown = Table(title=f"{len(results)} vendors")
    for heading in ("kind", "decisions", *COLUMNS, "hidden"):
        shown.add_column(heading, justify="left" if heading == "kind" else "right")
    for kind in sorted({verdict.decision.kind for verdict in verdicts}):
        shown.add_row(kind, *_counts([verdict for verdict in verdicts if verdict.decision.kind == kind]))
    shown.add_section()
    shown.add_row("all", *_counts(verdicts))
    return shown


def _counts(verdicts: Sequence[Verdict]) -> list[str]:
    seen = [verdict for verdict in verdicts if verdict.shown]
    counts = [len(seen), *(sum(getattr(verdict, column) for verdict in seen) for column in COLUMNS)]
    return [*map(str, counts), str(len(verdicts) - len(seen))]


def closing(results: Sequence[Result]) -> Iterable[str]:
    """Yield the figures that belong to no decision."""
    wrong = [each for result in results for each in result.wrong]
    same, asked = sum(result.same for result in results), sum(result.exchanges for result in results)
    yield f"wrong statements: {len(wrong)} in {sum(bool(result.wrong) for result in results)} proposals"
    for key, times in Counter(f"{each.kind}" for each in wrong).most_common():
        yield f"  {times} times {key}"
    yield f"answers that are the same: {same} of {asked} ({same / max(asked, 1):.1%})"
    yield f"places that are left open: {sum(result.open for result in results)}"
    yield f"proposals that cannot be loaded: {sum(bool(result.problem) for result in results)}"
    yield f"proposals under which drift finds something again: {sum(bool(result.left) for result in results)}"
    yield f"proposals with a key: {sum(result.leaks for result in results)}"


def story(result: Result, *, verbose: bool) -> Iterable[str]:
    """Yield the verdicts on the decisions of a vendor, and what is stated wrongly."""
    yield f"\n{result.vendor.name}: {result.same} of {result.exchanges} answers are the same"
    if verbose:
        yield f"\nthe vendor:\n{result.vendor.overlay}\nthe proposal:\n{result.proposal}"
    if result.left:
        yield f"  under the proposal drift still finds {result.left} differences"
    if result.problem:
        yield f"  cannot be loaded: {result.problem}"
    for verdict in result.verdicts:
        said = [column for column in COLUMNS if getattr(verdict, column)]
        yield f"  {', '.join(said) or 'nothing' if verdict.shown else 'hidden':<34}{verdict.decision}"
    for each in result.wrong:
        yield f"  WRONG {each}"


def main(arguments: Iterable[str] | None = None) -> int:
    """Print the table; return 1 if a proposal states anything wrongly, cannot be loaded, or holds a key."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1, help="by default 1")
    parser.add_argument("--draws", type=int, default=100, help="how many vendors, by default 100")
    parser.add_argument("--draw", type=int, help="measure only this one")
    parser.add_argument("--kind", action="append", choices=list(KINDS), default=[], help="decisions of this kind only")
    parser.add_argument("--keep", type=Path, help="a directory for the files of a single draw")
    parser.add_argument(
        "-v", "--verbose", action="count", default=0, help="print each decision; -vv: the overlays, too"
    )
    options = parser.parse_args(None if arguments is None else list(arguments))
    console, numbers = Console(highlight=False), range(options.draws)
    if options.draw is not None:
        results = [measured(options.draw, options.seed, options.kind, options.keep)]
    else:
        work = partial(measured, seed=options.seed, kinds=options.kind)
        with ProcessPoolExecutor() as pool:
            asked = track(pool.map(work, numbers), "Asking", len(numbers), console=Console(stderr=True), transient=True)
            results = list(asked)
    if options.verbose or options.draw is not None:
        verbose = options.verbose > 1 or (options.draw is not None and options.verbose > 0)
        for line in (line for result in results for line in story(result, verbose=verbose)):
            console.print(line, markup=False, soft_wrap=True)
    console.print(table(results))
    for line in closing(results):
        console.print(line, markup=False)
    return 1 if any(result.wrong or result.problem or result.leaks for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
