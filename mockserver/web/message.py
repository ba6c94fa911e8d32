"""HTTP messages as plain values, between the server and the pipeline."""

from collections.abc import Sequence
from typing import NamedTuple

Header = tuple[bytes, bytes]


class Request(NamedTuple):
    """A request as it came; header names are lower case.

    `path` is percent-encoded and has no query. `body` is None when it was longer than is read.
    """

    method: str
    path: str
    query: bytes
    headers: Sequence[Header]
    body: bytes | None = b""

    def header(self, name: bytes) -> str:
        """The first header of that (lower-case) name, or an empty text."""
        for key, value in self.headers:
            if key == name:
                return value.decode("latin-1")
        return ""

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in lower case."""
        return self.header(b"content-type").partition(";")[0].strip().lower()

    @property
    def bearer(self) -> str | None:
        """The key of an `Authorization: Bearer` header, if there is one."""
        scheme, _, key = self.header(b"authorization").partition(" ")
        return key.strip() if scheme.lower() == "bearer" and key.strip() else None


class Response(NamedTuple):
    """An answer ready to be sent."""

    status: int
    headers: list[Header]
    body: bytes
