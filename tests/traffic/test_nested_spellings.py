"""A key that one exchange names is left in no spelling of another one, whatever encodes it, once or twice."""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mockserver.traffic import Answer, Exchange, Request, jsonl
from mockserver.traffic.keyring import Keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

keys = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=10, max_size=24).filter(
    lambda key: not set(key) & set("[]redacted") and key.strip() == key
)


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def _escaped(text: str) -> str:
    units = text.encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _entities(text: str) -> str:
    return "".join(f"&#x{ord(sign):x};" for sign in text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": _percent,
    "percent in lower case": lambda text: _percent(text).lower(),
    "quoted": lambda text: quote(text, safe=""),
    "plus": quote_plus,
    "json": _escaped,
    "json string": lambda text: json.dumps(text)[1:-1],
    "entities": _entities,
    "html": html.escape,
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64url": lambda text: urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "basic": lambda text: "Basic " + b64encode(f"me:{text}".encode()).decode(),
}


def _body(content: bytes, media_type: str = "text/plain") -> Exchange:
    return Exchange(
        Request("PUT", "http://h/x", (("content-type", media_type),), content), Answer(200, (), content), 0, 1.0
    )


PLACES: dict[str, Callable[[str], Exchange]] = {
    "query": lambda text: Exchange(Request("GET", f"http://h/?q={quote(text)}"), None, 0, 1.0),
    "header": lambda text: Exchange(Request("GET", "http://h/", (("x-a", f"b {text}"),)), None, 0, 1.0),
    "cookie": lambda text: Exchange(Request("GET", "http://h/", (("x-cookies", f"a={text}; b=c"),)), None, 0, 1.0),
    "json": lambda text: _body(json.dumps({"note": text}).encode(), "application/json"),
    "json in json": lambda text: _body(json.dumps(json.dumps({"note": text})).encode(), "application/json"),
    "xml": lambda text: _body(f"<a><b c='d'>{html.escape(text)}</b></a>".encode(), "application/xml"),
    "utf-16": lambda text: _body(f'{{"note":"{text}"}}'.encode("utf-16")),
    "utf-16-be": lambda text: _body(f"note {text}".encode("utf-16-be")),
    "utf-32": lambda text: _body(f"note {text}".encode("utf-32")),
    "multipart": lambda text: _body(f"--X\r\na: b\r\n\r\n{text}\r\n--X--\r\n".encode(), "multipart/mixed; boundary=X"),
    "multipart, utf-16": lambda text: _body(
        b"--X\r\na: b\r\n\r\n" + f"note {text}".encode("utf-16") + b"\r\n--X--\r\n", "multipart/mixed; boundary=X"
    ),
}


def _visible(exchange: Exchange) -> Iterator[str]:
    """Yield all texts of an exchange that a reader sees in a recording of it."""
    (read,) = jsonl.read(jsonl.write([exchange]))
    yield read.request.url
    for message in (read.request, read.answer or Answer(0)):
        yield "\n".join(": ".join(pair) for pair in message.headers)
        body = message.body.removeprefix(b"--X\r\na: b\r\n\r\n").removesuffix(b"\r\n--X--\r\n")
        for charset in ("utf-8", "utf-16", "utf-16-be", "utf-32"):
            yield body.decode(charset, "ignore")


def _deciphered(text: str) -> set[str]:
    """Return a text and all that it decodes to, several encodings deep. It shares nothing with the product."""
    texts = {text}
    for _ in range(4):
        texts |= {decode(each) for each in texts for decode in DECODERS}
    return texts


def _unescaped(text: str) -> str:
    return re.sub(r'(?:\\u[0-9a-fA-F]{4})+|\\["\\/bfnrt]', lambda match: str(json.loads(f'"{match[0]}"')), text)


def _runs(text: str) -> str:
    return re.sub(r"[A-Za-z0-9+/_-]{8,}", lambda match: _decoded(match[0]), text)


def _decoded(run: str) -> str:
    try:
        return b64decode(run + "=" * (-len(run) % 4), altchars=b"-_" if set(run) & set("-_") else None).decode()
    except ValueError:
        return run


DECODERS: tuple[Callable[[str], str], ...] = (unquote, unquote_plus, _unescaped, html.unescape, _runs)


def _is_in(key: str, exchange: Exchange) -> bool:
    return any(key in decoded for text in _visible(exchange) for decoded in _deciphered(text))


@pytest.mark.parametrize("place", PLACES)
@given(key=keys, outer=st.sampled_from([*SPELLINGS]), inner=st.sampled_from([*SPELLINGS]))
@example(key="planted-key-4711", outer="base64", inner="entities")
@example(key="0000000000", outer="base64", inner="base64")
@settings(deadline=None, max_examples=60)
def test_no_nested_spelling_of_a_key_is_left(place: str, key: str, outer: str, inner: str) -> None:
    exchange = PLACES[place](SPELLINGS[outer](SPELLINGS[inner](key)))
    keyring = Keyring()
    keyring.see(Exchange(Request("GET", f"http://h/?apiKey={quote(key, safe='')}"), None, 0, 1.0))
    assert _is_in(key, exchange)
    assert not _is_in(key, keyring.redactor.exchange(exchange))
