"""The vocabulary of the service: its types, operations, arguments, results, refusal reasons and rules; durations."""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import located
from mockserver.contract.located import LocatedError, Problem
from mockserver.contract.messages import brief, choice, did_you_mean
from mockserver.data import directory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mockserver.contract.located import Located


SHIPPED = directory("contracts") / "vocabulary.yaml"

SCALARS = ("text", "digits", "code", "integer", "decimal", "money", "ratio", "boolean", "time", "deadline")
"""The types of single values, apart from the `words`."""

OPERATION = "operation"
"""The name of the operation: a value of every result, and the argument that selects one of several operations."""


class VocabularyError(LocatedError):
    """The vocabulary is invalid. The error text lists every problem, one per line."""


class UnknownNameError(ValueError):
    """A name is not in the vocabulary. The text names it, and suggests a similar name."""


class Type(NamedTuple):
    """The type of a value: a scalar, `words` or a record. `many` marks a list, `optional` a value that may be None."""

    name: str
    many: bool = False
    optional: bool = False

    @classmethod
    def parse(cls, text: str) -> Type:
        """Parse a type such as `money`, `text?` or `list of order`."""
        name = text.removesuffix("?")
        return cls(name.removeprefix("list of "), name.startswith("list of "), text.endswith("?"))

    def __str__(self) -> str:
        return f"{'list of ' if self.many else ''}{self.name}{'?' if self.optional else ''}"


Names = dict[str, Type]
"""The names that an annotation may use, with their types."""


class Argument(NamedTuple):
    """An argument of an operation. It is required unless it has a default or is optional."""

    type: Type
    default: Any = None
    has_default: bool = False

    @property
    def required(self) -> bool:
        """Whether the argument is required."""
        return not (self.has_default or self.type.optional)


class Purpose(NamedTuple):
    """An operation of the service: its arguments, the values of its result, and its refusal reasons.

    `effect` is the effect of a call on the account: `reads` changes nothing, `changes` changes a setting, `orders`
    spends money, `pays` pays money in.
    """

    name: str
    description: str
    effect: str
    arguments: Mapping[str, Argument]
    result: Mapping[str, Type]
    refusals: tuple[str, ...]


class RefusalReason(NamedTuple):
    """A reason for which a request fails. `when` is the kind of requests that can fail for this reason.

    It is `always`, `path` for operations with path parameters, `body` for those with a body, `refusal` for those that
    list the reason in their refusals, or `never`.
    """

    name: str
    description: str
    when: str


class Rule(NamedTuple):
    """A rule of the service. `kind` is `duration`, `duration or anew`, or the words that it may be."""

    name: str
    kind: str | tuple[str, ...]
    value: str
    description: str
    provenance: Mapping[str, Any]


