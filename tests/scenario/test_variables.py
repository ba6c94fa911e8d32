"""Variables take the place of texts and of values of any type, and what they stand for is checked like any value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import LocatedError
from mockserver.scenario import variables
from mockserver.scenario.load import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario

    Read = Callable[[str], Scenario]

SMALLEST = "description: Small.\naccounts: [{userId: demo, key: demo-key}]\n"


def told(read: Read, text: str) -> list[str]:
    """List what is wrong with a scenario, without its folder and the excerpts."""
    with pytest.raises(LocatedError) as refused:
        read(SMALLEST + text)
    return [line.partition("scenario.yaml:")[2] for line in str(refused.value).splitlines() if line[0] != " "]


@pytest.mark.parametrize(
    ("given", "text", "path", "value"),
    [
        ("{x: 16}", "seed: ${x}", ["seed"], 16),
        ("{x: 8s}", 'restock: {after: "${x}", stock: 1}', ["restock", "after"], "8s"),
        ("{x: 8}", 'restock: {after: "${x}s", stock: 1}', ["restock", "after"], "8s"),
        ("{x: 1, y: 30}", 'restock: {after: "${x}h${y}m", stock: 1}', ["restock", "after"], "1h30m"),
        ("{x: '2025-01-01'}", 'clock: {start: "${x} 00:00:00"}', ["clock", "start"], "2025-01-01 00:00:00"),
        ("{x: manual}", "clock: ${x}", ["clock"], "manual"),
        ("{x: manual}", 'clock: {mode: "${x}"}', ["clock", "mode"], "manual"),
        ("{x: ds}", 'orders: [{when: {service: "${x}"}}]', ["orders", 0, "when", "service"], "ds"),
        ("{x: 0.5}", 'orders: [{when: {probability: "${x}"}}]', ["orders", 0, "when", "probability"], 0.5),
        ("{x: 2}", 'orders: [{when: {nth: "${x}"}}]', ["orders", 0, "when", "nth"], 2),
        ("{x: fail}", 'payments: [{ends: {after: 1s, as: "${x}"}}]', ["payments", 0, "ends", "as"], "fail"),
        ("{x: 503}", 'faults: [{then: {status: "${x}"}}]', ["faults", 0, "then", "status"], 503),
        (
            "{x: true, y: 1.5}",
            'orders: [{sms: [{after: 1s, text: "${x} ${y}"}]}]',
            ["orders", 0, "sms", 0, "text"],
            "true 1.5",
        ),
    ],
)
def test_a_variable_stands_for_its_value(read: Read, given: str, text: str, path: list[Any], value: object) -> None:
    data: Any = read(f"{SMALLEST}variables: {given}\n{text}\n").data
    for key in path:
        data = data[key]
    assert (data, type(data)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('seed: "${sede}"\nvariables: {seed: 1}', "3:7: $.seed: unknown variable ${sede}, did you mean seed?"),
        ("seed: ${x}", "3:7: $.seed: unknown variable ${x}"),
        (
            'seed: "${x}"\nvariables: {x: one}',
            "3:7: $.seed: must be an integer (The source of all randomness: numbers, codes, ids.); ${x} is set at ",
        ),
        (
            'seed: "${x}"\nvariables: {x: -1}',
            "3:7: $.seed: must be at least 0 (The source of all randomness: numbers, codes, ids.); ${x} is set at ",
        ),
        (
            'orders: [{when: {country: "${x}"}}]\nvariables: {x: Sweden}',
            "3:27: $.orders[0].when.country: unknown country Sweden, did you mean 46 (Sweden)?; ${x} is set at ",
        ),
        (
            'restock: {after: "${x} s", stock: 1}\nvariables: {x: 1}',
            "3:18: $.restock.after: must be a value such as 8s, 20m, 1h30m, 7d or 250ms",
        ),
        ('seed: "a ${x}"\nvariables: {x: 1}', "3:7: $.seed: must be an integer"),
        ('payments: [{page: "${"}]', "3:19: $.payments[0].page: write a variable as ${name}"),
        ('payments: [{page: "${a b}"}]', "3:19: $.payments[0].page: write a variable as ${name}"),
        (
            'payments: [{page: "${x}"}]\nvariables: {x: "${y}", y: z}',
            "3:19: $.payments[0].page: the value of a variable cannot contain a variable, as that of ${x} does",
        ),
        (
            'payments: [{page: "${x}{y}"}]\nvariables: {x: $, y: z}',
            "3:19: $.payments[0].page: the value of a variable cannot contain a variable, as that of ${x} does",
        ),
        ("variables: {x: []}", "3:16: $.variables.x: must be true or false, a number or a string"),
        ("variables: {x: null}", "3:16: $.variables.x: must be true or false, a number or a string"),
        ("variables: {a b: 1}", "3:12: $.variables: the name of a variable has letters"),
        ("variables: 1", "3:12: $.variables: must be an object"),
    ],
)
def test_what_is_wrong_with_a_variable_is_told_where_it_is_used(read: Read, text: str, says: str) -> None:
    (problem,) = told(read, text + "\n")
    assert problem.startswith(says)


@pytest.fixture
def two(tmp_path: Path) -> str:
    """A scenario that includes another, in which a variable is used."""
    (tmp_path / "base.yaml").write_text(SMALLEST + 'variables: {x: 1}\nseed: "${x}"\n')
    (tmp_path / "own.yaml").write_text("description: Own.\ninclude: [base.yaml]\nvariables: {x: 2}\n")
    return str(tmp_path / "own.yaml")


def test_an_including_file_decides_what_a_variable_stands_for(two: str, shipped: Fixtures) -> None:
    assert load(two, shipped.catalogue).data["seed"] == 2


def test_a_given_variable_wins_over_those_of_files(two: str, shipped: Fixtures) -> None:
    assert load(two, shipped.catalogue, {"x": 3}).data["seed"] == 3


def test_a_wrong_given_variable_is_told_as_such(two: str, shipped: Fixtures) -> None:
    with pytest.raises(LocatedError, match=r"base.yaml:4:7: \$\.seed: must be at least 0 .*; \$\{x\} is set by --set"):
        load(two, shipped.catalogue, {"x": -1})


def test_a_given_variable_that_nothing_uses_is_told(two: str, shipped: Fixtures) -> None:
    with pytest.raises(LocatedError, match="--set y: the scenario has no such variable"):
        load(two, shipped.catalogue, {"y": 1})


@given(st.text(alphabet="${}ab-1 "), st.dictionaries(st.sampled_from("ab"), st.text(alphabet="${}ab") | st.booleans()))
@settings(deadline=None)
def test_a_text_is_resolved_completely_or_refused(text: str, values: dict[str, str | bool]) -> None:
    if not list(variables.misuses(text, values)):
        assert "${" not in str(variables.resolve(text, values))
