"""A scenario from a recording: the mock with it answers the same requests with the same facts."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import httpx
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.cli import main
from mockserver.contract import contract
from mockserver.drift.recorded_day import EmptyDayError, propose_scenario
from mockserver.drift.recorded_day.sms_text import anonymous
from mockserver.traffic.exchange import Answer, Exchange, Request
from mockserver.traffic.recordings import read
from tests.drift.conftest import DEMO
from tests.drift.replaying import Stage, facts, lines, replayed, through, told
from tests.drift.test_round_trip import MOVED_AND_RENAMED

if TYPE_CHECKING:
    from mockserver.scenario.fixtures import Fixtures

SHIPPED = (
    *("blocked-account", "default", "documented", "failover", "instant", "late-sms", "lost-answers", "low-balance"),
    *("no-sms", "out-of-stock", "payments", "price-moves", "rate-limited", "second-sms"),
)
"""The shipped scenarios that delay no answer: a delay needs a server."""

AGAIN = "SMS after a request for another one"
"""The beginning of the comment that the SMS of an order cannot be repeated as they were."""


def proposed(stage: Stage, recording: Path, overlays: tuple[Path, ...] = ()) -> str:
    return propose_scenario(read(recording), contract(stage.readings, overlays), recording.name)


def differences(stage: Stage, recording: Path, shipped: Fixtures, overlays: tuple[Path, ...] = ()) -> list[Any]:
    """What a replay under the proposed scenario tells otherwise, apart from what the scenario says of itself."""
    text = proposed(stage, recording, overlays)
    file = recording.with_suffix(".yaml")
    file.write_text(text)
    twin = Stage(shipped, str(file), overlays)
    before = told(stage, read(recording))
    again = replayed(recording, through(twin.client), twin.keys, [call.account for call in before])
    pairs = [(facts(old), facts(new)) for old, new in zip(before, told(twin, again), strict=True)]
    unlike = [pair for pair in pairs if pair[0] != pair[1] and pair[0][0] != "popular"]
    return [pair for pair in unlike if not (AGAIN in text and "order" in str(pair[0][-1]))]


def day(stage: Stage, user: str) -> None:
    """What a customer may do in a day: all that the mock can do, in both generations of the API."""

    def call(name: str, document: str = "v3", **values: Any) -> dict[str, Any]:
        return stage.call(document, name, user, **values)

    place = {"country": "12", "carrier": "any"}
    call("balance")
    call("countries")
    call("coupons")
    call("services", **place)
    call("toggle_favourite", country="12", service="ds")
    call("invoice", amount=500)
    for service in ("ds", "wa"):
        offer = call("quote", **place, service=service).get("offer", {})
        proof = {"maximum": 10000, "m": offer.get("m", ""), "n": offer.get("n", ""), "failover": True}
        placed = call("order", **place, service=service, **proof)
        call("order", **place, service=service, **{**proof, "maximum": 1})
        order = placed.get("order", {}).get("id") or "999"
        for _ in range(4):
            stage.advance(5)
            call("look", order=order)
        call("another", order=order)
        call("look", order=order)
        stage.advance(30)
        call("look", order=order)
        call("refund", order=order)
        call("inventory", expired=5)
        call("balance")
    call("invoices")
    call("order", "v2", country="12", service="ds", carrier="att", maximum=30, m="", n="")
    call("orders", "v2")
    stage.advance(1300)
    call("inventory", expired=5)
    call("favourites")
    call("invoices")
    call("quote", country="nowhere", carrier="any", service="ds")
    call("balance", "v2")


@pytest.fixture
def played(shipped: Fixtures, tmp_path: Path) -> tuple[Stage, Path]:
    stage = Stage(shipped, "default")
    day(stage, "demo")
    return stage, stage.recorded(tmp_path / "day.jsonl")


@pytest.mark.parametrize("name", SHIPPED)
def test_a_replay_tells_what_the_recording_told(shipped: Fixtures, tmp_path: Path, name: str) -> None:
    stage = Stage(shipped, name)
    for user in stage.keys:
        day(stage, user)
    assert differences(stage, stage.recorded(tmp_path / "day.jsonl"), shipped) == []


@pytest.mark.parametrize("reading", ["expiry: refunded", "another-sms: charged", "failures: status", "discount: shown"])
def test_a_replay_under_a_reading_tells_the_same(shipped: Fixtures, tmp_path: Path, reading: str) -> None:
    name, _, value = reading.partition(": ")
    account = {"userId": "demo", "key": "demo-key", "balance": 100_000, "totalCharges": 8000}
    scenario = {"description": "-", "clock": "manual", "readings": {name: value}, "accounts": [account]}
    (tmp_path / "first.yaml").write_text(yaml.safe_dump({**scenario, "orders": [{"sms": [{"after": "9s"}]}]}))
    stage = Stage(shipped, str(tmp_path / "first.yaml"))
    day(stage, "demo")
    assert differences(stage, stage.recorded(tmp_path / "day.jsonl"), shipped) == []


def test_a_replay_under_an_overlay_tells_the_same(shipped: Fixtures, tmp_path: Path) -> None:
    overlay = tmp_path / "vendor.yaml"
    renaming = {
        "target": "$.components.schemas.OrderItem.properties",
        "update": {"got": {"x-renamed-from": "messages"}},
    }
    removal = {"target": "$.components.schemas.OrderItem.properties.messages", "remove": True}
    required = ["orderId", "status", "got"]
    actions = [renaming, removal, {"target": "$.components.schemas.OrderItem", "update": {"required": required}}]
    info = {"title": "A vendor", "version": "1"}
    overlay.write_text(yaml.safe_dump({"overlay": "1.0.0", "info": info, "extends": "v3.yaml", "actions": actions}))
    stage = Stage(shipped, "default", (overlay,))
    day(stage, "demo")
    assert differences(stage, stage.recorded(tmp_path / "day.jsonl"), shipped, (overlay,)) == []


OFFERS = st.fixed_dictionaries({"price": st.integers(2, 90), "stock": st.integers(0, 4), "success": st.just(0.5)})
SMS = st.lists(st.fixed_dictionaries({"after": st.integers(1, 40).map("{}s".format)}), max_size=2)
FAULTS = st.lists(
    st.fixed_dictionaries(
        {
            "when": st.fixed_dictionaries(
                {
                    "operation": st.sampled_from(["v3.getOrder", "v3.getBalance", "v3.orderNumber"]),
                    "nth": st.integers(1, 4),
                }
            ),
            "then": st.sampled_from([{"status": 503}, {"status": {"status": 429, "headers": {"retry-after": "3"}}}]),
        }
    ),
    max_size=2,
)
CHANGES = st.lists(
    st.fixed_dictionaries(
        {
            "country": st.just("7"),
            "service": st.sampled_from(["aa", "bb"]),
            "price": st.integers(2, 90),
            "at": st.integers(1, 60).map("{}s".format),
        }
    ),
    max_size=3,
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["quote", "order", "order", "look", "look", "balance", "refund", "invoice", "invoices", "services"]
        ),
        st.sampled_from(["aa", "bb"]),
        st.sampled_from([0, 3, 5, 20, 1300]),
    ),
    max_size=25,
)


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """Small worlds: one country, two services, and whatever may happen there."""
    countries = [{"code": "7", "name": "Freedonia", "numbers": ["99900####"], "carriers": [{"name": "alpha"}]}]
    offers = [{"country": "7", "service": service, **draw(OFFERS)} for service in ("aa", "bb")]
    services = [{"code": service, "name": service.upper()} for service in ("aa", "bb")]
    catalogue = {"extends": "nothing", "countries": countries, "services": services, "offers": offers}
    return {
        "description": "A small world.",
        "clock": "manual",
        "accounts": [
            {"userId": user, "key": f"the-key-of-{user}", "balance": draw(st.integers(0, 300))}
            for user in ("ann", "bob")
        ],
        "catalogue": {**catalogue, "changes": draw(CHANGES)},
        "orders": [{"when": {"service": "aa"}, "sms": draw(SMS)}, {"sms": draw(SMS)}],
        "payments": [{"ends": {"after": "30s"}}],
        "faults": draw(FAULTS),
    }


def wander(stage: Stage, steps: list[tuple[str, str, int]]) -> None:
    """Take steps for two accounts in turn; each first looks at what there is."""
    orders = {user: ["999"] for user in stage.keys}
    for user in stage.keys:
        for name, values in (("balance", {}), ("countries", {}), ("services", {"country": "7", "carrier": "any"})):
            stage.call("v3", name, user, **values)
    for number, (name, service, seconds) in enumerate(steps):
        user = [*stage.keys][number % 2]
        stage.advance(seconds)
        place = {"country": "7", "service": service, "carrier": "any"}
        arguments: dict[str, dict[str, Any]] = {
            "quote": place,
            "services": {"country": "7", "carrier": "any"},
            "order": {**place, "maximum": 60, "m": "", "n": "", "failover": True},
            **{purpose: {"order": orders[user][-1]} for purpose in ("look", "refund")},
            "invoice": {"amount": 500},
        }
        number_of_order = stage.call("v3", name, user, **arguments.get(name, {})).get("order", {}).get("id")
        if name == "order" and number_of_order:
            orders[user].append(number_of_order)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds(), steps=STEPS)
def test_a_replay_of_any_small_world_tells_the_same(shipped: Fixtures, world: Any, steps: Any) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "first.yaml").write_text(yaml.safe_dump(world))
        stage = Stage(shipped, str(folder / "first.yaml"))
        wander(stage, steps)
        assert differences(stage, stage.recorded(folder / "day.jsonl"), shipped) == []
    finally:
        shutil.rmtree(folder)


def test_the_file_passes_the_check(played: tuple[Stage, Path], tmp_path: Path) -> None:
    (tmp_path / "day.yaml").write_text(proposed(*played))
    result = CliRunner().invoke(main, ["scenarios", "check", str(tmp_path / "day.yaml")])
    assert (result.exit_code, result.output) == (0, f"{tmp_path / 'day.yaml'}: ok\n")


def test_the_first_lines_tell_the_source_and_what_was_replaced(played: tuple[Stage, Path]) -> None:
    comment = [line.removeprefix("# ") for line in proposed(*played).splitlines() if line.startswith("#")]
    assert comment[0].startswith("From day.jsonl: ")
    assert [line for line in comment if line.startswith(("Replaced:", "Not in this scenario:"))]


def test_nothing_private_is_copied(played: tuple[Stage, Path]) -> None:
    stage, recording = played
    orders = [order for call in told(stage, read(recording)) for order in call.orders]
    messages = [message for order in orders for message in order.get("messages") or ()]
    private = {order["phone"] for order in orders if "phone" in order} | {message["code"] for message in messages} - {
        None
    }
    text = proposed(stage, recording)
    assert private
    assert [each for each in private if re.search(rf"(?<!\d){each}(?!\d)", text)] == []


def test_the_key_is_a_variable_with_a_value_of_our_own(shipped: Fixtures, tmp_path: Path) -> None:
    account = {"userId": "demo", "key": DEMO.key, "balance": 500}
    (tmp_path / "first.yaml").write_text(yaml.safe_dump({"description": "-", "clock": "manual", "accounts": [account]}))
    stage = Stage(shipped, str(tmp_path / "first.yaml"))
    stage.call("v3", "balance", "demo")
    text = proposed(stage, stage.recorded(tmp_path / "day.jsonl"))
    assert DEMO.key not in text
    data = yaml.safe_load(text)
    assert (data["variables"], data["accounts"][0]["key"]) == ({"key": "demo-key"}, "${key}")


def exchange(method: str, path: str, answer: Answer | None, started: int = 0) -> Exchange:
    return Exchange(Request(method, f"https://service.test/v3{path}?apiKey=k"), answer, started, 1.0)


def balance(cents: int) -> Answer:
    body = f'{{"ok":true,"body":{{"userId":"ann","balance":{cents}}}}}'
    return Answer(200, (("content-type", "application/json"),), body.encode())


def of(*exchanges: Exchange) -> Any:
    return yaml.safe_load(propose_scenario(exchanges, contract(), "test.jsonl"))


def test_an_order_that_another_sms_was_requested_for_ends_when_it_did(shipped: Fixtures, tmp_path: Path) -> None:
    stage = Stage(shipped, "instant")
    wanted = {"country": "12", "service": "ds", "carrier": "any", "maximum": 100, "m": "", "n": ""}
    order = stage.call("v3", "order", "demo", **wanted)["order"]["id"]
    for _ in range(6):
        stage.advance(60)
        stage.call("v3", "look", "demo", order=order)
    stage.call("v3", "another", "demo", order=order)
    stage.advance(1300)
    stage.call("v3", "look", "demo", order=order)
    assert differences(stage, stage.recorded(tmp_path / "day.jsonl"), shipped) == []


def test_calls_are_taken_in_the_order_of_time() -> None:
    path = "/customers/ann/balance"
    data = of(exchange("GET", path, balance(700), 2000), exchange("GET", path, balance(500), 1000))
    assert data["accounts"][0]["balance"] == 500


def test_a_change_of_the_balance_that_nothing_explains_is_told() -> None:
    path = "/customers/ann/balance"
    exchanges = [exchange("GET", path, balance(500), 1000), exchange("GET", path, balance(700), 2000)]
    text = propose_scenario(exchanges, contract(), "test.jsonl")
    assert "a change of the balance of ann by 200 cents that no call explains" in " ".join(text.split("\n# "))


@pytest.mark.parametrize(
    ("answer", "then"),
    [
        (None, {"reset": True}),
        (Answer(503, (("retry-after", "7"),), b"no"), {"status": {"status": 503, "headers": {"retry-after": "7"}}}),
        (Answer(502), {"status": 502}),
        (Answer(200, (("content-type", "application/json"),), b'{"ok":true,'), {"malformed": True}),
        (Answer(200, (("content-length", "90"),), b'{"ok":true,'), {"cut": 11}),
    ],
    ids=["lost", "retry-after", "status", "malformed", "cut"],
)
def test_a_failure_is_a_fault_at_its_call(answer: Answer | None, then: Any) -> None:
    path = "/customers/ann/balance"
    [fault] = of(exchange("GET", path, balance(1)), exchange("GET", path, answer, 9))["faults"]
    when = {"operation": "v3.getBalance", "account": "ann", "nth": 2}
    assert (fault["when"], fault["then"]) == (when, then)


def test_a_lost_answer_whose_effect_nobody_saw_is_told_as_unknown() -> None:
    lost = exchange("PUT", "/customers/ann/pay4bit/invoice/500", None, 9)
    lost = lost._replace(request=lost.request._replace(body=b'{"apiKey":"k"}'))
    text = propose_scenario([exchange("GET", "/customers/ann/balance", balance(1)), lost], contract(), "test.jsonl")
    assert "when its answer was lost, which is unknown" in " ".join(text.split("\n# "))


def test_traffic_without_an_account_is_an_error() -> None:
    with pytest.raises(EmptyDayError, match="no call of a known account"):
        of(exchange("GET", "/nowhere", Answer(404)))


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("Your code is 123456.", "123456", "Your code is {code}."),
        ("G-123456 is yours", "123456", "G-{code} is yours"),
        ("123-456 or 123 456", "123456", "{code} or {code}"),
        ("Call +1 (415) 555-0100 in 10 minutes", None, "Call {other} in 10 minutes"),
        ("See https://t.me/login/48213?x=1 now", "48213", "See https://{other} now"),
        ("For ann.b@mail.example.com: Ab3dE9x", None, "For {other}: {other}"),
        ("{name} ${key}", None, "(name) $(key)"),
    ],
)
def test_a_text_keeps_nothing_private(text: str, code: str | None, expected: str) -> None:
    assert anonymous(text, code) == expected


def test_the_command_writes_an_overlay_and_a_scenario(played: tuple[Stage, Path], tmp_path: Path) -> None:
    files = [str(tmp_path / "vendor.yaml"), str(tmp_path / "day.yaml")]
    words = ["drift", str(played[1]), "--propose", files[0], "--propose-scenario", files[1]]
    result = CliRunner().invoke(main, words)
    assert result.output.splitlines()[-2:] == ["Nothing to propose.", f"Written: {files[1]}"]


def test_the_scenario_fits_the_overlay_that_is_proposed_with_it(shipped: Fixtures, tmp_path: Path) -> None:
    real, vendor, scenario = (tmp_path / name for name in ("real.yaml", "vendor.yaml", "day.yaml"))
    real.write_text(MOVED_AND_RENAMED)
    stage = Stage(shipped, "default", (real,))
    day(stage, "demo")
    recording = stage.recorded(tmp_path / "day.jsonl")
    words = ["drift", "-q", str(recording), "--propose", str(vendor), "--propose-scenario", str(scenario)]
    CliRunner().invoke(main, words)
    twin = Stage(shipped, str(scenario), (vendor,))
    before = told(stage, read(recording))
    again = replayed(recording, through(twin.client), twin.keys, [call.account for call in before])
    assert [facts(call) for call in told(twin, again)] == [facts(call) for call in before]


def test_a_scenario_can_be_proposed_alone(played: tuple[Stage, Path], tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["drift", "-q", str(played[1]), "--propose-scenario", str(tmp_path / "day.yaml")])
    assert (result.exit_code, result.output.splitlines()[-1]) == (0, f"Written: {tmp_path / 'day.yaml'}")


def test_what_the_mock_would_not_accept_is_told(tmp_path: Path) -> None:
    user = "u" * 65
    exchanges = [exchange("GET", f"/customers/{user}/balance", balance(1))]
    recording = lines(exchanges, tmp_path / "day.jsonl")
    result = CliRunner().invoke(main, ["drift", "-q", str(recording), "--propose-scenario", str(tmp_path / "day.yaml")])
    assert "correct this before you serve it" in result.output
    assert f"{tmp_path / 'day.yaml'}:" in result.output


@pytest.mark.parametrize("started", [-(10**17), 10**17])
def test_a_time_that_no_scenario_has_is_no_bug(started: int) -> None:
    assert of(exchange("GET", "/customers/ann/balance", balance(1), started))["accounts"]


def test_a_scenario_that_cannot_be_written_is_an_error(played: tuple[Stage, Path], tmp_path: Path) -> None:
    file = tmp_path / "none" / "day.yaml"
    result = CliRunner().invoke(main, ["drift", "-q", str(played[1]), "--propose-scenario", str(file)])
    assert (result.exit_code, result.output.splitlines()[-1]) == (
        2,
        f"Error: {file}: cannot be written: No such file or directory",
    )


def test_the_scenario_has_the_readings_that_the_recording_shows(shipped: Fixtures, tmp_path: Path) -> None:
    account = {"userId": "demo", "key": "demo-key", "balance": 10_000}
    scenario = {"description": "-", "clock": "manual", "readings": {"failures": "status"}, "accounts": [account]}
    (tmp_path / "first.yaml").write_text(yaml.safe_dump(scenario))
    stage = Stage(shipped, str(tmp_path / "first.yaml"))
    day(stage, "demo")
    recording = stage.recorded(tmp_path / "day.jsonl")
    CliRunner().invoke(main, ["drift", "-q", str(recording), "--propose-scenario", str(tmp_path / "day.yaml")])
    assert yaml.safe_load((tmp_path / "day.yaml").read_text())["readings"] == {"failures": "status"}


COMMAND = str(Path(sys.executable).with_name("smsonline-mock"))


class Process:
    """A subcommand that runs until it is interrupted, and prints its URL first."""

    def __init__(self, *words: str) -> None:
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [COMMAND, *words, "-q", "--port", "0"], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=20)


@pytest.fixture
def recorded(shipped: Fixtures, tmp_path: Path) -> tuple[Stage, Path]:
    """A day at a mock with its usual faults and delays, recorded by the proxy."""
    recording = tmp_path / "day.jsonl"
    (tmp_path / "rough.yaml").write_text("description: A rough day.\ninclude: [rough-day]\nclock: {step: 5s}\n")
    allowed = ["--allow-orders", "--allow-payments"]
    stage = Stage(shipped, str(tmp_path / "rough.yaml"))
    with (
        Process("serve", "--scenario", str(tmp_path / "rough.yaml")) as server,
        Process("proxy", "--upstream", server.url, "--record", str(recording), *allowed) as proxy,
        httpx.Client(base_url=proxy.url, timeout=20) as stage.client,
    ):
        day(stage, "demo")
    return stage, recording


def test_a_day_at_a_server_is_repeated_by_a_server(recorded: tuple[Stage, Path], tmp_path: Path) -> None:
    stage, recording = recorded
    scenario = str(tmp_path / "day.yaml")
    drift = [
        COMMAND,
        "drift",
        str(recording),
        "--propose",
        str(tmp_path / "vendor.yaml"),
        "--propose-scenario",
        scenario,
    ]
    subprocess.run(drift, check=False, capture_output=True, timeout=60)  # noqa: S603 - our own command
    before = told(stage, read(recording))
    with Process("serve", "--scenario", scenario) as server, httpx.Client(base_url=server.url) as client:
        again = [*replayed(recording, through(client), {"demo": "demo-key"}, [call.account for call in before])]
    after = told(stage, read(lines(again, tmp_path / "again.jsonl")))
    assert [facts(call) for call in after] == [facts(call) for call in before]
