"""What a mock tells of a world, as values. Money is in US cents, times are in the world's own."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Sms(NamedTuple):
    """An SMS that arrived; `code` is None if there is none in it."""

    at: datetime
    text: str
    code: str | None


class Order(NamedTuple):
    """An order as the vendor sees it; `state` is waiting, completed, refunded or expired."""

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
        """Read what the control API shows."""
        sms = tuple(Sms(_time(each["at"]), each["text"], each["code"]) for each in view["sms"])
        times = {"orderedAt": _time(view["orderedAt"]), "expiresAt": _time(view["expiresAt"])}
        return cls(**_fields(cls, {**view, **times, "sms": sms}))


class Payment(NamedTuple):
    """A payment; `status` is the provider's word, such as paid."""

    id: str
    account: str
    provider: str
    cents: int
    status: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Payment:
        """Read what the control API shows."""
        times = {name: _time(view[name]) for name in ("createdAt", "expiresAt")}
        return cls(**_fields(cls, {**view, **times}))


class LedgerEntry(NamedTuple):
    """An entry of the ledger; `kind` is opening, charge, refund, payment or bonus, and `reference` an id."""

    at: datetime
    account: str
    kind: str
    cents: int
    reference: str

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> LedgerEntry:
        """Read what the control API shows."""
        return cls(**_fields(cls, {**view, "at": _time(view["at"])}))


class Cost(NamedTuple):
    """What orders would have cost with the vendor."""

    spent: int = 0
    refunded: int = 0

    @property
    def lost(self) -> int:
        """What did not come back."""
        return self.spent - self.refunded

    @classmethod
    def of(cls, entries: tuple[LedgerEntry, ...]) -> Cost:
        """Add up a ledger."""
        spent = -sum(entry.cents for entry in entries if entry.kind == "charge")
        return cls(spent, sum(entry.cents for entry in entries if entry.kind == "refund"))


class Violation(NamedTuple):
    """One way in which an exchange breaks the contract; `side` is request or answer, `level` error or warning.

    `exchange` is its number in the journal, `where` the line of the contract document.
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
        """Read what the control API shows."""
        return cls(**_fields(cls, view))

    def __str__(self) -> str:
        return f"#{self.exchange} {self.operation}: {self.message} ({self.where})"


class Message(NamedTuple):
    """A request or an answer, without secrets."""

    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def json(self) -> Any:
        """The data of its body. Raises ValueError if that is no JSON."""
        return json.loads(self.body)


class Exchange(NamedTuple):
    """A request and its answer. `operation` is empty if the path leads to none, `status` 0 if the answer was lost.

    `faults` are the names of those that acted, `at` is None for a request that reached no account.
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
        """Read what the control API shows."""
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
    """Something that goes wrong on purpose: how many calls matched it, and on how many it acted."""

    number: int
    name: str
    matched: int
    acted: int

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Fault:
        """Read what the control API shows."""
        return cls(**_fields(cls, view))


def _fields(kind: Any, view: Mapping[str, Any]) -> dict[str, Any]:
    """Pick the fields of a kind; names such as phone_number are written phoneNumber there."""
    return {name: view[camel(name)] for name in kind._fields}


def camel(name: str) -> str:
    """Write `phone_number` as `phoneNumber`."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _message(view: Mapping[str, Any]) -> Message:
    return Message(tuple((name, value) for name, value in view["headers"]), view["body"])
