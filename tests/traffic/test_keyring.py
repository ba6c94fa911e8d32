"""Keys that are found in requests, so that they can be hidden elsewhere; and none that is ever told."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from urllib.parse import quote

import pytest

from mockserver.contract import contract
from mockserver.traffic import REDACTED, Request, jsonl
from mockserver.traffic.keyring import MAXIMUM, Keyring
from tests.proxy.wire import HOST, canned, listening, proxied

KEY = "planted/key+4711&x"
PERCENT = quote(KEY, safe="")
FORM = (("content-type", "application/x-www-form-urlencoded"),)


def keyring() -> Keyring:
    return Keyring(contract().documents.values())


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", f"http://h/v3/x?apiKey={PERCENT}"),
        Request("GET", f"http://h/cs/x?a=1&KEY={PERCENT}"),
        Request("PUT", "http://h/v3/x", (), b'{"apiKey": "%s"}' % KEY.encode()),
        Request("PUT", "http://h/v3/x", (), b'{"deep": [{"key": "%s"}]}' % KEY.encode()),
        Request("POST", "http://h/cs/x", FORM, f"key={PERCENT}&a=1".encode()),
        Request("GET", "http://h/v3/x", (("authorization", f"Bearer {KEY}"),)),
        Request("GET", "http://h/v3/x", (("authorization", "Basic " + b64encode(f"me:{KEY}".encode()).decode()),)),
        Request("GET", "http://h/v3/x", (("x-api-key", KEY),)),
        Request("GET", f"http://h/v3/x?api-token={PERCENT}"),
    ],
    ids=["query", "query-v2", "body", "deep", "form", "bearer", "basic", "header", "usual"],
)
def test_a_key_that_a_request_carries_is_hidden_from_then_on(request_: Request) -> None:
    keys = keyring()
    keys.see_request(request_)
    assert keys.redactor.text(f"it is {KEY}, or {PERCENT}") == f"it is {REDACTED}, or {REDACTED}"


def test_no_more_keys_are_remembered_than_can_be() -> None:
    keys = keyring()
    for number in range(MAXIMUM + 1):
        keys.see_request(Request("GET", f"http://h/?apiKey=key-number-{number:04}"))
    assert keys.redactor.text("key-number-0000 key-number-0001") == f"key-number-0000 {REDACTED}"


def test_a_key_that_is_seen_again_is_not_forgotten() -> None:
    keys = keyring()
    for number in range(MAXIMUM + 1):
        keys.see_request(Request("GET", "http://h/?apiKey=first-key"))
        keys.see_request(Request("GET", f"http://h/?apiKey=key-number-{number:04}"))
    assert keys.redactor.text("first-key") == REDACTED


@pytest.mark.parametrize("answer", [b"your key %s is wrong", b'{"ok": false, "apiKey": "%s"}'], ids=["text", "json"])
def test_a_key_is_told_nowhere(answer: bytes) -> None:
    """Planted in the query, a header, the path, the body and the answer, plain and percent-encoded."""

    async def run() -> bytes:
        said = answer % KEY.encode()
        answered = b"HTTP/1.1 200 OK\r\nx-echo: %s\r\ncontent-length: %d\r\n\r\n" % (KEY.encode(), len(said)) + said
        async with listening(canned(answered)) as port, proxied(f"http://{HOST}:{port}") as proxy:
            sent = b'{"apiKey": "%s", "note": "%s"}' % (KEY.encode(), KEY.encode())
            head = f"PATCH /v3/customers/{PERCENT}/favourites/{PERCENT}/ds?x={PERCENT} HTTP/1.1\r\nhost: p\r\n"
            head += f"x-mine: {KEY}\r\nconnection: close\r\ncontent-length: {len(sent)}\r\n\r\n"
            await proxy.talk(head.encode() + sent)
            relayed = await proxy.relayed()
            told = [*map(str, relayed.violations), relayed.stopped, relayed.failure]
            return b"".join(jsonl.write([relayed.exchange])) + "".join(told).encode()

    told = asyncio.run(run())
    assert not any(secret in told for secret in (KEY.encode(), PERCENT.encode(), b"4711"))


def test_a_secret_that_was_given_is_told_nowhere() -> None:
    async def run() -> bytes:
        async with (
            listening(canned(b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\ngiven-99-up")) as port,
            proxied(f"http://{HOST}:{port}", secrets=("given-99-up",)) as proxy,
        ):
            await proxy.talk()
            return b"".join(jsonl.write([(await proxy.relayed()).exchange]))

    assert b"given-99-up" not in asyncio.run(run())
