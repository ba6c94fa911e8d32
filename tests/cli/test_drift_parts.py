"""`drift --save`, `--merge` and `--jobs`: the same result as of all recordings in one run."""

from __future__ import annotations

import gzip
import json
import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from mockserver.cli import main
from mockserver.traffic import Exchange, archive, jsonl
from mockserver.traffic.redaction import KEY_VARIABLE
from tests.drift.conftest import DEMO, Service, day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mockserver.scenario.fixtures import Fixtures

RECORDINGS = Path(__file__).parents[1] / "replay/recordings"
PROPOSED = ("--propose", "proposed.yaml", "--propose-scenario", "scenario.yaml", "--report", "json,har")
WRITTEN = ("proposed.yaml", "scenario.yaml", "reports/drift.json", "reports/drift.har")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["drift", *map(str, arguments)])


def found(*arguments: object) -> tuple[int, str, list[bytes]]:
    """The exit code of the command, what it tells, and the content of each file that it proposes or reports."""
    for name in WRITTEN:
        Path(name).unlink(missing_ok=True)
    result = run(*arguments, *PROPOSED)
    return result.exit_code, result.stdout, [Path(name).read_bytes() for name in WRITTEN]


def split(recording: Path, count: int, seed: int) -> list[Path]:
    """The exchanges of a recording in so many files, which overlap in time; in the present directory."""
    chance = random.Random(seed)  # noqa: S311
    files: list[list[Exchange]] = [[] for _ in range(count)]
    for each in archive.read(BytesIO(gzip.decompress(recording.read_bytes())), 0):
        assert isinstance(each, Exchange)
        files[chance.randrange(count)].append(each)
    paths = [Path(f"part{number}.jsonl") for number in range(count)]
    for path, exchanges in zip(paths, files, strict=True):
        path.write_bytes(b"".join(jsonl.write(exchanges)))
    chance.shuffle(paths)
    return paths


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "150")


def saved(path: Path) -> str:
    assert f"Written: {path.stem}.json" in run(path, "--save", f"{path.stem}.json").stdout
    return f"{path.stem}.json"


def test_a_day_in_parts_is_the_day_in_one_run() -> None:
    paths = split(RECORDINGS / "second.har.gz", 3, seed=3)
    whole = found(*paths)
    first, *others = map(saved, paths)
    run("--merge", *others, "--save", "others.json")
    assert found("--merge", first, "others.json") == whole


def test_a_day_read_by_several_processes_is_the_day_in_one_run() -> None:
    paths = split(RECORDINGS / "second.har.gz", 5, seed=5)
    assert found(*paths, "--jobs", 3) == found(*paths)


@pytest.fixture
def days(shipped: Fixtures, tmp_path: Path) -> Sequence[str]:
    """Two days at services with different readings: alone, each shows another one than both."""
    for name, readings in (("day1.jsonl", {"completed-word": "complete"}), ("day2.jsonl", {"failures": "status"})):
        service = Service(shipped, tmp_path, dict(readings), ())
        day(service)
        service.recorded(name)
    return ("day1.jsonl", "day2.jsonl")


def test_parts_that_show_other_readings_than_all_together_are_counted_again(days: Sequence[str]) -> None:
    whole = found(*days)
    assert "the traffic contradicts itself" in whole[1]
    assert found("--merge", *(saved(Path(name)) for name in days)) == whole


def test_parts_are_merged_under_an_overlay_that_came_later(days: Sequence[str]) -> None:
    run(days[0], "--save", "day1.json", "--propose", "observed.yaml")
    assert run("--merge", "day1.json", "--overlay", "observed.yaml").exit_code == 0


def test_a_part_without_an_exchange_of_the_service_can_be_saved(days: Sequence[str]) -> None:
    stranger = {"started": 1, "duration": 1, "request": {"method": "GET", "url": "http://h/"}, "answer": None}
    Path("other.jsonl").write_text(json.dumps(stranger))
    assert run("other.jsonl", "--save", "other.json").exit_code == 2
    assert found("--merge", saved(Path(days[0])), "other.json") == found(days[0], "other.jsonl")


def test_a_part_has_no_key(days: Sequence[str]) -> None:
    assert DEMO.key.encode() not in gzip.decompress(Path(saved(Path(days[0]))).read_bytes())


def test_a_key_that_no_part_names_is_hidden_when_they_are_merged(
    days: Sequence[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    part = saved(Path(days[0]))
    monkeypatch.setenv(KEY_VARIABLE, DEMO.user)
    run("--merge", part, "--save", "hidden.json")
    assert DEMO.user.encode() not in gzip.decompress(Path("hidden.json").read_bytes())


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("day1.json", "day1.json: this is a part that drift --save has written: merge it with drift --merge"),
        ("--merge day1.json day2.jsonl", "day2.jsonl: this is no part that drift --save has written"),
        ("--merge none.json", "none.json: cannot be read: No such file or directory"),
        ("day1.jsonl --save none/part.json", "none/part.json: cannot be written: No such file"),
        ("day1.jsonl --jobs 0", "Invalid value for '--jobs': 0 is not in the range x>=1"),
        ("--merge", "Missing argument 'TRAFFIC...'"),
    ],
)
def test_what_cannot_be_merged_ends_with_2(days: Sequence[str], words: str, problem: str) -> None:
    saved(Path(days[0]))
    result = run(*words.split())
    assert (result.exit_code, problem in result.stderr) == (2, True), result.output


def smsonline_mock(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of the command as a process of its own."""
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "mockserver", "drift", *arguments], check=False, capture_output=True, text=True
    )
    assert ended.stderr == ""
    return ended.returncode, ended.stdout


def test_the_real_command_merges_what_it_has_saved(days: Sequence[str]) -> None:
    for name in days:
        assert smsonline_mock(name, "--save", f"{name}.part")[0] == 1
    whole = smsonline_mock(*days)
    assert smsonline_mock("--merge", *(f"{name}.part" for name in days)) == whole
    assert smsonline_mock("--jobs", "2", *days) == whole
