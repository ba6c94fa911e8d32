"""The toolkit beside the stand-in, as a user has both: processes, URLs and files; the overlay says what is different.

`drift`, `proxy`, `grade` and `verify` agree with the stand-in in full, and tell each of what is wrong.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from mockserver.contract import contract, readings
from mockserver.contract.readings import Evidence
from mockserver.drift import Drift, compare
from mockserver.traffic import Answer, Exchange, Request, jsonl
from mockserver.traffic.recordings import read
from tests.standin.client import V2, V3, ApiError, QuoteChangedError, Receipt
from tests.standin.faulty import FAULTS
from tests.standin.flows import FLOWS
from tests.standin.model import EPOCH
from tests.standin.registry import Customer, customer
from tests.standin.test_standin import StandinWorld

OVERLAY = Path(__file__).parent / "vendor.yaml"
ROOT = Path(__file__).parent.parent.parent
COMMAND = (str(Path(sys.executable).with_name("smsonline-mock")),)
URL = re.compile(r"http://127\.0\.0\.1:\d+")
BALANCE = 10_000

Json = dict[str, Any]


@contextmanager
def process(*words: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a server; give the first URL that it prints, and the process, which is terminated in the end."""
    running = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own words
    try:
        assert running.stdout is not None
        found = URL.search(running.stdout.readline())
        assert found is not None
        yield found[0], running
    finally:
        running.terminate()
        running.wait(timeout=20)
        if running.stdout is not None:
            running.stdout.close()


