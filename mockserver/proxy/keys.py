"""The API keys of requests. They are redacted everywhere else, too."""

from __future__ import annotations

import binascii
from base64 import b64decode
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from mockserver.contract import ABSENT
from mockserver.traffic import REDACTED, Redactor, header
from mockserver.traffic.redaction import HEADERS, credential_names, secret_names
from mockserver.traffic.secret_matcher import SecretNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mockserver.contract import Document
    from mockserver.traffic import Request

MAXIMUM = 100
"""Number of keys that are remembered; a new key replaces the least recently used one."""


class Keyring:
    """The keys of all requests so far, and the redactor that hides them."""

    def __init__(self, documents: Iterable[Document], secrets: Iterable[str] = ()) -> None:
        """Create a keyring. The documents name the parameters with keys; `secrets` are known keys."""
        self._names = credential_names(documents) | secret_names()
        self._carriers = SecretNames(self._names, HEADERS)
        self._known = tuple(secrets)
        self._seen: dict[str, None] = {}
        self.redactor = Redactor(self._known, self._names)

    def see(self, request: Request) -> None:
        """Remember the keys of a request."""
        for key in dict.fromkeys(self._keys(request)):
            if key in self._seen:
                self._seen[key] = self._seen.pop(key)
                continue
            self._seen[key] = None
            if len(self._seen) > MAXIMUM:
                del self._seen[next(iter(self._seen))]
            self.redactor = Redactor((*self._known, *self._seen), self._names)

    def _keys(self, request: Request) -> Iterator[str]:
        pairs = [pair for pair in request.query if pair[0] in self._carriers]
        if "form" in (header(request.headers, "content-type") or ""):
            form = parse_qsl(request.content.decode("utf-8", "replace"))
            pairs += [pair for pair in form if pair[0] in self._carriers]
        yield from (value for _, value in pairs if value not in ("", REDACTED))
        for name, value in request.headers:
            if name in self._carriers and name.lower() != "cookie":
                yield from _credentials(value)
        if request.body and (body := request.json) is not ABSENT:
            yield from self._members(body)

    def _members(self, data: Any) -> Iterator[str]:
        if isinstance(data, dict):
            for name, value in data.items():
                if name in self._carriers and type(value) in (str, int, float) and value != "":
                    yield str(value)
                else:
                    yield from self._members(value)
        elif isinstance(data, list):
            for item in data:
                yield from self._members(item)


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
