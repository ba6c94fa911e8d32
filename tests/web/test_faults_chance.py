"""Whatever goes wrong goes wrong again: the same scenario, seed and requests give the same bytes.

Run as a program, this file prints what a scenario answers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.domain.ledger import EntryKind
from mockserver.scenario import fixtures
from mockserver.scenario.build import build, faults_of
from mockserver.scenario.load import load
from mockserver.serving.setup import set_up
from mockserver.simulation.faults.effect import Moment
from mockserver.simulation.worlds import Worlds
from mockserver.web import delivery
from mockserver.web.app import create_app
from tests.conftest import SERVICES
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from starlette.applications import Starlette

    from mockserver.scenario.fixtures import Fixtures
    from mockserver.simulation.journal import ServedExchange

GOLDEN = """description: A rough day.
seed: 7
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts: [{userId: demo, key: demo-key, balance: 100000}]
orders: [{sms: [{after: 0s}]}]
faults:
  - {name: down, when: {probability: 0.2}, then: {status: 503}}
  - {name: slow, when: {probability: 0.5}, then: {latency: {lognormal: {median: 200ms, sigma: 0.8}}}}
  - {name: lost, when: {operation: "*.purchase", probability: 0.3}, at: after, then: {reset: true}}
  - {name: cut, when: {operation: "*.get*", probability: 0.2}, then: {cut: 0.5}}
  - {name: odd, when: {every: 7}, then: {omit: ok}}
"""

PINNED = "- slow+cut down - - slow slow+lost - down slow - cut - slow+odd down - slow+down slow - slow+cut"

ORDER = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1000", "m": "", "n": ""}

Call = tuple[str, str, dict[str, object] | None]


def requests(key: str = "demo-key") -> list[Call]:
    """List what a client asks for in the course of a day."""
    once: list[Call] = [
        ("PUT", "/v3/numbers/demo/order", {"apiKey": key, **ORDER}),
        ("GET", f"/v3/numbers/demo/inventory/10?apiKey={key}", None),
        ("POST", "/cs/purchase", {"userId": "demo", "key": key, **ORDER, "maximumPrice": "10.00"}),
        ("GET", f"/cs/getBalance?userId=demo&key={key}", None),
    ]
    return once * 10


def sent(app: Starlette, call: Call) -> list[Any]:
    """Return all that an application sends, as data, and how it ends when it breaks the connection."""
    method, target, body = call
    path, _, query = target.partition("?")
    headers = [(b"content-type", b"application/json"), (b"content-length", b"1")] if body else []
    scope: dict[str, object] = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "root_path": "",
    }
    messages: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": orjson.dumps(body)}

    async def send(message: Any) -> None:
        messages.append(message)

    try:
        app(scope, receive, send).send(None)
    except StopIteration:
        return messages
    except ConnectionError as error:
        return [*messages, type(error).__name__]
    raise AssertionError("the mock waited for something")


async def no_sleep(seconds: float) -> None:
    """Let time pass at once."""


def transcript(app: Starlette, calls: Iterable[Call]) -> list[str]:
    """What is answered to these calls, byte for byte."""
    return [repr(sent(app, call)) for call in calls]


if __name__ == "__main__":
    setattr(delivery, "sleep", no_sleep)  # noqa: B010 - it is imported there
    print(json.dumps(transcript(set_up(sys.argv[1]).app, requests())))  # noqa: T201


@pytest.fixture(autouse=True)
def _timeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets all waiting pass at once."""
    monkeypatch.setattr(delivery, "sleep", no_sleep)


@pytest.fixture
def golden(tmp_path: Path) -> str:
    """The path of the scenario that these tests play."""
    path = tmp_path / "golden.yaml"
    path.write_text(GOLDEN)
    return str(path)


@pytest.mark.parametrize("hash_seed", ["0", "4711"])
def test_another_process_answers_the_same_bytes(golden: str, hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": hash_seed}
    told = subprocess.run(  # noqa: S603
        [sys.executable, __file__, golden], env=environment, capture_output=True, check=True
    )
    assert json.loads(told.stdout) == transcript(set_up(golden).app, requests())


def test_another_seed_answers_other_bytes(golden: str) -> None:
    assert transcript(set_up(golden, seed=8).app, requests()) != transcript(set_up(golden).app, requests())


def test_a_busy_world_does_not_disturb_another(golden: str, tmp_path: Path) -> None:
    alone = transcript(set_up(golden).app, requests())
    (tmp_path / "other.yaml").write_text(GOLDEN.replace("demo-key", "other-key"))
    mock, worlds = set_up(golden), Worlds()
    for path in (golden, str(tmp_path / "other.yaml")):
        scenario = load(path, mock.world.catalogue)
        world = build(scenario, fixtures.load(), lambda: 0, rules=DEFAULT)
        worlds.add(world, faults_of(scenario, world))
    app = create_app(mock.service, worlds)
    both = zip(requests("other-key"), requests(), strict=True)
    assert [transcript(app, pair)[1] for pair in both] == alone


def test_what_goes_wrong_is_pinned(golden: str) -> None:
    acted: list[str] = []
    mock = set_up(golden, observers=[lambda exchange: acted.append("+".join(exchange.faults) or "-")])
    transcript(mock.app, requests()[:20])
    assert " ".join(acted) == PINNED


# Whatever the faults are

counts = st.integers(1, 4)
short = st.sampled_from(["0s", "1ms", "1s", "1m"])
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    # the characters that YAML takes as they are
    | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)
