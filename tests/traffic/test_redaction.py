from __future__ import annotations

import gzip
import json
import re
import time
import zlib
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, unquote, unquote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockserver.contract import load
from mockserver.contract.document import SHIPPED
from mockserver.traffic import Answer, Exchange, Request, header
from mockserver.traffic.redaction import REDACTED, Redactor, credential_names, shipped_names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEY = "s3cr/t k+y-é"
ONLY_NAMES = Redactor()
ONLY_SECRETS = Redactor([KEY], names=())

keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=6, max_size=20).filter(
    lambda key: not set(key) & set("[]redacted")
)


def _percent(key: str, chosen: list[bool], case: Callable[[str], str]) -> str:
    """Percent-encode the chosen characters, and those that a URL cannot hold as they are."""
    signs = zip(key, chosen, strict=True)
    return "".join(
        "".join(case(f"%{byte:02x}") for byte in sign.encode()) if pick else quote(sign, safe="")
        for sign, pick in signs
    )


def _escaped(key: str, chosen: list[bool]) -> str:
    """Escape the chosen characters in JSON, and those that must be."""
    signs = zip(key, chosen, strict=True)
    return "".join(_unit(sign) if pick else json.dumps(sign, ensure_ascii=False)[1:-1] for sign, pick in signs)


def _unit(sign: str) -> str:
    units = sign.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str]:
    """A key, and a spelling of it that can stand in a JSON string and in a query."""
    key = draw(keys)
    chosen = draw(st.lists(st.booleans(), min_size=len(key), max_size=len(key)))
    percent = _percent(key, chosen, draw(st.sampled_from([str.lower, str.upper])))
    return key, draw(
        st.sampled_from(
            [
                percent,
                percent.replace("%20", "+"),
                quote(percent),
                _escaped(key, chosen),
                quote(_escaped(key, chosen)),
                _escaped(percent, [True] * len(percent)),
            ]
        )
    )


PLACES: dict[str, Callable[[str], Exchange]] = {
    "path": lambda text: _exchange(Request("GET", f"http://h/a/{text}/b")),
    "query": lambda text: _exchange(Request("GET", f"http://h/?a=1&b={text}&c=2")),
    "header": lambda text: _exchange(Request("GET", "http://h/", (("x-a", f"b {text}"),))),
    "header name": lambda text: _exchange(Request("GET", "http://h/", ((text, "b"),))),
    "json": lambda text: _exchange(Request("PUT", "http://h/", (), b'{"a": ["%s"]}' % text.encode())),
    "form": lambda text: _exchange(
        Request("PUT", "http://h/", (("content-type", "application/x-www-form-urlencoded"),), f"a={text}&b=1".encode())
    ),
    "text": lambda text: _exchange(Request("PUT", "http://h/", (), text.encode())),
    "answer header": lambda text: _exchange(answer=Answer(302, (("location", f"http://h/?q={text}"),))),
    "answer": lambda text: _exchange(answer=Answer(200, (), b'{"%s": 1}' % text.encode())),
    "gzip": lambda text: _exchange(answer=Answer(200, (("content-encoding", "gzip"),), gzip.compress(text.encode()))),
    "deflate": lambda text: _exchange(
        answer=Answer(200, (("content-encoding", "deflate"),), zlib.compress(text.encode()))
    ),
    "notes": lambda text: _exchange()._replace(notes={"a": [{"b": text}]}),
    "operation": lambda text: _exchange()._replace(operation=text),
}


def _exchange(request: Request | None = None, answer: Answer | None = None) -> Exchange:
    return Exchange(request or Request("GET", "http://h/"), answer, 0, 1.0)


def _forms(exchange: Exchange) -> str:
    """Every text of an exchange, as it is and decoded in every way, several times over."""
    request, answer = exchange.request, exchange.answer or Answer(0)
    layer = [request.method, request.url, exchange.operation]
    layer += [item["b"] for item in exchange.notes.get("a", ())]
    layer += [text for pair in (*request.headers, *answer.headers) for text in pair]
    layer += [body.decode() for body in (request.content, answer.content)]
    texts = set(layer)
    for _ in range(3):
        texts |= {decode(text) for text in texts for decode in (unquote, unquote_plus, _unescape)}
    return "\n".join(texts)


def _unescape(text: str) -> str:
    return _ESCAPES.sub(lambda match: str(json.loads(f'"{match[0]}"')), text)


_ESCAPES = re.compile(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]')


