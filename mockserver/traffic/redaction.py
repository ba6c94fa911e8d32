"""Redaction of secrets in exchanges, texts and data; and redacted requests as curl commands."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from operator import is_
from shlex import quote
from typing import TYPE_CHECKING, Any

import orjson

from mockserver.contract import load
from mockserver.contract.document import SHIPPED
from mockserver.traffic import bodies, exchange
from mockserver.traffic.decodings import decodings
from mockserver.traffic.exchange import Exchange, header
from mockserver.traffic.memo import Memo, digest
from mockserver.traffic.secret_matcher import MARK, Secrets, replaced
from mockserver.traffic.secret_names import SecretNames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mockserver.contract import Document
    from mockserver.traffic.exchange import Answer, Headers, Request
    from mockserver.traffic.secret_matcher import Edit


REDACTED = MARK.decode()
"""The replacement of a secret."""

HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token"})
"""The headers that contain credentials."""

USUAL = frozenset(
    {
        *("token", "api_token", "access_token", "auth_token", "refresh_token", "id_token", "session_token", "auth"),
        *("secret", "api_secret", "client_secret", "secret_key", "access_key", "private_key", "signing_key"),
        *("password", "passwd", "api_password", "passphrase"),
    }
)
"""Common names of secrets. The server may use them in place of the names in the documents."""


def credential_names(documents: Iterable[Document]) -> frozenset[str]:
    """Return the names of API keys: `HEADERS`, and the names that the documents mark with `x-credential: key`."""
    operations = [operation for document in documents for operation in document.operations.values()]
    parameters = {p.name for operation in operations for p in operation.parameters if p.credential == "key"}
    fields = {
        name
        for operation in operations
        for name, schema in (operation.body_schema or {}).get("properties", {}).items()
        if schema.get("x-credential") == "key"
    }
    return HEADERS | parameters | fields


@cache
def shipped_names() -> frozenset[str]:
    """Return the credential names of the shipped contract documents."""
    return credential_names(load(path) for path in sorted(SHIPPED.glob("*.yaml")))


@cache
def secret_names() -> frozenset[str]:
    """Return the credential names of the shipped contract documents, and the usual names of secrets."""
    return shipped_names() | USUAL


class Redactor:
    """Redacts credentials: the `secrets` in any position and encoding, and the values of `names`.

    A name is that of a header, of a parameter in a query or a form, of a JSON object's member at any depth, of an XML
    element or attribute, or of a part of a multipart body, in any encoding. Case, `-` and `_` are ignored in names.
    `names` are by default those of the shipped documents and the `USUAL` ones. Redaction is idempotent. A value without
    secrets is returned as the same object.
    """

    def __init__(self, secrets: Iterable[str] = (), names: Iterable[str] | None = None) -> None:
        self._secrets = Secrets(secrets)
        self._names = SecretNames(secret_names() if names is None else names, HEADERS)
        self._edits: Memo[Sequence[Edit]] = Memo()
        self._texts: Memo[str] = Memo()
        self._contents: Memo[bytes | None] = Memo()
        self._redacted_headers: Memo[Headers] = Memo()

    def add(self, secret: str) -> None:
        """Redact one more secret."""
        self._secrets.add(secret)
        for memo in (self._edits, self._texts, self._contents, self._redacted_headers):
            memo.clear()

    def text(self, text: str) -> str:
        """Redact any text: a message, a URL, JSON, a log line."""
        return self._apply(self._in_text, text)

    def data(self, value: Any) -> Any:
        """Redact JSON-like data: its strings, and the values of names in its mappings."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            members = {name: self._member(name, member) for name, member in value.items()}
            unchanged = all(members[name] is member for name, member in value.items())
            texts = [name for name in members if isinstance(name, str) and self.text(name) is not name]
            if texts:
                return {self.data(name): member for name, member in members.items()}
            return value if unchanged else members
        if type(value) in (list, tuple):
            items = [self.data(item) for item in value]
            return value if all(map(is_, items, value)) else type(value)(items)
        return value

    def request(self, request: Request) -> Request:
        """Redact a request."""
        headers, body = self._message(request.headers, request.body)
        method = self._apply(self._by_value, request.method)
        url = self._apply(self._in_url, request.url)
        redacted = request._replace(method=method, url=url, headers=headers, body=body)
        return request if redacted == request else redacted

    def answer(self, answer: Answer) -> Answer:
        """Redact a response."""
        headers, body = self._message(answer.headers, answer.body)
        redacted = answer._replace(headers=headers, body=body)
        return answer if redacted == answer else redacted

    def exchange(self, exchange: Exchange) -> Exchange:
        """Redact an exchange and its notes. A body that cannot be searched is left out, and noted as `left_out`."""
        request, answer = self.request(exchange.request), exchange.answer and self.answer(exchange.answer)
        notes, left_out = exchange.notes, []
        if request.body is MARK:
            request = request._replace(headers=self._headers(exchange.request.headers), body=b"")
            left_out.append("request")
        if exchange.answer and answer and answer.body is MARK:
            answer = answer._replace(headers=self._headers(exchange.answer.headers), body=b"")
            left_out.append("answer")
        if left_out:
            notes = {**notes, "left_out": [*dict.fromkeys([*notes.get("left_out", ()), *left_out])]}
        redacted = exchange._replace(
            request=request,
            answer=answer,
            operation=self._apply(self._by_value, exchange.operation),
            notes=self.data(notes),
        )
        return exchange if all(map(is_, redacted, exchange)) else redacted

    def _apply(self, hide: Callable[[bytes], bytes], text: str) -> str:
        hidden = self._texts.get((hide.__name__, text), lambda: _applied(hide, text), len(text))
        return text if hidden == text else hidden

    def _by_value(self, data: bytes) -> bytes:
        return self._hidden(data, named=False)

    def _in_text(self, data: bytes) -> bytes:
        return self._hidden(data)

    def _in_form(self, data: bytes) -> bytes:
        return self._hidden(data, is_form=True)

    def _in_url(self, data: bytes) -> bytes:
        path, mark, query = self._by_value(data).partition(b"?")
        return self._in_text(path) + mark + self._in_form(query)

    def _hidden(self, data: bytes, *, named: bool = True, is_form: bool = False) -> bytes:
        """Hide what the data and all its decodings contain. Only in the data itself, `is_form` ends values at `&`."""
        named = named and bool(self._names)
        if not (named or self._secrets):
            return data
        key = (digest(data), named, is_form)
        hidden = replaced(data, self._edits.get(key, lambda: self._find(data, named=named, is_form=is_form)))
        # What is hidden can end the name of a value after it, which is found only then.
        return data if hidden == data else self._hidden(hidden, named=named, is_form=is_form)

    def _find(self, data: bytes, *, named: bool, is_form: bool) -> Sequence[Edit]:
        """Return the edits that hide what the data and all its decodings contain."""
        edits: list[Edit] = []
        for decoding in decodings(data, with_spaces=self._secrets.with_spaces):
            if named:
                edits += self._names.edits(decoding, is_form=is_form and decoding.text is data)
            edits += self._secrets.edits(decoding)
        if named and b"@" in data:
            edits += ((*match.span(), b"redacted@") for match in _USER.finditer(data))
        return edits

    def _member(self, name: object, value: Any) -> Any:
        named = isinstance(name, str) and name in self._names
        is_hidden = value is None or (isinstance(value, str) and not value.replace(REDACTED, ""))
        return REDACTED if named and not is_hidden else self.data(value)

    def _message(self, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
        """Redact headers and a body. The body is `MARK` itself if it cannot be searched."""
        redacted = self._headers(headers)
        if not body or not (self._names or self._secrets):
            return redacted, body
        codings = header(headers, "content-encoding")
        content = exchange.decode(codings, body) if codings else body
        if content is None:
            hidden = MARK
        elif (hidden := self._content(content, header(headers, "content-type") or "")) is content:
            return redacted, body
        new = {"content-encoding": None, "content-length": str(len(hidden))}
        changed = [(name, new.get(name.lower(), value)) for name, value in redacted]
        return tuple([(name, value) for name, value in changed if value is not None]), hidden

    def _headers(self, headers: Headers) -> Headers:
        return self._redacted_headers.get(headers, lambda: self._without_secrets(headers), _HEADERS)

    def _without_secrets(self, headers: Headers) -> Headers:
        block = "\n".join([f"{name}: {value}" for name, value in headers]).encode(errors="surrogatepass")
        if not self._names.may_be_in(block) and self._in_text(block) is block:
            return headers
        return tuple([self._header(name, value) for name, value in headers])

    def _header(self, name: str, value: str) -> tuple[str, str]:
        if name not in self._names:
            return self._apply(self._in_text, name), self._apply(self._in_text, value)
        scheme = _SCHEME.match(value)
        return name, f"{scheme[0] if scheme else ''}{REDACTED}" if value else value

    def _content(self, content: bytes, media_type: str) -> bytes:
        """Redact the content of a body. It is `MARK` itself if the content cannot be searched."""
        key = (media_type, digest(content))
        hidden = self._contents.get(key, lambda: self._searched(content, media_type), len(content))
        return content if hidden is None else hidden

    def _searched(self, content: bytes, media_type: str) -> bytes | None:
        """Return the redacted content of a body; None if there is nothing to hide."""
        if content == MARK:
            return None
        text = bodies.text_of(content, media_type)
        if text is None:
            return MARK
        hide = self._in_form if "form-urlencoded" in media_type.lower() and not _is_json(text.data) else self._in_text
        hidden = bodies.with_parts(text.data, media_type, self._content)
        hidden = hide(hidden)
        if hidden is text.data:
            return None
        if not _is_json(hidden) and _is_json(text.data):
            hidden = orjson.dumps(REDACTED)
        return text.encoded(hidden)


_HEADERS = 1000
"""The approximate bytes of the headers of a message."""
_USER = re.compile(rb"""(?<=[0-9A-Za-z+.-]://)(?!redacted@)[^/?#@\s"'<>\\]{1,1000}@""")
_SCHEME = re.compile(r"(?:basic|bearer|digest|token) +", re.IGNORECASE)


def _applied(hide: Callable[[bytes], bytes], text: str) -> str:
    data = text.encode(errors="surrogatepass")
    hidden = hide(data)
    return text if hidden is data else hidden.decode(errors="surrogatepass")


def _is_json(content: bytes) -> bool:
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return True


KEY_VARIABLE = "SMSONLINE_API_KEY"
"""The shell variable with the API key in a command."""

_SET_BY_CURL = frozenset({"accept-encoding", "connection", "content-length", "transfer-encoding"})
"""Headers that curl sets itself."""


def curl(request: Request) -> str:
    """Return a command for a POSIX shell that sends a request. The caller redacts the request.

    A redacted value becomes the variable `$SMSONLINE_API_KEY`, so that the command can be run again. A body that cannot
    be an argument is piped in through `base64`.
    """
    words = ["curl", *_options(request), *_headers(request)]
    if not request.body:
        return " ".join([*words, _quoted(request.url)])
    text = _argument(request.body)
    if text is not None:
        return " ".join([*words, "--data-raw", _quoted(text), _quoted(request.url)])
    encoded = b64encode(request.body).decode()
    return " ".join([f"echo {encoded} | base64 -d |", *words, "--data-binary", "@-", _quoted(request.url)])


def _options(request: Request) -> Iterator[str]:
    if request.method == "HEAD" and not request.body:
        yield "--head"
    elif request.method != ("POST" if request.body else "GET"):
        yield f"-X {_quoted(request.method)}"
    if re.search(r"[][{}]", request.url.replace(REDACTED, "")):
        yield "--globoff"
    if re.search(r"/\.{1,2}(?:/|$)", request.path):
        yield "--path-as-is"


def _headers(request: Request) -> Iterator[str]:
    for name, value in request.headers:
        is_host = name.lower() == "host" and value == request.authority
        if name.lower() not in _SET_BY_CURL and not is_host:
            yield f"-H {_quoted(f'{name}: {value}' if value else f'{name};')}"
    if request.body and header(request.headers, "content-type") is None:
        yield "-H content-type:"


def _argument(body: bytes) -> str | None:
    try:
        return None if b"\0" in body else body.decode()
    except UnicodeDecodeError:
        return None


def _quoted(text: str) -> str:
    pieces = [quote(piece) if piece else "" for piece in text.split(REDACTED)]
    return f'"${KEY_VARIABLE}"'.join(pieces) or "''"
