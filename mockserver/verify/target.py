"""The target of a run: a server behind URLs or an application in process, and the accounts that use it."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import stat
import weakref
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

from mockserver.contract import LocatedError, Problem, did_you_mean, located
from mockserver.traffic import Answer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
    from pathlib import Path

    from mockserver.contract import Document
    from mockserver.traffic import Request

    Message = MutableMapping[str, Any]
    App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

TIMEOUT = 20.0
"""The timeout of a request, in seconds."""
LIVE = "live"
"""The URL argument for the live service: the servers in the contract documents."""


class TargetError(ValueError):
    """A target cannot be used. The message states the reason."""


class Transport(Protocol):
    """A transport for requests to a server."""

    def carry(self, request: Request) -> Answer | None:
        """Return the response to a request; None if the connection closed without a complete one."""


class StartedApp(NamedTuple):
    """A server that was just started: its ASGI application, and a function that advances its time by milliseconds."""

    app: App
    advance: Callable[[int], object]


class AppFactory(Protocol):
    """A factory of servers in a known state."""

    def __call__(self, scenario: str) -> StartedApp:
        """Start the world of a scenario, given by the path of its file or the name of a shipped one."""


class Target(NamedTuple):
    """The server to check. `bases` holds the base URL of each document by name, including the document's prefix.

    On a `remote` target, orders cost money. An `app_factory` starts a server in this process for each scenario. Without
    one, the server behind `transport` is checked as it is.
    """

    label: str
    bases: Mapping[str, str]
    transport: Transport | None = None
    remote: bool = False
    app_factory: AppFactory | None = None


def in_process(
    app_factory: AppFactory, documents: Iterable[Document], label: str = "the mock in this process"
) -> Target:
    """Return the target that an app factory starts in this process."""
    return Target(
        label, {document.name: f"http://mock{document.prefix}" for document in documents}, app_factory=app_factory
    )


def of_app(app: App, documents: Iterable[Document], label: str) -> Target:
    """Return the target for a running ASGI application in its current state."""
    return Target(label, {document.name: f"http://mock{document.prefix}" for document in documents}, AsgiTransport(app))


def of_urls(
    documents: Iterable[Document],
    url: str | None = None,
    bases: Mapping[str, str] | None = None,
    *,
    loopback_is_ours: bool = True,
) -> Target:
    """Return the target behind URLs.

    `url` is the URL before the prefixes of all documents, or `live`; the prefix of a document at its end is left out.
    `bases` holds complete base URLs by document, and takes precedence. Every host except a loopback address is remote;
    without `loopback_is_ours`, loopback is too. Raises TargetError.
    """
    known: dict[str, str] = {}
    documents = tuple(documents)
    root = _root(url or "", [document.prefix for document in documents])
    for document in documents:
        given = (bases or {}).get(document.name)
        if given is None and url is not None:
            live = document.resolve("/servers/0/url")
            given = live if url == LIVE else root + document.prefix
        if given is not None:
            known[document.name] = _checked(given)
    if not known:
        raise TargetError("no URL is given for any document")
    hosts = dict.fromkeys(urlsplit(base).hostname or "" for base in known.values())
    remote = not (loopback_is_ours and all(map(_is_loopback, hosts)))
    return Target(" and ".join(dict.fromkeys(map(_label, known.values()))), known, HttpTransport(), remote)


def _root(url: str, prefixes: Iterable[str]) -> str:
    """Return a URL without the longest of the prefixes that its path ends with."""
    url = url.rstrip("/")
    path = "/" + url.partition("://")[2].partition("/")[2]
    return url.removesuffix(max(filter(path.endswith, prefixes), key=len, default=""))


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        raise TargetError(f"{url!r} is not a URL such as http://127.0.0.1:8080")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise TargetError("a base URL must not contain credentials, a query or a fragment")
    return url.rstrip("/")


def _label(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class HttpTransport:
    """A transport over HTTP. Redirects are not followed: a redirect is a response to check."""

    def __init__(self) -> None:
        import httpx

        self._client = httpx.Client(timeout=TIMEOUT, follow_redirects=False)
        weakref.finalize(self, self._client.close)
        self._lost = (httpx.TransportError, httpx.InvalidURL)

    def carry(self, request: Request) -> Answer | None:
        """Return the response to a request; None if the connection failed or closed without one."""
        try:
            with self._client.stream(
                request.method, request.url, headers=list(request.headers), content=request.body or None
            ) as response:
                body = b"".join(response.iter_raw())
        except self._lost:
            return None
        return Answer(response.status_code, tuple(response.headers.multi_items()), body)


class AsgiTransport:
    """A transport that calls an ASGI application in this process, without a socket."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()
        weakref.finalize(self, self._loop.close)

    def carry(self, request: Request) -> Answer | None:
        """Return the response to a request; None if the application closed the connection without a complete one."""
        sent: list[Message] = []

        async def call() -> None:
            async def receive() -> Message:
                return {"type": "http.request", "body": request.body, "more_body": False}

            async def send(message: Message) -> None:
                sent.append(message)

            await self._app(_scope(request), receive, send)

        try:
            self._loop.run_until_complete(call())
        except ConnectionError:
            return None
        return _answer(sent)


