"""Several recordings are one: in the order of time, without any key, in any number of processes and parts."""

from __future__ import annotations

import json
import re
from functools import reduce
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.traffic import Answer, Exchange, Request, jsonl, parts, recording_set
from mockserver.traffic.exchange import RecordingError
from mockserver.traffic.recording_set import Recordings, read_all
from tests.traffic.traffic import exchanges

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

KEY = "planted-key-0123"
URL = "http://service.test/v3/customers/demo/balance"


def entry(**changes: Any) -> dict[str, Any]:
    """A HAR entry as small as can be; changes are to its response."""
    return {
        "startedDateTime": "2025-06-15T15:06:40.250Z",
        "time": 5,
        "request": {"method": "GET", "url": "http://service.test/v3/x", "headers": []},
        "response": {"status": 200, "headers": [], "content": {"text": "{}"}, **changes},
    }


def archive(path: Path, *entries: object) -> Path:
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    return path


def written(path: Path, *exchanges: Exchange) -> Path:
    path.write_bytes(b"".join(jsonl.write(exchanges)))
    return path


def carrying(key: str, started: int = 0) -> Exchange:
    return Exchange(Request("GET", f"{URL}?apiKey={key}"), None, started, 0.0)


def telling(text: str, started: int = 0) -> Exchange:
    return Exchange(Request("GET", URL), Answer(200, (), text.encode()), started, 0.0)


def lines(path: Path, *starts: int) -> Path:
    exchanges = (Exchange(Request("GET", f"http://h/{path.stem}{start}"), None, start, 0.0) for start in starts)
    return written(path, *exchanges)


def test_exchanges_of_all_files_are_in_the_order_of_time(tmp_path: Path) -> None:
    found = read_all([lines(tmp_path / "a", 5, 1, 3), lines(tmp_path / "b", 3, 2)])
    assert [each.request.path for each in found.exchanges] == ["/a1", "/b2", "/a3", "/b3", "/a5"]
    assert (found.remarks, found.cut_off) == ((), False)


def test_what_follows_a_cut_is_the_next_file(tmp_path: Path) -> None:
    cut = lines(tmp_path / "a", 1, 4)
    cut.write_bytes(cut.read_bytes()[:-5])
    found = read_all([cut, lines(tmp_path / "b", 2)])
    assert [each.started for each in found.exchanges] == [1, 2]
    assert found.cut_off
    assert found.remarks == (
        f"{cut}: line 2: the file ends within this line; it was cut off; the exchanges before it are used",
    )


def test_of_a_har_whose_json_breaks_off_the_beginning_is_used(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.har", entry(), entry())
    path.write_text(path.read_text()[:-3] + ", {]}}")
    found = read_all([path])
    assert (len(list(found.exchanges)), found.cut_off) == (2, True)
    assert re.fullmatch(
        r".*a\.har: after entry 2: this is not JSON: .*; the exchanges before it are used", found.remarks[0]
    )


def test_a_file_of_which_nothing_can_be_read_is_an_error(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.har", {}, 5)
    with pytest.raises(RecordingError, match=r"a\.har: entry 1: request is missing"):
        read_all([lines(tmp_path / "b", 1), path])


@pytest.mark.parametrize(
    ("bad", "remark"),
    [
        (1, "left out 1 entry that cannot be read: entry 1: request is missing: it must be an object"),
        (3, "left out 3 entries that cannot be read: entry 1: request"),
        (4, "entry 3: request is missing: it must be an object; …"),
    ],
)
def test_bad_entries_are_counted_and_the_first_ones_named(tmp_path: Path, bad: int, remark: str) -> None:
    found = read_all([archive(tmp_path / "a.har", *[{}] * bad, entry())])
    [told] = found.remarks
    assert (len(list(found.exchanges)), found.cut_off, remark in told) == (1, False, True), told


def test_no_bad_entry_shows_a_key(tmp_path: Path) -> None:
    bad = {"request": {"method": "GET", "url": f"http://h/?apiKey={KEY}", "headers": KEY}}
    assert KEY not in "".join(read_all([archive(tmp_path / "a.har", bad, entry())]).remarks)


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("budget", [1, 10**9])
def test_a_key_is_hidden_in_earlier_exchanges_and_in_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int, budget: int
) -> None:
    monkeypatch.setattr(recording_set, "BUDGET", budget)
    first = written(tmp_path / "a", telling(f"it is {KEY}", 1), telling(f"and {KEY}", 3))
    other = written(tmp_path / "b", telling(f"was {KEY}", 2), carrying(KEY, 4))
    found = read_all([first, other], jobs=jobs)
    assert [each.answer.body for each in found.exchanges if each.answer] == [
        b"it is [redacted]",
        b"was [redacted]",
        b"and [redacted]",
    ]


def test_a_file_that_two_processes_cannot_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"none: cannot be read: No such file"):
        read_all([lines(tmp_path / "a", 1), tmp_path / "none"], jobs=2)