class Vocabulary:
    """The vocabulary: all names of the service, with their types."""

    def __init__(self, source: Located) -> None:
        """Read a vocabulary. Raises VocabularyError."""
        data = source.data
        self.words: Mapping[str, tuple[str, ...]] = {
            name: tuple(each["values"]) for name, each in data["words"].items()
        }
        self.records: Mapping[str, Mapping[str, Type]] = {
            name: {field: Type.parse(described["type"]) for field, described in each["fields"].items()}
            for name, each in data["records"].items()
        }
        self.always: Mapping[str, Type] = {name: Type.parse(each["type"]) for name, each in data["always"].items()}
        self.purposes: Mapping[str, Purpose] = {name: _purpose(name, each) for name, each in data["operations"].items()}
        self.reasons: Mapping[str, RefusalReason] = {
            name: RefusalReason(name, each["description"], each.get("when", "refusal"))
            for name, each in data["reasons"].items()
        }
        self.rules: Mapping[str, Rule] = {
            name: Rule(
                name,
                tuple(each["type"]) if isinstance(each["type"], list) else each["type"],
                each["value"],
                each["description"].strip(),
                MappingProxyType(each["x-provenance"]),
            )
            for name, each in data["rules"].items()
        }
        self.data: Mapping[str, Any] = data
        if problems := [Problem(source.place(pointer), message, pointer) for pointer, message in self._faults()]:
            raise VocabularyError(problems)

    def type_of(self, path: str, names: Mapping[str, Type]) -> tuple[Type, bool]:
        """Return the type of a dotted path such as `order.latest.text`, and whether the value may be missing.

        Raises UnknownNameError.
        """
        first, *rest = path.split(".")
        if first not in names:
            raise UnknownNameError(f"{first} is not known here{did_you_mean(first, names)}; there are {_list(names)}")
        found = names[first]
        optional = found.optional
        for name in rest:
            fields = self.records.get(found.name)
            if found.many or fields is None:
                raise UnknownNameError(f"{path}: {found} has no field {name}")
            if name not in fields:
                hint = did_you_mean(name, fields) or f"; there are {_list(fields)}"
                raise UnknownNameError(f"{path}: {found.name} has no field {name}{hint}")
            found = fields[name]
            optional = optional or found.optional
        return found, optional

    def names_of(self, purposes: Mapping[str, Purpose]) -> Names:
        """Return the names that a response of these operations may use: those that all of their results have."""
        results = [purpose.result for purpose in purposes.values()]
        shared = set.intersection(*map(set, results)) if results else set()
        return (
            {**self.always, **{name: type_ for name, type_ in results[0].items() if name in shared}} if results else {}
        )

    def _faults(self) -> Iterator[tuple[str, str]]:
        known = {*SCALARS, *self.words, *self.records}
        for name, fields in self.records.items():
            for field, type_ in fields.items():
                if type_.name not in known:
                    yield (
                        f"/records/{name}/fields/{field}",
                        f"there is no type {type_.name}{did_you_mean(type_.name, known)}",
                    )
        for purpose in self.purposes.values():
            pointer = f"/operations/{purpose.name}"
            for kind, types in (
                ("arguments", {name: each.type for name, each in purpose.arguments.items()}),
                ("result", purpose.result),
            ):
                for name, type_ in types.items():
                    if type_.name not in known:
                        hint = did_you_mean(type_.name, known)
                        yield f"{pointer}/{kind}/{name}", f"there is no type {type_.name}{hint}"
            for reason in purpose.refusals:
                if reason not in self.reasons:
                    yield f"{pointer}/refusals", f"there is no reason {reason}{did_you_mean(reason, self.reasons)}"


def _purpose(name: str, data: Mapping[str, Any]) -> Purpose:
    arguments = {argument: _argument(each) for argument, each in data.get("arguments", {}).items()}
    result = {value: Type.parse(each) for value, each in data.get("result", {}).items()}
    return Purpose(name, data["description"], data["effect"], arguments, result, tuple(data.get("refusals", ())))


def _argument(data: Any) -> Argument:
    if isinstance(data, str):
        return Argument(Type.parse(data))
    return Argument(Type.parse(data["type"]), data.get("default"), "default" in data)


def _list(names: Mapping[str, object]) -> str:
    return ", ".join(names)


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary of the service. Raises VocabularyError."""
    return Vocabulary(located.read(SHIPPED, SHIPPED.name))


Rules = "Mapping[str, str]"

DURATION = re.compile(r"([0-9]{1,9}(ms|[dhms]))+")
_PART = re.compile(r"([0-9]+)(ms|[dhms])")
_UNITS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(duration: str) -> int:
    """Return a duration such as `1h30m` in milliseconds. Raises ValueError with a readable message."""
    if not DURATION.fullmatch(duration):
        raise ValueError(f"{brief(duration)} is not a duration: write 20m, 7d or 1h30m")
    return sum(int(number) * _UNITS[unit] for number, unit in _PART.findall(duration))


def wrong_value(rule: Rule, value: Any) -> str:
    """Return a message if the value of a rule is invalid, otherwise an empty text."""
    if isinstance(rule.kind, tuple):
        if value in rule.kind:
            return ""
        return f"{rule.name} must be {choice(rule.kind)}{did_you_mean(value, rule.kind)}"
    if rule.kind.endswith("anew") and value == "anew":
        return ""
    if isinstance(value, str) and DURATION.fullmatch(value):
        return ""
    expected = "anew, or a duration such as 5m" if rule.kind.endswith("anew") else "a duration such as 20m"
    return f"{rule.name} must be {expected}, not {brief(value)}"
