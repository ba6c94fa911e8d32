"""The format of a recording is known by its content, in every encoding that programs write."""

from __future__ import annotations

import codecs
import gzip
import json
from typing import TYPE_CHECKING

import pytest

from mockserver.traffic.exchange import CutOffError, RecordingError
from mockserver.traffic.file_format import RecordingFormat, detect
from mockserver.traffic.recordings import read

if TYPE_CHECKING:
    from pathlib import Path

LINE = {"started": 5, "duration": 1, "request": {"method": "GET", "url": "http://h/é"}, "answer": None}
HAR = {"log": {"entries": [{"request": {"method": "GET", "url": "http://h/é"}, "response": {"status": 0}}]}}
CASSETTE = "interactions:\n- request: {method: GET, uri: 'http://h/é'}\n  response: {status: 200}\n"
FAR = {"comment": "x" * 200_000, "nested": {"log": {}, "request": {}}}


def written(path: Path, text: str, encoding: str = "utf-8", mark: bytes = b"") -> Path:
    path.write_bytes(mark + text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (json.dumps(HAR), RecordingFormat.HAR),
        (json.dumps(HAR, indent=1), RecordingFormat.HAR),
        (json.dumps({**FAR, **HAR}), RecordingFormat.HAR),
        (json.dumps({"version": 1, **HAR}), RecordingFormat.HAR),
        ("\n\n  " + json.dumps(HAR), RecordingFormat.HAR),
        (json.dumps({"recorded": 1, "exchanges": []}), RecordingFormat.JOURNAL),
        (json.dumps({"version": 1, "interactions": []}), RecordingFormat.CASSETTE),
        (json.dumps({"recorded_with": "x", "http_interactions": []}, indent=1), RecordingFormat.CASSETTE),
        (CASSETTE, RecordingFormat.CASSETTE),
        (json.dumps(LINE), RecordingFormat.LINES),
        (f"\n{json.dumps(LINE)}\n{json.dumps(LINE)}\n", RecordingFormat.LINES),
        (json.dumps({**FAR, **LINE}), RecordingFormat.LINES),
        ('{"log": "of something else"}\n', RecordingFormat.LINES),
        ("{]\n", RecordingFormat.LINES),
    ],
)
def test_a_format_is_known_by_its_members(tmp_path: Path, text: str, expected: RecordingFormat) -> None:
    assert detect(written(tmp_path / "a", text)) == expected


def test_an_object_of_another_kind_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="unknown format: a recording must be HAR"):
        detect(written(tmp_path / "a.json", json.dumps({"openapi": "3.1.0"}, indent=1)))


@pytest.mark.parametrize("text", ["", " \n\n"])
def test_an_empty_file_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(RecordingError, match="the file is empty"):
        detect(written(tmp_path / "a", text))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("text", [json.dumps(HAR, ensure_ascii=False), json.dumps(LINE, ensure_ascii=False), CASSETTE])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", codecs.BOM_UTF8),
        ("utf-16-le", codecs.BOM_UTF16_LE),
        ("utf-16-be", codecs.BOM_UTF16_BE),
        ("utf-32-le", codecs.BOM_UTF32_LE),
        ("utf-32-be", codecs.BOM_UTF32_BE),
    ],
)
def test_every_encoding_with_a_mark_is_read(
    tmp_path: Path, text: str, encoding: str, mark: bytes, packed: bool
) -> None:
    path = written(tmp_path / "a", text, encoding, mark)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert [each.request.url for each in read(path)] == ["http://h/é"]


def test_lines_in_utf_16_end_at_newlines_only(tmp_path: Path) -> None:
    odd = {**LINE, "operation": "a\u2028b\x85c"}
    text = f"{json.dumps(odd, ensure_ascii=False)}\r\n" * 2
    path = written(tmp_path / "a", text, "utf-16-le", codecs.BOM_UTF16_LE)
    assert [each.operation for each in read(path)] == ["a\u2028b\x85c"] * 2


def test_utf_16_may_be_cut_off_within_a_character(tmp_path: Path) -> None:
    path = written(tmp_path / "a", json.dumps(LINE) + "\n" + json.dumps(LINE), "utf-16-le", codecs.BOM_UTF16_LE)
    path.write_bytes(path.read_bytes()[:-5])
    reading = read(path)
    assert next(reading).started == 5
    with pytest.raises(CutOffError, match="line 2: the file ends within this line"):
        next(reading)


def test_a_gzip_file_that_is_damaged_is_no_bug(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(json.dumps(LINE).encode() * 50, mtime=0))
    packed[12:20] = b"\xff" * 8
    (tmp_path / "a.gz").write_bytes(packed)
    with pytest.raises(RecordingError, match=r"a\.gz: "):
        list(read(tmp_path / "a.gz"))
