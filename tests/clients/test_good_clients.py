"""The clients of the examples are good: there is nothing to find, whatever the day and the reading."""

from __future__ import annotations

import asyncio
import runpy
from contextlib import suppress
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from mockserver.grade import matrix

if TYPE_CHECKING:
    from mockserver.grade.matrix import Case
    from mockserver.testing import SmsOnline
    from tests.clients.conftest import Grade, Sleep

EXAMPLES = Path(__file__).parents[2] / "examples"
REQUESTS, HTTPX = (
    runpy.run_path(str(EXAMPLES / folder / "client.py")) for folder in ("python-requests", "python-httpx-async")
)
WANTED = {"country": "12", "service": "ds", "most": 99}
CASES = [case for case in matrix.every() if len(case.changes) <= 1]


def with_requests(world: SmsOnline, sleep: Sleep) -> None:
    client = REQUESTS["Client"](world.base_url, world.user_id, world.api_key, sleep)
    with suppress(REQUESTS["NoCode"]):
        client.receive_code(REQUESTS["Offer"](**WANTED))


def with_httpx(world: SmsOnline, sleep: Sleep) -> None:
    async def asleep(seconds: float) -> None:
        sleep(seconds)

    async def receive() -> Any:
        async with HTTPX["Client"](world.base_url, world.user_id, world.api_key, asleep) as client:
            with suppress(HTTPX["NoCode"]):
                await client.receive_code(HTTPX["Offer"](**WANTED))

    asyncio.run(receive())


@pytest.mark.parametrize("use", [with_requests, with_httpx])
@pytest.mark.parametrize("case", CASES, ids=attrgetter("name"))
def test_a_good_client_breaks_no_rule(grade: Grade, case: Case, use: Any) -> None:
    assert grade(case, use).findings == ()
