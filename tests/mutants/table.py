"""The table of what finds each mutant: `table.yaml`, which `python -m benchmarks.mutants --write` writes anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("table.yaml")
HEADER = """\
# What finds each mutant first: the suite, the cheapest ones tried first; the code of the finding; and after how many
# cases of that suite it comes. Written by `python -m benchmarks.mutants --write`.
"""


class Row(NamedTuple):
    """What finds a mutant."""

    suite: str
    code: str
    cases: int


def read() -> dict[str, Row]:
    """The rows by the names of the mutants."""
    return {name: Row(**row) for name, row in yaml.load(FILE.read_text(), yaml.CSafeLoader).items()}


def write(rows: Mapping[str, Row]) -> None:
    """Write the table anew."""
    lines = (f"{name}: {{suite: {row.suite}, code: {row.code}, cases: {row.cases}}}\n" for name, row in rows.items())
    FILE.write_text(HEADER + "".join(lines))
