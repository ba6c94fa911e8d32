"""A request as a command line."""

from __future__ import annotations

import re
from base64 import b64encode
from shlex import quote
from typing import TYPE_CHECKING

from mockserver.traffic.exchange import header
from mockserver.traffic.redaction import REDACTED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mockserver.traffic.exchange import Request

KEY_VARIABLE = "SMSONLINE_API_KEY"
"""The shell variable that has the API key, where the command needs it."""

_OWN = frozenset({"accept-encoding", "connection", "content-length", "transfer-encoding"})
"""Headers that curl sets as they must be."""


def curl(request: Request) -> str:
    """Return a command for a POSIX shell that sends a request, to be copied; the request is redacted by the caller.

    A redacted value becomes the variable `$SMSONLINE_API_KEY`, so that the command can be run again. A body that no
    argument can hold is piped in by `base64`.
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
        if name.lower() not in _OWN and not is_host:
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
