"""Loading a scenario with its includes and variables, and writing it resolved. All problems are reported at once."""

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import yaml

from mockserver.contract import Located, LocatedError, Place, Problem, did_you_mean, located
from mockserver.contract.pointer import join
from mockserver.data import scenarios
from mockserver.domain.catalogue import Catalogue
from mockserver.scenario.error import Flaw, ScenarioError, Schema
from mockserver.scenario.merge import Part, merge
from mockserver.scenario.semantic_checks import misfits
from mockserver.scenario.variables import NONE, Values, misuses, resolve, used, uses

LIMIT = 100
"""The most files of a scenario."""


class Files:
    """The files of a scenario, each before the files that it includes; earlier files take precedence.

    `problems` are those of reading the files. `paths` are the files that were read or searched for. A `source` that is
    data instead of a file can include shipped scenarios only.
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
        """The files that were read, in order of precedence."""
        return self._left[::-1]

    @property
    def paths(self) -> list[Path]:
        """All files, including those that could not be read."""
        return [*self._read.values()]

    def _visit(self, path: Path, name: str, include: Problem | None, trail: tuple[str, ...]) -> None:
        """Read a file, and first the files that it includes; `include` is its place there, without a message."""
        identity = os.path.abspath(path)  # noqa: PTH100 - a file that does not exist has one too
        if identity in trail:
            files = [self._read[known].name for known in (*trail[trail.index(identity) :], identity)]
            self._report(include, name, f"includes itself: {' → '.join(files)}")
        elif identity in self._read:
            return
        elif len(self._read) == LIMIT:
            self._report(include, name, f"is one file too many: a scenario can have {LIMIT} files")
        else:
            self._read[identity] = path
            try:
                read = located.read(path)
            except LocatedError as error:
                for problem in error.problems:
                    self._report(None if problem.place.line else include, name, problem.message, problem.place)
                return
            self._follow(path, read, (*trail, identity))
            self._left.append(read)

    def _follow(self, path: Path, read: Located, trail: tuple[str, ...]) -> None:
        included = read.data.get("include") if isinstance(read.data, dict) else None
        names = list(enumerate(included)) if isinstance(included, list) else []
        # In reverse order, so that a file that several files include comes after all of them.
        for index, name in reversed(names):
            if not isinstance(name, str):
                continue
            pointer = join("include", index)
            include = Problem(read.place(pointer), "", pointer)
            if name in self._shipped:
                self._visit(self._shipped[name], name, include, trail)
            elif _is_name(name) or self._only_shipped:
                self._report(include, name, f"no such scenario{_hint(name)}")
            else:
                self._visit(Path(os.path.normpath(path.parent / name)), name, include, trail)

    def _report(self, include: Problem | None, name: str, message: str, place: Place | None = None) -> None:
        if include is not None:
            self.problems.append(include._replace(message=f"{name}: {message}"))
        else:
            self.problems.append(Problem(place or Place(name), message))


def find(source: str) -> Path:
    """Return the file of a scenario, given by its path or as the name of a shipped one. Raises LocatedError."""
    if source in (shipped := scenarios()):
        return shipped[source]
    if not _is_name(source) or Path(source).exists():
        return Path(source)
    raise LocatedError([Problem(Place(source), f"no such scenario{_hint(source)}")])


def _is_name(source: str) -> bool:
    return Path(source).suffix not in (".yaml", ".yml")


def _hint(name: str) -> str:
    shipped = scenarios()
    return (
        did_you_mean(name, shipped)
        or f"; the shipped scenarios are {', '.join(shipped)}; or give the path of a YAML file"
    )


_IGNORED = re.compile("include|variables|x-.*", re.DOTALL)
"""The fields of a file that are not part of the scenario."""

_NO_YAML = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that JSON text may contain unescaped, but YAML text may not."""


class Scenario(NamedTuple):
    """A valid scenario, with its includes and variables resolved."""

    name: str
    description: str
    shipped: bool
    data: dict[str, Any]
    files: tuple[Path, ...] = ()
    layers: tuple[Located, ...] = ()

    @property
    def warnings(self) -> list[Problem]:
        """What has no effect in the files of the scenario."""
        from mockserver.scenario.warnings import warnings  # for authors only

        return list(warnings(self.layers))


def load(source: str, catalogue: Catalogue, given: Values = NONE) -> Scenario:
    """Load a shipped scenario by its name, or any file by its path; `given` variables override those of the files.

    Raises ScenarioError with every problem.
    """
    files = Files(source)
    data = _load(files, given, catalogue)
    return Scenario(
        files.paths[0].stem,
        data["description"],
        source in scenarios(),
        data,
        tuple(files.paths),
        tuple(files.layers),
    )


