"""The failures of a document, found by why each request can have been refused."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT, Severity, vocabulary
from mockserver.contract.parts import JSON_TYPE
from mockserver.drift.inference.bodies import Node, shape
from mockserver.drift.inference.knowledge import SMS, Entity
from mockserver.traffic.exchange import header

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from mockserver.contract import Document
    from mockserver.drift.inference.knowledge import Knowledge
    from mockserver.traffic.calls import Call

Path = tuple[str, ...]
_CODE = re.compile(r"[\w.:/-]{2,64}")
_STANDARD: Mapping[int, str] = {
    HTTPStatus.UNAUTHORIZED: "UNAUTHORIZED",
    HTTPStatus.FORBIDDEN: "FORBIDDEN",
    HTTPStatus.METHOD_NOT_ALLOWED: "METHOD_NOT_ALLOWED",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "CONTENT_TOO_LARGE",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL_ERROR",
}
"""The reasons that the statuses of HTTP name."""
_SHARED = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.INTERNAL_SERVER_ERROR})
"""The statuses among them that services give for other reasons, too."""
_OF_NAMES: Mapping[str, tuple[str, str]] = {
    "UNKNOWN_COUNTRY": ("country", "country.code"),
    "UNKNOWN_SERVICE": ("service", "service.code"),
    "UNKNOWN_CARRIER": ("carrier", "carrier.name"),
    "ORDER_NOT_FOUND": ("order", "order.id"),
    "TRANSACTION_NOT_FOUND": ("payment", "payment.id"),
}
"""The reasons that are about a name which nothing has: the argument that holds it, and where known ones stand."""


OWNED = frozenset({"order", "payment"})
"""The arguments that name something of an account."""


class Refusal(NamedTuple):
    """A refused call: its status, media type and body (`ABSENT` if it is no JSON), and its text."""

    call: Call
    status: int
    media: str
    body: Any
    text: str


class LearnedFailure(NamedTuple):
    """The response for a reason: its status, media type, code and text, and how often it was seen.

    `text` is empty if it varies. `reasons` are all that it may have: the meaning is known if there is one.
    """

    reasons: tuple[str, ...]
    status: int
    media: str
    code: str
    text: str
    refusals: tuple[Refusal, ...]


class LearnedFailures(NamedTuple):
    """The failures of a document, the shape of their bodies, and where their code and text stand."""

    failures: tuple[LearnedFailure, ...]
    shape: Node
    code: Path | None
    text: Path | None

    def known(self) -> list[LearnedFailure]:
        """Return the failures that have a single reason which no other has."""
        claimed = Counter(each.reasons for each in self.failures)
        return [each for each in self.failures if len(each.reasons) == 1 and claimed[each.reasons] == 1]


def refusals(calls: Iterable[Call]) -> Iterator[Refusal]:
    """Yield the refused calls among calls that were answered."""
    for call in calls:
        answer = call.exchange.answer
        if answer is not None:
            media = (header(answer.headers, "content-type") or JSON_TYPE).partition(";")[0].strip().lower()
            text = answer.content.decode("utf-8", "replace") if answer.json is ABSENT else ""
            yield Refusal(call, answer.status, media, answer.json, text)


def learn(document: Document, found: Sequence[Refusal], knowledge: Knowledge, known: KnownNames) -> LearnedFailures:
    """Return the failures of a document, each with the reasons that all its calls have in common."""
    bodies = [each.body for each in found if isinstance(each.body, dict)]
    root = shape(bodies, lambda _: False)
    code, text = _places(root)
    clusters: defaultdict[tuple[int, str, str], list[Refusal]] = defaultdict(list)
    for each in found:
        name = _at(each.body, code or text) if isinstance(each.body, dict) else ""
        clusters[each.status, each.media, str(name or "").partition(": ")[0]].append(each)
    codes = {
        name: {entry.reason}
        for entry in (document.failures.entries.values() if document.failures else ())
        for name in (entry.code, entry.text)
        if name
    }
    meant = {
        key: codes.get(key[2]) or set.intersection(*(_possible(each, knowledge, known) for each in many))
        for key, many in clusters.items()
    }
    _tell_apart(meant)
    failures = tuple(
        LearnedFailure(tuple(sorted(meant[key])), key[0], key[1], key[2], _text(many, text), tuple(many))
        for key, many in clusters.items()
    )
    return LearnedFailures(failures, root, code, text)


class KnownNames(NamedTuple):
    """The names that granted calls have used, by argument, and what of them breaks the contract, by operation.

    `owned` are the ids of orders and payments that belong to each account.
    """

    granted: Mapping[str, Collection[str]]
    owned: Mapping[str, Collection[str]]
    broken: Mapping[str, Collection[tuple[tuple[str | int, ...], str]]]

    def is_malformed(self, call: Call) -> bool:
        """Return whether a request breaks the contract otherwise than granted ones do."""
        if call.operation is None:
            return False
        purpose = vocabulary().purposes[call.purpose]
        if any(each.required and name not in call.arguments for name, each in purpose.arguments.items()):
            return True
        usual = self.broken.get(call.name, ())
        return any(each not in usual for each in broken(call))

    def has(self, argument: str, value: Any, listed: Iterable[Any], account: str) -> bool:
        """Return whether something has this name; for an order or a payment, one of the account if that is known."""
        if argument in OWNED and account:
            return str(value) in self.owned.get(account, ())
        return str(value) in self.granted.get(argument, ()) or value in listed


def broken(call: Call) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the places and keywords at which the request of a call breaks the contract."""
    if call.operation is not None and call.read is not None:
        for violation in call.operation.check_request(call.read):
            if violation.level is Severity.ERROR:
                yield violation.path, violation.rule


