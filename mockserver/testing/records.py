"""Values of the control API as named tuples. Amounts are in US cents, times are times of the world."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sms(NamedTuple):
    """A received SMS. `code` is None if its text contains none."""

    at: datetime
    text: str
    code: str | None


class Order(NamedTuple):
    """An order on the vendor's side. `state` is waiting, completed, refunded or expired."""

    id: str
    account: str
    country: str
    carrier: str
    service: str
    phone_number: str
    price: int
    state: str
    ordered_at: datetime
    expires_at: datetime
    sms: tuple[Sms, ...]

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Order:
        """Create a value from JSON data of the control API."""
        sms = tuple(Sms(_time(each["at"]), each["text"], each["code"]) for each in view["sms"])
        times = {"orderedAt": _time(view["orderedAt"]), "expiresAt": _time(view["expiresAt"])}
        return cls(**_fields(cls, {**view, **times, "sms": sms}))


class Payment(NamedTuple):
    """A payment. `status` is the word of the payment provider, such as paid."""

    id: str
    account: str
    provider: str
    cents: int
    status: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Payment:
        """Create a value from JSON data of the control API."""
        times = {name: _time(view[name]) for name in ("createdAt", "expiresAt")}
        return cls(**_fields(cls, {**view, **times}))


def identity(thing: object) -> str:
    """Return the id of an order or a payment, which may be given by itself or by its id."""
    return thing.id if isinstance(thing, Order | Payment) else str(thing)


class LedgerEntry(NamedTuple):
    """A ledger entry. `kind` is opening, charge, refund, payment or bonus; `reference` is the ID of its cause."""

    at: datetime
    account: str
    kind: str
    cents: int
    reference: str

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> LedgerEntry:
        """Create a value from JSON data of the control API."""
        return cls(**_fields(cls, {**view, "at": _time(view["at"])}))


class Cost(NamedTuple):
    """What orders would have cost at the vendor, in US cents."""

    spent: int = 0
    refunded: int = 0

    @property
    def lost(self) -> int:
        """The charges that were not refunded."""
        return self.spent - self.refunded

    @classmethod
    def of(cls, entries: tuple[LedgerEntry, ...]) -> Cost:
        """Return the cost in a ledger."""
        spent = -sum(entry.cents for entry in entries if entry.kind == "charge")
        return cls(spent, sum(entry.cents for entry in entries if entry.kind == "refund"))


class Violation(NamedTuple):
    """A contract violation of an exchange. `side` is request or answer, `level` is error or warning.

    `exchange` is the number of the exchange in the journal, `where` the line of the contract document.
    """

    exchange: int
    side: str
    level: str
    operation: str
    place: str
    rule: str
    message: str
    where: str

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Violation:
        """Create a value from JSON data of the control API."""
        return cls(**_fields(cls, view))

    def __str__(self) -> str:
        return f"#{self.exchange} {self.operation}: {self.message} ({self.where})"


class Message(NamedTuple):
    """A request or a response, redacted."""

    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def json(self) -> Any:
        """The JSON data of the body. Raises ValueError if the body is not JSON."""
        return json.loads(self.body)


class Exchange(NamedTuple):
    """A request and its response.

    `operation` is empty if the path matches none. `status` is 0 if the response was lost. `faults` has the names of the
    faults that took effect. `at` is None for a request that reached no account.
    """

    number: int
    operation: str
    method: str
    path: str
    query: str
    account: str | None
    status: int
    request: Message
    answer: Message
    violations: tuple[Violation, ...]
    faults: tuple[str, ...]
    at: datetime | None

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Exchange:
        """Create a value from JSON data of the control API."""
        read = {
            "request": _message(view["request"]),
            "answer": _message(view["answer"]),
            "violations": tuple(map(Violation.of, view["violations"])),
            "faults": tuple(view["faults"]),
            "at": view["at"] and _time(view["at"]),
        }
        return cls(**_fields(cls, {**view, **read}))

    def __str__(self) -> str:
        status = self.status or "no answer"
        return f"#{self.number} {self.method} {self.path} ({self.operation or 'no operation'}) {status}"


class Fault(NamedTuple):
    """A fault, with the number of calls that matched it and the number of calls that it affected."""

    number: int
    name: str
    matched: int
    acted: int

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Fault:
        """Create a value from JSON data of the control API."""
        return cls(**_fields(cls, view))


def _fields(kind: Any, view: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a named tuple from JSON data, in which `phone_number` is `phoneNumber`."""
    return {name: view[camel(name)] for name in kind._fields}


def camel(name: str) -> str:
    """Return a snake case name in camel case: `phone_number` becomes `phoneNumber`."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _message(view: Mapping[str, Any]) -> Message:
    return Message(tuple((name, value) for name, value in view["headers"]), view["body"])
