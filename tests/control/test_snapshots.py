"""A snapshot is the whole world: whoever restores it, here or elsewhere, gets the same answers to the same requests."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.control.conftest import STILL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.control.conftest import Json, Opened, Steered

Step = tuple[str, int]
"""What is done, and to which of the orders or payments."""

ORDER = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "1000", "m": "", "n": ""}
SERVICE: dict[str, Callable[[str, str], tuple[str, str, Json]]] = {
    "order": lambda user, _: ("PUT", f"/v3/numbers/{user}/order", ORDER),
    "purchase": lambda *_: ("POST", "/cs/purchase", {**ORDER, "service": "wa", "maximumPrice": "9.00"}),
    "poll": lambda user, order: ("GET", f"/v3/numbers/{user}/order/{order}", {}),
    "poll V2": lambda _, order: ("GET", "/cs/getPhoneStatus", {"orderId": order}),
    "refund": lambda user, order: ("PATCH", f"/v3/numbers/{user}/order/{order}/refund", {}),
    "refund V2": lambda _, order: ("POST", "/cs/refund", {"orderId": order}),
    "another": lambda user, order: ("PATCH", f"/v3/numbers/{user}/order/{order}/requestAnother", {}),
    "another V2": lambda _, order: ("POST", "/cs/requestAnother", {"orderId": order}),
    "wallet": lambda user, _: ("PUT", f"/v3/customers/{user}/cryptomus/direct/USDT/BSC/500", {}),
    "coupon": lambda user, _: ("PUT", f"/v3/customers/{user}/cryptomus/invoice/500", {"couponCode": "WELCOME10"}),
    "favourite": lambda user, _: ("PATCH", f"/v3/customers/{user}/favourites/12/ds", {}),
    "inventory": lambda user, _: ("GET", f"/v3/numbers/{user}/inventory/10", {}),
    "payments": lambda user, _: ("GET", f"/v3/customers/{user}/payments", {}),
    "balance": lambda user, _: ("GET", f"/v3/customers/{user}/balance", {}),
    "quote": lambda user, _: ("GET", f"/v3/numbers/{user}/lookup/12/any/ds", {}),
    "stray": lambda user, _: ("GET", f"/v3/numbers/{user}/ordr", {}),
}
CONTROL: dict[str, tuple[str, str, Json]] = {
    "5 s": ("POST", "/clock/advance", {"by": "5s"}),
    "25 min": ("POST", "/clock/advance", {"by": "25m"}),
    "sms": ("POST", "/orders/{order}/sms", {"code": "123456"}),
    "expire": ("POST", "/orders/{order}/expire", {}),
    "settle": ("POST", "/payments/{payment}/settle", {"status": "wrong_amount"}),
    "sold out": ("PATCH", "/catalogue", {"country": "12", "service": "wa", "stock": 1}),
    "dear": ("PATCH", "/catalogue", {"country": "12", "service": "ds", "price": 21}),
    "fault": ("POST", "/faults", {"when": {"every": 2}, "then": {"status": 503}}),
    "chance": ("POST", "/faults", {"when": {"probability": 0.5}, "then": {"empty": "body"}}),
    "limit": ("POST", "/faults", {"then": {"rateLimit": {"limit": 2, "window": "10s"}}}),
    "heal": ("DELETE", "/faults/1", {}),
    "steps": ("PUT", "/clock", {"step": "2s"}),
}
STEPS = st.lists(st.tuples(st.sampled_from([*SERVICE, *CONTROL]), st.integers(0, 3)), max_size=14)
FURTHER: list[Step] = [(name, number) for number in range(2) for name in SERVICE]


class Player:
    """Does steps in a world, and keeps the ids of what it has ordered and paid."""

    def __init__(self, service: httpx.Client, world: str, user: str, key: str) -> None:
        self._service = service
        self._world = f"/__mock__/worlds/{world}"
        self._user, self._key = user, key

    def __call__(self, steps: Sequence[Step]) -> list[bytes]:
        """The answers of the service, byte for byte."""
        return [answer for step in steps for answer in self._do(*step)]

    def _do(self, name: str, number: int) -> Iterator[bytes]:
        ids = {"order": self._id("orders", number), "payment": self._id("payments", number)}
        if name in CONTROL:
            method, path, body = CONTROL[name]
            self._service.request(method, self._world + path.format(**ids), json=body)
            return
        method, path, body = SERVICE[name](self._user, ids["order"])
        values = {**body, "apiKey" if path.startswith("/v3") else "key": self._key}
        values |= {} if path.startswith("/v3") else {"userId": self._user}
        answer = self._service.request(
            method, path, params=values if method == "GET" else None, json=None if method == "GET" else values
        )
        yield b"%d " % answer.status_code + answer.content

    def _id(self, what: str, number: int) -> str:
        listed = self._service.get(f"{self._world}/{what}").json()[what]
        return str(listed[number % len(listed)]["id"]) if listed else "0"


def player(steered: Steered, world: str = "default", key: str = "demo-key") -> Player:
    return Player(steered.service, world, "demo", key)


@contextmanager
def serving(scenario: Path) -> Iterator[httpx.Client]:
    """Another process that serves a scenario."""
    command = [
        sys.executable,
        "-c",
        "from mockserver.cli import main; main()",
        "serve",
        "--port",
        "0",
        "-q",
        "--scenario",
        str(scenario),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own program
        try:
            assert process.stdout is not None
            with httpx.Client(base_url=process.stdout.readline().strip()) as client:
                yield client
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a mock in another process."""
    scenario = tmp_path_factory.mktemp("elsewhere") / "scenario.yaml"
    scenario.write_text(STILL.replace("demo", "somebody").replace("other", "else"))
    with serving(scenario) as client:
        yield client


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_restored_world_answers_as_before(steer: Callable[..., Steered], steps: list[Step]) -> None:
    steered = steer()
    play, home = player(steered), steered.home
    play(steps)
    snapshot = home.snapshot()
    first = play(FURTHER)
    assert home("PUT", "/snapshot", json=snapshot).status_code == 200
    assert (home.snapshot(), play(FURTHER)) == (snapshot, first)


