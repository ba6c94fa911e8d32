"""What runs of pytest with the plugin need: its options, a client, and tests to show a world."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

PLUGIN = ("-p", "mockserver.pytest_plugin", "-p", "no:cacheprovider")

CLIENT = """
from functools import partial
import httpx
import pytest

def order(world, put=partial(httpx.put, verify=False), **changes):
    body = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1000", "m": "", "n": ""}
    body |= {"apiKey": world.api_key, **changes}
    return put(f"{world.base_url}/numbers/{world.user_id}/order", json=body)
"""


def run(suite: pytest.Pytester, tests: str, *options: str) -> pytest.RunResult:
    suite.makepyfile(test_it=f"from client import *\n\n{tests}")
    return suite.runpytest_inprocess(*PLUGIN, "-W", "default", *options)


SHOWING = "def test_it(smsonline): assert False, (smsonline.scenario, smsonline.seed)"

COUNTED = """
import pytest

@pytest.mark.parametrize("n", range(4))
def test_order(smsonline, n):
    order(smsonline)

def test_broken(smsonline):
    order(smsonline, maximumPrice="0.2")
"""


WORKERS = ("-p", "xdist.plugin", "-n", "2")
