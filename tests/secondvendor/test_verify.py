"""`verify`, told by the overlay what is different, finds nothing on the second stand-in."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from mockserver.cli import main
from tests.secondvendor.backstages import StandinBackstage
from tests.secondvendor.processes import VENDOR, process
from tests.secondvendor.repertoire import MINUTE, customer

OVERLAY = Path(__file__).parent / "vendor.yaml"


@pytest.fixture(scope="module")
def standin() -> Iterator[httpx.Client]:
    """Run a stand-in, and give a client of its backstage."""
    with (
        process(*VENDOR) as (url, _),
        httpx.Client(base_url=url, trust_env=False, timeout=10) as http,
    ):
        yield http


def opened(http: httpx.Client) -> dict[str, str]:
    """Open two accounts, the first of which has lived a little; return the environment that tells of them."""
    backstage = StandinBackstage(http, 10_000, 2_000)
    other = backstage.second_account()
    backstage.coupon("SPRING", 20, "crypto")
    with customer(backstage) as me:
        heard, returned, running, _ = (me.v3.buy("12", service)["orderId"] for service in ("ds", "go", "ds", "tg"))
        backstage.deliver(heard, "Your code is 1", "1")
        me.v3.refund(returned)
        me.v3.wallet("USDT", "BSC", "5.15")
        me.v3.crypto_invoice(500)
        me.v3.toggle("12", "ds")
        backstage.advance(24 * MINUTE)
        backstage.deliver(running, "Your code is 2", "2")
        me.v3.another(running)
        backstage.advance(2 * MINUTE)
    return {
        "SMSONLINE_USER_ID": backstage.user,
        "SMSONLINE_API_KEY": backstage.key,
        "SMSONLINE_OTHER_USER_ID": other[0],
        "SMSONLINE_OTHER_API_KEY": other[1],
    }


@pytest.mark.parametrize("suite", ["examples", "lifecycle", "equivalence", "safety", "schema"])
def test_nothing_is_found(standin: httpx.Client, suite: str) -> None:
    url = str(standin.base_url).rstrip("/")
    options = ("--url", url, "--strict", "--suite", suite, "--overlay", str(OVERLAY), "--no-color")
    done = CliRunner(env=opened(standin)).invoke(main, ["verify", *options])
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    assert "Nothing found in " in done.stdout