@pytest.mark.parametrize("place", PLACES)
@given(case=spelled())
@settings(deadline=None, max_examples=40)
def test_no_spelling_of_a_secret_is_left_anywhere(place: str, case: tuple[str, str]) -> None:
    key, spelling = case
    exchange = PLACES[place](spelling)
    assert key in _forms(exchange)
    assert key not in _forms(Redactor([key], names=()).exchange(exchange))


@given(keys, st.binary(max_size=4), st.binary(max_size=4))
@settings(deadline=None)
def test_a_secret_is_not_left_in_base64(key: str, before: bytes, after: bytes) -> None:
    encoded = b64encode(before + key.encode() + after).decode()
    assert REDACTED in Redactor([key], names=()).text(f"Basic {encoded}")


@given(st.sampled_from(sorted(PLACES)), st.text(st.characters(codec="utf-8")))
@settings(deadline=None)
def test_without_secrets_and_names_nothing_changes(place: str, text: str) -> None:
    exchange = PLACES[place](text)
    assert Redactor((), names=()).exchange(exchange) is exchange


@given(
    st.sampled_from(sorted(PLACES)), st.lists(st.sampled_from([KEY, "key", "=", "&", '"', ":", " ", "{", "%20", "x"]))
)
@example("answer", ["key", "=", KEY, KEY])
@settings(deadline=None)
def test_redacting_again_changes_nothing(place: str, pieces: list[str]) -> None:
    redactor = Redactor([KEY])
    once = redactor.exchange(PLACES[place]("".join(pieces)))
    assert redactor.exchange(once) is once


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text() | st.just(KEY), st.lists), st.text())
@settings(deadline=None, max_examples=50)
def test_redacted_json_is_still_json(value: object, secret: str) -> None:
    body = json.dumps({"a": value, "key": value}).encode()
    redacted = Redactor([KEY, secret]).request(Request("PUT", "http://h/", (), body))
    json.loads(redacted.body)


def test_of_json_that_would_break_nothing_is_left() -> None:
    redacted = Redactor(["12345678"]).request(Request("PUT", "http://h/", (), b'{"orderId": 12345678}'))
    assert redacted.json == REDACTED


def test_only_the_secret_is_replaced_in_json() -> None:
    body = b'{ "apiKey":"x", "amount":1.0, "note":"a s3cr\\/t k+y-\\u00E9 b" }'
    redacted = Redactor([KEY]).request(Request("PUT", "http://h/", (), body))
    assert redacted.body == b'{ "apiKey":"[redacted]", "amount":1.0, "note":"a [redacted] b" }'


