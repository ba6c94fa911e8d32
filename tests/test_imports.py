"""What a module imports comes with what is installed for it: the server alone, or an extra; on every system."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENT = re.compile(r"([A-Za-z0-9._-]+)(?:\[(.*?)\])?")
OURS = ("contracts", "mockserver")

EXTRAS = {
    "mockserver.judge.answers": "contracts",
    "mockserver.judge.shapes": "contracts",
    "mockserver.drift": "contracts",
    "mockserver.proxy": "contracts",
    "mockserver.reports": "contracts",
    "mockserver.verify": "contracts",
    "mockserver.traffic.archive": "contracts",
    "mockserver.traffic.file_format": "contracts",
    "mockserver.cli.targets": "contracts",
    "mockserver.grade": "contracts",
    "mockserver.pytest_plugin": "pytest",
    "mockserver.serving.tls": "tls",
    "mockserver.testing": "pytest",
}
"""Which modules, with those below them, need which extra. All others are the server."""


class Import(NamedTuple):
    """A module is imported by another, when that is loaded or only once it is needed."""

    module: str
    imported: str
    at_once: bool


def modules() -> dict[str, ast.Module]:
    """The syntax of every module, by its name."""
    paths = [path for package in OURS for path in (ROOT / package).rglob("*.py")]
    parts = {path: path.relative_to(ROOT).with_suffix("").parts for path in paths}
    return {
        ".".join(parts[path]).removesuffix(".__init__"): ast.parse(path.read_text(encoding="utf-8")) for path in paths
    }


MODULES = modules()


def imports() -> Iterator[Import]:
    """Every import, but for those that only type checkers see."""
    for name, tree in MODULES.items():
        for imported, at_once in found(tree, at_once=True):
            yield Import(name, imported, at_once)


def found(node: ast.AST, *, at_once: bool) -> Iterator[tuple[str, bool]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from ((alias.name, at_once) for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            # What is imported may itself be a module.
            named = [f"{child.module}.{alias.name}" for alias in child.names]
            yield from ((name if name in MODULES else str(child.module), at_once) for name in named)
        later = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
        yield from found(child, at_once=at_once and not later)


def extra(module: str) -> str:
    """The extra that a module needs; empty for the server."""
    return next((name for part, name in EXTRAS.items() if f"{module}.".startswith(f"{part}.")), "")


def declared(extra: str) -> set[str]:
    """The distributions that come with the server, or with it and an extra."""
    found = set()
    for each in PROJECT["dependencies"] + PROJECT["optional-dependencies"].get(extra, []):
        name, others = REQUIREMENT.match(each).groups()  # type: ignore[union-attr]
        if name == PROJECT["name"]:
            found |= {brought for other in others.split(",") for brought in declared(other)}
        else:
            found.add(normal(name))
    return found


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


KNOWN = {*sys.stdlib_module_names, *OURS}
FOREIGN = sorted({(each.module, top) for each in imports() if (top := each.imported.partition(".")[0]) not in KNOWN})
PROVIDERS = packages_distributions()


@pytest.mark.parametrize(("module", "imported"), FOREIGN)
def test_what_is_imported_is_declared(module: str, imported: str) -> None:
    brought = declared(extra(module))
    providers = {normal(name) for name in PROVIDERS[imported]}
    assert providers & brought, f"{module} imports {imported}, which is not in {sorted(brought)}"


def test_the_server_loads_no_module_of_an_extra() -> None:
    assert [each for each in imports() if each.at_once and not extra(each.module) and extra(each.imported)] == []


PLAY_ALL = """
import sys
from contextlib import suppress
import mockserver.serving.setup
from tests.rules import DEFAULT
from mockserver.domain.refusal import Refusal
from mockserver.scenario import fixtures
from mockserver.scenario.build import build
from mockserver.scenario.load import load
from mockserver.data import scenarios
from mockserver.usecases.ordering import OrderRequest, order_number

shipped = fixtures.load()
for name in scenarios():
    world = build(load(name, shipped.catalogue), shipped, lambda: 1_750_000_000_000, rules=DEFAULT)
    order = OrderRequest("12", "ds", "any", 1000, "", "", failover=True)
    with suppress(Refusal):
        order_number(world, next(iter(world.customers.values())), order)
print("faker" in sys.modules)
"""


def test_no_shipped_scenario_loads_what_makes_up_people() -> None:
    run = subprocess.run([sys.executable, "-c", PLAY_ALL], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603 - our own program
    assert run.stdout == "False\n"


NOT_ON_WINDOWS = {"fcntl", "grp", "pwd", "resource", "termios", "tty"}
"""Modules of the standard library that Windows lacks."""

NAMES_NOT_ON_WINDOWS = re.compile(
    r"\b(os\.(fork|forkpty|getuid|killpg|setsid|mkfifo)|SIG(ALRM|CHLD|HUP|KILL|QUIT|STOP|USR1|USR2)|add_signal_handler)\b"
)


def test_no_module_that_windows_lacks_is_imported() -> None:
    assert [each for each in imports() if each.imported in NOT_ON_WINDOWS] == []


class OnWindows(ast.NodeTransformer):
    """Leaves of `if sys.platform == "win32"` what Windows gets."""

    def visit_If(self, node: ast.If) -> Any:
        if ast.unparse(node.test) == "sys.platform == 'win32'":
            return [self.visit(each) for each in node.body]
        return self.generic_visit(node)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_that_windows_lacks_is_called(module: str) -> None:
    for_windows = OnWindows().visit(ast.parse(ast.unparse(MODULES[module])))
    assert NAMES_NOT_ON_WINDOWS.findall(ast.unparse(for_windows)) == []


@pytest.mark.parametrize("name", ["contracts", "pytest", "tls", "test", "docs"])
def test_the_extra_is_there(name: str) -> None:
    assert PROJECT["optional-dependencies"][name]


@pytest.mark.parametrize("name", ["contracts", "pytest", "tls"])
def test_the_tests_have_what_is_tested(name: str) -> None:
    assert declared(name) <= declared("test")


@pytest.mark.parametrize("module", EXTRAS)
def test_a_module_with_an_extra_exists(module: str) -> None:
    assert module in MODULES
