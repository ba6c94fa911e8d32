"""Recordings on disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from mockserver.proxy import RecordingFileError, open_recording
from mockserver.traffic import Answer, Exchange, Request, jsonl

if TYPE_CHECKING:
    from pathlib import Path

EXCHANGE = Exchange(Request("GET", "http://h/v3/x"), Answer(200), 0, 1.0, "v3.x", {"stopped": "why"})


def test_an_exchange_is_on_disk_at_once(tmp_path: Path) -> None:
    recording = open_recording(tmp_path / "a.jsonl")
    recording.write(EXCHANGE)
    written = (tmp_path / "a.jsonl").read_bytes()
    recording.close()
    assert list(jsonl.read([written])) == [EXCHANGE]


def test_lines_are_continued(tmp_path: Path) -> None:
    for _ in range(2):
        recording = open_recording(tmp_path / "a.jsonl")
        recording.write(EXCHANGE)
        recording.close()
    assert (tmp_path / "a.jsonl").read_bytes().count(b"\n") == 2


@pytest.mark.parametrize("name", ["a.jsonl", "a.har"])
def test_a_recording_is_for_its_owner_alone(tmp_path: Path, name: str) -> None:
    recording = open_recording(tmp_path / name)
    recording.close()
    assert (tmp_path / name).stat().st_mode & 0o077 == 0


def test_an_archive_is_written_at_the_end(tmp_path: Path) -> None:
    recording = open_recording(tmp_path / "a.har", "1.2")
    recording.write(EXCHANGE)
    recording.close()
    log = json.loads((tmp_path / "a.har").read_text())["log"]
    assert (len(log["entries"]), log["creator"]["version"]) == (1, "1.2")


def test_an_archive_leaves_nothing_beside_it(tmp_path: Path) -> None:
    open_recording(tmp_path / "a.har").close()
    assert [path.name for path in tmp_path.iterdir()] == ["a.har"]


def test_an_archive_that_was_never_finished_has_its_lines(tmp_path: Path) -> None:
    recording = open_recording(tmp_path / "a.har")
    recording.write(EXCHANGE)
    written = (tmp_path / "a.har.jsonl").read_bytes()
    recording.close()
    assert list(jsonl.read([written])) == [EXCHANGE]


def test_an_archive_overwrites_none(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text("mine")
    with pytest.raises(RecordingFileError, match="exists, and a HAR file cannot be appended to"):
        open_recording(tmp_path / "a.har")


@pytest.mark.parametrize("name", ["a.json", "a", "nowhere/a.jsonl", "nowhere/a.har"])
def test_a_file_that_cannot_be_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordingFileError, match=name):
        open_recording(tmp_path / name)
