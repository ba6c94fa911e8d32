from __future__ import annotations

import time

import pytest

from mockserver.traffic.secret_matcher import SecretNames

NAMES = SecretNames(["apiKey", "key", "authorization", "cookie"], ["authorization", "cookie"])


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("see http://h/x?apiKey=abc&b=1", "see http://h/x?apiKey=[redacted]&b=1"),
        ("API_KEY=abc key='q'", "API_KEY=[redacted] key='q'"),
        ("api%4bey=abc", "api%4bey=[redacted]"),
        ('"api\\u004bey": "abc"', '"api\\u004bey": "[redacted]"'),
        ('{"key":"a\\"b","c":1}', '{"key":"[redacted]","c":1}'),
        ('{"key" : 12.5e3}', '{"key" : "[redacted]"}'),
        ('{"key": {"key": ["x"]}, "a": 1}', '{"key": "[redacted]", "a": 1}'),
        ('{"a": [{"key": true}]}', '{"a": [{"key": "[redacted]"}]}'),
        ('{"key": "cut o', '{"key": "[redacted]"'),
        ("{'key': 'it\\'s', 'b': 2}", "{'key': '[redacted]', 'b': 2}"),
        ('{"url": "http://h/?key=abc"}', '{"url": "http://h/?key=[redacted]"}'),
        ('{"url": "see \\"http://h/?key=abc\\" ok"}', '{"url": "see \\"http://h/?key=[redacted]\\" ok"}'),
        ("x=key=abc", "x=key=[redacted]"),
        ("Authorization: Bearer abc\nX: y", "Authorization: Bearer [redacted]\nX: y"),
        ("cookie: a=b; c=d", "cookie: [redacted]"),
    ],
)
def test_the_value_of_a_name_is_hidden(text: str, hidden: str) -> None:
    assert NAMES.hide(text.encode()).decode() == hidden


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the key is missing",
        "apiKey: must be a string",
        "monkey=1&keyboard=2",
        '{"keys": 1, "a": "key"}',
        '{"key": null, "apiKey": ""}',
        "key=&a=b",
        "100%: ok",
        '{"key": "[redacted]"} key=[redacted] cookie: [redacted]',
    ],
)
def test_a_text_that_hides_nothing_is_the_same_object(text: str) -> None:
    data = text.encode()
    assert NAMES.hide(data) is data


def test_in_a_form_a_value_ends_at_the_ampersand() -> None:
    assert NAMES.hide_in_form(b'a=1&key=b c"d#e&f=2') == b"a=1&key=[redacted]&f=2"


def test_without_names_nothing_is_hidden() -> None:
    data = b'{"key": "abc"} key=abc'
    assert SecretNames([], ["cookie"]).hide(data) is data


@pytest.mark.parametrize("name", ["apiKey", "API-KEY", "api_key"])
def test_case_and_hyphens_make_no_difference(name: str) -> None:
    assert name in NAMES


@pytest.mark.parametrize("piece", ['\\"', '"key":', '{"key":', "key", "key=", "key: ", "'", "[", "cookie: "])
def test_hostile_texts_are_read_in_no_time(piece: str) -> None:
    hostile = piece.encode() * (300_000 // len(piece))
    started = time.process_time()
    NAMES.hide(hostile)
    assert time.process_time() - started < 5
