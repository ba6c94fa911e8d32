"""The kind `status`: a response that replaces the service's."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson

from mockserver.contract import ABSENT, FailureBody
from mockserver.simulation.faults.effect import Effect, FaultedAnswer, Moment
from mockserver.simulation.units import Found, fraction

BODILESS = (204, 304)
"""The statuses of responses without a body."""

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"([!-~]([ -~]*[!-~])?)?")
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})


@dataclass(frozen=True)
class ErrorAnswer(Effect):
    """A replacement response with `body` as JSON or, without one, `text` in the failure body of the document.

    A string `body` is sent verbatim if the headers have a content type.
    """

    status: int
    text: str = ""
    body: object = ABSENT
    headers: tuple[tuple[str, str], ...] = ()

    moments = (Moment.BEFORE, Moment.AFTER)

    @classmethod
    def parse(cls, value: Any, /) -> Effect:
        """Parse a status, or a whole response."""
        if isinstance(value, int):
            return cls(value)
        headers = tuple(value.get("headers", {}).items())
        return cls(value["status"], value.get("text", ""), value.get("body", ABSENT), headers)

    @classmethod
    def check(cls, value: Any, _: Sequence[str], /) -> Iterator[Found]:
        """Find a body that cannot be sent, and headers that are invalid or set by the server."""
        if not isinstance(value, dict):
            yield from fraction(value)
            return
        yield from fraction(value["status"], "status")
        if "body" in value:
            yield from _wrong_body(value)
        for name, text in value.get("headers", {}).items():
            if not _HEADER.fullmatch(name):
                yield ("headers", name), "this is not a header name"
            elif name.lower() in _FRAMING:
                yield ("headers", name), "the server sets this header itself"
            elif not _VALUE.fullmatch(text):
                yield ("headers", name), "the value of a header must be printable ASCII without spaces at its ends"

    def change(self, answer: FaultedAnswer) -> FaultedAnswer:
        """Replace the response."""
        headers = tuple((name.lower().encode(), value.encode()) for name, value in self.headers)
        if self.body is ABSENT:
            reply = answer.failure(self.status, self.text or _name(self.status))
        else:
            reply = FailureBody(self.status, self.body)
        return answer._replace(reply=reply, headers=headers)


def _wrong_body(value: dict[str, Any]) -> Iterator[Found]:
    if "text" in value:
        yield ("text",), "give either a text for the failure body or a body, not both"
    if value["status"] in BODILESS:
        yield ("body",), f"a response with status {value['status']} has no body"
    try:
        orjson.dumps(value["body"])
    except TypeError as error:
        yield ("body",), f"this cannot be written as JSON: {error}"


def _name(status: int) -> str:
    try:
        return HTTPStatus(status).name
    except ValueError:
        return f"STATUS_{status}"
