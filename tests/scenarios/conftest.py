"""A mock that plays what a test writes, for one rich account; time stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

ACCOUNT = """
description: A feature of the language.
accounts:
  - {userId: demo, key: demo-key, balance: 100000}
"""

STILL = 'clock: {mode: manual, start: "2025-06-15 15:06:40"}\n'


@pytest.fixture
def play(start: Callable[[str], Mock]) -> Callable[..., Mock]:
    """Plays sections of a scenario; the clock stands still unless one of them is about it."""

    def play(sections: str, clock: str = STILL) -> Mock:
        return start(f"{ACCOUNT}{clock}{sections}")

    return play
