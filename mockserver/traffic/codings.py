"""Content codings: gzip and deflate, and also brotli and zstd if their packages are installed."""

from __future__ import annotations

import zlib
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT = 16 * 1024 * 1024
"""The maximum size of a decompressed body in bytes: a small body may decompress to gigabytes."""


class Unpacked(NamedTuple):
    """A body without a content coding. `is_whole` is False if the body ended too early."""

    content: bytes
    is_whole: bool


class CodingError(ValueError):
    """A body cannot be decoded: its coding is not supported, or it does not have this coding."""


class TooLongError(CodingError):
    """The content of a body is longer than the limit."""


_IDENTITY = ("", "identity")


def decode(codings: str, body: bytes) -> bytes | None:
    """Return the decoded content of a body by the value of its Content-Encoding header.

    A truncated body is decoded as far as possible. Returns None if the body cannot be decoded: the coding is not
    supported, the body does not have this coding, or its content is longer than `LIMIT`.
    """
    unpacked = unpack(codings, body)
    return None if unpacked is None else unpacked.content


def unpack(codings: str, body: bytes) -> Unpacked | None:
    """Return the content as `decode` does, and whether it is whole; None if the body cannot be decoded."""
    try:
        return unpacked(codings, body)
    except CodingError:
        return None


def unpacked(codings: str, body: bytes, limit: int = LIMIT) -> Unpacked:
    """Return the content of a body, and whether it is whole. `limit` is the maximum size of the content in bytes.

    Raises CodingError.
    """
    result = Unpacked(body, is_whole=True)
    for coding in reversed(_names(codings)):
        if not result.content or coding in _IDENTITY:
            continue
        content, is_whole = _unpack_with(_codecs(coding), result.content, limit)
        result = Unpacked(content, is_whole and result.is_whole)
    return result


def unsupported(codings: str) -> list[str]:
    """Return the codings that cannot be decoded, among those of a Content-Encoding header."""
    return [coding for coding in _names(codings) if coding not in _IDENTITY and not _codecs(coding)]


def supported() -> list[str]:
    """Return the codings that can be decoded."""
    return [coding for coding in _CODECS if _codecs(coding)]


def _names(codings: str) -> list[str]:
    return codings.lower().replace(" ", "").split(",")


class _Codec(NamedTuple):
    """`new` creates a decompressor with the methods of `zlib.decompressobj`, which raises `error`."""

    new: Callable[[], Any]
    error: type[Exception]


@cache
def _codecs(coding: str) -> tuple[_Codec, ...]:
    """Return the codecs of a coding, which are tried one after the other."""
    return tuple(_CODECS[coding]()) if coding in _CODECS else ()


def _zlib(*windows: int) -> Iterator[_Codec]:
    for window in windows:
        yield _Codec(partial(zlib.decompressobj, window), zlib.error)


def _brotli() -> Iterator[_Codec]:
    if module := _imported("brotli"):
        yield _Codec(partial(_Brotli, module), module.error)


def _zstd() -> Iterator[_Codec]:
    if module := _imported("compression.zstd", "backports.zstd"):
        yield _Codec(module.ZstdDecompressor, module.ZstdError)


_CODECS: dict[str, Callable[[], Iterator[_Codec]]] = {
    "gzip": partial(_zlib, 31),
    "x-gzip": partial(_zlib, 31),
    "deflate": partial(_zlib, 15, -15),  # servers send it with and without the zlib header
    "br": _brotli,
    "zstd": _zstd,
}


class _Brotli:
    """A brotli decompressor with the methods of `zlib.decompressobj`.

    Brotli has no checksum and no magic number, so that any short text looks like the beginning of a stream. Therefore a
    stream that does not end is an error.
    """

    unused_data = b""
    eof = True

    def __init__(self, module: Any) -> None:
        self._stream, self._error = module.Decompressor(), module.error

    def decompress(self, compressed: bytes, limit: int) -> bytes:
        content = self._stream.process(compressed, output_buffer_limit=limit)
        while len(content) < limit and not self._stream.can_accept_more_data():
            content += self._stream.process(b"", output_buffer_limit=limit - len(content))
        if len(content) < limit and not self._stream.is_finished():
            raise self._error("the stream does not end")
        return bytes(content)


def _imported(*names: str) -> Any:
    """Return the first module that is installed; None if there is none. The packages are optional, and slow to load."""
    for name in names:
        try:
            return import_module(name)
        except ImportError:
            continue
    return None


def _unpack_with(codecs: tuple[_Codec, ...], compressed: bytes, limit: int) -> Unpacked:
    """Decompress a body with the first codec that fits."""
    for codec in codecs:
        try:
            return _unpack(compressed, codec, limit)
        except codec.error:
            continue
    raise CodingError


def _unpack(compressed: bytes, codec: _Codec, limit: int) -> Unpacked:
    """Decompress all streams of a body, since gzip and zstd allow several. Raises TooLongError, codec.error."""
    content, is_whole = b"", True
    while compressed:
        stream = codec.new()
        content += stream.decompress(compressed, limit + 1 - len(content))
        if len(content) > limit:
            raise TooLongError
        is_whole = is_whole and stream.eof
        compressed = stream.unused_data
    return Unpacked(content, is_whole)
