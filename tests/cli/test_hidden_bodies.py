"""Keys in odd bodies, sent through `proxy` to `serve`, both processes of their own: none is in the recording."""

from __future__ import annotations

import gzip
import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.cli.test_proxy import running

if TYPE_CHECKING:
    from pathlib import Path

MULTIPART = '--X\r\nContent-Disposition: form-data; name="apiKey"\r\n\r\n{}\r\n--X--\r\n'
FILE = "--X\r\nContent-Disposition: form-data; name=a\r\nContent-Type: application/json\r\n\r\n"
JSON = "application/json"


def member(key: str) -> str:
    return json.dumps({"apiKey": key})


BODIES = {
    "planted-json-1": (JSON, member("planted-json-1").encode()),
    "planted-form-2": ("application/x-www-form-urlencoded", b"apiKey=planted-form-2"),
    "planted-multipart-3": ("multipart/form-data; boundary=X", MULTIPART.format("planted-multipart-3").encode()),
    "planted-xml-4": ("application/xml", b"<order><apiKey>planted-xml-4</apiKey></order>"),
    "planted-utf16-5": (JSON, member("planted-utf16-5").encode("utf-16")),
    "planted-string-6": (JSON, json.dumps(member("planted-string-6")).encode()),
    "planted-attribute-7": ("application/xml", b'<order apiKey="planted-attribute-7"/>'),
    "planted-utf32-8": (JSON, member("planted-utf32-8").encode("utf-32-be")),
    "planted-base64-9": ("text/plain", b64encode(member("planted-base64-9").encode())),
    "planted-part-10": (
        "multipart/mixed; boundary=X",
        FILE.encode() + member("planted-part-10").encode("utf-16") + b"\r\n--X--\r\n",
    ),
    "planted-packed-11": ("application/octet-stream", gzip.compress(member("planted-packed-11").encode())),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The lines of a recording, after each body was sent."""
    directory: Path = tmp_path_factory.mktemp("recorded")
    with (
        running(directory, "serve", "-q") as mock,
        running(directory, "proxy", "-q", f"--upstream={mock.url}", "--record=day.jsonl", "--allow-orders") as proxy,
    ):
        with httpx.Client(base_url=proxy.url) as client:
            for kind, body in BODIES.values():
                client.put("/v3/numbers/demo/order", content=body, headers={"content-type": kind})
        proxy.stop()
    return (directory / "day.jsonl").read_text().splitlines()


def test_every_exchange_is_recorded(recorded: list[str]) -> None:
    assert len(recorded) == len(BODIES)


@pytest.mark.parametrize("key", BODIES)
def test_the_key_in_a_body_is_not_recorded(recorded: list[str], key: str) -> None:
    assert not [text for line in recorded for text in texts(line) if key in text]


def texts(line: str) -> list[str]:
    """What a reader can see: the line, and its body decoded in every way that a body was encoded."""
    body = json.loads(line)["request"]["body"]
    data = b64decode(body["base64"]) if isinstance(body, dict) else body.encode()
    unpacked = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else b""
    plain = [data, data.replace(b"\0", b""), unpacked, b64decode(data) if data.isalnum() else b""]
    return [line, data.decode("utf-16", "replace"), *(text.decode("latin-1") for text in plain)]
