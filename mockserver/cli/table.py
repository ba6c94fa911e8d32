"""Tables for the terminal."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.measure import measure_renderables
from rich.table import Table

_LONGEST_LINE = 400


def show(headings: Sequence[str], rows: Iterable[Sequence[str]], *, fold: bool = False) -> None:
    """Print a table. If `fold`, wide cells are wrapped; otherwise lines may be wider than the terminal."""
    table = Table(*headings, box=None, header_style="bold")
    for row in rows:
        table.add_row(*row)
    console = Console()
    if not fold:
        # A line wider than the terminal is better than a truncated path.
        widest = console.options.update(max_width=_LONGEST_LINE)
        console.width = max(console.width, measure_renderables(console, widest, [table]).maximum)
    console.print(table)
