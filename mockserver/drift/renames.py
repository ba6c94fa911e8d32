"""Fields that are there under another name: one is never there any more, another one always is."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import jsonschema_rs

from mockserver.contract import pointer as pointers
from mockserver.drift.difference import Difference, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mockserver.contract import Document


def find(
    differences: Sequence[Difference],
    objects: Mapping[tuple[str, str], int],
    members: Mapping[tuple[str, str, str], int],
    documents: Mapping[str, Document],
) -> list[Difference]:
    """Return the differences in which a missing and a new field that are the same one have become one difference.

    `objects` counts the objects seen by the document and pointer of their schema, `members` those that had a member of
    a name.
    """
    missing = [each for each in differences if each.kind is Kind.MISSING]
    new = [each for each in differences if each.kind is Kind.NEW_FIELD]
    explained: set[tuple[str, str, str]] = set()
    renamed: list[Difference] = []
    pairs = [(old, now) for old in missing for now in new if _is_renamed(old, now, objects, members, documents)]
    for old, now in sorted(pairs, key=_likeness, reverse=True):
        if not {_key(old), _key(now)} & explained:
            explained |= {_key(old), _key(now)}
            renamed.append(
                old._replace(
                    kind=Kind.RENAMED,
                    expected=old.name,
                    got=now.name,
                    instead=now.name,
                    shape=now.shape,
                    example=now.example,
                )
            )
    return [*renamed, *_others(differences, explained)]


def _others(differences: Sequence[Difference], explained: set[tuple[str, str, str]]) -> Iterator[Difference]:
    for each in differences:
        if each.kind not in (Kind.MISSING, Kind.NEW_FIELD) or _key(each) not in explained:
            yield each


def _is_renamed(
    old: Difference,
    now: Difference,
    objects: Mapping[tuple[str, str], int],
    members: Mapping[tuple[str, str, str], int],
    documents: Mapping[str, Document],
) -> bool:
    holder = _holder(old)
    if (old.document, holder) != (now.document, _holder(now)):
        return False
    seen = objects.get((old.document, holder), 0)
    never = not members.get((old.document, holder, old.name))
    always = members.get((now.document, holder, now.name)) == seen
    if not (never and always and now.shape):
        return False
    schema = documents[old.document].resolve(old.pointer)
    learned = now.shape.schema()
    examples = now.shape.examples
    if examples:
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        return all(validator.is_valid(example) for example in examples)
    return bool(learned) and learned.get("type") == schema.get("type")


def _holder(difference: Difference) -> str:
    """Return the pointer of the object schema that a field belongs into."""
    pointer = difference.pointer
    return pointers.parent(pointers.parent(pointer) if difference.kind is Kind.MISSING else pointer)


def _key(difference: Difference) -> tuple[str, str, str]:
    return difference.document, _holder(difference), difference.name


def _likeness(pair: tuple[Difference, Difference]) -> float:
    old, now = pair
    return SequenceMatcher(None, old.name.lower(), now.name.lower()).ratio()
