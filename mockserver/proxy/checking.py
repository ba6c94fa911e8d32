"""Which operation a request is for, and how both sides of an exchange break its contract."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from mockserver.contract import Found, Violation, WrongMethod
from mockserver.traffic import header
from mockserver.traffic.calls import Known, arguments_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract import Document, Operation
    from mockserver.traffic import Answer, Request

_NO_BODY = frozenset({204, 304})


class Match(NamedTuple):
    """What a request is for. An operation that no document has is None.

    `near` are the operations that it might be meant for or be taken for: the one found; else all that have its path
    but another method.
    """

    document: Document | None
    operation: Operation | None
    path: dict[str, str]
    near: tuple[Operation, ...] = ()


UNKNOWN = Match(None, None, {})


class CheckedContract:
    """The contract documents, as what is on the wire is held against them."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.documents = tuple(documents)

    def match(self, method: str, path: str) -> Match:
        """Find what a request is for by its method and its path, which is percent-encoded and has the prefix."""
        for document in self.documents:
            if not path.startswith(f"{document.prefix}/"):
                continue
            below = path[len(document.prefix) :]
            match document.route(method, below):
                case Found(operation, path_params):
                    return Match(document, operation, path_params, (operation,))
                case WrongMethod(allowed):
                    routes = [document.route(each, below) for each in allowed]
                    return Match(
                        document, None, {}, tuple(each.operation for each in routes if isinstance(each, Found))
                    )
        return UNKNOWN

    def match_loosely(self, method: str, path: str) -> Match:
        """Find what a server may take a request for that is easy about slashes, dots and percent-encoding."""
        return self.match(method, _plain(path))

    def check(self, match: Match, request: Request | None, answer: Answer | None) -> Iterator[Violation]:
        """Find how an exchange breaks the contract; None is a side that is not known as a whole."""
        document, operation = match.document, match.operation
        if document is None or operation is None:
            return
        if request is not None:
            arguments = arguments_of(Known(document, operation, match.path), request)
            yield from operation.check_request(arguments)
        if answer is not None and answer.status not in _NO_BODY:
            content_type = header(answer.headers, "content-type") or ""
            yield from operation.check_answer(answer.status, answer.json, content_type)


def _plain(path: str) -> str:
    segments: list[str] = []
    for segment in path.split("/"):
        plain = unquote(segment)
        if plain == "..":
            del segments[-1:]
        elif plain not in ("", "."):
            segments.append(quote(plain, safe=""))
    return "/" + "/".join(segments)