def _scope(request: Request) -> Message:
    parts = urlsplit(request.url)
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    if request.body and not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", b"%d" % len(request.body)))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode("latin-1", "replace"),
        "query_string": parts.query.encode("latin-1", "replace"),
        "headers": [(b"host", parts.netloc.encode()), *headers],
        "server": (parts.hostname, parts.port or 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }


def _answer(sent: list[Message]) -> Answer | None:
    if not sent or sent[0]["type"] != "http.response.start":
        return None
    start, *parts = sent
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in start.get("headers", ()))
    return Answer(start["status"], headers, b"".join(part.get("body", b"") for part in parts))


PREFIX = "SMSONLINE_"
FIELDS = ("USER_ID", "API_KEY", "OTHER_USER_ID", "OTHER_API_KEY")
"""The environment variables without their prefix: for the account, and for a second account of the suite `safety`."""


NO_CREDENTIALS = f"no credentials are given in {PREFIX}USER_ID and {PREFIX}API_KEY"
"""The reason for skipping what needs an account."""


class CredentialsError(LocatedError):
    """Credentials cannot be used. The message lists every problem on its own line, and contains no key."""


class Account(NamedTuple):
    """A user of the service and their API key."""

    user: str
    key: str

    def __repr__(self) -> str:
        return f"Account({self.user!r}, key=…)"


def of_environment(environment: Mapping[str, str]) -> tuple[Account, ...]:
    """Return the accounts in environment variables; empty if there are none. Raises CredentialsError."""
    given = {name: environment[PREFIX + name] for name in FIELDS if environment.get(PREFIX + name)}
    return _accounts(given, "the environment")


def of_file(path: Path) -> tuple[Account, ...]:
    """Return the accounts in a file of lines such as `SMSONLINE_USER_ID=...`, or the same names in YAML.

    Raises LocatedError if the file is not valid YAML. Raises CredentialsError if it cannot be read, contains no
    account, or is accessible to other users.
    """
    source = located.parse(_as_yaml(path), str(path))
    given = source.data or {}
    if not isinstance(given, dict):
        raise CredentialsError([Problem(source.place(""), "must contain lines such as SMSONLINE_USER_ID=me")])
    known = {PREFIX + name for name in FIELDS}
    problems = [
        Problem(source.place(f"/{name}", key=True), f"there is no credential {name}{did_you_mean(name, known)}")
        for name in given.keys() - known
    ]
    if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        problems.append(Problem(source.place(""), "is accessible to other users: run `chmod 600` on it"))
    if problems:
        raise CredentialsError(problems)
    accounts = _accounts({name.removeprefix(PREFIX): str(value) for name, value in given.items()}, str(path))
    if not accounts:
        raise CredentialsError(
            [Problem(source.place(""), f"contains no account: set {PREFIX}USER_ID and {PREFIX}API_KEY")]
        )
    return accounts


def _as_yaml(path: Path) -> str:
    """Return the text of a file with lines of the form NAME=VALUE converted to YAML. Line numbers do not change."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CredentialsError([Problem(located.Place(str(path)), f"cannot be read: {reason}")]) from None
    return "\n".join(map(_yaml_line, text.splitlines()))


def _yaml_line(line: str) -> str:
    name, given, value = line.partition("=")
    name = name.strip().removeprefix("export ").strip()
    if not given or not name.isidentifier():
        return line
    return f"{name}: '{value.strip().strip(chr(34) + chr(39)).replace(chr(39), chr(39) * 2)}'"


def _accounts(given: Mapping[str, str], origin: str) -> tuple[Account, ...]:
    accounts = []
    for prefix in ("", "OTHER_"):
        user, key = (given.get(f"{prefix}{name}", "") for name in ("USER_ID", "API_KEY"))
        if bool(user) != bool(key):
            missing = f"{PREFIX}{prefix}{'API_KEY' if user else 'USER_ID'}"
            raise CredentialsError([Problem(located.Place(origin), f"{missing} is missing")])
        if user:
            accounts.append(Account(user, key))
    if "OTHER_USER_ID" in given and "USER_ID" not in given:
        raise CredentialsError([Problem(located.Place(origin), f"{PREFIX}USER_ID is missing")])
    return tuple(accounts)