fields = st.sampled_from(["body", "ok", "error", "body.orderId", "body[].status", "orderId", "body.balance"])
effects = st.one_of(
    st.fixed_dictionaries({"latency": short}),
    st.fixed_dictionaries({"latency": st.fixed_dictionaries({"uniform": st.just(["0s", "1m"])})}),
    st.fixed_dictionaries({"status": st.integers(200, 599)}),
    st.fixed_dictionaries(
        {
            "status": st.fixed_dictionaries(
                {"status": st.sampled_from([200, 222, 402, 503]), "body": json_values},
                optional={"headers": st.sampled_from([{"X-One": "1"}, {"content-type": "text/plain"}])},
            )
        }
    ),
    st.fixed_dictionaries(
        {"rateLimit": st.fixed_dictionaries({"limit": counts, "window": st.sampled_from(["1ms", "1m"])})}
    ),
    st.sampled_from([{"reset": True}, {"empty": True}, {"empty": "response"}, {"malformed": True}]),
    st.fixed_dictionaries({"cut": st.integers(0, 500) | st.floats(0, 0.99)}),
    st.fixed_dictionaries({"drip": st.fixed_dictionaries({"bytes": st.integers(1, 500), "every": short})}),
    st.just({"contentType": "text/html"}),
    st.fixed_dictionaries({"omit": fields}),
    st.fixed_dictionaries(
        {
            "retype": st.fixed_dictionaries(
                {
                    "field": fields | st.sampled_from(["body[]", "body[].messages[]"]),
                    "as": st.sampled_from(["string", "number", "null", "object", "array", "boolean"]),
                }
            )
        }
    ),
)
conditions = st.fixed_dictionaries(
    {},
    optional={
        "operation": st.sampled_from(["*", "v3.*", "v2.*", ["*.get*", "v2.purchase"]]),
        "account": st.just("demo"),
        "nth": counts,
        "every": counts,
        "times": counts,
        "probability": st.floats(0, 1),
        "from": st.sampled_from(["0s", "10s"]),
        "until": st.sampled_from(["20s", "1m"]),
    },
)
EARLY = {"latency", "status", "rateLimit", "reset", "empty"}


@st.composite
def any_fault(draw: st.DrawFn) -> dict[str, object]:
    """Draw a fault that makes sense."""
    then = draw(effects)
    moments = list(Moment) if EARLY & set(then) else [Moment.AFTER]
    when = draw(conditions)
    if {"omit", "retype"} & set(then):
        when.pop("operation", None)
    return {"when": when, "at": str(draw(st.sampled_from(moments))), "then": then}


steps = st.lists(st.sampled_from(["order", "purchase", "poll", "refund", "another", "invoice", "10s"]), max_size=25)


def ask(step: str, order_id: str) -> Call:
    """Return the request of a step."""
    orders = f"/v3/numbers/demo/order/{order_id}"
    calls: dict[str, Call] = {
        "order": requests()[0],
        "purchase": requests()[2],
        "poll": ("GET", f"{orders}?apiKey=demo-key", None),
        "refund": ("PATCH", f"{orders}/refund", {"apiKey": "demo-key"}),
        "another": ("PATCH", f"{orders}/requestAnother", {"apiKey": "demo-key"}),
        "invoice": ("PUT", "/v3/customers/demo/cryptomus/invoice/500", {"apiKey": "demo-key"}),
    }
    return calls[step]


@given(faults=st.lists(any_fault(), max_size=8), course=steps)
@settings(deadline=None, max_examples=60)
def test_no_faults_ever_break_the_ledger_or_the_mock(
    shipped: Fixtures,
    tmp_path_factory: pytest.TempPathFactory,
    faults: list[dict[str, object]],
    course: list[str],
) -> None:
    path = tmp_path_factory.getbasetemp() / "faults.yaml"
    accounts = [{"userId": "demo", "key": "demo-key", "balance": 100}]
    data = {"description": "x", "clock": {"mode": "manual"}, "accounts": accounts, "faults": faults}
    path.write_text(json.dumps({**data, "orders": [{"sms": [{"after": "5s"}]}]}))
    scenario = load(str(path), shipped.catalogue)
    world, worlds = build(scenario, shipped, lambda: 0, rules=DEFAULT), Worlds()
    worlds.add(world, faults_of(scenario, world))
    exchanges: list[ServedExchange] = []
    app = create_app(SERVICES(), worlds, [exchanges.append])
    for step in course:
        if step == "10s":
            world.clock.advance(10_000)
        else:
            charged = [entry.reference for entry in world.ledger if entry.kind is EntryKind.CHARGE]
            sent(app, ask(step, charged[-1] if charged else "1"))
    assert world.invariant_violations() == []
    assert not [exchange.body for exchange in exchanges if "a bug of the mock" in str(exchange.body)]
