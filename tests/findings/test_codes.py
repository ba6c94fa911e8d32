from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import mockserver
from mockserver.contract import vocabulary
from mockserver.findings import codes, explain
from mockserver.verify.rules import rules

PACKAGE = Path(mockserver.__file__).parent
FAMILIES = {name.partition(".")[0] for name in codes()}
CODE = re.compile(r"[a-z]+\.[a-z-]+")


def used_in_code() -> set[str]:
    """The texts in the code that look like codes."""
    texts = {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if CODE.fullmatch(text) and text.partition(".")[0] in FAMILIES}


def names() -> set[str]:
    """The names of the vocabulary that look like codes: parts of what an answer tells, arguments of operations."""
    known = vocabulary()
    arguments = [(purpose.name, purpose.arguments) for purpose in known.purposes.values()]
    return {f"{name}.{part}" for name, parts in (*known.records.items(), *arguments) for part in parts}


def used() -> set[str]:
    return used_in_code() | {rule.code for rule in rules().values()}


def test_every_code_that_is_used_is_explained() -> None:
    assert used() - set(codes()) - names() == set()


def test_every_code_that_is_explained_is_used() -> None:
    assert set(codes()) - used() == set()


@pytest.mark.parametrize("name", codes())
def test_an_explanation_has_every_part(name: str) -> None:
    assert all(part.strip() for part in codes()[name])


def test_a_code_is_explained_by_its_name() -> None:
    assert explain("money.balance").title == "The balance does not add up"


def test_an_unknown_code_is_told_with_the_nearest_one() -> None:
    with pytest.raises(KeyError, match=r"there is no code money\.balanse, did you mean money\.balance\?"):
        explain("money.balanse")