@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_world_restored_in_another_process_answers_as_here(
    steer: Callable[..., Steered], elsewhere: httpx.Client, tmp_path: Path, steps: list[Step]
) -> None:
    steered = steer()
    play = player(steered)
    play(steps)
    file = tmp_path / "snapshot.json"
    file.write_bytes(steered.home("GET", "/snapshot").content)
    restored = elsewhere.put(
        "/__mock__/worlds/default/snapshot", content=file.read_bytes(), headers={"content-type": "application/json"}
    )
    assert restored.status_code == 200, restored.text
    assert Player(elsewhere, "default", "demo", "demo-key")(FURTHER) == play(FURTHER)


@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_a_fork_answers_as_its_original_and_neither_disturbs_the_other(
    steer: Callable[..., Steered], steps: list[Step]
) -> None:
    steered = steer()
    play, home = player(steered), steered.home
    play(steps)
    forked = home("POST", "/fork").json()
    before = home.snapshot()
    of_fork = player(steered, forked["world"]["id"], forked["apiKey"])(FURTHER)
    assert home.snapshot() == before
    assert play(FURTHER) == of_fork


def test_a_snapshot_opens_another_world_with_fresh_keys(steered: Steered, home: Opened) -> None:
    order = home.order()
    opened = steered.create(snapshot=home.snapshot())
    assert (opened.user, opened.v3.item(order)) == ("demo", home.v3.item(order))
    assert opened.key != home.key


def test_a_snapshot_keeps_the_strictness(steered: Steered, home: Opened) -> None:
    home("PATCH", json={"strictness": "lenient"})
    snapshot = home.snapshot()
    home("PATCH", json={"strictness": "strict"})
    assert home("PUT", "/snapshot", json=snapshot).json()["strictness"] == "lenient"


def test_a_snapshot_whose_keys_select_another_world_is_refused(steered: Steered, home: Opened) -> None:
    other = steered.create()
    answer = other("PUT", "/snapshot", json=home.snapshot())
    assert (answer.status_code, "already selects the world default" in answer.text) == (409, True)


def test_the_journal_is_no_part_of_a_snapshot(home: Opened) -> None:
    snapshot = home.snapshot()
    home.v3.balance()
    home("PUT", "/snapshot", json=snapshot)
    assert len(home.exchanges()) == 1


# Snapshots that were edited.


def rich(steered: Steered) -> Json:
    home = steered.home
    play = player(steered)
    play([("order", 0), ("purchase", 0), ("wallet", 0), ("coupon", 0), ("sms", 0), ("favourite", 0), ("dear", 0)])
    play([("limit", 0), ("fault", 0), ("balance", 0), ("sold out", 0), ("order", 0), ("balance", 0)])
    return home.snapshot()


