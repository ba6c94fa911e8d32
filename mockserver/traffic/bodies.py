"""Bodies as text that can be searched for secrets: their charsets, and the parts of multipart bodies."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Text(NamedTuple):
    """A body that can be searched. `data` is UTF-8 unless the charset is empty: then it is the body as it is."""

    data: bytes
    charset: str = ""

    def encoded(self, data: bytes) -> bytes:
        """Return changed data in the charset of the body."""
        return data.decode(errors="surrogatepass").encode(self.charset, "replace") if self.charset else data


def text_of(body: bytes, media_type: str) -> Text | None:
    """Return a body as text; None if it is binary, so that a secret in it could not be seen."""
    charset = _charset(body, media_type)
    if charset:
        try:
            return Text(body.decode(charset).encode(), charset)
        except UnicodeError:
            return None
    is_multipart = media_type.lower().startswith("multipart/")
    return Text(body) if is_multipart or _is_text(body) else None


def with_parts(body: bytes, media_type: str, redact: Callable[[bytes, str], bytes]) -> bytes:
    """Redact the content of each part of a multipart body by its own media type. Return any other body unchanged."""
    boundary = _BOUNDARY.search(media_type) if media_type.lower().startswith("multipart/") else None
    if boundary is None:
        return body
    delimiter = b"--" + (boundary[1] or boundary[2]).encode()
    pieces = body.split(delimiter)
    changed = [_redacted_part(piece, redact) for piece in pieces]
    return body if changed == pieces else delimiter.join(changed)


def _redacted_part(piece: bytes, redact: Callable[[bytes, str], bytes]) -> bytes:
    head = _HEAD.match(piece)
    if head is None:
        return piece
    content = piece[head.end() :]
    end = b"\r\n" if content.endswith(b"\r\n") else b"\n" if content.endswith(b"\n") else b""
    declared = _TYPE.search(head[0])
    media_type = declared[1].decode("latin-1") if declared else ""
    return head[0] + redact(content.removesuffix(end), media_type) + end


_BOUNDARY = re.compile(r"""boundary=(?:"([^"]+)"|([^\s;,"]+))""", re.IGNORECASE)
_HEAD = re.compile(rb"\r?\n(?:[^\r\n]++\r?\n)*+\r?\n")
_TYPE = re.compile(rb"^content-type: *([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_CHARSET = re.compile(r"""charset="?([\w.:-]+)""", re.IGNORECASE)

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PATTERNS = (
    (re.compile(rb"\0\0\0[^\0]"), "utf-32-be"),
    (re.compile(rb"[^\0]\0\0\0"), "utf-32-le"),
    (re.compile(rb"\0[^\0]\0[^\0]"), "utf-16-be"),
    (re.compile(rb"[^\0]\0[^\0]\0"), "utf-16-le"),
)
"""The first bytes of a text that begins with ASCII characters, as in RFC 4627."""


def _charset(body: bytes, media_type: str) -> str:
    """Return the charset of a body; empty if ASCII characters are single bytes in it, or if it is unknown."""
    for mark, charset in _MARKS:
        if body.startswith(mark):
            return charset
    for pattern, charset in _PATTERNS:
        if pattern.match(body):
            return charset
    declared = _CHARSET.search(media_type)
    return declared[1] if declared and not _has_ascii(declared[1]) else ""


_ASCII = bytes(range(32, 127))


def _has_ascii(charset: str) -> bool:
    try:
        return _ASCII.decode(charset) == _ASCII.decode()
    except UnicodeError:
        return False
    except LookupError:
        return True


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return not _CONTROLS.search(body)
    return True


_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
