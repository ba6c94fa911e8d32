"""Access to the mock: the allowed hosts, and the origin and token checks of the control API."""

import hmac
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from mockserver.web.message import Header

_SAFE_SITES = ("", "same-origin", "none")
"""Values of `Sec-Fetch-Site` that do not come from another site; only browsers send the header."""

_OF_BROWSERS = frozenset({b"origin", b"sec-fetch-site"})
"""The headers that only browsers send."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AccessGuard(NamedTuple):
    """The access rules of a mock.

    `hosts` are the allowed host names in lower case; `*` or an empty set allows any. The control API requires the
    `token` if there is one. `closed` says why the control API is closed; empty if it is open. Pages of the `origins`
    may use the service, but not the control API; `*` allows all pages.
    """

    hosts: frozenset[str] = frozenset()
    token: str | None = None
    closed: str = ""
    origins: frozenset[str] = frozenset()

    def answering(self, names: Iterable[str]) -> "AccessGuard":
        """Return a guard that allows further host names."""
        return self._replace(hosts=self.hosts | {name.lower() for name in names}) if self.hosts else self

    def wrong_host(self, headers: Sequence[Header]) -> str:
        """Return why the host of a request is refused; empty if it is allowed.

        This prevents DNS rebinding: a page whose name resolves to this machine still sends its own name.
        """
        return _refusal(self.hosts, header(headers, b"host"))

    def allows(self, origin: str) -> bool:
        """Whether a page of an origin may use the service. An image has no origin."""
        return "*" in self.origins or origin.lower() in self.origins

    def cross_site(self, headers: Sequence[Header]) -> str:
        """Return why a request from a page of another site is refused; empty for all other requests."""
        site = header(headers, b"sec-fetch-site")
        origin = header(headers, b"origin")
        if site not in _SAFE_SITES or (origin and not _same(origin, header(headers, b"host"))):
            return "a page of another site may not use the control API"
        return ""

    def unauthorised(self, headers: Sequence[Header]) -> str:
        """Return why a request may not use the control API; empty if it may. The token check takes constant time."""
        if self.closed:
            return f"the control API is {self.closed}"
        if self.token is None:
            return ""
        scheme, _, given = header(headers, b"authorization").partition(" ")
        right = hmac.compare_digest(given.strip().encode("utf-8", "surrogateescape"), self.token.encode())
        if scheme.lower() == "bearer" and right:
            return ""
        return "the control API of this mock requires its token: send Authorization: Bearer …"


OPEN = AccessGuard()
"""The guard of a mock without a network: it allows everything."""


def guard(host: str, allowed: Iterable[str] = (), token: str | None = None, origins: Iterable[str] = ()) -> AccessGuard:
    """Return the guard of a mock that listens on this host."""
    local = host in LOOPBACK
    names = frozenset(name.lower() for name in (*LOOPBACK, host, *allowed) if name)
    closed = "" if local or token else f"closed on {host}: start the mock with --token"
    return AccessGuard(names, token, closed, frozenset(map(str.lower, origins)))


def is_of_browser(headers: Sequence[Header]) -> bool:
    """Whether the headers of a request are those of a browser."""
    return not _OF_BROWSERS.isdisjoint([name for name, _ in headers])


def hostname(host: str) -> str:
    """Return the name in a Host header, in lower case and without its port."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _same(origin: str, host: str) -> bool:
    try:
        return bool(host) and urlsplit(origin).netloc.lower() == host.lower()
    except ValueError:
        return False


@lru_cache(256)
def _refusal(hosts: frozenset[str], host: str) -> str:
    name = hostname(host)
    if name in hosts or "*" in hosts or name.endswith(".localhost"):
        return ""
    return f"this mock does not answer for the host {host!r}: start it with --allow-host {name or 'NAME'}"


def header(headers: Sequence[Header], wanted: bytes) -> str:
    """Return the first header of this lower-case name, or an empty string."""
    for name, value in headers:
        if name == wanted:
            return value.decode("latin-1").strip()
    return ""
