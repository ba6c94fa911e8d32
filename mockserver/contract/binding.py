"""The binding of an operation's arguments to places in its requests: reading, writing, and adding credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.arguments import Arguments
from mockserver.contract.formats import FormatError, format_of, schemas_in_text
from mockserver.contract.messages import did_you_mean
from mockserver.contract.plan import AnnotationProblem
from mockserver.contract.pointer import ABSENT
from mockserver.contract.reader import Unread
from mockserver.contract.value_template import ValueTemplate, taken_apart
from mockserver.contract.vocabulary import OPERATION, Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mockserver.contract.arguments import Credentials
    from mockserver.contract.formats import Format
    from mockserver.contract.parts import Schema
    from mockserver.contract.vocabulary import Purpose, Vocabulary

    Described = dict[str, Any]

Steps = tuple[str, ...]


class Spot(NamedTuple):
    """The place of an argument, such as `("query", "country")`, and its format.

    If a text holds several arguments, `pieces` are its fixed pieces, and `part` is the index of the argument between
    them.
    """

    path: Steps
    format: Format
    pieces: tuple[str, ...] = ()
    part: int = 0

    def read(self, arguments: Arguments) -> Any:
        """Return the argument of a request, or ABSENT. Raises ValueError with the expected form."""
        value = _value(arguments, self.path)
        if value is ABSENT or value is None:
            return ABSENT
        return self.format.read(taken_apart(self.pieces, value)[self.part] if self.pieces else value)

    def write(self, value: Any) -> Any:
        """Return an argument in the form of the wire."""
        return value if self.format.write is None else self.format.write(value)


class Binding:
    """The arguments of one operation of a document, and its purposes.

    `faults` are all problems of its annotations.
    """

    def __init__(
        self,
        purposes: Mapping[str, Purpose],
        parameters: Sequence[Described],
        body: Schema | None,
        vocabulary: Vocabulary,
        described: object,
    ) -> None:
        """Take the purposes of the operation, its parameters, and the schema of its body."""
        self.purposes = tuple(purposes.values())
        self._named = purposes
        self._vocabulary = vocabulary
        self.faults: list[AnnotationProblem] = []
        self._spots: dict[str, Spot] = {}
        self._refusals: dict[Steps, str] = {}
        for parameter in parameters:
            whole = {**parameter["schema"], **parameter}
            self._bind(parameter, whole, (parameter["in"], parameter["name"]))
        if body is not None:
            self._bind_body(body, ("body",))
        self._selector = self._spots.pop(OPERATION, None)
        self._defaults = {
            purpose.name: {
                name: argument.default if argument.has_default else None
                for name, argument in purpose.arguments.items()
                if not argument.required
            }
            for purpose in self.purposes
        }
        self._required = {
            purpose.name: [name for name, argument in purpose.arguments.items() if argument.required]
            for purpose in self.purposes
        }
        self._check(described)

    def spot(self, name: str) -> Steps | None:
        """Return the path to an argument; None if the operation does not take it."""
        spot = self._selector if name == OPERATION else self._spots.get(name)
        return spot.path if spot else None

    def fact(self, name: str, value: Any) -> Any:
        """Return the fact that a value has at the place of an argument; ABSENT if it cannot be read there."""
        spot = self._selector if name == OPERATION else self._spots.get(name)
        if spot is None or spot.pieces:
            return ABSENT
        try:
            return spot.format.read(value)
        except ValueError:
            return ABSENT

    def purpose(self, arguments: Arguments) -> str:
        """Return the purpose of a request: the name of a vocabulary operation, or empty if it is unknown."""
        if self._selector is None:
            return self.purposes[0].name if len(self.purposes) == 1 else ""
        try:
            value = self._selector.read(arguments)
        except ValueError:
            return ""
        return "" if value is ABSENT else str(value)

    def read(self, arguments: Arguments, purpose: str) -> tuple[dict[str, Any], tuple[Unread, ...]]:
        """Return the arguments of a request by name, with defaults, and the arguments that cannot be read.

        A missing required argument counts as one that cannot be read.
        """
        values = dict(self._defaults.get(purpose, {}))
        unread = []
        for name, spot in self._spots.items():
            try:
                value = spot.read(arguments)
            except ValueError as error:
                unread.append(Unread(spot.path, f"should be {error}"))
            else:
                if value is not ABSENT:
                    values[name] = value
        for name in self._required.get(purpose, ()):
            if name not in values and not any(each.path == self._spots[name].path for each in unread):
                unread.append(Unread(self._spots[name].path, "is required"))
        return values, tuple(dict.fromkeys(unread))

    def refusal(self, broken: Iterable[tuple[str | int, ...]]) -> str:
        """Return the specific refusal reason of a request with invalid values at these paths; empty if it has none."""
        reasons = [
            next((reason for path, reason in self._refusals.items() if place[: len(path)] == path), "")
            for place in broken
        ]
        return reasons[0] if reasons and all(reasons) else ""

    def write(self, purpose: str, values: Mapping[str, Any]) -> Arguments:
        """Return the arguments of a request by their wire names. Raises ValueError for an argument without a place."""
        written: dict[str, Any] = {"path": {}, "query": {}, "body": {}}
        placed = [(self._selector, purpose)] if self._selector else []
        for name, value in values.items():
            if name not in self._spots:
                raise ValueError(f"the operation has no place for the argument {name}{did_you_mean(name, self._spots)}")
            placed.append((self._spots[name], value))
        for spot, value in placed:
            if value is not None:
                holder = written
                *parents, last = spot.path
                for step in parents:
                    holder = holder.setdefault(step, {})
                if spot.pieces:
                    parts = holder.setdefault(last, [piece for each in spot.pieces for piece in (each, "")][:-1])
                    parts[2 * spot.part + 1] = str(spot.write(value))
                else:
                    holder[last] = spot.write(value)
        return Arguments(*map(_joined, (written["path"], written["query"], written["body"])))

    def _bind_body(self, schema: Schema, path: Steps) -> None:
        for name, inner in schema.get("properties", {}).items():
            if "x-argument" in inner:
                self._bind(inner, inner, (*path, name))
            else:
                self._bind_body(inner, (*path, name))

    def _bind(self, holder: Any, schema: Schema, path: Steps) -> None:
        annotation = schema.get("x-argument")
        if annotation is None:
            return
        self._record_refusal(holder, schema, path)
        if "{" not in annotation:
            self._place(holder, schema, annotation, path)
            return
        try:
            template = ValueTemplate.parse(annotation)
        except ValueError as error:
            self.faults.append(AnnotationProblem(holder, "x-argument", str(error)))
            return
        schemas = self._schemas_in_text(holder, template, schema)
        for part, (name, inner) in enumerate(zip(template.names, schemas, strict=True)):
            self._place(holder, inner, name, path, template.pieces, part)

    def _schemas_in_text(self, holder: Any, template: ValueTemplate, schema: Schema) -> list[Schema]:
        """Return the schema of each argument in a text; plain ones if there is a problem, so that it is told once."""
        types_ = [type_ for name in template.names if (type_ := self._type(name))]
        if len(types_) == len(template.names):
            try:
                return schemas_in_text(template, types_, schema, self._vocabulary)
            except FormatError as error:
                self.faults.append(AnnotationProblem(holder, error.keyword, str(error)))
        return [{"type": "string"}] * len(template.names)

    def _place(
        self, holder: Any, schema: Schema, name: str, path: Steps, pieces: tuple[str, ...] = (), part: int = 0
    ) -> None:
        """Record the place of an argument and the format of its schema."""
        type_ = self._type(name)
        if type_ is None:
            known = dict.fromkeys(argument for purpose in self.purposes for argument in purpose.arguments)
            which = " or ".join(purpose.name for purpose in self.purposes) or "an operation without x-operation"
            hint = did_you_mean(name, known) or (f"; there are {', '.join(known)}" if known else "")
            self.faults.append(AnnotationProblem(holder, "x-argument", f"{which} has no argument {name}{hint}"))
        elif name in self._spots:
            taken = ".".join(self._spots[name].path)
            self.faults.append(AnnotationProblem(holder, "x-argument", f"the argument {name} is already at {taken}"))
        else:
            operations = tuple(self._named) if name == OPERATION else ()
            try:
                format_ = format_of(type_, schema, self._vocabulary, operations)
            except FormatError as error:
                self.faults.append(AnnotationProblem(holder, error.keyword, str(error)))
            else:
                self._spots[name] = Spot(path, format_, pieces, part)

    def _record_refusal(self, holder: Any, schema: Schema, path: Steps) -> None:
        """Record the refusal reason for an invalid value at this place, if the schema names one."""
        reason = schema.get("x-refusal")
        known = {each for purpose in self.purposes for each in purpose.refusals}
        if reason in known:
            self._refusals[path] = reason
        elif reason is not None:
            hint = did_you_mean(reason, known) or f"; there are {', '.join(sorted(known))}"
            self.faults.append(
                AnnotationProblem(holder, "x-refusal", f"{reason} is not a refusal reason of the operation{hint}")
            )

    def _type(self, name: str) -> Type | None:
        if name == OPERATION:
            return Type("text") if len(self.purposes) > 1 else None
        return next((each.arguments[name].type for each in self.purposes if name in each.arguments), None)

    def _check(self, described: object) -> None:
        """Find the required arguments that have no place."""
        if len(self.purposes) > 1 and self._selector is None:
            names = " or ".join(self._named)
            message = f"a request does not say whether it is for {names}: a parameter needs x-argument: operation"
            self.faults.append(AnnotationProblem(described, "x-operation", message))
        bad = {fault.keyword for fault in self.faults}
        for name in dict.fromkeys(name for names in self._required.values() for name in names):
            if name not in self._spots and "x-argument" not in bad:
                message = f"the argument {name} has no place: a parameter needs x-argument: {name}"
                self.faults.append(AnnotationProblem(described, "x-operation", message))


def _joined(written: Any) -> Any:
    """Return the written arguments with the parts of each text joined."""
    if isinstance(written, list):
        return "".join(written)
    return {name: _joined(value) for name, value in written.items()} if isinstance(written, dict) else written


def with_credentials(arguments: Arguments, where: Credentials, user: str | None, key: str | None) -> Arguments:
    """Return arguments with the credentials added at their places; None omits one."""
    whole = arguments._asdict()
    for spot, value in ((where.user, user), (where.key, key)):
        if spot is not None and value is not None and isinstance(whole[spot[0]], dict):
            whole[spot[0]] = {**whole[spot[0]], spot[1]: value}
    return Arguments(whole["path"], whole["query"], whole["body"], where)


def _value(arguments: Arguments, path: Steps) -> Any:
    value: Any = arguments.path if path[0] == "path" else arguments.query if path[0] == "query" else arguments.body
    for step in path[1:]:
        if not isinstance(value, dict) or step not in value:
            return ABSENT
        value = value[step]
    return value
