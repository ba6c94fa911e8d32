"""The common schema of the failures of a document as traffic shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.drift.inference.schemas import Revision
from mockserver.drift.inference.stated import prior
from mockserver.drift.inference.unknown_values import plain

if TYPE_CHECKING:
    from mockserver.contract import Document
    from mockserver.contract.parts import Schema
    from mockserver.drift.inference.bodies import Node
    from mockserver.drift.inference.refusals import LearnedFailures


class FailureRevision(Revision):
    """Revises the common schema of the failures of a document."""

    def __init__(self, document: Document, data: Any, learned: LearnedFailures, old: Schema | None) -> None:
        """Take the document, its data as overlays see it, what was learned, and the schema in the contract."""
        super().__init__(document, data, {}, {}, old)
        self._shape = learned.shape
        kept = {name for path, name in prior(old).items() if learned.shape.at(path) is not None}
        wanted = {learned.code: "failure.code", learned.text: "failure.text"}
        if learned.text is None:
            wanted = {learned.code: "failure.text"}
        if kept:
            wanted = {}
        self._places = {path: name for path, name in wanted.items() if path is not None}

    def _scalar(self, node: Node, old: Schema | None) -> Schema:
        if node.path in self._places:
            return {"type": "string", "x-value": self._places[node.path]}
        if old is not None and (kept := self._kept(node, old)) is not None:
            return kept
        distinct = node.distinct
        if len(distinct) == 1 and node.kind and node.kind != "string":
            return {"type": node.kind, "const": distinct[0]}
        return {**plain(node), "x-made-up": True}

    def _object(self, node: Node, old: Schema | None) -> Schema:
        schema = super()._object(node, old)
        always = schema.get("required", [])
        if node is self._shape:
            schema["properties"] = {
                name: inner for name, inner in schema["properties"].items() if name in always or "$ref" in inner
            }
        return schema