def toolkit(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the overlay, to its end."""
    return subprocess.run(  # noqa: S603 - our own words
        [*COMMAND, *map(str, words), "--overlay", str(OVERLAY)],
        cwd=ROOT,
        env={**os.environ, "COLUMNS": "200", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def reported(directory: Path, *words: str | Path, **environment: str) -> tuple[subprocess.CompletedProcess[str], Json]:
    """Run a command with the overlay; answer how it ended, and its report."""
    done = toolkit(*words, "--report", "json", "--report-dir", directory, **environment)
    report = directory / f"{words[0]}.json"
    assert report.exists(), done.stderr
    return done, json.loads(report.read_bytes())


class ProxiedWorld(StandinWorld):
    """A fresh world of a running stand-in, whose customers come through a proxy."""

    def __init__(self, http: httpx.Client, proxy: str, balance: int, charges: int) -> None:
        super().__init__(http, balance, charges)
        self.v3_url, self.v2_url = f"{proxy}/v3", f"{proxy}/cs"


# A day of traffic.


class Day(NamedTuple):
    """What a proxy has recorded of all flows, and what it said in the end."""

    recording: Path
    said: str


@pytest.fixture(scope="module")
def vendor() -> Iterator[httpx.Client]:
    """Run a stand-in, and give a client of its test handles."""
    with (
        process(sys.executable, "-m", "tests.standin.vendor", "--port", "0") as (url, _),
        httpx.Client(base_url=url, trust_env=False, timeout=10) as http,
    ):
        yield http


@pytest.fixture(scope="module")
def day(vendor: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Play all flows through a proxy that records them."""
    recording = tmp_path_factory.mktemp("proxy") / "day.jsonl"
    options = ("--upstream", str(vendor.base_url), "--port", "0", "--record", str(recording), "--overlay", str(OVERLAY))
    with process(*COMMAND, "proxy", *options, "--allow-orders", "--allow-payments") as (url, proxy):
        for flow in FLOWS:
            flow(ProxiedWorld(vendor, url, flow.balance, flow.charges))
        proxy.terminate()
        said, _ = proxy.communicate(timeout=20)
    assert proxy.returncode == 0
    return Day(recording, said)


@pytest.fixture(scope="module")
def drift(day: Day) -> Drift:
    """Compare the day with the contract."""
    return compare(partial(read, day.recording), overlays=[OVERLAY])[0]


def test_drift_finds_nothing(day: Day) -> None:
    done = toolkit("drift", day.recording)
    assert (done.returncode, done.stderr) == (0, "")
    assert " 0 contradicted, 0 new, in " in done.stdout.splitlines()[-1]


def test_every_difference_would_be_told(drift: Drift) -> None:
    assert drift.differences == ()


def test_all_but_paths_that_lead_nowhere_is_understood(drift: Drift) -> None:
    assert (drift.exchanges - drift.matched, drift.lost, drift.disturbed) == (3, 0, 0)


def test_every_operation_is_confirmed(drift: Drift) -> None:
    confirmed = {(fact.document, fact.pointer) for fact in drift.confirmed}
    operations = [
        each for document in contract(overlays=[OVERLAY]).documents.values() for each in document.operations.values()
    ]
    assert [each.name for each in operations if (each.document.name, each.pointer) not in confirmed] == []


def test_every_reading_is_as_the_rules_of_the_overlay_have_it(drift: Drift) -> None:
    known = [reading.name for reading in readings().values() if reading.evidence is not Evidence.NONE]
    said = {each.reading: (each.default, *each.times) for each in drift.indications}
    assert {name: said[name] for name in known} == {
        "another-sms": ("charged", "charged"),
        "completed-word": ("completed",),
        "discount": ("shown", "shown"),
        "expiry": ("repaid",),
        "failures": ("envelope",),
        "price-above-maximum": ("no-numbers", "no-numbers"),
    }


def test_without_the_overlay_drift_is_told(day: Day) -> None:
    found, _ = compare(partial(read, day.recording))
    assert found.contradicted
    assert found.new


def test_the_proxy_counts_the_money_that_was_charged(day: Day) -> None:
    prices = [price for exchange in read(day.recording) if (price := bought(exchange)) is not None]
    assert f"orders: {len(prices)}, for {sum(prices) / 100:.2f} dollars" in day.said


def bought(exchange: Exchange) -> int | None:
    """Return the cents that an order has cost, as the stand-in writes them."""
    request, answer = exchange.request, exchange.answer
    orders = (request.method, request.path.rpartition("/")[2]) in {("PUT", "order"), ("POST", "purchase")}
    if not orders or answer is None or answer.status != 200:
        return None
    body: Json = answer.json
    return int(body["body"]["purchasePrice"]) if "body" in body else round(body["purchasePrice"] * 100)


# Clients.


class Tape(httpx.HTTPTransport):
    """Carries requests, and records them by the time of the stand-in; loses the answers that it is told to lose."""

    def __init__(self) -> None:
        super().__init__()
        self.now = EPOCH * 1000
        self.exchanges: list[Exchange] = []
        self.loses = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request."""
        response = super().handle_request(request)
        response.read()
        asked = Request(request.method, str(request.url), tuple(request.headers.items()), request.content)
        answer = Answer(response.status_code, tuple(response.headers.items()), response.content)
        lost, self.loses = self.loses, False
        self.exchanges.append(Exchange(asked, None if lost else answer, self.now, 0.5))
        if lost:
            raise httpx.ReadTimeout("the answer was lost", request=request)
        return response


class Client:
    """A client of the stand-in, whose waits are recorded though nobody waits."""

    def __init__(self, world: StandinWorld, me: Customer, tape: Tape) -> None:
        self.world = world
        self.me = me
        self.tape = tape

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.tape.now += round(seconds * 1000)
        if seconds >= 1:
            self.world.advance(int(seconds))

    def lose(self, call: Callable[[], object]) -> None:
        """Call, and never hear the answer."""
        self.tape.loses = True
        with pytest.raises(httpx.ReadTimeout):
            call()

    def order(self, country: str = "12", service: str = "ds") -> Receipt:
        """Order for the quoted price; on the new terms if they have changed."""
        quote = self.me.v3.quote(country, service)
        try:
            return self.me.v3.order(quote)
        except QuoteChangedError as changed:
            return self.me.v3.order(changed.quote)

    def poll(self, order_id: str, times: int = 4, pause: float = 5) -> bool:
        """Look for an SMS."""
        for _ in range(times):
            self.wait(pause)
            if self.me.v3.get(order_id).codes:
                return True
        return False

    def give_back(self, order_id: str) -> None:
        """Ask for the money."""
        self.me.v3.change(order_id, "refund")


Life = Callable[[Client], None]


def gets_its_code(client: Client) -> None:
    receipt = client.order()
    client.poll(receipt.id, 2)
    client.world.deliver_sms(receipt.id, "Your code is 123-456", "123-456")
    assert client.poll(receipt.id)


def gets_two_codes(client: Client) -> None:
    receipt = client.order("12", "wa")
    for code in ("111", "222"):
        client.poll(receipt.id, 1)
        client.world.deliver_sms(receipt.id, f"Your code is {code}", code)
        client.poll(receipt.id, 1)
        if code == "111":
            client.me.v3.change(receipt.id, "requestAnother")


def gets_its_money_back(client: Client) -> None:
    receipt = client.order("16", "tg")
    assert not client.poll(receipt.id)
    client.give_back(receipt.id)


def takes_the_new_price(client: Client) -> None:
    quote = client.me.v3.quote("12", "go")
    client.world.set_offer("12", "go", price_cents=27)
    with pytest.raises(QuoteChangedError) as changed:
        client.me.v3.order(quote)
    receipt = client.me.v3.order(changed.value.quote)
    client.give_back(receipt.id)


def waits_for_numbers(client: Client) -> None:
    client.world.set_offer("174", "wa", stock=0)
    quote = client.me.v3.quote("174", "wa")
    with pytest.raises(ApiError):
        client.me.v3.order(quote)
    client.wait(30)
    client.world.set_offer("174", "wa", stock=1)
    client.give_back(client.me.v3.order(quote).id)


def looks_for_what_was_lost(client: Client) -> None:
    quote = client.me.v3.quote("12", "ds")
    client.lose(lambda: client.me.v3.order(quote))
    client.wait(2)
    (found,) = client.me.v3.inventory(10)
    client.give_back(found.id)


def is_refused_for_money(client: Client) -> None:
    receipt = client.order()
    client.wait(3)
    client.give_back(receipt.id)
    with pytest.raises(ApiError):
        client.give_back(receipt.id)


GOOD: dict[str, tuple[Life, ...]] = {
    session.__name__: (session,)
    for session in (
        gets_its_code, gets_two_codes, gets_its_money_back, takes_the_new_price, waits_for_numbers,
        looks_for_what_was_lost, is_refused_for_money,
    )
}  # fmt: skip
GOOD["one after another"] = (gets_its_code, gets_its_money_back, gets_two_codes)


def orders_again(client: Client) -> None:
    quote = client.me.v3.quote("12", "ds")
    client.lose(lambda: client.me.v3.order(quote))
    client.wait(2)
    client.give_back(client.me.v3.order(quote).id)


def abandons_its_order(client: Client) -> None:
    client.poll(client.order().id)


def lets_its_order_end(client: Client) -> None:
    receipt = client.order()
    client.wait(16 * 60)
    assert client.me.v3.get(receipt.id).state == "timeout"


def polls_too_fast(client: Client) -> None:
    receipt = client.order()
    client.poll(receipt.id, 6, 0.2)
    client.give_back(receipt.id)


def has_no_money_to_say(client: Client) -> None:
    fields = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16 cents", "m": "", "n": ""}
    with pytest.raises(ApiError):
        client.me.v3.call("PUT", f"/numbers/{client.me.v3.user}/order", **fields)


def uses_the_documented_path(client: Client) -> None:
    client.me.v3.balance()
    client.me.v3.send("GET", f"/numbers/{client.me.v3.user}/popular")


def says_what_nobody_knows(client: Client) -> None:
    client.me.v3.send(
        "GET", f"/numbers/{client.me.v3.user}/quote", country="12", service="ds", carrier="any", colour="red"
    )


def orders_on_old_terms(client: Client) -> None:
    quote = client.me.v3.quote("12", "ds")
    client.world.set_offer("12", "ds", price_cents=20)
    for _ in range(2):
        with pytest.raises(QuoteChangedError):
            client.me.v3.order(quote)
        client.wait(2)


def hurries_for_numbers(client: Client) -> None:
    client.world.set_offer("12", "ds", stock=0)
    quote = client.me.v3.quote("12", "ds")
    for _ in range(2):
        with pytest.raises(ApiError):
            client.me.v3.order(quote)
        client.wait(5)


def hurries_for_numbers_of_v2(client: Client) -> None:
    client.world.set_offer("12", "ds", stock=0)
    quote = client.me.v2.quote("12", "ds")
    for _ in range(2):
        with pytest.raises(ApiError) as refused:
            client.me.v2.order(quote)
        assert refused.value.status == 503
        client.wait(5)


def wants_money_for_its_sms(client: Client) -> None:
    receipt = client.order()
    client.world.deliver_sms(receipt.id, "Your code is 1", "1")
    client.poll(receipt.id)
    with pytest.raises(ApiError):
        client.give_back(receipt.id)


def wants_another_first(client: Client) -> None:
    receipt = client.order()
    with pytest.raises(ApiError):
        client.me.v3.change(receipt.id, "requestAnother")
    client.give_back(receipt.id)


def reads_the_balance_all_the_time(client: Client) -> None:
    receipt = client.order()
    for _ in range(4):
        client.poll(receipt.id, 1)
        client.me.v3.balance()
    client.give_back(receipt.id)


BAD: dict[Life, tuple[str, set[str]]] = {
    orders_again: ("D", {"client.orders-again"}),
    abandons_its_order: ("D", {"client.abandons-order"}),
    lets_its_order_end: ("D", {"client.abandons-order"}),
    polls_too_fast: ("C", {"client.polls-too-fast"}),
    has_no_money_to_say: ("D", {"client.request"}),
    uses_the_documented_path: ("D", {"client.path"}),
    says_what_nobody_knows: ("C", {"client.unknown-name"}),
    orders_on_old_terms: ("D", {"client.stale-quote"}),
    hurries_for_numbers: ("C", {"client.no-numbers-too-fast"}),
    hurries_for_numbers_of_v2: ("C", {"client.no-numbers-too-fast", "client.deprecated"}),
    wants_money_for_its_sms: ("C", {"client.refunds-after-sms"}),
    wants_another_first: ("C", {"client.another-too-early"}),
    reads_the_balance_all_the_time: ("C", {"client.balance-polling"}),
}
"""What a client does wrong, its grade, and what it is told for: for that and nothing else."""


class Graded(NamedTuple):
    """What is said of a client, and what the model knows: the balance, and the money that went out and came back."""

    exit_code: int
    letter: str
    codes: set[str]
    statement: Json
    balance: int
    out: int
    back: int


def graded(vendor: httpx.Client, directory: Path, *sessions: Life) -> Graded:
    """Let a client live, and grade it by what was recorded."""
    world, tape = StandinWorld(vendor, BALANCE, 0), Tape()
    with customer(world) as me, httpx.Client(transport=tape) as http:
        login = (world.user, world.key)
        recorded = Customer(V3(http, world.v3_url, *login), V2(http, world.v2_url, *login))
        for session in sessions:
            session(Client(world, recorded, tape))
        account, report = me.v3.balance(), me.v3.statistics()
    recording = directory / "client.jsonl"
    recording.write_bytes(b"".join(jsonl.write(tape.exchanges)))
    done, said = reported(directory, "grade", "--ended", recording)
    found = re.search(r"^Grade ([A-F]): ", done.stdout, re.MULTILINE)
    assert found is not None
    codes = {finding["code"] for finding in said["findings"]}
    return Graded(done.returncode, found[1], codes, said["statement"], account.cents, report.out, report.back)


@pytest.fixture(scope="module", params=GOOD)
def good(request: pytest.FixtureRequest, vendor: httpx.Client, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Grade a good client."""
    return graded(vendor, tmp_path_factory.mktemp("grade"), *GOOD[request.param])


def test_a_good_client_gets_the_best_grade(good: Graded) -> None:
    assert (good.exit_code, good.letter, good.codes) == (0, "A", set())


def test_the_statement_is_that_of_the_model(good: Graded) -> None:
    assert (good.statement["spent"], good.statement["refunded"]) == (good.out, good.back)
    assert good.statement["lost"] == BALANCE - good.balance


def test_money_that_returns_by_itself_is_not_gone(vendor: httpx.Client, tmp_path: Path) -> None:
    found = graded(vendor, tmp_path, lets_its_order_end)
    assert (found.statement["spent"], found.statement["refunded"], found.balance) == (16, 16, BALANCE)


@pytest.mark.parametrize("session", BAD, ids=lambda session: session.__name__)
def test_a_bad_client_is_told_for_exactly_what_it_does(vendor: httpx.Client, tmp_path: Path, session: Life) -> None:
    found = graded(vendor, tmp_path, session)
    assert (found.exit_code, found.letter, found.codes) == (1, *BAD[session])


# A server.

FOUND = {
    "steals-a-cent": ("lifecycle", "money.balance", "balance-adds-up"),
    "sells-for-more-than-quoted": ("lifecycle", "money.price", "price-as-quoted"),
    "forgets-the-maximum": ("lifecycle", "money.maximum", "maximum-holds"),
    "takes-any-proof": ("lifecycle", "order.quote", "quote-binds"),
    "refunds-twice": ("lifecycle", "money.refund", "refund-once"),
    "keeps-the-money": ("lifecycle", "money.balance", "balance-adds-up"),
    "shows-anothers-order": ("safety", "access.order", "order-of-user"),
    "takes-anothers-key": ("safety", "access.user", "key-of-user"),
    "says-a-word-of-its-own": ("lifecycle", "answer.body", "enum"),
    "quotes-differently": ("equivalence", "equivalence.catalogue", "catalogues-agree"),
}
"""What is found of each fault: the suite, the code of a finding, and the rule that it is about."""


def opened(http: httpx.Client) -> dict[str, str]:
    """Open two accounts, the first of which has lived a little; answer the environment that tells of them."""
    world = StandinWorld(http, BALANCE, 2000)
    other = world.second_account()
    world.coupon("BONUS", 20, "crypto")
    with customer(world) as me:
        heard, returned, running, _ = (me.v3.order(me.v3.quote("12", service)) for service in ("ds", "go", "ds", "wa"))
        world.deliver_sms(heard.id, "Your code is 1", "1")
        me.v3.change(returned.id, "refund")
        me.v3.wallet("USDT", "BSC", "5.15")
        me.v3.crypto_invoice(5)
        me.v3.toggle_favourite("12", "ds")
        world.advance(14 * 60)
        world.deliver_sms(running.id, "Your code is 2", "2")
        me.v3.change(running.id, "requestAnother")
        world.advance(2 * 60)
    return {
        "SMSONLINE_USER_ID": world.user,
        "SMSONLINE_API_KEY": world.key,
        "SMSONLINE_OTHER_USER_ID": other[0],
        "SMSONLINE_OTHER_API_KEY": other[1],
    }


def verified(http: httpx.Client, directory: Path, suite: str) -> tuple[int, Json]:
    """Verify a stand-in by a suite; answer the exit code and the report."""
    url = str(http.base_url).rstrip("/")
    done, report = reported(directory, "verify", "--url", url, "--strict", "--suite", suite, **opened(http))
    return done.returncode, report


def findings(report: Json) -> list[str]:
    """Tell of the findings of a report."""
    return [f"{each['code']} {each['operation']} {each['message']}" for each in report["findings"]]


@pytest.mark.parametrize("suite", ["examples", "lifecycle", "equivalence", "safety", "schema"])
def test_nothing_is_found_on_the_sound_standin(vendor: httpx.Client, tmp_path: Path, suite: str) -> None:
    exit_code, report = verified(vendor, tmp_path, suite)
    assert (findings(report), exit_code, report["cases"] > 0) == ([], 0, True)


def test_nothing_is_found_on_the_mock_that_is_the_standin(tmp_path: Path) -> None:
    done, report = reported(tmp_path, "verify", "--strict")
    assert (findings(report), done.returncode) == ([], 0)


def test_what_is_found_is_known_of_every_fault() -> None:
    assert FOUND.keys() == FAULTS.keys()


@pytest.mark.parametrize("fault", FOUND)
def test_a_fault_is_found(tmp_path: Path, fault: str) -> None:
    words = (sys.executable, "-m", "tests.standin.faulty", "--port", "0", "--fault", fault)
    with process(*words) as (url, _), httpx.Client(base_url=url, trust_env=False, timeout=10) as http:
        suite, code, check = FOUND[fault]
        exit_code, report = verified(http, tmp_path, suite)
    assert (exit_code, report["interrupted"]) == (1, "")
    assert (code, check) in {(each["code"], each["check"]) for each in report["findings"]}
