"""The files of a scenario: the one that is asked for, and all that it includes."""

import os
from pathlib import Path

from mockserver.contract import Located, LocatedError, Place, Problem, did_you_mean, located
from mockserver.contract.pointer import join
from mockserver.data import scenarios

LIMIT = 100
"""How many files a scenario may consist of."""


class Files:
    """The files of a scenario, a file before those that it includes: what comes first wins.

    `problems` are those of reading, `paths` the files that were read or looked for. A `source` that is no file, but
    was handed over, includes shipped scenarios only.
    """

    def __init__(self, source: str | Located) -> None:
        self.problems: list[Problem] = []
        self._read: dict[str, Path] = {}
        self._left: list[Located] = []
        self._shipped = scenarios()
        self._only_shipped = isinstance(source, Located)
        if isinstance(source, Located):
            self._follow(Path(source.file), source, ())
            self._left.append(source)
        else:
            path = find(source)
            self._visit(path, str(path), None, ())

    @property
    def layers(self) -> list[Located]:
        """The files that could be read."""
        return self._left[::-1]

    @property
    def paths(self) -> list[Path]:
        """All files, also those that could not be read."""
        return [*self._read.values()]

    def _visit(self, path: Path, name: str, asked: Problem | None, trail: tuple[str, ...]) -> None:
        """Read a file and, first, those that it includes; `asked` is where it is included, without a message."""
        identity = os.path.abspath(path)  # noqa: PTH100 - a file that does not exist has one too
        if identity in trail:
            files = [self._read[known].name for known in (*trail[trail.index(identity) :], identity)]
            self._report(asked, name, f"includes itself: {' → '.join(files)}")
        elif identity in self._read:
            return
        elif len(self._read) == LIMIT:
            self._report(asked, name, f"is one file too many, a scenario may have {LIMIT}")
        else:
            self._read[identity] = path
            try:
                read = located.read(path)
            except LocatedError as error:
                for problem in error.problems:
                    self._report(None if problem.place.line else asked, name, problem.message, problem.place)
                return
            self._follow(path, read, (*trail, identity))
            self._left.append(read)

    def _follow(self, path: Path, read: Located, trail: tuple[str, ...]) -> None:
        included = read.data.get("include") if isinstance(read.data, dict) else None
        names = list(enumerate(included)) if isinstance(included, list) else []
        # What wins is left last, so that a file which several others include comes after all of them.
        for index, name in reversed(names):
            if not isinstance(name, str):
                continue
            pointer = join("include", index)
            asked = Problem(read.place(pointer), "", pointer)
            if name in self._shipped:
                self._visit(self._shipped[name], name, asked, trail)
            elif _is_name(name) or self._only_shipped:
                self._report(asked, name, f"no such scenario{_hint(name)}")
            else:
                self._visit(Path(os.path.normpath(path.parent / name)), name, asked, trail)

    def _report(self, asked: Problem | None, name: str, message: str, place: Place | None = None) -> None:
        if asked is not None:
            self.problems.append(asked._replace(message=f"{name}: {message}"))
        else:
            self.problems.append(Problem(place or Place(name), message))


def find(source: str) -> Path:
    """The file of a scenario, given by the name of a shipped one or by its path. Raises LocatedError."""
    if source in (shipped := scenarios()):
        return shipped[source]
    if not _is_name(source) or Path(source).exists():
        return Path(source)
    raise LocatedError([Problem(Place(source), f"no such scenario{_hint(source)}")])


def _is_name(text: str) -> bool:
    return Path(text).suffix not in (".yaml", ".yml")


def _hint(name: str) -> str:
    shipped = scenarios()
    return did_you_mean(name, shipped) or f", there are {', '.join(shipped)}; or give the path of a YAML file"
