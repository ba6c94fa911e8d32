from __future__ import annotations

import time

import pytest

from mockserver.traffic.decodings import decodings
from mockserver.traffic.secret_matcher import replaced
from mockserver.traffic.secret_names import SecretNames

NAMES = SecretNames(["apiKey", "key", "authorization", "cookie"], ["authorization", "cookie"])


def hide(names: SecretNames, data: bytes, *, is_form: bool = False) -> bytes:
    """Replace the values of names in a text and in all that it may be an encoding of."""
    return replaced(
        data,
        [edit for each in decodings(data, with_spaces=False) for edit in names.edits(each, is_form=is_form)],
    )


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
        ("<o><apiKey>abc</apiKey></o>", "<o><apiKey>[redacted]</apiKey></o>"),
        ("<n:api-key a='1'><![CDATA[a]]></n:api-key>", "<n:api-key a='1'>[redacted]</n:api-key>"),
        ("<key>cut o", "<key>[redacted]"),
        ('<o a="1" apiKey="abc" key=\'q\'/>', '<o a="1" apiKey="[redacted]" key=\'[redacted]\'/>'),
        ('form-data; name="apiKey"\r\n\r\na b\r\n--X', 'form-data; name="apiKey"\r\n\r\n[redacted]\r\n--X'),
        ("account[apiKey]=abc", "account[apiKey]=[redacted]"),
        ('"{\\"apiKey\\":\\"abc\\"}"', '"{\\"apiKey\\":\\"[redacted]\\"}"'),
        ('"{\\"apiKey\\":12}"', '"{\\"apiKey\\":\\"[redacted]\\"}"'),
        ('"<key>abc<\\/key>"', '"<key>[redacted]<\\/key>"'),
        ("&lt;key&gt;abc&lt;/key&gt;", "&lt;key&gt;[redacted]&lt;/key&gt;"),
    ],
)
def test_the_value_of_a_name_is_hidden(text: str, hidden: str) -> None:
    assert hide(NAMES, text.encode()).decode() == hidden


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
    assert hide(NAMES, data) is data


def test_in_a_form_a_value_ends_at_the_ampersand() -> None:
    assert hide(NAMES, b'a=1&key=b c"d#e&f=2', is_form=True) == b"a=1&key=[redacted]&f=2"


def test_without_names_nothing_is_hidden() -> None:
    data = b'{"key": "abc"} key=abc'
    assert hide(SecretNames([], ["cookie"]), data) is data


@pytest.mark.parametrize("name", ["apiKey", "API-KEY", "api_key"])
def test_case_and_hyphens_make_no_difference(name: str) -> None:
    assert name in NAMES


@pytest.mark.parametrize(
    "piece",
    [
        '\\"',
        '"key":',
        '{"key":',
        "key",
        "key=",
        "key: ",
        "'",
        "[",
        "cookie: ",
        "<key>",
        "<key a=",
        "<",
        "\nname=key\n\n",
        "\nname=key",
    ],
)
def test_hostile_texts_are_read_in_no_time(piece: str) -> None:
    hostile = piece.encode() * (300_000 // len(piece))
    started = time.process_time()
    hide(NAMES, hostile)
    assert time.process_time() - started < 5
