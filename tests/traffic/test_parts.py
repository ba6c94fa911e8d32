"""A part has exactly what was saved, or says why it cannot be merged."""

from __future__ import annotations

import gzip
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.traffic import Exchange, Request, parts
from mockserver.traffic.parts import Head, PartError
from tests.traffic.traffic import exchanges

HEAD = Head(("a.har",), ("a.har: cut off",), cut_off=True)
EXCHANGE = Exchange(Request("GET", "http://h/"), None, 1, 0.0)


def part(directory: Path) -> Path:
    parts.write(directory / "part", HEAD, [EXCHANGE] * 3)
    return directory / "part"


@given(st.lists(exchanges, max_size=5))
@settings(deadline=None)
def test_what_is_saved_is_read(saved: list[Exchange]) -> None:
    with TemporaryDirectory() as directory:
        path = Path(directory, "part")
        parts.write(path, HEAD, saved)
        head, read = parts.read(path)
        assert (head, list(read)) == (HEAD, saved)


def test_equal_exchanges_are_equal_files(tmp_path: Path) -> None:
    first, second = part(tmp_path).read_bytes(), part(tmp_path).read_bytes()
    assert first == second


def test_a_part_that_was_unpacked_is_read(tmp_path: Path) -> None:
    path = part(tmp_path)
    path.write_bytes(gzip.decompress(path.read_bytes()))
    assert list(parts.read(path)[1]) == [EXCHANGE] * 3


def changed(path: Path, old: bytes, new: bytes) -> Path:
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(old, new)))
    return path


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"version":1', b'"version":7', "this part has version 7, but this program merges version 1"),
        (b'"version":1,', b"", "the first line of the part is damaged"),
        (b'"files":["a.har"]', b'"files":5', "the first line of the part is damaged"),
        (b'{"part"', b'{"other"', "this is no part that drift --save has written"),
        (b'"started":1', b'"started":"x"', "line 1: started: "),
    ],
)
def test_a_part_that_cannot_be_merged_says_why(tmp_path: Path, old: bytes, new: bytes, reason: str) -> None:
    path = changed(part(tmp_path), old, new)
    with pytest.raises(PartError) as raised:
        list(parts.read(path)[1])
    assert str(raised.value).startswith(f"{path}: {reason}")


def test_a_part_that_ends_too_early_says_so(tmp_path: Path) -> None:
    path = part(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(PartError, match="ends in the middle; save it again"):
        list(parts.read(path)[1])


def test_a_part_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PartError, match=r"none: cannot be read: No such file"):
        parts.read(tmp_path / "none")


def test_a_part_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(PartError, match=r"none/part: cannot be written: No such file"):
        parts.write(tmp_path / "none/part", HEAD, [])
