"""Which operation of which contract document a recorded request was for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mockserver.contract import BadPath, Found

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mockserver.contract import Document, Operation
    from mockserver.traffic import Request


class Known(NamedTuple):
    """A request of an operation. `path_params` are decoded."""

    document: Document
    operation: Operation
    path_params: dict[str, str]


class Unknown(NamedTuple):
    """A request below the prefix of a document, whose method and path the document does not have."""

    document: Document
    path: str


def match(documents: Iterable[Document], request: Request) -> Known | Unknown | None:
    """Find the operation of a request; None if the request has nothing to do with the documents.

    The host does not matter, nor what stands before the prefix: `https://staging.test/gateway/v3/…` is a request of V3.
    """
    unknown = None
    for document in documents:
        _, prefix, rest = request.path.partition(f"{document.prefix}/")
        if prefix:
            path = f"/{rest}"
            route = document.route(request.method, path)
            if isinstance(route, Found):
                return Known(document, route.operation, route.path_params)
            if unknown is None and not isinstance(route, BadPath):
                unknown = Unknown(document, path)
    return unknown
