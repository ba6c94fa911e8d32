"""Bodies with a content coding: requests in every coding that the toolkit reads, and compressed responses."""

from __future__ import annotations

import gzip
import json
import subprocess
import zlib
from typing import TYPE_CHECKING

import brotli  # type: ignore[import-untyped]
import httpx
import pytest
from backports import zstd

from mockserver.serving.setup import Settings, set_up
from tests.asgi import respond
from tests.web.conftest import serving

if TYPE_CHECKING:
    from tests.conftest import Mock

FIELDS = {"country": "12", "service": "ds", "carrier": "any", "maximumPrice": "16", "m": "", "n": ""}
ORDER = json.dumps({"apiKey": "demo-key", **FIELDS}).encode()
SOUND = {
    "gzip": gzip.compress(ORDER),
    "deflate": zlib.compress(ORDER),
    "br": brotli.compress(ORDER),
    "zstd": zstd.compress(ORDER),
    "gzip, br": brotli.compress(gzip.compress(ORDER)),
    "identity": ORDER,
}
LIMIT = 1024 * 1024
REFUSED = {
    "another coding": ("compress", ORDER, 415, "content-encoding must be one of gzip, ", "contentEncoding"),
    "no coding at all": ("gzip", ORDER, 400, "does not have the coding that content-encoding names", "body"),
    "cut off": ("gzip", SOUND["gzip"][:-9], 400, "does not have the coding that content-encoding names", "body"),
    "no JSON inside": ("gzip", gzip.compress(b"apiKey=demo-key"), 400, "is not valid JSON", "body"),
    "too long inside": ("zstd", zstd.compress(b" " * (LIMIT + 1)), 413, "the unpacked body is longer", "body"),
}


def send(mock: Mock, coding: str, body: bytes) -> httpx.Response:
    headers = {"content-type": "application/json", "content-encoding": coding}
    return mock.client.put("/v3/numbers/demo/order", content=body, headers=headers)


@pytest.mark.parametrize(("coding", "body"), SOUND.items(), ids=SOUND)
def test_a_coded_body_is_read(mock: Mock, coding: str, body: bytes) -> None:
    assert send(mock, coding, body).json()["ok"]


@pytest.mark.parametrize(("coding", "body", "status", "says", "place"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_decoded_is_refused(
    mock: Mock, coding: str, body: bytes, status: int, says: str, place: str
) -> None:
    answer = send(mock, coding, body)
    [violation] = mock.exchanges[-1].violations
    assert (answer.status_code, says in answer.text, violation.place) == (status, True, place)


def test_the_key_of_a_coded_body_selects_its_world(mock: Mock) -> None:
    send(mock, "gzip", gzip.compress(b"apiKey=demo-key"))
    assert mock.exchanges[-1].world == "default"


def test_the_control_api_reads_a_coded_body() -> None:
    body = gzip.compress(b'{"scenario": "no-sms"}')
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    request = httpx.Request("POST", "http://localhost/__mock__/worlds", content=body, headers=headers)
    assert respond(set_up("default").app, request).status_code == 201


@pytest.mark.parametrize(("compress", "coding"), [(False, None), (True, "gzip")])
def test_a_response_is_compressed_if_both_sides_want_it(compress: bool, coding: str | None) -> None:
    mock = set_up("default", settings=Settings(compress=compress))
    request = httpx.Request("GET", "http://localhost/v3/customers/demo/balance?apiKey=demo-key")
    request.headers["accept-encoding"] = "gzip"
    answer = respond(mock.app, request)
    [entry] = mock.home.journal
    assert (answer.headers.get("content-encoding"), answer.json()["ok"]) == (coding, True)
    assert b"content-encoding" not in dict(entry.exchange.answer_headers)


def test_curl_reads_a_compressed_response() -> None:
    with serving(set_up("default", settings=Settings(compress=True)).app) as (host, port):
        url = f"http://{host}:{port}/v3/customers/demo/balance?apiKey=demo-key"
        command = ["curl", "-sS", "--compressed", "-D", "-", url]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own
    assert ("content-encoding: gzip" in printed, '"ok":true' in printed) == (True, True)
