"""Reading a scenario file. Everything that is wrong with it is reported at once, each with its place."""

from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import orjson
from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from contracts.spec import Located, LocatedError, Place, Problem, did_you_mean, located
from contracts.spec.pointer import join, step
from mockserver.domain.catalogue import Catalogue
from mockserver.scenario.meaning import misfits
from mockserver.scenario.shipped import directory, scenarios


class Scenario(NamedTuple):
    """A scenario whose data fits the schema and makes sense."""

    name: str
    description: str
    shipped: bool
    data: dict[str, Any]


def load(source: str, catalogue: Catalogue) -> Scenario:
    """Load a shipped scenario by its name, or any file by its path. Raises LocatedError with every problem."""
    path = _find(source)
    read = located.read(path)
    problems = _against_schema(read) or _against_meaning(read, catalogue)
    if problems:
        raise LocatedError(problems)
    return Scenario(path.stem, read.data["description"], source in scenarios(), read.data)


def _find(source: str) -> Path:
    shipped = scenarios()
    if source in shipped:
        return shipped[source]
    path = Path(source)
    if path.suffix in (".yaml", ".yml") or path.exists():
        return path
    hint = did_you_mean(source, shipped) or f", there are {', '.join(shipped)}; or give the path of a YAML file"
    raise LocatedError([Problem(Place(source), f"no such scenario{hint}")])


def _against_schema(read: Located) -> list[Problem]:
    schema = orjson.loads((directory("scenarios") / "schema.json").read_bytes())
    problems = []
    for error in Draft202012Validator(schema).iter_errors(read.data):
        pointer = join(*error.instance_path)
        part = reduce(step, error.schema_path[:-1], schema)
        problems.append(Problem(read.place(pointer), _explain(error, part), pointer))
    return problems


def _against_meaning(read: Located, catalogue: Catalogue) -> list[Problem]:
    return [Problem(read.place(pointer), message, pointer) for pointer, message in misfits(read.data, catalogue)]


def _explain(error: ValidationError, schema: Any) -> str:
    kind = error.kind
    if isinstance(kind, ValidationErrorKind.AdditionalProperties):
        known = schema["properties"]
        return "; ".join(f"unknown field {name}{did_you_mean(name, known)}" for name in kind.unexpected)
    if isinstance(kind, ValidationErrorKind.Required):
        return f"the field {kind.property} is missing"
    if isinstance(kind, ValidationErrorKind.AnyOf):
        return "give a price, a stock, or both"
    if error.instance_path and error.instance_path[-1] == "key":
        return "an API key is a text of 1 to 200 characters"
    described = schema.get("description") if isinstance(schema, dict) else None
    return f"{error.message}{f' ({described})' if described else ''}"
