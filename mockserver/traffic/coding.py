"""Content codings: a body without its compression."""

from __future__ import annotations

import zlib

LIMIT = 16 * 1024 * 1024
"""How many bytes a body may unpack to: a small one can hold gigabytes."""

_WINDOWS = {"gzip": (31,), "x-gzip": (31,), "deflate": (15, -15)}
"""The formats of zlib that a coding may mean: servers send `deflate` with and without the header of zlib."""


def decode(codings: str, body: bytes) -> bytes | None:
    """Return the content of a body, given the value of its Content-Encoding header.

    Of a body that ends too early, what is there. None if it cannot be read: a coding is unknown here, the body is not
    what the header says, or its content is longer than `LIMIT`.
    """
    content: bytes | None = body
    for coding in reversed(codings.lower().replace(" ", "").split(",")):
        if content and coding not in ("", "identity"):
            tries = (_unpack(content, window) for window in _WINDOWS.get(coding, ()))
            content = next((unpacked for unpacked in tries if unpacked is not None), None)
    return content


def _unpack(packed: bytes, window: int) -> bytes | None:
    """Unpack one stream after another, as a body in gzip may have several; None if that fails."""
    content = b""
    while packed:
        stream = zlib.decompressobj(window)
        try:
            content += stream.decompress(packed, LIMIT + 1 - len(content))
        except zlib.error:
            return None
        if len(content) > LIMIT:
            return None
        packed = stream.unused_data
    return content