def test_a_redacted_form_is_still_a_form() -> None:
    headers = (("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "24"))
    redacted = ONLY_NAMES.request(Request("POST", "http://h/", headers, b"userId=demo&key=a b&x=%20"))
    assert parse_qsl(redacted.body.decode()) == [("userId", "demo"), ("key", REDACTED), ("x", " ")]


def test_the_length_of_a_redacted_body_is_corrected() -> None:
    redacted = ONLY_NAMES.answer(Answer(200, (("Content-Length", "13"),), b'{"key":"abc"}'))
    assert header(redacted.headers, "content-length") == str(len(redacted.body))


def test_a_body_that_was_unpacked_to_be_redacted_stays_unpacked() -> None:
    headers = (("content-encoding", "gzip"), ("content-type", "application/json"))
    redacted = ONLY_NAMES.answer(Answer(200, headers, gzip.compress(b'{"key":"abc"}')))
    assert redacted == Answer(200, headers[1:], b'{"key":"[redacted]"}')


def test_a_packed_body_without_secrets_stays_packed() -> None:
    answer = Answer(200, (("content-encoding", "gzip"),), gzip.compress(b"{}"))
    assert ONLY_NAMES.answer(answer) is answer


@pytest.mark.parametrize(("name", "body"), [("br", b"\x0b\x01"), ("gzip", b"not gzip")])
def test_of_a_body_that_cannot_be_unpacked_nothing_is_left(name: str, body: bytes) -> None:
    assert ONLY_NAMES.answer(Answer(200, (("content-encoding", name),), body)) == Answer(200, (), REDACTED.encode())


@pytest.mark.parametrize(
    ("name", "value", "hidden"),
    [
        ("Authorization", "Bearer abc", "Bearer [redacted]"),
        ("authorization", "abc def", "[redacted]"),
        ("Proxy-Authorization", "Basic YTpi", "Basic [redacted]"),
        ("COOKIE", "a=b; c=d", "[redacted]"),
        ("set-cookie", "a=b; Path=/", "[redacted]"),
        ("x-api-key", "abc", "[redacted]"),
        ("ApiKey", "abc", "[redacted]"),
        ("referer", "http://h/?key=abc", "http://h/?key=[redacted]"),
        ("referer", "http://me:abc@h/", "http://redacted@h/"),
        ("accept", "*/*", "*/*"),
    ],
)
def test_headers_that_carry_credentials_are_hidden(name: str, value: str, hidden: str) -> None:
    assert ONLY_NAMES.request(Request("GET", "http://h/", ((name, value),))).headers == ((name, hidden),)


def test_a_key_in_the_query_is_hidden_by_its_name_up_to_the_next_parameter() -> None:
    redacted = ONLY_NAMES.request(Request("GET", "http://me:you@h/v3?api%4Bey=a'b c&limit=1"))
    assert redacted.url == "http://redacted@h/v3?api%4Bey=[redacted]&limit=1"


def test_notes_are_hidden_by_name_and_by_text() -> None:
    notes = {"apiKey": "x", "rule": ("a", KEY), KEY: 1, "n": 2}
    redacted = Redactor([KEY]).data(notes)
    assert redacted == {"apiKey": REDACTED, "rule": ("a", REDACTED), REDACTED: 1, "n": 2}


def test_a_message_keeps_its_sense() -> None:
    text = "v3.getOrder: apiKey: must have at least 1 character; see http://h/v3?apiKey=abc."
    assert ONLY_NAMES.text(text) == text.replace("abc.", REDACTED)


def test_a_short_secret_is_hidden_where_it_is_a_word() -> None:
    assert Redactor(["ab1"], names=()).text("/ab1?x=ab1&y=%61b1&z=ab12 cab1") == (
        f"/{REDACTED}?x={REDACTED}&y={REDACTED}&z=ab12 cab1"
    )


def test_a_secret_with_a_question_mark_is_hidden_in_a_url() -> None:
    assert Redactor(["what?&key"], names=()).request(Request("GET", "http://h/what?&key")).url == f"http://h/{REDACTED}"


def test_of_two_secrets_the_longer_is_hidden() -> None:
    assert Redactor(["secret-1", "secret-123"], names=()).text("secret-123 secret-1") == f"{REDACTED} {REDACTED}"


def test_a_value_within_base64_hides_all_of_it() -> None:
    encoded = b64encode(b'{"apiKey": "planted", "other": "text"}').decode()
    assert ONLY_NAMES.text(f"a {encoded} b") == f"a {REDACTED} b"


def test_an_empty_secret_hides_nothing() -> None:
    assert Redactor([""], names=()).text("abc") == "abc"


def test_the_names_come_from_the_documents() -> None:
    assert {"apiKey", "key", "authorization"} <= shipped_names()


def test_a_parameter_that_is_marked_in_a_document_is_a_credential(tmp_path: Path) -> None:
    text = SHIPPED.joinpath("v2.yaml").read_text()
    path = tmp_path / "v2.yaml"
    path.write_text(text.replace("name: key\n", "name: pass\n"))
    assert "pass" in credential_names([load(path)])


def test_a_user_is_no_credential() -> None:
    assert "userId" not in shipped_names()


@pytest.mark.parametrize("piece", ["%25", "%", "\\\\", '\\"', "+", "a://", "s3cr", "://a@", "%5C", '{"key":'])
def test_hostile_texts_are_redacted_in_no_time(piece: str) -> None:
    hostile = piece * (200_000 // len(piece))
    redactor = Redactor([KEY])
    started = time.process_time()
    redactor.text(hostile)
    assert time.process_time() - started < 5


def test_a_thousand_small_exchanges_are_redacted_in_no_time() -> None:
    headers = (("host", "127.0.0.1:8080"), ("accept", "*/*"), ("content-type", "application/json"))
    body = b'{"ok":true,"body":[{"orderId":"30394033","status":"completed","sms":"Your code is: 846288","price":16}]}'
    exchange = _exchange(Request("GET", "http://h/v3?apiKey=demo-key", headers), Answer(200, headers, body))
    redactor = Redactor(["demo-key"])
    started = time.process_time()
    for _ in range(1000):
        redactor.exchange(exchange)
    assert time.process_time() - started < 0.5
