"""What is told of a scenario that cannot be used."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from mockserver.contract import LocatedError, Problem, pointer

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class ScenarioError(LocatedError):
    """A scenario cannot be used. Its text lists every problem with its place, its path and the line it is in.

    `files` are those that were read or looked for: once one of them changes, it is worth trying again.
    """

    def __init__(self, problems: Iterable[Problem], files: Iterable[Path] = ()) -> None:
        super().__init__(problems)
        self.files = tuple(files)
        self.args = ("\n".join(_lines(self.problems)),)


def path(place: str) -> str:
    """Write a JSON pointer as a path: `/orders/0/sms` is `$.orders[0].sms`."""
    return "$" + "".join(map(_step, pointer.split(place)))


def _step(token: str) -> str:
    if token.isdecimal():
        return f"[{token}]"
    return f".{token}" if _NAME.fullmatch(token) else f"[{token!r}]"


def _lines(problems: Iterable[Problem]) -> Iterator[str]:
    from mockserver.scenario.excerpt import Text  # takes the YAML parser once more, for errors only

    @cache
    def text(file: str) -> Text | None:
        try:
            return Text(Path(file).read_text(encoding="utf-8-sig", errors="replace"))
        except (OSError, ValueError):
            return None

    for problem in problems:
        where = path(problem.pointer) if problem.pointer else ""
        yield ": ".join(filter(None, (str(problem.place), where, problem.message)))
        source = text(problem.place.file) if problem.place.line else None
        if source is not None:
            yield from source.excerpt(problem.place.line, problem.place.column)
