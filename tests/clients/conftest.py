"""Clients in worlds of their own, whose clocks move only while the client sleeps."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from mockserver.grade.matrix import Case
from mockserver.judge import Judgement
from mockserver.testing import Server, SmsOnline, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterator

Sleep = Callable[[float], object]
Use = Callable[[SmsOnline, Sleep], object]
Grade = Callable[[Case, Use], Judgement]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server.here() as server:
        yield server


@pytest.fixture
def grade(server: Server) -> Grade:
    """Judges what a client does with a world and a way to sleep."""

    def grade(case: Case, use: Use) -> Judgement:
        readings = dict(case.readings)
        wanted = Wanted(case.scenario, clock="manual", readings=readings, allow_violations=True)
        with server.begin(wanted) as world:
            use(world, lambda seconds: world.clock.advance(timedelta(seconds=seconds)))
            return world.grade(paced=True, ended=True)

    return grade
