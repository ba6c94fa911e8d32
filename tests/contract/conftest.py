from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mockserver import contract

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = Path(__file__).parent / "small.yaml"
SERVICE = Path(__file__).parent / "service.yaml"


@pytest.fixture(scope="session")
def small() -> contract.Document:
    return contract.load(SMALL)


@pytest.fixture(scope="session")
def service() -> contract.Document:
    """A small document of the service, which says what it means."""
    return contract.load(SERVICE)


def _altering(source: Path, folder: Path) -> Callable[[str, str], contract.Document]:
    def load(old: str, new: str) -> contract.Document:
        text = source.read_text()
        assert text.count(old) == 1, f"{old!r} is in {source.name} {text.count(old)} times"
        path = folder / source.name
        path.write_text(text.replace(old, new))
        return contract.load(path)

    return load


@pytest.fixture
def altered(tmp_path: Path) -> Callable[[str, str], contract.Document]:
    """Loads the small document with one piece of its text replaced."""
    return _altering(SMALL, tmp_path)


@pytest.fixture
def reannotated(tmp_path: Path) -> Callable[[str, str], contract.Document]:
    """Loads the small document of the service with one piece of its text replaced."""
    return _altering(SERVICE, tmp_path)


@pytest.fixture
def faults(tmp_path: Path, reannotated: Callable[[str, str], contract.Document]) -> Callable[[str, str], list[str]]:
    """What is told of the small document of the service with one piece of its text replaced: `line:column: message`."""

    def told(old: str, new: str) -> list[str]:
        with pytest.raises(contract.DocumentError) as error:
            reannotated(old, new)
        assert {problem.place.file for problem in error.value.problems} == {str(tmp_path / SERVICE.name)}
        return [f"{problem.place.line}:{problem.place.column}: {problem.message}" for problem in error.value.problems]

    return told


def placed(old: str, new: str, at: str) -> str:
    """The line and column of a piece of `new`, or of what is there once, when it has replaced `old` in the service."""
    text = SERVICE.read_text().replace(old, new)
    start = text.index(new) + new.index(at) if at in new else text.index(at)
    before = text[:start]
    return f"{before.count(chr(10)) + 1}:{start - before.rfind(chr(10))}"