def take(data: object, name: str, catalogue: Catalogue, given: Values = NONE) -> Scenario:
    """Load a scenario from data; it can include shipped scenarios only.

    Errors refer to it by `name`, with the lines of its indented JSON. Raises ScenarioError with every problem.
    """
    json = orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
    text = _NO_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", json)
    data = _load(Files(located.parse(text, name)), given, catalogue)
    return Scenario(name, data["description"], shipped=False, data=data)


def _load(files: Files, given: Values, catalogue: Catalogue) -> dict[str, Any]:
    data, problems = _read(files, given, catalogue)
    if problems:
        order = {str(path): number for number, path in enumerate(files.paths)}
        problems.sort(key=lambda problem: (order.get(problem.place.file, -1), problem.place.line, problem.place.column))
        raise ScenarioError(problems, files.paths)
    return data


def _read(files: Files, given: Values, catalogue: Catalogue) -> tuple[dict[str, Any], list[Problem]]:
    """Return the data of the scenario and its problems; semantic checks require a valid schema."""
    schema = _schema()
    problems = [*files.problems]
    for layer in files.layers:
        problems += _placed(Part(layer, "", layer.data), schema.flaws(layer.data))
    if problems:
        return {}, problems
    whole = merge(files.layers)
    values = {**whole.data.get("variables", {}), **given}
    data = {name: section for name, section in whole.data.items() if not _IGNORED.fullmatch(name)}
    texts = dict(uses(data))
    problems = [*_unknown(given, whole, texts), *_placed(whole, _variable_flaws(texts, values))]
    if problems:
        return {}, problems
    if texts:
        data = resolve(data, values)
    if texts or len(files.layers) > 1:
        problems = list(_placed(whole, _with_variables(schema.flaws(data), texts, whole, given)))
    if not problems:
        data = _in_cents(data)
        problems = list(_placed(whole, _with_variables(misfits(data, catalogue), texts, whole, given)))
    return data, problems


def _in_cents(data: dict[str, Any]) -> dict[str, Any]:
    """Return a scenario with its balances in cents, such as 500 for `5.00 USD`."""
    if "accounts" not in data:
        return data
    return {**data, "accounts": [{**account, **_balance(account)} for account in data["accounts"]]}


def _balance(account: dict[str, Any]) -> dict[str, int]:
    balance = account.get("balance")
    return {"balance": int(re.sub(r"\D", "", balance))} if isinstance(balance, str) else {}


@cache
def _schema() -> Schema:
    return Schema()


def _placed(whole: Part, flaws: Iterable[Flaw]) -> Iterator[Problem]:
    for flaw in flaws:
        file, pointer = whole.origin(flaw.pointer)
        yield Problem(file.place(pointer, key=flaw.key), flaw.message, pointer)


def _variable_flaws(texts: dict[str, str], values: Values) -> Iterator[Flaw]:
    return (Flaw(pointer, message) for pointer, text in texts.items() for message in misuses(text, values))


def _unknown(given: Values, whole: Part, texts: dict[str, str]) -> Iterator[Problem]:
    known = {
        *whole.data.get("variables", {}),
        *(name for text in texts.values() for name in used(text)),
    }
    for name in given.keys() - known:
        yield Problem(Place(f"--set {name}"), f"the scenario has no such variable{did_you_mean(name, known)}")


def _with_variables(flaws: Iterable[Flaw], texts: dict[str, str], whole: Part, given: Values) -> Iterator[Flaw]:
    """Yield the flaws, each with the places where its variables are set."""
    for flaw in flaws:
        names = dict.fromkeys(used(texts.get(flaw.pointer)))
        sources = ", ".join(f"${{{name}}} is set {_source(name, whole, given)}" for name in names)
        yield flaw._replace(message=f"{flaw.message}; {sources}") if sources else flaw


def _source(name: str, whole: Part, given: Values) -> str:
    if name in given:
        return "by --set"
    file, pointer = whole.origin(join("variables", name))
    return f"at {file.place(pointer)}"


_MASK = "***"
_WIDTH = 120


class _Dumper(yaml.SafeDumper):
    """A YAML dumper that writes no aliases, and quotes strings that YAML would read as another type."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library's signature
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, None if _is_plain(text) else '"')


def _is_plain(text: str) -> bool:
    try:
        return bool(located.parse(text, "").data == text)
    except LocatedError:
        return True  # YAML's own rules already ask for quotes


_Dumper.add_representer(str, _represent_text)


def resolved_yaml(scenario: Scenario) -> str:
    """Return a scenario as YAML; API keys are masked unless the scenario is shipped."""
    data = scenario.data
    if not scenario.shipped:
        data = {**data, "accounts": [_masked(account) for account in data["accounts"]]}
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)


def _masked(account: dict[str, Any]) -> dict[str, Any]:
    masks = {"key": _MASK, "keys": [_MASK] * len(account.get("keys", ()))}
    return {field: masks.get(field, value) for field, value in account.items()}
