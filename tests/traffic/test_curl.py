from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.traffic import Request
from mockserver.traffic.redaction import Redactor, curl

BASH = shutil.which("bash") or ""
STUB = 'curl() { printf \'%s\\0\' "$@"; for word; do if [ "$word" = @- ]; then cat; fi; done; }\n'

pytestmark = pytest.mark.skipif(not BASH, reason="there is no bash")

typed = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)


def _run(command: str, key: str = "") -> list[bytes]:
    """Run a command in a shell where curl prints its arguments, each ended by NUL, and then what is piped into it."""
    environment = {"SMSONLINE_API_KEY": key, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    run = subprocess.run(  # noqa: S603 - the command is what is tested
        [BASH, "-c", STUB + command], capture_output=True, check=True, env=environment, timeout=20
    )
    assert run.stderr == b""
    return run.stdout.split(b"\0")


def test_a_plain_request_is_a_plain_command() -> None:
    assert curl(Request("GET", "http://h/v3", (("host", "h"), ("connection", "keep-alive")))) == "curl http://h/v3"


def test_a_body_is_quoted() -> None:
    request = Request("PUT", "http://h/v3", (("content-type", "application/json"),), b'{"a": "it\'s"}')
    assert _run(curl(request)) == [
        b"-X", b"PUT", b"-H", b"content-type: application/json", b"--data-raw", b'{"a": "it\'s"}', b"http://h/v3", b"",
    ]  # fmt: skip


@given(typed, typed, typed)
@settings(deadline=None, max_examples=40)
def test_every_character_reaches_curl(path: str, value: str, body: str) -> None:
    request = Request("POST", f"http://h/{path}", (("x-a", value), ("content-type", "text/plain")), body.encode())
    words = _run(curl(request))
    assert {f"x-a: {value}".encode(), body.encode(), request.url.encode()} <= set(words)


@given(st.binary(max_size=20).map(b"\xff".__add__) | st.binary(max_size=20).map(b"\0".__add__))
@settings(deadline=None, max_examples=40)
def test_a_body_that_is_no_text_is_piped(body: bytes) -> None:
    request = Request("POST", "http://h/", (("content-type", "x"),), body)
    words = b"\0".join(_run(curl(request)))
    assert words == b"\0".join([b"-H", b"content-type: x", b"--data-binary", b"@-", b"http://h/", body])


def test_the_key_comes_from_the_environment() -> None:
    body = b'{"apiKey": "s3cret", "m": ""}'
    headers = (("authorization", "Bearer s3cret"), ("content-type", "application/json"))
    request = Redactor().request(Request("PUT", "http://h/v3?key=s3cret&a=1", headers, body))
    words = _run(curl(request), key="my $key's")
    assert words[3] == b"authorization: Bearer my $key's"
    assert words[-3:-1] == [b'{"apiKey": "my $key\'s", "m": ""}', b"http://h/v3?key=my $key's&a=1"]


@pytest.mark.parametrize(
    ("request_", "option"),
    [
        (Request("HEAD", "http://h/"), "--head"),
        (Request("DELETE", "http://h/"), "-X DELETE"),
        (Request("GET", "http://h/", (), b"x"), "-X GET"),
        (Request("GET", "http://h/?a[]={b}"), "--globoff"),
        (Request("GET", "http://h/a/../b"), "--path-as-is"),
        (Request("GET", "http://h/", (("host", "other"),)), "-H 'host: other'"),
        (Request("GET", "http://h/", (("x-empty", ""),)), "-H 'x-empty;'"),
        (Request("POST", "http://h/", (), b"x"), "-H content-type:"),
    ],
)
def test_what_curl_would_change_is_told_it(request_: Request, option: str) -> None:
    assert f" {option} " in curl(request_)


@pytest.mark.parametrize("body", [b"", b"x"])
def test_a_method_that_curl_chooses_itself_is_left_out(body: bytes) -> None:
    assert "-X" not in curl(Request("POST" if body else "GET", "http://h/", (), body))


def test_a_redacted_key_alone_needs_no_globoff() -> None:
    assert curl(Request("GET", "http://h/?key=[redacted]")) == "curl 'http://h/?key='\"$SMSONLINE_API_KEY\""
