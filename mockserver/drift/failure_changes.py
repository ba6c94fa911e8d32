"""The changes of a document's failures that traffic asks for."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from mockserver.contract.parts import JSON_TYPE
from mockserver.contract.vocabulary import Type
from mockserver.drift.inference.bodies import shape
from mockserver.drift.inference.failure_schema import FailureRevision
from mockserver.drift.inference.refusals import is_alike
from mockserver.drift.inference.schemas import Revision
from mockserver.drift.inference.unknown_values import plain
from mockserver.drift.sighting import PROVENANCE, provenance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mockserver.contract.vocabulary import Names
    from mockserver.drift.edits import Data, Edits
    from mockserver.drift.inference.bodies import Node
    from mockserver.drift.inference.learned import Learned
    from mockserver.drift.inference.refusals import LearnedFailure, LearnedFailures


def revise_failures(edits: Edits, learned: LearnedFailures, operations: Mapping[str, Learned], source: str) -> None:
    """Write each failure as traffic shows it: the common schema, then status, media type, code and text by reason."""
    described = edits.data["x-failures"]
    old = edits.document.resolve("/x-failures").get("schema")
    if learned.shape.times and old is not None:
        revision = FailureRevision(edits.document, edits.before, learned, old)
        if not revision.fits(old, learned.shape):
            schema = revision.revised(learned.shape, old)
            reference = described.get("schema", {}).get("$ref", "")
            if reference.startswith("#/components/schemas/"):
                edits.data["components"]["schemas"][reference.rpartition("/")[2]] = schema
            else:
                described["schema"] = schema
    _add_unknown_failures(edits, learned, source)
    for failure in learned.known():
        (reason,) = failure.reasons
        entry = dict(described["reasons"].get(reason, {}))
        before = dict(entry)
        entry["status"] = failure.status
        for name, value, usual in (("media", failure.media, JSON_TYPE), ("code", failure.code, reason)):
            entry.pop(name, None)
            if value and value != usual:
                entry[name] = value
        has_text = failure.media != JSON_TYPE or (learned.text is not None and learned.code is not None)
        if has_text and failure.text:
            entry["text"] = failure.text
        if (own := _own_schema(edits, failure, learned, operations)) is not None:
            entry["schema"] = own
        if entry != before:
            last = max(each.call.exchange.started for each in failure.refusals)
            entry[PROVENANCE] = provenance(source, last, len(failure.refusals))
            described["reasons"][reason] = entry


def _own_schema(
    edits: Edits, failure: LearnedFailure, learned: LearnedFailures, operations: Mapping[str, Learned]
) -> Data | None:
    """Return the schema of a failure that has other fields than the common schema; None if it has none."""
    base = edits.data["x-failures"].get("schema")
    bodies = [each.body for each in failure.refusals if isinstance(each.body, dict)]
    if base is None or not bodies or not failure.media.endswith("json"):
        return None
    is_common = all(is_alike(body, learned.shape) for body in bodies)
    if is_common and failure.media != JSON_TYPE:
        return None
    common: Data = edits.resolved(base, edits.data) if is_common else {"type": "object"}
    known: Data = common.get("properties", {})
    seen = shape(bodies, lambda _: False)
    extras = {
        name: _offer(edits, node, failure, operations) or _typed(node)
        for name, node in seen.members.items()
        if name not in known
    }
    if not extras:
        return None
    always = [name for name in extras if not is_common and "x-when" not in extras[name] and _is_always(seen, name)]
    required = [*common.get("required", ()), *always]
    return {**common, **({"required": required} if required else {}), "properties": {**known, **extras}}


def _is_always(node: Node, name: str) -> bool:
    return node.members[name].times == node.kinds["object"]


def _typed(node: Node) -> Data:
    """Return the schema of a field whose meaning is unknown: a flag that never changes, or what was seen."""
    values = node.distinct
    is_flag = len(values) == 1 and isinstance(values[0], bool)
    return {"type": "boolean", "const": values[0]} if is_flag else {**plain(node), "x-made-up": True}


def _offer(edits: Edits, node: Node, failure: LearnedFailure, operations: Mapping[str, Learned]) -> Data | None:
    """Return the schema of an object with the values of the offer as it is now. None for other objects."""
    names: Names = {"offer": Type("offer")}
    for learned in operations.values():
        if learned.operation.purposes != ("quote",) or learned.operation.document is not edits.document:
            continue
        quote = next((each for each in learned.shape.walk() if each.members.keys() == node.members.keys()), None)
        if node.members and quote is not None:
            revision = Revision(edits.document, edits.before, learned.meanings, names, None)
            return {**revision.revised(quote, None), "x-when": "failure.offer as offer"}
    if any(inner.path in failure.offer for inner in node.walk()):
        revision = Revision(edits.document, edits.before, failure.offer, names, None)
        return {**revision.revised(node, None), "x-when": "failure.offer as offer"}
    return None


def _add_unknown_failures(edits: Edits, learned: LearnedFailures, source: str) -> None:
    """List the refusals whose reason is unknown in the operations that gave them."""
    known = {id(each) for each in learned.known()}
    base = edits.data["x-failures"].get("schema")
    for failure in learned.failures:
        if id(failure) in known:
            continue
        for refusal in failure.refusals:
            operation = refusal.call.operation
            if operation is None or operation.document is not edits.document:
                continue
            responses = edits.operation(operation)["responses"]
            if str(failure.status) not in responses:
                is_json = base is not None and failure.media.endswith("json")
                schema = deepcopy(base) if is_json else {"type": "string"}
                responses[str(failure.status)] = {
                    "description": "Seen in recorded traffic. The reason is unknown.",
                    PROVENANCE: provenance(source, refusal.call.exchange.started, len(failure.refusals)),
                    "content": {failure.media: {"schema": schema}},
                }
