"""The failures of a document, found by why each request can have been refused."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract import ABSENT
from mockserver.contract.parts import JSON_TYPE
from mockserver.drift.inference import refused_offers
from mockserver.drift.inference.bodies import Node, shape
from mockserver.drift.inference.refusal_reasons import is_shown, possible
from mockserver.traffic.exchange import header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from mockserver.contract import Document
    from mockserver.drift.inference.knowledge import Knowledge
    from mockserver.drift.inference.meaning import Value
    from mockserver.drift.inference.refusal_reasons import GrantedRequests
    from mockserver.traffic.calls import Call

Path = tuple[str, ...]
_CODE = re.compile(r"[\w.:/-]{2,64}")


class Refusal(NamedTuple):
    """A refused call: its status, media type and body (`ABSENT` if it is no JSON), and its text."""

    call: Call
    status: int
    media: str
    body: Any
    text: str


class LearnedFailure(NamedTuple):
    """The response for a reason: its status, media type, code and text, and how often it was seen.

    `text` is empty if it varies. `reasons` are all that it may have: the meaning is known if there is one. `offer` are
    the values that describe the offer as it is now.
    """

    reasons: tuple[str, ...]
    status: int
    media: str
    code: str
    text: str
    refusals: tuple[Refusal, ...]
    offer: Mapping[Path, Value]


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


def learn(
    document: Document, found: Sequence[Refusal], knowledge: Knowledge, granted: GrantedRequests
) -> LearnedFailures:
    """Return the failures of a document, each with the reasons that all its calls have in common."""
    root = _common_shape([each.body for each in found if isinstance(each.body, dict)])
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
        key: codes.get(key[2])
        or set.intersection(*(possible(each.call, each.status, knowledge, granted) for each in many))
        for key, many in clusters.items()
    }
    _tell_apart(meant)
    for key, reasons in meant.items():
        shown = {
            reason
            for reason in reasons
            if all(is_shown(reason, each.call, each.body, knowledge, granted.clock) for each in clusters[key])
        }
        if len(shown) == 1:
            meant[key] = shown
    _tell_apart(meant)
    failures = tuple(
        LearnedFailure(
            tuple(sorted(meant[key])),
            *key,
            _text(many, text),
            tuple(many),
            refused_offers.meanings(many, knowledge, granted.clock),
        )
        for key, many in clusters.items()
    )
    return LearnedFailures(failures, root, code, text)


def is_alike(body: Any, common: Node) -> bool:
    """Return whether a body has the common shape of the failures: most of the fields of both are the same."""
    return isinstance(body, dict) and _are_alike(body.keys(), common.members.keys())


def _are_alike(names: AbstractSet[str], others: AbstractSet[str]) -> bool:
    return len(names & others) * 2 > len(names | others) or names == others


def _common_shape(bodies: Sequence[Mapping[str, Any]]) -> Node:
    """Return the shape of the bodies that have the fields of most failures. A list of always one item is a tuple."""
    counted = Counter(frozenset(body) for body in bodies)
    names = max(counted, key=lambda each: counted[each], default=frozenset())
    common = [body for body in bodies if _are_alike(body.keys(), names)]
    root = shape(common, lambda _: False)
    single = {node.path for node in root.walk() if node.item is not None and set(node.lengths.values()) == {1}}
    return shape(common, lambda _: False, single) if single else root


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
        if isinstance(body, list):
            body = body[int(name)] if name.isdigit() and int(name) < len(body) else None
        else:
            body = body.get(name) if isinstance(body, dict) else None
    return body if path else None


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