def test_remarks_are_in_the_order_of_the_files(tmp_path: Path) -> None:
    files = [archive(tmp_path / name, *[{}] * bad, entry()) for name, bad in (("a.har", 1), ("b.har", 2))]
    alone, together = read_all(files), read_all(files, jobs=2)
    assert (alone.remarks, alone.files) == (together.remarks, ("a.har", "b.har"))
    assert [re.findall("left out [0-9]", remark) for remark in alone.remarks] == [["left out 1"], ["left out 2"]]


def test_a_key_that_is_given_is_hidden_in_a_part(tmp_path: Path) -> None:
    read_all([written(tmp_path / "a", telling(f"it is {KEY}"))]).save(tmp_path / "part")
    [exchange] = read_all([tmp_path / "part"], [KEY], are_parts=True).exchanges
    assert exchange.answer is not None
    assert exchange.answer.body == b"it is [redacted]"


def test_a_part_keeps_the_remarks_of_its_recordings(tmp_path: Path) -> None:
    cut = lines(tmp_path / "a", 1, 4)
    cut.write_bytes(cut.read_bytes()[:-5])
    read = read_all([cut])
    read.save(tmp_path / "part")
    merged = read_all([tmp_path / "part"], are_parts=True)
    assert (merged.remarks, merged.cut_off, merged.files) == (read.remarks, True, ("a",))


def whole(recordings: Recordings) -> object:
    return [*recordings.exchanges], recordings.remarks, recordings.cut_off, recordings.files


@st.composite
def splits(draw: st.DrawFn) -> list[list[Exchange]]:
    """Recordings with many exchanges at the same time, in one to five files."""
    every = [each._replace(started=each.started % 4) for each in draw(st.lists(exchanges, min_size=1, max_size=12))]
    count = draw(st.integers(1, 5))
    places = draw(st.lists(st.integers(0, count - 1), min_size=len(every), max_size=len(every)))
    files = [[each for each, place in zip(every, places, strict=True) if place == number] for number in range(count)]
    return draw(st.permutations([file for file in files if file]))


def merged(directory: Path, groups: Iterable[Sequence[Path]]) -> Path:
    """Merge the groups of parts, and then what they have become."""
    return reduce(lambda one, other: saved(directory, [one, other]), (saved(directory, group) for group in groups))


def saved(directory: Path, paths: Sequence[Path]) -> Path:
    part = directory / f"part-{'-'.join(path.name for path in paths)}"
    read_all(paths, are_parts=paths[0].name.startswith("part-")).save(part)
    return part


@given(splits(), st.data())
@settings(deadline=None)
def test_parts_in_any_grouping_are_the_recordings_in_one_run(files: list[list[Exchange]], data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        paths = [written(Path(name, str(number)), *file) for number, file in enumerate(files)]
        saved_one_by_one = [saved(Path(name), [path]) for path in paths]
        cuts = data.draw(st.sets(st.integers(1, len(paths))), label="cuts") | {len(paths)}
        groups = [saved_one_by_one[start:end] for start, end in pairwise([0, *sorted(cuts)])]
        part = merged(Path(name), groups)
        assert whole(read_all([part], are_parts=True)) == whole(read_all(paths))


def test_exchanges_are_the_same_from_any_number_of_processes(tmp_path: Path) -> None:
    keys = [f"{KEY}-{number}" for number in range(3)]
    paths = [written(tmp_path / key, carrying(key, 5), carrying(key, 3)) for key in keys]
    paths.append(written(tmp_path / "4", telling(" ".join(keys), 4)))
    assert whole(read_all(paths, jobs=3)) == whole(read_all(paths))


def test_a_part_is_no_recording(tmp_path: Path) -> None:
    read_all([lines(tmp_path / "a", 1)]).save(tmp_path / "part")
    with pytest.raises(RecordingError, match=r"part: this is a part that drift --save has written: merge it"):
        read_all([tmp_path / "part"])


def test_a_recording_is_no_part(tmp_path: Path) -> None:
    with pytest.raises(parts.PartError, match=r"a: this is no part that drift --save has written"):
        read_all([lines(tmp_path / "a", 1)], are_parts=True)
