"""A generation of the API is one file: one can be deleted, and another one be added, without a line of Python."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mockserver.contract import vocabulary
from mockserver.contract.document import SHIPPED

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LIVING = Path(__file__).parent / "living.py"
COMMAND = "from mockserver.cli import main; main()"

TOLD = {
    "price": 16,
    "lasts": 1_200_000,
    "new": "waiting",
    "received": "completed",
    "code": "424242",
    "refund": "REFUND_NOT_ALLOWED",
    "another": True,
    "returned": True,
    "too dear": "PRICE_CHANGED",
    "balance": 984,
    "paid in": 500,
}
"""What a customer is told of an order's life."""


class Copy:
    """A copy of the project, in which documents can be changed, and the programs of which can be run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("contracts", "mockserver", "fixtures", "scenarios"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        self.documents = folder / "contracts" / "documents"

    def run(self, *arguments: str) -> str:
        """What a Python program prints that imports this copy."""
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(  # noqa: S603
            [sys.executable, *arguments], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def live(self, name: str) -> Any:
        """What a customer is told who lives through an order over a document."""
        return json.loads(self.run(str(LIVING), name, str(self.folder)))

    def routes(self) -> list[str]:
        """The operations that the command lists."""
        return [f"{row['version']} {row['path']}" for row in json.loads(self.run("-c", COMMAND, "routes", "--json"))]


# Without V2


@pytest.fixture(scope="module")
def without_v2(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy without the deprecated generation."""
    copy = Copy(tmp_path_factory.mktemp("without-v2"))
    (copy.documents / "v2.yaml").unlink()
    shutil.rmtree(copy.folder / "fixtures" / "v2")
    return copy


def test_without_v2_an_order_lives_over_v3(without_v2: Copy) -> None:
    assert without_v2.live("v3") == TOLD


def test_without_v2_the_operations_of_v3_are_listed(without_v2: Copy) -> None:
    routes = without_v2.routes()
    assert (len(routes), {route.partition(" ")[0] for route in routes}) == (18, {"v3"})


def test_without_v2_the_examples_are_found_to_be_right(without_v2: Copy) -> None:
    assert "Nothing found in" in without_v2.run("-c", COMMAND, "verify", "--suite", "examples", "--no-color")


# With a V4

STATES = {"waiting": "pending", "completed": "done", "refunded": "back", "expired": "over"}
MONEY = {
    field
    for fields in vocabulary().records.values()
    for field, type_ in fields.items()
    if type_.name == "money"
}  # fmt: skip


def renamed(name: str) -> str:
    return f"q_{name}"


def v4_of(v3: Any) -> Any:
    """The data of V3 with other paths, parameters, fields, units, words and codes."""
    data = _without_examples(deepcopy(v3))
    data["servers"][0]["url"] = "https://api-x.smsonline.cloud/v4"
    data["paths"] = {
        re.sub(r"(?<=[/{])\w+", lambda word: renamed(word[0]), path): at for path, at in data["paths"].items()
    }
    for item in data["paths"].values():
        for operation in item.values():
            operation["operationId"] = renamed(operation["operationId"])
    for reason, failure in data["x-failures"]["reasons"].items():
        failure["code"] = renamed(reason)
    schemas, parameters = data["components"]["schemas"], data["components"]["parameters"]
    schemas["OrderStatus"] |= {"enum": [*STATES.values()], "x-words": STATES}
    schemas["OrderChange"] |= {"enum": ["gone", "more"], "x-words": {"refund": "gone", "another": "more"}}
    schemas["OrderBody"]["properties"]["maximumPrice"] = {
        "type": "number",
        "x-argument": "maximum",
        "x-unit": "dollars",
    }
    parameters["invoiceAmount"]["schema"] = {"type": "number", "x-unit": "dollars"}
    data["components"]["securitySchemes"]["bearer"]["x-stands-in-for"] = renamed("apiKey")
    _rename(data)
    return data


def _without_examples(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_examples(each) for each in part]
    if not isinstance(part, dict):
        return part
    return {name: _without_examples(each) for name, each in part.items() if name not in ("example", "examples")}


def _rename(part: Any) -> None:
    """Rename parameters and fields in place, write money in dollars, and say `q_refund` and `q_another` in paths."""
    if isinstance(part, list):
        for each in part:
            _rename(each)
    if not isinstance(part, dict):
        return
    for each in part.values():
        _rename(each)
    if part.get("in") in ("path", "query"):
        part["name"] = renamed(part["name"])
    if part.get("x-argument") == "operation":
        part |= {"x-words": {"refund": "q_refund", "another": "q_another"}}
        part["schema"] = {"type": "string", "enum": ["q_refund", "q_another"]}
    if "properties" in part:
        part["properties"] = {renamed(name): each for name, each in part["properties"].items()}
        part["required"] = [renamed(name) for name in part.get("required", ())]
    if str(part.get("x-value", "")).rpartition(".")[2] in MONEY:
        part |= {"type": "string" if part["type"] == "string" else "number", "x-unit": "dollars"}
        part.pop("pattern", None)


@pytest.fixture(scope="module")
def with_v4(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """A copy with one more generation."""
    copy = Copy(tmp_path_factory.mktemp("with-v4"))
    v3 = yaml.load((SHIPPED / "v3.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    (copy.documents / "v4.yaml").write_text(
        yaml.safe_dump(v4_of(v3), allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    return copy


def names(part: Any) -> Iterator[str]:
    """The names that stand on the wire: of parameters, of fields, and in paths."""
    if isinstance(part, list):
        for each in part:
            yield from names(each)
    if isinstance(part, dict):
        yield from part.get("properties", ())
        yield from (part["name"],) if "in" in part else ()
        yield from (name for path in part.get("paths", ()) for name in re.findall(r"\w+", path))
        for each in part.values():
            yield from names(each)


def test_v4_shares_no_name_with_v3(with_v4: Copy) -> None:
    v3, v4 = (
        {*names(yaml.load((with_v4.documents / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader))}
        for name in ("v3", "v4")
    )
    assert {renamed(name) for name in v3} == v4


@pytest.mark.parametrize("name", ["v4", "v3", "v2"])
def test_an_order_lives_over_every_generation(with_v4: Copy, name: str) -> None:
    assert with_v4.live(name) == TOLD


def test_the_operations_of_v4_are_listed_first(with_v4: Copy) -> None:
    routes = with_v4.routes()
    assert [route.partition(" ")[0] for route in routes] == ["v4"] * 18 + ["v3"] * 18 + ["v2"] * 12
    assert routes[0] == "v4 /q_customers/{q_userId}/q_cryptomus/q_invoice/{q_amount}"


def test_v4_is_verified_beside_the_others(with_v4: Copy) -> None:
    suites = ("--suite", "equivalence", "--suite", "safety")
    assert "Nothing found in" in with_v4.run("-c", COMMAND, "verify", *suites, "--no-color")
