"""No API key is in anything that the mock tells: not in a journal, an export, an event, a violation or a log."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mockserver.simulation.limits import WorldLimits
from mockserver.web.access import AccessGuard
from tests.control.streams import heard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.control.conftest import Opened, Steered

KEY = "zk9-secret_key.4"
ENCODED = "".join(f"%{ord(letter):02x}" for letter in KEY)
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in KEY)
OTHER = "qw8-another-key.5"

PLANTS: dict[str, dict[str, Any]] = {
    "query": {"params": {"apiKey": KEY}},
    "query encoded": {"path": f"/v3/numbers/me/popular?apiKey={ENCODED}"},
    "another parameter": {"params": {"apiKey": KEY, "note": KEY}},
    "the name of a parameter": {"params": {"apiKey": KEY, KEY: "1"}},
    "twice": {"path": f"/v3/numbers/me/popular?apiKey={KEY}&apiKey={KEY}"},
    "a header": {"params": {"apiKey": KEY}, "headers": {"x-note": f"my key is {KEY}"}},
    "the name of a header": {"params": {"apiKey": KEY}, "headers": {KEY: "1"}},
    "the user agent": {"params": {"apiKey": KEY}, "headers": {"user-agent": KEY}},
    "a bearer token": {"headers": {"authorization": f"Bearer {KEY}"}},
    "basic": {"headers": {"authorization": "Basic bWU6ems5LXNlY3JldF9rZXkuNA=="}},
    "a cookie": {"params": {"apiKey": KEY}, "headers": {"cookie": f"key={KEY}"}},
    "the user": {"path": f"/v3/numbers/{KEY}/popular", "params": {"apiKey": KEY}},
    "the user encoded": {"path": f"/v3/numbers/{ENCODED}/popular", "params": {"apiKey": KEY}},
    "an unknown path": {"path": f"/v3/{KEY}", "params": {"apiKey": KEY}},
    "an unknown path encoded": {"path": f"/v3/{ENCODED}/x?apiKey={KEY}"},
    "an unknown path alone": {"path": f"/v3/nothing/{KEY}"},
    "V2": {"path": "/cs/getBalance", "params": {"userId": "me", "key": KEY}},
    "V2 under V3's name": {"path": "/cs/getBalance", "params": {"userId": "me", "apiKey": KEY}},
    "a body": {"method": "PUT", "path": "/v3/numbers/me/order", "json": {"apiKey": KEY, "country": KEY}},
    "the name of a field": {"method": "PUT", "path": "/v3/numbers/me/order", "json": {"apiKey": KEY, KEY: 1}},
    "deep in a body": {"method": "PUT", "path": "/v3/numbers/me/order", "json": {"apiKey": KEY, "m": {"a": [KEY]}}},
    "escaped in a body": {
        "method": "PUT",
        "path": "/v3/numbers/me/order",
        "content": f'{{"apiKey": "{KEY}", "m": "{ESCAPED}"}}',
        "headers": {"content-type": "application/json"},
    },
    "a broken body": {
        "method": "PUT",
        "path": "/v3/numbers/me/order",
        "content": f'{{"apiKey": "{KEY}',
        "headers": {"content-type": "application/json"},
    },
    "a form": {"method": "POST", "path": "/cs/purchase", "data": {"userId": "me", "key": KEY}},
    "another world's key": {"path": f"/v3/nothing/{OTHER}", "params": {"apiKey": KEY, "note": OTHER}},
    "another world's key in a header": {"params": {"apiKey": KEY}, "headers": {"x-note": OTHER}},
    "the host": {"params": {"apiKey": KEY}, "headers": {"host": KEY}},
}
TOLD = [
    "/worlds",
    "/worlds/{world}",
    "/worlds/{world}/scenario",
    "/worlds/{world}/clock",
    "/worlds/{world}/orders",
    "/worlds/{world}/payments",
    "/worlds/{world}/faults",
    "/worlds/{world}/journal",
    "/worlds/{world}/journal/har",
    "/worlds/{world}/journal/lines",
    "/worlds/{world}/violations",
    "/worlds/{world}/ledger",
    "/worlds/{world}/coverage",
    "/coverage",
    "/strays",
]
"""All that can be read of a world, but its snapshot: that is for restoring it, and says so."""

NEVER = (KEY, ENCODED, "ems5LXNlY3JldF9rZXkuNA", OTHER)


def told(steered: Steered, world: Opened) -> dict[str, str]:
    """Everything that the control API tells of a world, by where."""
    told = {path: steered("GET", path.format(world=world.id)).text for path in TOLD}
    told["verify"] = world("POST", "/journal/verify", json={"calls": [{"account": "x"}], "exactly": 1}).text
    told["order"] = world(
        "POST", "/journal/verify", json={"calls": [{"operation": "*"}, {"path": "/none", "account": "x"}]}
    ).text
    told["events"] = "".join(heard(steered.app, "/events?after=0"))
    told["events of the world"] = "".join(heard(steered.app, f"/worlds/{world.id}/events?after=0"))
    return told


def leaks(told: dict[str, str]) -> list[str]:
    """Where one of the keys can be read."""
    return [where for where, text in told.items() if any(secret in text for secret in NEVER)]


@pytest.fixture
def planted(steer: Callable[..., Steered]) -> tuple[Steered, Opened]:
    """A mock with two worlds whose keys must not be seen."""
    steered = steer(limits=WorldLimits(stream=0.001))
    world = steered.create(userId="me", apiKey=KEY)
    steered.create(userId="you", apiKey=OTHER)
    return steered, world


def send(steered: Steered, plant: dict[str, Any]) -> str:
    options = {name: value for name, value in plant.items() if name not in ("method", "path")}
    path = plant.get("path", "/v3/numbers/me/popular")
    return steered.service.request(plant.get("method", "GET"), path, **options).text


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_key_is_told_nowhere(planted: tuple[Steered, Opened], plant: dict[str, Any]) -> None:
    steered, world = planted
    answer = send(steered, plant)
    assert leaks({"answer": answer, **told(steered, world)}) == []


@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_a_key_is_told_nowhere_when_its_world_is_gone(planted: tuple[Steered, Opened], plant: dict[str, Any]) -> None:
    steered, world = planted
    send(steered, plant)
    world("DELETE")
    left = {path: steered("GET", path).text for path in ("/worlds", "/strays")}
    left["events"] = "".join(heard(steered.app, "/events?after=0"))
    assert leaks(left) == []


@pytest.mark.parametrize("change", ["scenario", "snapshot"])
def test_a_key_is_told_nowhere_when_its_world_has_others(planted: tuple[Steered, Opened], change: str) -> None:
    steered, world = planted
    for plant in PLANTS.values():
        send(steered, plant)
    if change == "scenario":
        world("PUT", "/scenario", json={"scenario": "no-sms"})
    else:
        third = steered.create()
        snapshot = third.snapshot()
        third("DELETE")
        world("PUT", "/snapshot", json=snapshot)
    assert leaks(told(steered, world)) == []


def test_a_key_is_in_no_log(
    planted: tuple[Steered, Opened], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    steered, world = planted
    caplog.set_level("DEBUG", "smsonline_mock")
    for plant in PLANTS.values():
        send(steered, plant)
    told(steered, world)
    printed = capsys.readouterr()
    assert leaks({"log": caplog.text, "out": printed.out, "err": printed.err}) == []


def test_a_taken_key_is_refused_without_being_told(planted: tuple[Steered, Opened]) -> None:
    steered, _ = planted
    answer = steered("POST", "/worlds", json={"apiKey": KEY})
    assert (answer.status_code, KEY in answer.text) == (409, False)


def test_a_scenario_is_shown_with_masked_keys(steered: Steered) -> None:
    shown = steered.home("GET", "/scenario").json()["data"]["accounts"]
    assert [account.get("key", account.get("keys")) for account in shown] == ["***", "***"]


def test_a_snapshot_alone_holds_the_keys(planted: tuple[Steered, Opened]) -> None:
    assert KEY in json.dumps(planted[1].snapshot())


BEARER = {"authorization": f"Bearer {KEY}"}
JSON = {"content-type": "application/json"}
TOKENS: dict[str, dict[str, Any]] = {
    "where it belongs": {"path": "/__mock__/worlds", "headers": BEARER},
    "where it is wrong": {"path": "/__mock__/worlds", "headers": {"authorization": f"Bearer {KEY}x"}},
    "a query": {"path": "/__mock__/worlds", "params": {"token": KEY}},
    "the name of a parameter": {"path": "/__mock__/worlds", "params": {KEY: "1"}, "headers": BEARER},
    "a path": {"path": f"/__mock__/{KEY}", "headers": BEARER},
    "the id of a world": {"path": f"/__mock__/worlds/{KEY}", "headers": BEARER},
    "an event id": {"path": "/__mock__/events", "headers": {"last-event-id": KEY}},
    "a body": {"method": "POST", "path": "/__mock__/worlds", "json": {"scenario": KEY}, "headers": BEARER},
    "a broken body": {
        "method": "POST",
        "path": "/__mock__/worlds",
        "content": f'{{"a": "{KEY}',
        "headers": {**BEARER, **JSON},
    },
    "the service's header": {"path": "/v3/numbers/demo/popular", "headers": BEARER},
    "the service's header beside a key": {"params": {"apiKey": "demo-key"}, "headers": BEARER},
    "the service's other header": {"params": {"apiKey": "demo-key"}, "headers": {"x-token": KEY}},
    "the service's query": {"params": {"apiKey": "demo-key", "token": KEY}},
    "the service's query encoded": {"path": f"/v3/numbers/demo/popular?apiKey=demo-key&note={ENCODED}"},
    "the service's key": {"params": {"apiKey": KEY}},
    "the service's user": {"path": f"/v3/numbers/{KEY}/popular", "params": {"apiKey": "demo-key"}},
    "the service's path": {"path": f"/v3/{KEY}", "params": {"apiKey": "demo-key"}},
    "the service's path alone": {"path": f"/v3/{KEY}"},
    "the service's body": {
        "method": "PUT",
        "path": "/v3/numbers/demo/order",
        "json": {"apiKey": "demo-key", "country": KEY, "note": KEY},
    },
    "V2": {"path": "/cs/getBalance", "params": {"userId": "demo", "key": "demo-key", "token": KEY}},
}
"""Requests of both APIs that carry the token of the control API, whether it belongs there or not."""


def sent(client: httpx.Client, plant: dict[str, Any]) -> None:
    """Send a request with the token in it; how it is answered does not matter."""
    options = {name: value for name, value in plant.items() if name not in ("method", "path")}
    client.request(plant.get("method", "GET"), plant.get("path", "/v3/numbers/demo/popular"), **options)


@pytest.mark.parametrize("plant", TOKENS.values(), ids=TOKENS)
def test_the_token_is_told_nowhere(steer: Callable[..., Steered], plant: dict[str, Any]) -> None:
    steered = steer(limits=WorldLimits(stream=0.001), guard=AccessGuard(token=KEY))
    if plant.get("path") != "/__mock__/events":
        sent(steered.service, plant)
    steered.service.headers.update(BEARER)
    told = {path: steered("GET", path.format(world="default")).text for path in TOLD}
    told["events"] = "".join(heard(steered.app, "/events?after=0", [(b"authorization", f"Bearer {KEY}".encode())]))
    assert leaks(told) == []


@contextmanager
def talkative(**environment: str) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A mock as a process that prints every request, and what it has printed when it is stopped."""
    command = [sys.executable, "-c", "from mockserver.cli import main; main()", "serve", "--port", "0", "-v"]
    printed: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own command
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as mock:
        try:
            assert mock.stdout is not None
            printed += iter(mock.stdout.readline, "Press Ctrl-C to stop.\n")
            with httpx.Client(base_url=printed[0].rpartition(" ")[2].strip()) as client:
                yield client, printed
        finally:
            mock.terminate()
        printed += mock.stdout


@pytest.fixture(scope="module")
def printed() -> str:
    """What is printed of requests that carry the keys of two worlds."""
    with talkative() as (client, lines):
        for user, key in (("me", KEY), ("you", OTHER)):
            client.post("/__mock__/worlds", json={"userId": user, "apiKey": key})
        for plant in PLANTS.values():
            sent(client, {**plant, "headers": {**plant.get("headers", {}), "host": "localhost"}})
    return "".join(lines)


@pytest.mark.parametrize("secret", [KEY, ENCODED, *NEVER[2:]])
def test_a_key_is_not_printed(printed: str, secret: str) -> None:
    assert ("v3.getPopular" in printed, secret in printed) == (True, False)


def test_the_token_is_not_printed() -> None:
    with talkative(SMSONLINE_MOCK_TOKEN=KEY) as (client, lines):
        for plant in TOKENS.values():
            sent(client, plant)
    assert ("v3.getPopular" in "".join(lines), [line for line in lines if leaks({"": line})]) == (True, [])
