"""The differences that are inferred from all the traffic: moved and new operations, and failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract import ABSENT
from mockserver.contract import pointer as pointers
from mockserver.contract.failures import FAILURES
from mockserver.contract.parts import JSON_TYPE
from mockserver.drift.difference import Difference, Kind, Occurrences
from mockserver.drift.inference.meaning import Value
from mockserver.drift.inference.stated import is_written_so, places
from mockserver.drift.new_operations import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.contract import Document
    from mockserver.drift.inference.learned import Learned, NewPath
    from mockserver.drift.inference.refusals import LearnedFailures


def moved(learned: Learned) -> Difference:
    """Return the difference of an operation that has another path or method."""
    operation, group = learned.operation, learned.group
    assert group is not None  # noqa: S101 - only operations that have moved come here
    document = operation.document
    seen = Occurrences()
    for each in group.requests:
        seen.add(each.exchange)
    path = learned.path
    return Difference(
        kind=Kind.MOVED,
        document=document.name,
        operation=operation.name,
        pointer=operation.pointer,
        what="path",
        expected=f"{operation.method} {operation.path}",
        got=f"{group.method} {path}",
        times=seen.times,
        first=seen.first,
        last=seen.last,
        provenance=document.provenance(operation.pointer).level,
        place=document.place(operation.pointer),
        name=operation.path,
        instead=path,
        example=seen.example,
    )


def reworded(learned: Learned) -> Iterator[Difference]:
    """Yield the values of responses that conform to the contract, but have other words or another unit."""
    operation = learned.operation
    if learned.group is not None or operation.success_schema is None:
        return
    document = operation.document
    for path, schema in places(operation.success_schema):
        meaning, node = learned.meanings.get(path), learned.shape.at(path)
        if not isinstance(meaning, Value) or node is None or schema.get("x-value") != meaning.name:
            continue
        if (meaning.ground and not meaning.words) or is_written_so(schema, meaning):
            continue
        seen = Occurrences()
        for call in learned.calls:
            seen.add(call.exchange)
        pointer = document.origin(schema)
        words = meaning.words or {}
        yield Difference(
            kind=Kind.VALUE,
            document=document.name,
            operation=operation.name,
            pointer=pointer,
            what=f"{operation.status} {'.'.join(('body', *path)).replace('.[]', '[]').replace('.{}', '{}')}",
            expected=", ".join(words) or meaning.name,
            got=", ".join(map(str, words.values())) or _written(meaning),
            times=meaning.times,
            first=seen.first,
            last=seen.last,
            provenance=document.provenance(pointer).level,
            place=document.place(pointer),
            example=seen.example,
        )


def _written(meaning: Value) -> str:
    """Return how a value is written, such as `x-unit: dollars`; the usual form has no annotation."""
    annotation = meaning.encoding.annotation if meaning.encoding else None
    return ": ".join(annotation) if annotation else "the usual form"


def new_path(new: NewPath) -> Difference:
    """Return the difference of an operation that the contract does not have."""
    group = new.group
    path = group.template(names_of(new, group.document))
    seen = Occurrences()
    for each in group.requests:
        seen.add(each.exchange, each.exchange.answer.json if each.exchange.answer else ABSENT)
    return Difference(
        kind=Kind.NEW_PATH,
        document=group.document.name,
        operation=group.document.name,
        pointer="/paths",
        what="path",
        expected="",
        got=f"{group.method} {path}",
        times=seen.times,
        first=seen.first,
        last=seen.last,
        name=path,
        shape=seen.shape,
        extra=new,
        example=seen.example,
    )


def failures(document: Document, learned: LearnedFailures) -> Iterator[Difference]:
    """Yield the failures that differ from those of a document."""
    entries = document.failures.entries if document.failures else {}
    for each in learned.known():
        (reason,) = each.reasons
        entry = entries.get(reason)
        body = each.refusals[0].body
        if entry is None or not (
            (each.status, each.media) != (entry.status, entry.media)
            or (
                document.failures is not None and document.failures.read(each.status, body, each.media).reason != reason
            )
            or document.check_failure(each.status, body, each.media, reason)
        ):
            continue
        pointer = pointers.join(FAILURES, "reasons", reason)
        seen = Occurrences()
        for refusal in each.refusals:
            seen.add(refusal.call.exchange)
        yield Difference(
            kind=Kind.FAILURE,
            document=document.name,
            operation=document.name,
            pointer=pointer,
            what=f"failure {reason}",
            expected=_failure(entry.status, entry.media, entry.code),
            got=_failure(each.status, each.media, each.code),
            times=seen.times,
            first=seen.first,
            last=seen.last,
            provenance=document.provenance(pointer).level,
            place=document.place(pointer),
            name=reason,
            example=seen.example,
        )


def _reason(document: Document, status: int, body: Any, media: str) -> str:
    """Return the reason that the contract reads in a refusal."""
    return document.failures.read(status, body, media).reason if document.failures else ""


def _failure(status: int, media: str, code: str) -> str:
    """Describe the response of a failure in a few words."""
    return " ".join(filter(None, (str(status), media if media != JSON_TYPE else code)))
