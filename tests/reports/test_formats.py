"""Which formats there are, and writing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.reports import FORMATS, UnknownFormatError, write

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.findings import Run


def test_each_format_has_a_file_of_its_own(run: Run, tmp_path: Path) -> None:
    written = write(run, list(FORMATS), tmp_path)

    assert written == [tmp_path / f"verify.{each.suffix}" for each in FORMATS.values()]
    assert len(set(written)) == len(FORMATS)


def test_the_directory_is_made(run: Run, tmp_path: Path) -> None:
    (path,) = write(run, ["json"], tmp_path / "a" / "b")

    assert path.is_file()


def test_a_format_that_is_asked_for_twice_is_written_once(run: Run, tmp_path: Path) -> None:
    assert len(write(run, ["json", "json"], tmp_path)) == 1


def test_an_unknown_format_is_refused_with_what_is_near(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError, match=r"no report format jsn, did you mean json\?; the formats are json"):
        write(run, ["jsn"], tmp_path)


def test_nothing_is_written_if_one_format_is_unknown(run: Run, tmp_path: Path) -> None:
    with pytest.raises(UnknownFormatError):
        write(run, ["json", "pdf"], tmp_path / "reports")

    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_run_gives_the_same_bytes(name: str, run: Run, tmp_path: Path) -> None:
    (first,) = write(run, [name], tmp_path / "1")
    (second,) = write(run, [name], tmp_path / "2")

    assert first.read_bytes() == second.read_bytes()
