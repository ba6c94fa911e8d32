"""Generate clients from the documents that the mock serves, check their types, and let each live through an order.

Run `python -m tools.generators`, or with the names of generators. It exits with 0 if all is well.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from tools.generators.mock import running
from tools.generators.recipes import DOCUMENTS, RECIPES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tools.generators.mock import Mock
    from tools.generators.recipes import Recipe

HERE = Path(__file__).parent
SECONDS = 600


class BrokenError(Exception):
    """A step that failed; the text says how."""


class Outcome(NamedTuple):
    """How far a generator came."""

    recipe: Recipe
    passed: tuple[str, ...]
    seconds: float
    fault: str = ""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([recipe.name for recipe in RECIPES]))
def main(names: tuple[str, ...]) -> None:
    """Try the generators of these NAMES, or all."""
    with running() as mock:
        outcomes = [attempt(recipe, mock) for recipe in RECIPES if not names or recipe.name in names]
    for line in table(outcomes):
        click.echo(line)
    sys.exit(any(outcome.fault for outcome in outcomes))


def attempt(recipe: Recipe, mock: Mock) -> Outcome:
    """Try a generator in a folder of its own, and tell how it fares."""
    passed: list[str] = []
    fault = ""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix=f"{recipe.name}-") as folder:
        try:
            for name, step in STEPS.items():
                click.echo(f"{recipe.name}: {name}", err=True)
                step(recipe, mock, Path(folder))
                passed.append(name)
        except BrokenError as failed:
            fault = str(failed)
            click.echo(fault, err=True)
    return Outcome(recipe, tuple(passed), time.monotonic() - began, fault)


def install(recipe: Recipe, _: Mock, folder: Path) -> None:
    """Install what a recipe needs. Raises BrokenError."""
    if recipe.npm:
        (folder / "package.json").write_text('{"private": true, "type": "module"}', encoding="utf-8")
        run(f"npm install --no-audit --no-fund --no-save {' '.join(recipe.npm)}", folder)
    if recipe.pip:
        run(f"{sys.executable} -m venv environment", folder)
        run(f"pip install --quiet --disable-pip-version-check {' '.join(recipe.pip)}", folder)


def generate(recipe: Recipe, mock: Mock, folder: Path) -> None:
    """Generate clients from the documents that the mock serves. Raises BrokenError."""
    shutil.copytree(HERE / recipe.name, folder, dirs_exist_ok=True)
    shutil.copy(HERE / "tsconfig.json", folder)
    for name in DOCUMENTS:
        (folder / f"{name}.json").write_text(mock.document(name), encoding="utf-8")
        run(recipe.generate, folder, name=name)


def check(recipe: Recipe, _: Mock, folder: Path) -> None:
    """Check the types of what was generated and of the program that uses it. Raises BrokenError."""
    run(recipe.check, folder)


def live(recipe: Recipe, mock: Mock, folder: Path) -> None:
    """Let the program live through an order. Raises BrokenError."""
    world = mock.world()
    printed = run(recipe.run, folder, **world.environment)
    if faults := world.faults(printed.strip()):
        raise BrokenError("\n".join(faults))


STEPS = {"installed": install, "generated": generate, "types": check, "life of an order": live}
"""What is done one after the other, by what is true then."""


def run(commands: str, folder: Path, **variables: str) -> str:
    """Run commands of bash with what is installed in a folder, and return what they print. Raises BrokenError."""
    places = (folder / "node_modules" / ".bin", folder / "environment" / "bin", os.environ["PATH"])
    environment = {**os.environ, **variables, "PATH": os.pathsep.join(map(str, places))}
    try:
        ran = subprocess.run(  # noqa: S603 - the commands of a recipe
            ["bash", "-euc", commands],  # noqa: S607 - the one of this machine
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BrokenError(f"{commands}\nis not done after {SECONDS} seconds") from None
    if ran.returncode:
        raise BrokenError(f"{commands}\n{(ran.stdout + ran.stderr)[-4000:]}")
    return ran.stdout


def table(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Yield the lines of a table of how all fared."""
    rows = [("generator", "version", *STEPS, "seconds")]
    for recipe, passed, seconds, _ in outcomes:
        marks = ("yes" if step in passed else "no" for step in STEPS)
        rows.append((recipe.name, recipe.version, *marks, f"{seconds:.0f}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


if __name__ == "__main__":
    main()