def places(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in JSON data."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for name, part in items:
        yield (*path, name)
        yield from places(part, (*path, name))


def shapes(snapshot: Json) -> list[tuple[str | int, ...]]:
    """One place of every shape: of the items of a list, the last. What is in a scenario has its own tests."""
    own = [path for path in places(snapshot) if path[:2] != ("origin", "data")]
    return list({tuple("*" if isinstance(name, int) else name for name in path): path for path in own}.values())


def edited(data: Json, path: Sequence[str | int], value: Any) -> Json:
    """The data with another value at a place; without it for an Ellipsis."""
    copy: Json = json.loads(json.dumps(data))
    part: Any = copy
    for name in path[:-1]:
        part = part[name]
    if value is ...:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return copy


VIEWS = ["", "/scenario", "/clock", "/orders", "/payments", "/faults", "/ledger", "/snapshot", "/journal", "/coverage"]
VALUES: list[Any] = [
    ...,
    None,
    True,
    -1,
    2**53,
    2**63,
    2**64 - 1,
    1.5,
    "",
    "nowhere",
    "0",
    [],
    {},
    [[]],
    {"kind": "nothing"},
    ["a"],
]


@pytest.fixture
def whole(steered: Steered) -> Json:
    """A snapshot with something in every part of it."""
    return rich(steered)


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_an_edited_snapshot_is_refused_with_a_reason_or_is_one(
    steered: Steered, whole: Json, data: st.DataObject
) -> None:
    home, path = steered.home, data.draw(st.sampled_from(shapes(whole)))
    home("PUT", "/snapshot", json=whole)
    answer = home("PUT", "/snapshot", json=edited(whole, path, data.draw(st.sampled_from(VALUES))))
    if answer.status_code == 200:
        answers = player(steered)([("order", 0), ("poll", 0), ("balance", 0), ("wallet", 0)])
        assert not [each for each in answers if b"a bug of the mock" in each]
        assert {home("GET", view).status_code for view in VIEWS} == {200}
        assert home("PUT", "/snapshot", json=home.snapshot()).status_code == 200
    else:
        assert (answer.status_code in (400, 422), len(answer.json()["error"]) > 20) == (True, True)
        assert home.snapshot() == whole


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("version",), 1, "version must be 2, got 1 (A snapshot of another version cannot be read.)"),
        (("version",), ..., "restoreSnapshot: body.version is required"),
        (("extra",), 1, "restoreSnapshot: body.extra is not known"),
        (("clock", "now"), "now", "body.clock.now must be an integer"),
        (("clock", "now"), 2**62, "body.clock.now must be at most"),
        (("clock", "step"), 2**50, "body.clock.step must be at most"),
        (("clock", "pace"), 2**50, "body.clock.pace must be at most"),
        (("memory", "orders", 0, "customer"), "nobody", "belongs to nobody, who has no account"),
        (("memory", "orders", 0, "price"), ..., "$.memory.orders[0]"),
        (("memory", "orders", 0, "price"), 1, "was charged"),
        (("memory", "orders", 0, "state"), "lost", "$.memory.orders[0].state"),
        (("memory", "orders", 0, "service"), "nothing", "not in the catalogue"),
        (("memory", "entries", 0, "cents"), 0, "a balance falls below zero"),
        (("memory", "entries"), [], "was never charged"),
        (("memory", "orders", 0, "price"), 16.0, "$.memory.orders[0].price"),
        (("memory", "orders", 0, "price"), True, "$.memory.orders[0].price"),
        (("memory", "orders", 0, "phone"), None, "$.memory.orders[0].phone"),
        (("strict",), 1, "body.strict must be"),
        (("faults", "faults", 0, "matched"), 2**64 - 1, "$.faults.faults[0].matched"),
        (("faults", "faults", 0, "acted"), -1, "the fault 0 has a negative count"),
        (("faults", "windows", 0, "calls"), 2**64 - 1, "$.faults.windows[0].calls"),
        (("tallies", "order 0"), -1, 'body.tallies["order 0"] must be at least 0'),
        (("origin", "data", "accounts"), [], "the scenario of the snapshot is invalid"),
    ],
)
def test_what_is_wrong_with_a_snapshot_is_told(
    home: Opened, whole: Json, path: tuple[str | int, ...], value: Any, reason: str
) -> None:
    answer = home("PUT", "/snapshot", json=edited(whole, path, value))
    assert (answer.status_code in (400, 422), reason in answer.json()["error"]) == (True, True), answer.text
