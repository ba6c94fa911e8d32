"""A watched scenario takes the place of the one before, or does not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from mockserver.serving.foreground import Watch
from mockserver.serving.report import Reloads, changes
from mockserver.serving.setup import set_up

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.scenario.load import Scenario

OWN = "description: Own.\naccounts: [{userId: me, key: k}]\n"


class Watched:
    """A watch over a file, what it tells, and the mock that it plays."""

    def __init__(self, file: Path) -> None:
        file.write_text(OWN)
        self.file = file
        self.told: list[str] = []
        make = partial(set_up, str(file))
        self.first = make()
        self.watch = Watch(self.first, make, Reloads(self._loaded, lambda _: self.told.append("refused")))

    def _loaded(self, before: Scenario, after: Scenario) -> None:
        self.told.append(changes(before, after))

    def write(self, text: str) -> None:
        """Change the file, and notice it."""
        self.file.write_text(text)
        self.watch.reload()


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    """A watch over a small scenario."""
    return Watched(tmp_path / "own.yaml")


def test_another_scenario_is_played(watched: Watched) -> None:
    watched.write(OWN + "seed: 1\n")
    assert (watched.told, watched.watch.app.app is watched.first.app) == (["seed added"], False)


def test_the_world_goes_on_when_nothing_has_changed(watched: Watched) -> None:
    watched.write("# A remark.\n" + OWN)
    assert (watched.told, watched.watch.app.app) == ([], watched.first.app)


def test_the_world_goes_on_when_the_file_is_broken(watched: Watched) -> None:
    watched.write("sede: 1\n")
    assert (watched.told, watched.watch.app.app) == (["refused"], watched.first.app)


def test_a_file_that_is_gone_is_broken(watched: Watched) -> None:
    watched.file.unlink()
    watched.watch.reload()
    assert watched.told == ["refused"]


@pytest.mark.parametrize(("section", "kept"), [("seed: 1", True), ("readings: {failures: status}", False)])
def test_the_service_is_built_anew_for_other_readings_only(watched: Watched, section: str, kept: bool) -> None:
    watched.file.write_text(f"{OWN}{section}\n")
    again = set_up(str(watched.file), before=watched.first)
    assert (again.service is watched.first.service) == kept


def test_what_has_changed_is_told_by_section(watched: Watched) -> None:
    watched.write(OWN + "seed: 1\nclock: manual\n")
    watched.write(OWN.replace("Own", "Mine") + "seed: 2\nrestock: {after: 1s, stock: 1}\n")
    assert watched.told == ["seed, clock added", "restock added; clock removed; description, seed changed"]
