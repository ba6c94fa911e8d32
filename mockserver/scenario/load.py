"""Reading a scenario. Everything that is wrong with its files is reported at once, each problem with its place."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from mockserver.contract import Located, Place, Problem, did_you_mean
from mockserver.contract.pointer import join
from mockserver.data import scenarios
from mockserver.domain.catalogue import Catalogue
from mockserver.scenario.error import ScenarioError
from mockserver.scenario.explain import Flaw, Schema
from mockserver.scenario.include import Files
from mockserver.scenario.merge import Part, merge
from mockserver.scenario.semantic_checks import misfits
from mockserver.scenario.variables import NONE, Values, misuses, resolve, used, uses

_NO_YAML = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
"""What may stand in a text of JSON, but in one of YAML neither as it is nor unchanged."""


class Scenario(NamedTuple):
    """A scenario whose data fits the schema and makes sense, with its includes and variables resolved."""

    name: str
    description: str
    shipped: bool
    data: dict[str, Any]
    files: tuple[Path, ...] = ()


def load(source: str, catalogue: Catalogue, given: Values = NONE) -> Scenario:
    """Load a shipped scenario by its name, or any file by its path; `given` variables replace those of the files.

    Raises ScenarioError with every problem.
    """
    files = Files(source)
    data = _load(files, given, catalogue)
    return Scenario(files.paths[0].stem, data["description"], source in scenarios(), data, tuple(files.paths))


def take(data: object, name: str, catalogue: Catalogue, given: Values = NONE) -> Scenario:
    """Load a scenario that is no file, from its data; it may include shipped scenarios only.

    `name` stands for it in errors, with lines as if it were indented JSON. Raises ScenarioError with every problem.
    """
    json = orjson.dumps(data, option=orjson.OPT_INDENT_2).decode()
    text = _NO_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", json)
    data = _load(Files(Located(text, name)), given, catalogue)
    return Scenario(name, data["description"], shipped=False, data=data)


def _load(files: Files, given: Values, catalogue: Catalogue) -> dict[str, Any]:
    data, problems = _read(files, given, catalogue)
    if problems:
        order = {str(path): number for number, path in enumerate(files.paths)}
        problems.sort(key=lambda problem: (order.get(problem.place.file, -1), problem.place.line, problem.place.column))
        raise ScenarioError(problems, files.paths)
    return data


def _read(files: Files, given: Values, catalogue: Catalogue) -> tuple[dict[str, Any], list[Problem]]:
    """The scenario's data, or what is wrong with it: what fits no schema is not asked for its meaning."""
    schema = _schema()
    problems = [*files.problems]
    for layer in files.layers:
        problems += _placed(Part(layer, "", layer.data), schema.flaws(layer.data))
    if problems:
        return {}, problems
    whole = merge(files.layers)
    values = {**whole.data.get("variables", {}), **given}
    data = {name: section for name, section in whole.data.items() if name not in ("include", "variables")}
    texts = dict(uses(data))
    problems = [*_unknown(given, whole, texts), *_placed(whole, _misused(texts, values))]
    if problems:
        return {}, problems
    if texts:
        data = resolve(data, values)
    if texts or len(files.layers) > 1:
        problems = list(_placed(whole, _with_variables(schema.flaws(data), texts, whole, given)))
    if not problems:
        problems = list(_placed(whole, _with_variables(misfits(data, catalogue), texts, whole, given)))
    return data, problems


@cache
def _schema() -> Schema:
    return Schema()


def _placed(whole: Part, flaws: Iterable[Flaw]) -> Iterator[Problem]:
    for flaw in flaws:
        file, pointer = whole.origin(flaw.pointer)
        yield Problem(file.place(pointer, key=flaw.key), flaw.message, pointer)


def _misused(texts: dict[str, str], values: Values) -> Iterator[Flaw]:
    return (Flaw(pointer, message) for pointer, text in texts.items() for message in misuses(text, values))


def _unknown(given: Values, whole: Part, texts: dict[str, str]) -> Iterator[Problem]:
    known = {*whole.data.get("variables", {}), *(name for text in texts.values() for name in used(text))}
    for name in given.keys() - known:
        yield Problem(Place(f"--set {name}"), f"the scenario has no such variable{did_you_mean(name, known)}")


def _with_variables(flaws: Iterable[Flaw], texts: dict[str, str], whole: Part, given: Values) -> Iterator[Flaw]:
    """The flaws, with the places of the variables in the texts that they are about."""
    for flaw in flaws:
        names = dict.fromkeys(used(texts.get(flaw.pointer)))
        sources = ", ".join(f"${{{name}}} is given {_source(name, whole, given)}" for name in names)
        yield flaw._replace(message=f"{flaw.message}; {sources}") if sources else flaw


def _source(name: str, whole: Part, given: Values) -> str:
    if name in given:
        return "by --set"
    file, pointer = whole.origin(join("variables", name))
    return f"at {file.place(pointer)}"
