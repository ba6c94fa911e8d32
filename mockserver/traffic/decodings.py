"""Decodings of a text: everything that it may be an encoding of, with the offset of each byte in the text."""

from __future__ import annotations

import binascii
import html
import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LAYERS = 4
"""The maximum number of nested encodings, such as a percent-encoded URL in a JSON string."""


class Decoding:
    """A decoded text. Its pieces are known by their spans in the outer text, which is itself a decoding or the data."""

    def __init__(self, text: bytes, outer: Decoding | None = None, encoding: Encoding | None = None) -> None:
        self.text = text
        self._outer = outer
        self._encoding = encoding
        self._data: bytes = outer._data if outer else text  # noqa: SLF001 - of the same class

    @cached_property
    def _offsets(self) -> tuple[Sequence[int], Sequence[int]]:
        """For each byte of the text, where its encoding starts and ends in the original data."""
        if self._outer is None or self._encoding is None:
            return range(len(self.text)), range(1, len(self.text) + 1)
        outer_starts, outer_ends = self._outer._offsets  # noqa: SLF001 - of the same class
        starts: list[int] = []
        ends: list[int] = []
        at = 0
        for match in self._encoding.piece.finditer(self._outer.text):
            start, end = match.span()
            count = len(self._encoding.decode(match))
            starts += [*outer_starts[at:start], *[outer_starts[start]] * count]
            ends += [*outer_ends[at:start], *[outer_ends[end - 1]] * count]
            at = end
        return [*starts, *outer_starts[at:]], [*ends, *outer_ends[at:]]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the span in the original data that encodes a span of the text, with the whole of each piece."""
        if start == end:
            return 0, 0
        starts, ends = self._offsets
        return starts[start], ends[end - 1]

    def original(self, start: int, end: int) -> bytes:
        """Return the original data that encodes a span of the text."""
        first, last = self.span(start, end)
        return self._data[first:last]


class Encoding(NamedTuple):
    """An encoding: a sign of it, the pattern of an encoded piece, and a function that decodes the piece."""

    sign: bytes
    piece: re.Pattern[bytes]
    decode: Callable[[re.Match[bytes]], bytes]


def decodings(data: bytes, *, with_spaces: bool) -> Sequence[Decoding]:
    """Return the data and all texts that it may be an encoding of. `+` is decoded only `with_spaces`.

    Small data is decoded once, for its secrets to be found and then hidden.
    """
    decode = _decodings if len(data) < _SMALL else _decodings.__wrapped__
    return decode(data, with_spaces)


_SMALL = 64 * 1024


@lru_cache(maxsize=16)
def _decodings(data: bytes, with_spaces: bool) -> Sequence[Decoding]:  # noqa: FBT001 - for the cache
    whole = Decoding(data)
    found, layer, seen = [whole], [whole], {data}
    for _ in range(_LAYERS):
        above, layer = layer, []
        for outer in above:
            for inner in _inner(outer, with_spaces=with_spaces):
                if inner.text not in seen:
                    seen.add(inner.text)
                    layer.append(inner)
        if not layer:
            break
        found += layer
    return found


def from_json(data: bytes) -> bytes:
    """Return a text with its JSON escapes decoded."""
    return _JSON.sub(_character, data)


def _inner(outer: Decoding, *, with_spaces: bool) -> Iterator[Decoding]:
    text = outer.text
    for encoding in _ENCODINGS:
        if encoding.sign in text and (with_spaces or encoding.sign != b"+"):
            decoded = encoding.piece.sub(encoding.decode, text)
            if decoded != text:
                yield Decoding(decoded, outer, encoding)


_JSON = re.compile(
    rb'\\(?:(["\\/bfnrt])|u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|u([0-9a-fA-F]{4}))'
)
_CONTROLS = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def _character(escape: re.Match[bytes]) -> bytes:
    sign, high, low, unit = escape.groups()
    if sign:
        return _CONTROLS.get(sign, sign)
    code = int(unit, 16) if unit else 0x10000 + ((int(high, 16) & 0x3FF) << 10) + (int(low, 16) & 0x3FF)
    return chr(code).encode(errors="surrogatepass")


def _quoted_printable(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 16)]) if match[1] else b""


def _entity(match: re.Match[bytes]) -> bytes:
    return html.unescape(match[0].decode()).encode(errors="surrogatepass")


_RUN = re.compile(rb"[A-Za-z0-9+/_-]{16,}(?:\r?\n(?!--)[A-Za-z0-9+/_-]{4,})*={0,2}")
"""Text in base64 or base64url, possibly in lines. What is shorter is matched as base64 of a known secret."""

_STANDARD = bytes.maketrans(b"-_", b"+/")


def _of_base64(run: re.Match[bytes]) -> bytes:
    """Decode a run if it is base64 of text. Otherwise a path or another line may stand beside the base64."""
    text = _text_of(run[0])
    if text is not None:
        return text
    if not _BESIDE.search(run[0]):
        return run[0]
    return b"".join([_text_of(part) or part if len(part) >= _SHORTEST else part for part in _BESIDE.split(run[0])])


_BESIDE = re.compile(rb"([/\r\n]+)")
_SHORTEST = 16


def _text_of(run: bytes) -> bytes | None:
    characters = run.rstrip(b"=").translate(_STANDARD, b"\r\n")
    try:
        text = binascii.a2b_base64(characters + b"=" * (-len(characters) % 4))
        text.decode()
    except ValueError:
        return None
    return text


_ENCODINGS: tuple[Encoding, ...] = (
    Encoding(b"%", re.compile(rb"%([0-9a-fA-F]{2})"), lambda match: bytes([int(match[1], 16)])),
    Encoding(b"\\", _JSON, _character),
    Encoding(b"+", re.compile(rb"\+"), lambda _: b" "),
    Encoding(b"&", re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos);"), _entity),
    Encoding(b"\0", re.compile(rb"\0+"), lambda _: b""),
    Encoding(b"uoted-", re.compile(rb"=(?:([0-9A-Fa-f]{2})|[ \t]*\r?\n)"), _quoted_printable),
    Encoding(b"", _RUN, _of_base64),
)
"""NULs are the high bytes of ASCII characters in UTF-16 and UTF-32. A part of a multipart body names
`quoted-printable`.
"""
