from __future__ import annotations

import gzip
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import pytest
from backports import zstd
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.traffic import codings

if TYPE_CHECKING:
    from collections.abc import Callable

    Compress = Callable[[bytes], bytes]


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@given(st.binary())
@settings(deadline=None)
def test_a_coding_is_undone(content: bytes) -> None:
    packed = {
        "gzip": gzip.compress(content, mtime=0),
        "X-GZip": gzip.compress(content, mtime=0),
        "deflate": zlib.compress(content),
        "deflate, gzip": gzip.compress(zlib.compress(content)),
        "br": brotli.compress(content),
        "zstd": zstd.compress(content),
        "zstd, br": brotli.compress(zstd.compress(content)),
        "identity": content,
    }
    assert {codings.decode(name, body) for name, body in packed.items()} == {content}


def test_deflate_without_the_header_of_zlib_is_undone() -> None:
    assert codings.decode("deflate", _raw_deflate(b"some text")) == b"some text"


@pytest.mark.parametrize(
    ("name", "compress"), [("gzip", lambda content: gzip.compress(content, mtime=0)), ("zstd", zstd.compress)]
)
def test_several_members_are_one_content(name: str, compress: Compress) -> None:
    assert codings.decode(name, compress(b"a") + compress(b"b")) == b"ab"


def test_of_a_body_that_ends_too_early_the_beginning_is_read() -> None:
    assert codings.decode("gzip", gzip.compress(b"some text", mtime=0)[:-9]) == b"some text"


@pytest.mark.parametrize(
    ("name", "body", "is_whole"),
    [
        ("gzip", gzip.compress(b"some text", mtime=0), True),
        ("gzip", gzip.compress(b"some text", mtime=0)[:-9], False),
        ("deflate", zlib.compress(b"some text")[:-5], False),
        ("deflate, gzip", gzip.compress(zlib.compress(b"some text")[:-5], mtime=0), False),
        ("zstd", zstd.compress(b"some text")[:-3], False),
    ],
)
def test_a_body_that_ends_too_early_is_not_whole(name: str, body: bytes, is_whole: bool) -> None:
    unpacked = codings.unpack(name, body)
    assert unpacked is not None
    assert unpacked.is_whole is is_whole


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("compress", b"x"),
        ("gzip", b"{}"),
        ("gzip", gzip.compress(b"a", mtime=0) + b"{}"),
        ("br", b'{"ok": true}'),
        ("br", b"123"),
        ("br", brotli.compress(b"some text")[:-3]),
        ("br", brotli.compress(b"some text") + b"{}"),
        ("zstd", b'{"ok": true}'),
    ],
)
def test_what_is_not_in_a_known_coding_is_none(name: str, body: bytes) -> None:
    assert codings.decode(name, body) is None


@pytest.mark.parametrize(
    ("name", "compress"), [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstd.compress)]
)
def test_a_small_body_cannot_unpack_to_gigabytes(name: str, compress: Compress) -> None:
    assert codings.decode(name, compress(bytes(codings.LIMIT + 1))) is None


@pytest.mark.parametrize(
    ("name", "compress"), [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", zstd.compress)]
)
def test_a_body_of_the_largest_size_is_decoded(name: str, compress: Compress) -> None:
    assert codings.decode(name, compress(bytes(codings.LIMIT))) == bytes(codings.LIMIT)


def test_a_coding_is_loaded_when_a_body_has_it() -> None:
    script = "import sys; from mockserver.traffic import redaction, jsonl; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()  # noqa: S603
    assert not {"brotli", "_brotli", "backports.zstd", "compression.zstd"} & set(loaded)


def test_a_coding_whose_package_is_missing_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("brotli", "compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    codings._codecs.cache_clear()
    try:
        packed = {"br": brotli.compress(b"a"), "zstd": zstd.compress(b"a"), "gzip": gzip.compress(b"a", mtime=0)}
        assert [codings.decode(name, body) for name, body in packed.items()] == [None, None, b"a"]
    finally:
        codings._codecs.cache_clear()
