"""Violations of the contract by a request or a response, and their severity."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.messages import TYPES, brief, did_you_mean, phrase
from mockserver.contract.pointer import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mockserver.contract.located import Place

UNKNOWN = "unknown"
"""The rule of unknown names: the contract does not list them."""


class Severity(StrEnum):
    """The severity of a violation or a finding, the highest first."""

    ERROR = "error"
    """A documented or observed fact is violated, or a server contradicts itself."""
    WARNING = "warning"
    """An inferred fact is violated; or the contract allows it, but it is nearly always a mistake."""
    NOTE = "note"
    """Drift: an assumption of the contract is violated. The assumption may be wrong."""


class MapKey(str):
    """A step of a path: a key of a map. The contract describes every value of the map, and names none of the keys."""

    __slots__ = ()


class KeywordFailure(NamedTuple):
    """A keyword that a value violates.

    `path` leads to the invalid part; `value` is that part, or `ABSENT` if it is missing; `rule` is the keyword, and
    `expected` its value; `pointer` is the JSON pointer of the keyword in the document.
    """

    path: tuple[str | int, ...]
    rule: str
    value: Any
    expected: Any
    pointer: str


class Violation(NamedTuple):
    """A violation of the contract by a request or a response. It never contains the API key of the request.

    - `operation`: `v3.orderNumber`; for a response outside any operation only the document, `v3`
    - `place`: `path.limit`, `query.key`, `body.items[0].price`, `status`, `contentType`, `method`, `key`
    - `rule`: the violated keyword, such as `pattern`; or `repeated`, `unknown`, `json`, `status`, or the place
    - `value`: the invalid value as short JSON; empty if it is missing, secret, or a whole body
    - `expected`: the keyword's value, as short JSON
    - `pointer`: the JSON pointer of the rule in the contract document
    - `message`: a sentence for people: `body.price must match ^[0-9]{1,9}$, got "0.2"`
    - `locate`: a function that returns the place of a pointer in the document's file
    - `path`: the place as keys and indices: `("body", "items", 0, "price")`; like `place`, it ends before a name that
      contains the key
    - `level`: `error` if the contract is violated, `warning` for an unknown name
    """

    operation: str
    place: str
    rule: str
    value: str
    expected: str
    pointer: str
    message: str
    locate: Callable[[str], Place]
    path: tuple[str | int, ...]
    level: Severity

    @classmethod
    def of(
        cls, failure: KeywordFailure, operation: str, locate: Callable[[str], Place], *, secret: bool = False
    ) -> Violation:
        """Describe a failure. If `secret`, the message contains at most the type of the value.

        The path of a failure must end before a secret name.
        """
        place = dotted(failure.path)
        value = "" if secret or failure.value is ABSENT else brief(failure.value)
        if failure.rule == "required":
            message = f"{place} is required"
        elif failure.rule == UNKNOWN and secret:
            message = f"{place} has a name that the contract does not know"
        elif failure.rule == UNKNOWN:
            message = f"{place} is not known to the contract{did_you_mean(failure.path[-1], failure.expected)}"
        else:
            got = value or (_type(failure.value) if failure.rule == "type" else "")
            message = f"{place} must {phrase(failure.rule, failure.expected)}" + (f", got {got}" if got else "")
        expected = brief(failure.expected, 200)
        level = Severity.WARNING if failure.rule == UNKNOWN else Severity.ERROR
        return cls(
            operation, place, failure.rule, value, expected, failure.pointer, message, locate, failure.path, level
        )

    @property
    def general_place(self) -> str:
        """The place, the same for all items of a list or a map: `body.items[].price`."""
        return dotted(self.path, general=True)

    @property
    def general(self) -> str:
        """The violation as text, with the general place: `v3.getOrders: body.items[].price is required (v3.yaml:9)`."""
        message = f"{self.general_place}{self.message.removeprefix(self.place)}"
        return f"{self.operation}: {message} ({self.where})"

    @property
    def where(self) -> str:
        """The file and line of the rule: `v3.yaml:123`. The first access for a document parses its file again."""
        place = self.locate(self.pointer)
        return f"{place.file}:{place.line}"

    def __repr__(self) -> str:
        return f"<Violation {self}>"

    def __str__(self) -> str:
        return f"{self.operation}: {self.message} ({self.where})"


def broken(violations: Iterable[Violation]) -> tuple[Violation, ...]:
    """Return the violations for which a request may be refused: errors, not warnings."""
    return tuple(violation for violation in violations if violation.level is Severity.ERROR)


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{,57}")
"""A name that is shown unchanged; any other name is quoted, and truncated if it is long."""


def dotted(path: tuple[str | int, ...], *, general: bool = False) -> str:
    """Return a path as text: `body.items[0].price`; if `general`, with `[]` for any item of a list or a map."""
    first, *others = path
    return f"{first}" + "".join(
        "[]" if general and isinstance(token, int | MapKey) else _step(token) for token in others
    )


def _step(token: str | int) -> str:
    return f".{token}" if isinstance(token, str) and _NAME.fullmatch(token) else f"[{brief(token)}]"


def _type(value: object) -> str:
    names = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}
    return TYPES[names.get(type(value), "null")] if value is not ABSENT else ""
