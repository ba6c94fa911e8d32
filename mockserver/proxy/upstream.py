"""The server that the proxy forwards requests to."""

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
"""Pairs of lower-case names and values, in wire order."""

KEPT_ALIVE = 2.0
"""Seconds before an idle connection is closed: fewer than servers allow."""

LOST = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException)
"""Exceptions for failures that a client without the proxy would see as a connection error."""

_LAST_STATUS = 599
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_NO_TIMEOUT: dict[str, float | None] = {"connect": None, "read": None, "write": None, "pool": None}
"""The client decides how long to wait: the call ends when it disconnects."""


class UpstreamError(ValueError):
    """A URL is unusable as the upstream server. The text says why."""


class UpstreamFailure(NamedTuple):
    """The failure of a call.

    `reason` is a clause for people. `reset` says whether the connection was refused or reset instead of closed. `sent`
    says whether the request may have reached the server.
    """

    reason: str
    reset: bool = False
    sent: bool = True


class Upstream:
    """The server at a URL. The path of the URL is a prefix of all request paths."""

    def __init__(self, url: str) -> None:
        """Create a connection pool for the server at a URL. Raises UpstreamError."""
        self._url = httpcore.URL(url) if _is_usable(url) else None
        if self._url is None:
            raise UpstreamError(f"{_redacted(url)} is not a URL of an HTTP server: write https://host[:port][/path]")
        self.path = urlsplit(url).path.rstrip("/")
        self.authority = urlsplit(url).netloc
        self.origin = f"{urlsplit(url).scheme}://{self.authority}"
        # Trusts the same certificates as httpx: its own list, or those in SSL_CERT_FILE and SSL_CERT_DIR.
        try:
            context = httpx.create_ssl_context() if self._url.scheme == b"https" else None
        except OSError as error:
            reason = error.strerror or error
            raise UpstreamError(f"the certificates in SSL_CERT_FILE or SSL_CERT_DIR are unusable: {reason}") from None
        self._pool = httpcore.AsyncConnectionPool(context, max_connections=None, keepalive_expiry=KEPT_ALIVE)

    async def ask(
        self, method: str, target: bytes, headers: RawHeaders, body: AsyncIterable[bytes] | None
    ) -> httpcore.Response:
        """Send a request and return the response when its headers have arrived. The caller closes the response.

        `target` is the encoded path with its query. This method and reading the body raise the exceptions in LOST.
        """
        assert self._url is not None  # noqa: S101 - __init__ raised UpstreamError otherwise
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
        """Return the failure for an exception in LOST. `answered` says whether the response had begun."""
        causes = list(_causes(error))
        if isinstance(error, httpcore.ConnectError | httpcore.ConnectTimeout):
            problem = next(filter(None, map(_connect_problem, causes)), f"cannot be reached: {error}")
            return UpstreamFailure(f"{self.authority} {problem}", reset=True, sent=False)
        if isinstance(error, httpcore.LocalProtocolError):
            return UpstreamFailure(f"the request is invalid HTTP: {error}", sent=False)
        if isinstance(error, httpcore.RemoteProtocolError) and not _is_early_close(error):
            return UpstreamFailure(f"{self.authority} sent an invalid HTTP response: {error}")
        reset = any(isinstance(cause, ConnectionResetError | BrokenPipeError) for cause in causes)
        how = "reset the connection" if reset else "closed the connection"
        return UpstreamFailure(
            f"{self.authority} {how} {'within its response' if answered else 'without a response'}", reset
        )


def _defect(response: httpcore.Response) -> str:
    """Return what makes a response invalid that httpcore accepts; an empty string if it is valid."""
    if response.status > _LAST_STATUS:
        return f"the status {response.status} does not exist"
    invalid = next((name for name, value in response.headers if _CONTROL.search(value)), b"")
    return f"its header {invalid.decode('latin-1')} contains a control character" if invalid else ""


def _connect_problem(cause: BaseException) -> str:
    """Return why the connection failed; an empty string if the cause is unknown."""
    match cause:
        case ssl.SSLCertVerificationError():
            hint = "if you trust its issuer, set SSL_CERT_FILE to the file with the issuer's certificate"
            return f"has a certificate that is not trusted: {cause.verify_message}; {hint}"
        case ssl.SSLError():
            return f"failed the TLS handshake: {cause.reason or cause}"
        case socket.gaierror():
            return f"cannot be resolved: {cause.strerror}"
        case ConnectionRefusedError():
            return "refuses connections: does anything listen there?"
    return ""


def _is_usable(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_bare = not (parts.query or parts.fragment or parts.username or parts.password)
        return (
            parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and is_bare and url.isascii()
        )
    except ValueError:
        return False


def _redacted(url: str) -> str:
    """Return a URL without its query; `this` if it contains credentials."""
    return url.partition("?")[0] if "@" not in url else "this"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_early_close(error: Exception) -> bool:
    """Return whether a protocol error means that the connection closed early."""
    return "disconnected" in str(error) or "closed connection" in str(error)
