"""A scenario of several files: what comes first wins, lists are joined, and every problem has its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mockserver.contract import LocatedError
from mockserver.scenario.load import LIMIT, load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario

    Load = Callable[..., dict[str, Any]]

ACCOUNT = "accounts: [{userId: demo, key: demo-key}]\n"


@pytest.fixture
def files(tmp_path: Path, shipped: Fixtures) -> Load:
    """Writes files of these texts, each but for its description, and loads the first."""

    def files(**texts: str) -> dict[str, Any]:
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(f"description: The file {name}.\n{text}")
        data = load(str(tmp_path / f"{next(iter(texts))}.yaml"), shipped.catalogue).data
        assert not data.keys() & {"include", "variables"}
        return data

    return files


def told(files: Load, **texts: str) -> list[str]:
    """List what is wrong, without the folder of the files and the excerpts."""
    with pytest.raises(LocatedError) as refused:
        files(**texts)
    lines = str(refused.value).splitlines()
    return [line.rpartition("/")[2] for line in lines if not line.startswith(" ")]


def test_an_own_value_wins_over_an_included_one(files: Load) -> None:
    data = files(own="include: [base.yaml]\nseed: 1\n", base=ACCOUNT + "seed: 2\n")
    assert (data["seed"], data["description"]) == (1, "The file own.")


def test_of_two_included_files_the_first_wins(files: Load) -> None:
    assert files(own=ACCOUNT + "include: [a.yaml, b.yaml]\n", a="seed: 1\n", b="seed: 2\n")["seed"] == 1


def test_a_shipped_scenario_is_included_by_its_name(files: Load) -> None:
    assert files(own="include: [default]\n")["accounts"][0]["key"] == "demo-key"


def test_an_included_file_is_found_beside_the_one_that_includes_it(files: Load, tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "one.yaml").write_text("description: One.\ninclude: [two.yaml]\n")
    (tmp_path / "sub" / "two.yaml").write_text("description: Two.\nseed: 2\n")
    assert files(own=ACCOUNT + "include: [sub/one.yaml]\n")["seed"] == 2


@pytest.mark.parametrize(
    ("section", "own", "base", "merged"),
    [
        ("restock", "{after: 1s, stock: 1}", "{after: 2s, stock: 5}", {"after": "1s", "stock": 1}),
        ("readings", "{expiry: kept}", "{failures: status}", {"expiry": "kept", "failures": "status"}),
        (
            "clock",
            "{mode: manual}",
            '{start: "2025-01-01 00:00:00"}',
            {"mode": "manual", "start": "2025-01-01 00:00:00"},
        ),
        ("clock", "manual", "{scaled: 60}", "manual"),
        ("clock", "{step: 5s}", "{scaled: 60}", {"step": "5s"}),
        ("orders", "[{sms: []}]", "[{lifetime: 1m}]", [{"sms": []}, {"lifetime": "1m"}]),
        ("payments", "[{page: a}]", "[{page: b}]", [{"page": "a"}, {"page": "b"}]),
        ("faults", "[{then: {cut: 1}}]", "[{then: {cut: 2}}]", [{"then": {"cut": 1}}, {"then": {"cut": 2}}]),
        (
            "catalogue",
            "{services: [{code: a, name: A}]}",
            "[]",
            {"services": [{"code": "a", "name": "A"}], "changes": []},
        ),
        (
            "catalogue",
            "{services: [{code: a, name: A}]}",
            "{services: [{code: b, name: B}], extends: shipped}",
            {"services": [{"code": "b", "name": "B"}, {"code": "a", "name": "A"}], "extends": "shipped"},
        ),
    ],
)
def test_sections_are_put_together(files: Load, section: str, own: str, base: str, merged: object) -> None:
    both = files(own=f"include: [base.yaml]\n{ACCOUNT}{section}: {own}\n", base=f"{section}: {base}\n" if base else "")
    assert both[section] == merged


RESTOCK_ALONE = "restock: {after: 1s}\n"


def test_a_part_of_a_section_is_no_whole_one(files: Load) -> None:
    assert told(files, own=ACCOUNT + RESTOCK_ALONE) == ["own.yaml:3:10: $.restock: the field stock is missing"]


@pytest.mark.parametrize(
    ("own", "base", "merged"),
    [
        ("{userId: a, balance: 1}", "{userId: a, key: k, balance: 2}", [{"userId": "a", "key": "k", "balance": 1}]),
        ("{userId: a, keys: [x]}", "{userId: a, key: k}", [{"userId": "a", "keys": ["x"]}]),
        ("{userId: a, key: x}", "{userId: a, keys: [k]}", [{"userId": "a", "key": "x"}]),
        ("{userId: a, key: x}", "{userId: b, key: k}", [{"userId": "a", "key": "x"}, {"userId": "b", "key": "k"}]),
    ],
)
def test_accounts_are_put_together_by_their_id(files: Load, own: str, base: str, merged: object) -> None:
    texts = {"own": f"include: [base.yaml]\naccounts: [{own}]\n", "base": f"accounts: [{base}]\n"}
    assert files(**texts)["accounts"] == merged


def test_a_file_that_several_include_is_there_once_and_comes_after_them(files: Load) -> None:
    data = files(
        own=ACCOUNT + "include: [a.yaml, b.yaml]\n",
        a="include: [base.yaml]\norders: [{lifetime: 1s}]\n",
        b="include: [base.yaml]\norders: [{lifetime: 2s}]\n",
        base="orders: [{lifetime: 3s}]\n",
    )
    assert [rule["lifetime"] for rule in data["orders"]] == ["1s", "2s", "3s"]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (
            {"own": "include: [own.yaml]\n"},
            "own.yaml:2:11: $.include[0]: own.yaml: includes itself: own.yaml → own.yaml",
        ),
        (
            {"own": "include: [a.yaml]\n", "a": "include: [b.yaml]\n", "b": "include: [a.yaml]\n"},
            "b.yaml:2:11: $.include[0]: a.yaml: includes itself: a.yaml → b.yaml → a.yaml",
        ),
        (
            {"own": "include: [default, gone.yaml]\n"},
            "own.yaml:2:20: $.include[1]: gone.yaml: cannot be read: No such file or directory",
        ),
        (
            {"own": "include: [defualt]\n"},
            "own.yaml:2:11: $.include[0]: defualt: no such scenario, did you mean default?",
        ),
        ({"own": "include: default\n"}, "own.yaml:2:10: $.include: must be an array"),
        ({"own": "include: [1]\n"}, "own.yaml:2:11: $.include[0]: must be a string"),
        ({"own": "include: [a.yaml]\n", "a": "sede: 1\n"}, "a.yaml:2:1: $.sede: unknown field, did you mean seed?"),
        ({"own": "include: [a.yaml]\n", "a": "seed: [\n"}, "a.yaml:3:1: a value is missing here"),
        ({"own": "seed: 1\n"}, "own.yaml:1:1: the field accounts is missing, here and in the included files"),
        ({"own": "accounts: [{userId: demo}]\n"}, "own.yaml:2:12: $.accounts[0]: the field key is missing"),
        (
            {"own": ACCOUNT + "include: [a.yaml]\norders: [{}]\n", "a": "orders: [{when: {country: Sweden}}]\n"},
            "a.yaml:2:27: $.orders[0].when.country: unknown country Sweden, did you mean 46 (Sweden)?",
        ),
        (
            {
                "own": ACCOUNT + "include: [a.yaml]\ncatalogue: [{country: x, service: ds, price: 1}]\n",
                "a": "catalogue: {}\n",
            },
            "own.yaml:4:23: $.catalogue[0].country: unknown country x",
        ),
    ],
)
def test_a_problem_is_told_where_it_is(files: Load, texts: dict[str, str], says: str) -> None:
    (problem,) = told(files, **texts)
    assert problem.startswith(says)


def test_the_problems_of_all_files_are_told_at_once(files: Load) -> None:
    problems = told(files, own="include: [a.yaml, b.yaml]\nseed: x\n", a="seed: y\n", b="seed: z\n")
    assert sorted(problem.partition(" ")[0] for problem in problems) == ["a.yaml:2:7:", "b.yaml:2:7:", "own.yaml:3:7:"]


def test_a_file_without_a_description_is_told_too(files: Load, tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("seed: 1\n")
    assert told(files, own=ACCOUNT + "include: [base.yaml]\n") == ["base.yaml:1:1: the field description is missing"]


def test_there_is_a_limit_to_files(files: Load) -> None:
    chain = {f"f{number}": f"include: [f{number + 1}.yaml]\n" for number in range(LIMIT)}
    (problem,) = told(files, **chain, **{f"f{LIMIT}": ACCOUNT})
    assert problem.endswith(f"f{LIMIT}.yaml: is one file too many: a scenario can have {LIMIT} files")


def test_files_that_include_each_other_many_times_are_read_once(files: Load) -> None:
    names = [f"f{number}" for number in range(50)]
    texts = {
        name: f"include: [{', '.join(f'{later}.yaml' for later in names[number + 1 :])}]\norders: [{{}}]\n"
        for number, name in enumerate(names)
    }
    texts["f49"] = ACCOUNT
    assert len(files(**texts)["orders"]) == 49


def test_the_files_of_a_scenario_are_known(tmp_path: Path, shipped: Fixtures) -> None:
    (tmp_path / "own.yaml").write_text("description: Own.\ninclude: [base.yaml]\n")
    (tmp_path / "base.yaml").write_text("description: Base.\n" + ACCOUNT)
    scenario = load(str(tmp_path / "own.yaml"), shipped.catalogue)
    assert [path.name for path in scenario.files] == ["own.yaml", "base.yaml"]


def test_a_field_that_begins_with_x_holds_anchors_and_is_ignored(read: Callable[[str], Scenario]) -> None:
    scenario = read(
        "description: x\naccounts: [{userId: a, key: k}]\nx-late: &late [{after: 10m}]\norders: [{sms: *late}]\n"
    )
    assert (scenario.data["orders"], "x-late" in scenario.data) == ([{"sms": [{"after": "10m"}]}], False)
