"""The server behind the proxy."""

from __future__ import annotations

import re
import socket
import ssl
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import httpcore
import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterator

RawHeaders = list[tuple[bytes, bytes]]
"""Names in lower case, and values, in their order."""

KEPT_ALIVE = 2.0
"""For so many seconds a connection waits for the next request: fewer than servers wait before they close it."""

LOST = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
"""What is raised where a client without the proxy would have seen its connection fail."""

_LAST_STATUS = 599
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NO_TIMEOUT: dict[str, float | None] = {"connect": None, "read": None, "write": None, "pool": None}
"""How long to wait is for the client to decide: it goes away, and the call is given up."""


class UpstreamError(ValueError):
    """A URL that nothing can be passed on to. The text says why."""


class UpstreamFailure(NamedTuple):
    """How a call failed: a clause for people, whether the connection was refused or reset, rather than closed, and
    whether the request may have been sent.
    """

    reason: str
    reset: bool = False
    sent: bool = True


class Upstream:
    """A server behind a URL; its path, if it has one, goes before the path of every request."""

    def __init__(self, url: str) -> None:
        """Take the URL. Raises UpstreamError."""
        self._url = httpcore.URL(url) if _is_usable(url) else None
        if self._url is None:
            raise UpstreamError(
                f"{_shown(url)} is no URL to pass requests on to: write it as https://host[:port][/path]"
            )
        self.path = urlsplit(url).path.rstrip("/")
        self.authority = urlsplit(url).netloc
        self.origin = f"{urlsplit(url).scheme}://{self.authority}"
        # Certificates are those that httpx trusts: its own list, or what SSL_CERT_FILE and SSL_CERT_DIR name.
        try:
            context = httpx.create_ssl_context() if self._url.scheme == b"https" else None
        except OSError as error:
            reason = error.strerror or error
            raise UpstreamError(f"what SSL_CERT_FILE or SSL_CERT_DIR names cannot be used: {reason}") from None
        self._pool = httpcore.AsyncConnectionPool(context, max_connections=None, keepalive_expiry=KEPT_ALIVE)

    async def ask(
        self, method: str, target: bytes, headers: RawHeaders, body: AsyncIterable[bytes] | None
    ) -> httpcore.Response:
        """Send a request, and return its answer as soon as its headers are there; the caller closes it.

        `target` is the path with its query, as it is to be on the wire. Raises one of LOST, as does reading the body.
        """
        assert self._url is not None  # noqa: S101 - else there was an UpstreamError
        url = httpcore.URL(scheme=self._url.scheme, host=self._url.host, port=self._url.port, target=target)
        request = httpcore.Request(method, url, headers=headers, content=body, extensions={"timeout": _NO_TIMEOUT})
        response = await self._pool.handle_async_request(request)
        if defect := _defect(response):
            await response.aclose()
            raise httpcore.RemoteProtocolError(defect)
        return response

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()

    def failure(self, error: Exception, *, answered: bool) -> UpstreamFailure:
        """Say how a call failed by one of LOST; `answered` says whether an answer had begun."""
        causes = list(_causes(error))
        if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout):
            unreached = next(filter(None, map(_unreached, causes)), f"cannot be reached: {error}")
            return UpstreamFailure(f"{self.authority} {unreached}", reset=True, sent=False)
        if isinstance(error, httpcore.LocalProtocolError):
            return UpstreamFailure(f"the request is not HTTP that can be passed on: {error}", sent=False)
        if isinstance(error, httpcore.RemoteProtocolError) and not _is_ending(error):
            return UpstreamFailure(f"{self.authority} does not speak HTTP as it should: {error}")
        reset = any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in causes)
        how = "reset the connection" if reset else "closed the connection"
        return UpstreamFailure(
            f"{self.authority} {how} {'within its answer' if answered else 'without an answer'}", reset
        )


def _defect(response: httpcore.Response) -> str:
    """Say what of an answer no server may send, and a lenient client might take; empty if there is nothing."""
    if response.status > _LAST_STATUS:
        return f"there is no status {response.status}"
    odd = next((name for name, value in response.headers if _CONTROL.search(value)), b"")
    return f"its header {odd.decode('latin-1')} holds a control character" if odd else ""


def _unreached(cause: BaseException) -> str:
    """Say why a server was not reached; empty if this cause does not tell."""
    match cause:
        case ssl.SSLCertVerificationError():
            hint = "if you trust who signed it, name the file of their certificate in SSL_CERT_FILE"
            return f"has a certificate that is not trusted: {cause.verify_message}; {hint}"
        case ssl.SSLError():
            return f"does not speak TLS as it should: {cause.reason or cause}"
        case socket.gaierror():
            return f"is not known: {cause.strerror}"
        case ConnectionRefusedError():
            return "refuses connections: does anything listen there?"
    return ""


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and plain and url.isascii()
        )
    except ValueError:
        return False


def _shown(url: str) -> str:
    """Return a URL without what may be a secret in it."""
    return url.partition("?")[0] if "@" not in url else "this"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_ending(error: Exception) -> bool:
    """Say whether an error of the protocol is that the connection ended too early."""
    return "disconnected" in str(error) or "closed connection" in str(error)