def _places(root: Node) -> tuple[Path | None, Path | None]:
    """Return where the code and the text of a failure stand: names without blanks, and sentences."""
    strings = [node for node in root.walk() if node.kind == "string" and node.cells]
    total = max((node.times for node in strings), default=0)
    usual = [node for node in strings if node.times == total]
    codes = [node for node in usual if sum(map(_is_code, node.distinct)) * 2 > len(node.distinct)]
    code = min(codes, key=lambda node: len(node.path), default=None)
    texts = [node for node in usual if node is not code]
    text = min(texts, key=lambda node: len(node.path), default=None)
    return (code.path if code else None), (text.path if text else None)


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _text(many: Sequence[Refusal], place: Path | None) -> str:
    texts = {str(_at(each.body, place) or "") if isinstance(each.body, dict) else each.text for each in many}
    return texts.pop() if len(texts) == 1 else ""


def _at(body: Any, path: Path | None) -> Any:
    for name in path or ():
        body = body.get(name) if isinstance(body, dict) else None
    return body if path else None


def _possible(refusal: Refusal, knowledge: Knowledge, known: KnownNames) -> set[str]:
    """Return the reasons that a request can have been refused for."""
    call = refusal.call
    standard = _STANDARD.get(refusal.status)
    if standard is not None and refusal.status not in _SHARED:
        return {standard}
    if standard is not None:
        refusals_of = vocabulary().purposes[call.purpose].refusals if call.purpose else ()
        return {
            standard,
            *(reason for reason in refusals_of if reason in _OF_NAMES or _may_be(reason, call, knowledge)),
        }
    if call.operation is None:
        return {"NOT_FOUND"} if refusal.status == HTTPStatus.NOT_FOUND else set(vocabulary().reasons)
    if not call.purpose:
        return {"INVALID_REQUEST"}
    refused = set(vocabulary().purposes[call.purpose].refusals)
    unknown = {
        reason
        for reason, (argument, listed) in _OF_NAMES.items()
        if reason in refused
        and call.arguments.get(argument) not in (None, "", "any")
        and not known.has(argument, call.arguments[argument], knowledge.domain(listed), call.account)
    }
    if unknown and not known.is_malformed(call):
        return unknown
    found = {reason for reason in refused - _OF_NAMES.keys() if _may_be(reason, call, knowledge)}
    if known.is_malformed(call):
        return {"INVALID_REQUEST", *unknown, *found}
    if refusal.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        found.add("UNAVAILABLE")
    return found or set(vocabulary().reasons)


def _may_be(reason: str, call: Call, knowledge: Knowledge) -> bool:
    """Return whether what is known of the order, the account and the offer leaves a reason possible."""
    match reason:
        case "INVALID_COUPON":
            return bool(call.arguments.get("coupon"))
        case "INSUFFICIENT_BALANCE":
            return _is_short(call, knowledge)
        case "SMS_NOT_RECEIVED":
            return not _knows_sms(call, knowledge)
        case "PRICE_CHANGED":
            return bool(call.arguments.get("m") or call.arguments.get("maximum") is not None)
    return True


def _is_short(call: Call, knowledge: Knowledge) -> bool:
    """Return whether the account may have too little money for a call."""
    balances = knowledge.values(Entity("account", call.account, (call.account,)), "balance", call.at)
    if call.purpose == "order":
        prices = knowledge.values(Entity("offer", "", call.offer), "price", call.at)
    else:
        prices = knowledge.values(Entity("order", "", (call.order,)), "price", call.at)
    return not balances or not prices or min(balances) < max(prices)


def _knows_sms(call: Call, knowledge: Knowledge) -> bool:
    """Return whether a response before a call has shown an SMS of its order."""
    whose = Entity("order", "", (call.order,))
    return SMS in knowledge.events(whose, call.at) or bool(knowledge.values(whose, "latest.text", call.at))


def _tell_apart(meant: dict[tuple[int, str, str], set[str]]) -> None:
    """Remove from each failure the reasons that another one certainly has."""
    while True:
        sure = {next(iter(reasons)) for reasons in meant.values() if len(reasons) == 1}
        before = {key: set(reasons) for key, reasons in meant.items()}
        for key, reasons in meant.items():
            if len(reasons) > 1:
                meant[key] = reasons - sure or reasons
        if meant == before:
            return
