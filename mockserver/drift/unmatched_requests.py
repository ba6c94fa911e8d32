"""The requests of a run whose paths the contract does not know, and what they turn out to be."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mockserver.contract import ABSENT
from mockserver.drift import path_matching
from mockserver.drift.difference import Difference, Kind
from mockserver.drift.occurrences import Occurrences
from mockserver.drift.path_matching import Group, Move, UnmatchedRequest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from mockserver.contract import Arguments, Document, Operation
    from mockserver.traffic import Exchange

MAXIMUM_STRAYS = 2000
"""How many requests of unknown paths are kept, to find out what they are."""
MAXIMUM_VALUES = 200
"""How many values of each path parameter are remembered, to recognize them in unknown paths."""


class UnmatchedRequests:
    """Requests of unknown paths, which become those of operations that are elsewhere, or of new ones."""

    def __init__(self, documents: Collection[Document]) -> None:
        self._strays: list[UnmatchedRequest] = []
        self._moves: list[Move] = []
        self._hosts = {urlsplit(document.resolve("/servers/0/url")).netloc for document in documents}
        self._values: defaultdict[str, set[str]] = defaultdict(set)

    def keep(self, document: Document, path: str, exchange: Exchange) -> None:
        """Keep a request, to find out what it is, unless there are too many."""
        if len(self._strays) < MAXIMUM_STRAYS:
            self._strays.append(UnmatchedRequest(document, path, exchange))

    def trust(self, host: str) -> None:
        """Take a host for one of the service, since it has answered for the contract."""
        self._hosts.add(host)

    def remember(self, arguments: Arguments) -> None:
        """Remember values of parameters, to recognize them in unknown paths."""
        members = arguments.body if isinstance(arguments.body, dict) else {}
        for name, value in (*arguments.path.items(), *arguments.query.items(), *members.items()):
            if isinstance(value, str | int) and value != "" and len(self._values[name]) < MAXIMUM_VALUES:
                self._values[name].add(str(value))

    def explain(self, unmet: Collection[tuple[Document, Operation]]) -> list[Move]:
        """Return which of the operations that were not met are elsewhere. Their requests are kept no longer."""
        found = path_matching.find(path_matching.groups(self._heard(), self._values), unmet, self._values)
        explained = {id(stray) for move in found for stray in move.group.strays}
        self._strays = [stray for stray in self._strays if id(stray) not in explained]
        self._moves += found
        return found

    @property
    def gone(self) -> set[tuple[str, str]]:
        """The operations that are elsewhere, by document and pointer."""
        return {(move.group.document.name, move.operation.pointer) for move in self._moves}

    def moved(self) -> Iterator[Difference]:
        """Yield the operations that are elsewhere."""
        return map(self._moved, self._moves)

    def new(self) -> Iterator[Difference]:
        """Yield the operations that are new."""
        return map(self._new_path, path_matching.groups(self._heard(), self._values))

    def _heard(self) -> list[UnmatchedRequest]:
        """Return the strays of hosts that have answered for the contract, or that it names."""
        return [stray for stray in self._strays if stray.exchange.request.authority in self._hosts]

    def _moved(self, move: Move) -> Difference:
        operation, group = move.operation, move.group
        document = group.document
        return self._of_group(
            Kind.MOVED,
            group,
            operation=operation.name,
            pointer=operation.pointer,
            what="path",
            expected=f"{operation.method} {operation.path}",
            got=f"{operation.method} {move.path}",
            provenance=document.provenance(operation.pointer).level,
            place=document.place(operation.pointer),
            name=operation.path,
            instead=move.path,
        )

    def _new_path(self, group: Group) -> Difference:
        path = path_matching.template(group, self._values)
        return self._of_group(
            Kind.NEW_PATH,
            group,
            operation=group.document.name,
            pointer="/paths",
            what="path",
            expected="",
            got=f"{group.method} {path}",
            name=path,
            extra=group,
        )

    def _of_group(self, kind: Kind, group: Group, **fields: Any) -> Difference:
        tally = Occurrences()
        for stray in group.strays:
            tally.add(stray.exchange, stray.exchange.answer.json if stray.exchange.answer else ABSENT)
        return Difference(
            kind=kind,
            document=group.document.name,
            times=tally.times,
            first=tally.first,
            last=tally.last,
            shape=tally.shape,
            example=tally.example,
            **fields,
        )
