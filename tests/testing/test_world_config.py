from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockserver.testing.server import Wanted, is_file, misuses


@pytest.mark.parametrize(("scenario", "is_one"), [("late-sms", False), ("my.yaml", True), ("days/my", True)])
def test_a_file_is_known_by_its_suffix_or_folder(scenario: str, is_one: bool) -> None:
    assert is_file(scenario) is is_one


def test_a_file_is_looked_for_beside_who_names_it() -> None:
    assert Wanted("my.yaml").beside(Path("/tests")).scenario == Path("/tests/my.yaml")


@pytest.mark.parametrize("scenario", ["late-sms", Path("/my.yaml"), {"description": "x"}])
def test_what_is_no_relative_file_stays(scenario: Any) -> None:
    assert Wanted(scenario).beside(Path("/tests")).scenario == scenario


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"sceanrio": "late-sms"}, "there is no argument sceanrio, did you mean scenario?"),
        ({"x": 1}, "there is no argument x; the arguments are scenario, seed, clock"),
        ({"seed": "7"}, "seed must be a whole number, not '7'"),
        ({"seed": True}, "seed must be a whole number, not True"),
        ({"strict": 1}, "strict must be True or False, not 1"),
        ({"faults": {"then": {}}}, "faults must be a list"),
        ({"readings": "all"}, "readings must be a dict, not 'all'"),
    ],
)
def test_a_wrong_argument_is_told(arguments: dict[str, Any], told: str) -> None:
    [message] = misuses(arguments)
    assert message.startswith(told)


def test_every_field_can_be_an_argument() -> None:
    assert list(misuses(Wanted()._asdict())) == []
