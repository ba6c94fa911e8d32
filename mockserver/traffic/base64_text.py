"""Base64 as recorders write it: in lines, without padding, or merely claimed."""

from __future__ import annotations

from base64 import b64decode


def decode(text: str, size: int | None = None) -> bytes:
    """Return the bytes of a text that is said to be base64. If it is not, it is text: some browsers only claim it.

    `size` is the length of the body that the recorder states. It decides if a text could be both.
    """
    plain, compact = text.encode(errors="surrogatepass"), "".join(text.split())
    try:
        decoded = b64decode(compact + "=" * (-len(compact) % 4), validate=True)
    except ValueError:
        return plain
    return plain if len(plain) == size != len(decoded) else decoded
