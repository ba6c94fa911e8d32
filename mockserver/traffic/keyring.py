"""The secrets that exchanges carry under a name, so that they can be hidden wherever else they are."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING

from mockserver.traffic import bodies
from mockserver.traffic.decodings import decodings
from mockserver.traffic.exchange import header
from mockserver.traffic.memo import Memo, digest
from mockserver.traffic.redaction import HEADERS, REDACTED, USUAL, Redactor, credential_names, shipped_names
from mockserver.traffic.secret_matcher import SHORT
from mockserver.traffic.secret_names import SecretNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mockserver.contract import Document
    from mockserver.traffic.exchange import Answer, Exchange, Headers, Request

MAXIMUM = 1000
"""Number of secrets that are remembered; a new one replaces the least recently used one."""


class Keyring:
    """The secrets of all exchanges so far, and the redactor that hides them. `learned` counts the secrets."""

    def __init__(self, documents: Iterable[Document] = (), secrets: Iterable[str] = ()) -> None:
        """Create a keyring. The documents name the parameters with keys; `secrets` are known keys."""
        self._credentials = credential_names(documents) | shipped_names()
        self._carriers = SecretNames(self._credentials | USUAL, HEADERS)
        self._keys = SecretNames(self._credentials, HEADERS)
        self._known = tuple(secrets)
        self._seen: dict[str, None] = {}
        self._in_headers: Memo[Sequence[str]] = Memo()
        self._in_bodies: Memo[Sequence[str]] = Memo()
        self._in_urls: Memo[Sequence[str]] = Memo()
        self._redactor: Redactor | None = None
        self.learned = 0

    @property
    def redactor(self) -> Redactor:
        """The redactor of the secrets so far. It is made when it is needed, since many secrets may be found before."""
        if self._redactor is None:
            self._redactor = Redactor((*self._known, *self._seen), self._credentials | USUAL)
        return self._redactor

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets of the exchanges, the latest last."""
        return tuple(self._seen)

    def see(self, exchange: Exchange) -> None:
        """Remember the secrets of an exchange. Those of the response may be those of other accounts."""
        self.see_request(exchange.request)
        if exchange.answer:
            self.learn(secret for secret in self._of_message(exchange.answer) if len(secret.encode()) >= SHORT)

    def see_request(self, request: Request) -> None:
        """Remember the secrets of a request."""
        self.learn(self._in_urls.get(request.url, lambda: [*self._of_url(request.url)], len(request.url)))
        self.learn(self._of_message(request))

    def learn(self, secrets: Iterable[str]) -> None:
        """Remember secrets, the latest last."""
        for secret in dict.fromkeys(secrets):
            if secret in self._seen:
                self._seen[secret] = self._seen.pop(secret)
            elif secret and REDACTED not in secret:
                self._seen[secret] = None
                self.learned += 1
                if self._redactor is not None:
                    self._redactor.add(secret)
        if len(self._seen) > MAXIMUM:
            self._seen = dict.fromkeys([*self._seen][-MAXIMUM:])
            self._redactor = None

    def _of_url(self, url: str) -> Iterator[str]:
        path, _, query = url.encode(errors="surrogatepass").partition(b"?")
        yield from self._values(path)
        yield from self._values(query.partition(b"#")[0], is_form=True)

    def _of_message(self, message: Request | Answer) -> Iterator[str]:
        yield from self._in_headers.get(message.headers, lambda: [*self._of_headers(message.headers)], _HEADERS)
        if message.body:
            media_type = header(message.headers, "content-type") or ""
            key = (media_type, header(message.headers, "content-encoding"), digest(message.body))
            yield from self._in_bodies.get(key, lambda: self._of_body(message.content, media_type))

    def _of_headers(self, headers: Headers) -> Iterator[str]:
        for name, value in headers:
            if name.lower() in _COOKIES:
                yield from self._values(value.encode(errors="surrogatepass"))
            elif name in self._carriers:
                yield from _credentials(value)

    def _of_body(self, content: bytes, media_type: str) -> Sequence[str]:
        text = bodies.text_of(content, media_type)
        return [*self._values(text.data, is_form="form-urlencoded" in media_type.lower())] if text else ()

    def _values(self, data: bytes, *, is_form: bool = False) -> Iterator[str]:
        """Yield the secrets in a text and its decodings. A short value of a `USUAL` name need not be a secret."""
        for decoding in decodings(data, with_spaces=False):
            whole = is_form and decoding.text is data
            if self._carriers.may_be_in(decoding.text) or whole:
                yield from self._keys.values(decoding.text, is_form=whole)
                values = self._carriers.values(decoding.text, is_form=whole)
                yield from (value for value in values if len(value.encode(errors="replace")) >= SHORT)


_HEADERS = 1000
"""The approximate bytes of the headers of a message."""
_COOKIES = ("cookie", "set-cookie")


def _credentials(value: str) -> Iterator[str]:
    """Yield the secrets in the value of a header: a token, or the password of `Basic`."""
    scheme, space, token = value.strip().partition(" ")
    secret = token.strip() if space else scheme
    if secret:
        yield secret
    if scheme.lower() == "basic":
        try:
            password = b64decode(secret).decode("utf-8", "replace").partition(":")[2]
        except binascii.Error:
            return
        if password:
            yield password
