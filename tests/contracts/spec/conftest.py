from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contracts import spec

if TYPE_CHECKING:
    from collections.abc import Callable

SMALL = Path(__file__).parent / "small.yaml"


@pytest.fixture(scope="session")
def small() -> spec.Document:
    return spec.load(SMALL)


@pytest.fixture
def altered(tmp_path: Path) -> Callable[..., spec.Document]:
    """Loads the small document with one piece of its text replaced."""

    def load(old: str, new: str) -> spec.Document:
        text = SMALL.read_text()
        assert text.count(old) == 1, f"{old!r} is in small.yaml {text.count(old)} times"
        path = tmp_path / "small.yaml"
        path.write_text(text.replace(old, new))
        return spec.load(path)

    return load
