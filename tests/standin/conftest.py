"""Flows assert like tests; and a running stand-in."""

import sys
from collections.abc import Iterator

import httpx
import pytest

pytest.register_assert_rewrite(
    *(
        f"tests.standin.{name}"
        for name in ("flows_account", "flows_numbers", "flows_prices", "flows_refusals", "flows_v2")
    )
)

from tests.standin.toolkit import process  # noqa: E402


@pytest.fixture(scope="module")
def vendor() -> Iterator[httpx.Client]:
    """Run a stand-in, and give a client of its test handles."""
    with (
        process(sys.executable, "-m", "tests.standin.vendor", "--port", "0") as (url, _),
        httpx.Client(base_url=url, trust_env=False, timeout=10) as http,
    ):
        yield http
