"""A mock server for many tests, in this process or at a URL, and the settings of a world."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from mockserver.serving.loading import gc_disabled
from mockserver.testing.control_client import PATIENCE, ControlClient, SteeringError
from mockserver.testing.handle import SmsOnline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from starlette.types import ASGIApp

    from mockserver.contract import Document, Overlays
    from mockserver.domain.catalogue import Catalogue
    from mockserver.testing.aggregation import Aggregation


Data = Mapping[str, Any]

NOTHING: Data = MappingProxyType({})


class Wanted(NamedTuple):
    """The settings of a world.

    `scenario` is the name of a shipped scenario, a file, or a scenario as data. `clock` and `faults` are in the
    notation of scenarios: `manual` or `{"step": "5s"}`. `readings` and `variables` map names to values. If `strict`, a
    request that breaks the contract is refused. It fails the test unless `allow_violations` is set.
    """

    scenario: str | Path | Data = "default"
    seed: int | None = None
    clock: str | Data | None = None
    readings: Data = NOTHING
    variables: Data = NOTHING
    faults: Sequence[Data] = ()
    strict: bool = True
    allow_violations: bool = False

    def beside(self, folder: Path) -> Wanted:
        """Return the settings with a relative scenario file resolved against a folder."""
        if isinstance(self.scenario, str | Path) and is_file(self.scenario):
            return self._replace(scenario=folder / self.scenario)
        return self


def is_file(scenario: str | Path) -> bool:
    """Return whether a scenario is a file. Names of shipped scenarios have neither a suffix nor a folder."""
    path = Path(scenario)
    return bool(path.suffix) or len(path.parts) > 1


def misuses(arguments: Data) -> Iterator[str]:
    """Yield what is wrong with these fields of a Wanted."""
    for name, value in arguments.items():
        if name not in _KINDS:
            from mockserver.contract.messages import did_you_mean

            hint = did_you_mean(name, _KINDS) or f"; the arguments are {', '.join(_KINDS)}"
            yield f"there is no argument {name}{hint}"
        elif value is None and name in _OPTIONAL:
            continue
        elif not isinstance(value, _KINDS[name]) or (name == "seed" and isinstance(value, bool)):
            yield f"{name} must be {_WORDS[_KINDS[name]]}, not {value!r}"


_KINDS: Mapping[str, Any] = {
    "scenario": (str, Path, Mapping),
    "seed": int,
    "clock": (str, Mapping),
    "readings": Mapping,
    "variables": Mapping,
    "faults": (list, tuple),
    "strict": bool,
    "allow_violations": bool,
}
_OPTIONAL = ("seed", "clock")
_WORDS: Mapping[Any, str] = {
    (str, Path, Mapping): "a name, a file or a dict",
    (str, Mapping): "a string or a dict",
    int: "a whole number",
    Mapping: "a dict",
    (list, tuple): "a list",
    bool: "True or False",
}


_EXCHANGES = 10_000
"""Size of the journal, large enough to keep all violations of a test."""
_WAIT = 3600
"""Maximum number of seconds that a test may wait for a request."""
_IDLE = 10 * 365 * 24 * 3600
"""Seconds after which an unused world is removed: never, even if a test waits in a debugger."""


class MockLocation(Protocol):
    """The location of a mock. `stop` ends a mock that this process started."""

    @property
    def url(self) -> str: ...  # noqa: D102 - see above

    def stop(self) -> None: ...  # noqa: D102 - see above


class Server:
    """A mock in which each test has its own world.

    `app` is its ASGI application, None for a mock in another process. `overlays` correct its contract. `tally`
    aggregates the judgements of closed worlds, if they are reported. `usual` has the default settings of a world.
    `worlds` are the open ones.
    """

    def __init__(
        self,
        place: MockLocation,
        steering: ControlClient,
        documents: Iterable[Document],
        app: ASGIApp | None = None,
        overlays: Overlays = (),
    ) -> None:
        documents = tuple(documents)
        self.steering = steering
        self.app = app
        self.overlays = overlays
        self.usual = Wanted()
        self.worlds: list[SmsOnline] = []
        self.tally: Aggregation | None = None
        self.operations = tuple(operation.name for each in documents for operation in each.operations.values())
        self._prefixes: dict[str, str] = {document.name: document.prefix for document in documents}
        self._place = place
        self._read: dict[object, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @classmethod
    def here(cls, overlays: Overlays = ()) -> Self:
        """Start a mock in a thread of this process, on a free port. The overlays correct its contract.

        Raises LocatedError for an invalid overlay.
        """
        with gc_disabled():
            return cls._here(overlays)

    @classmethod
    def _here(cls, overlays: Overlays) -> Self:
        from mockserver.control.operations import document
        from mockserver.serving.background import Background
        from mockserver.serving.setup import Settings, set_up
        from mockserver.simulation.limits import WorldLimits
        from mockserver.testing.asgi_bridge import AsgiBridge, InProcess
        from mockserver.web.access import guard

        limits = WorldLimits(journal=_EXCHANGES, wait=_WAIT, idle=_IDLE)
        mock = set_up("default", settings=Settings(guard("127.0.0.1"), limits, overlays=overlays))
        background = Background(mock.app).start()
        operations = {each.id: (each.method, each.path) for each in document().operations.values()}
        steering = ControlClient(InProcess(mock.app, background), operations)
        documents = list(mock.service.documents.values())
        return cls(background, steering, documents, AsgiBridge(mock.app, background), overlays)

    @classmethod
    def elsewhere(cls, url: str) -> Self:
        """Connect to the mock at a URL, with the token of the environment. Raises SteeringError if no mock answers."""
        from mockserver.contract import contract

        remote = Remote(url, os.environ.get(TOKEN))
        return cls(remote, ControlClient(remote), list(contract().documents.values()))

    @property
    def url(self) -> str:
        """The URL of the mock, without a path."""
        return self._place.url

    def url_of(self, document: str) -> str:
        """Return the base URL of a contract document, such as `v3`. Raises KeyError."""
        return self.url + self._prefixes[document]

    @property
    def documents(self) -> tuple[str, ...]:
        """The names of the contract documents, the newest API version first."""
        return tuple(self._prefixes)

    def open(self, **arguments: Any) -> SmsOnline:
        """Create a world. The arguments are fields of Wanted; others have defaults. Raises TypeError, SteeringError."""
        if wrong := list(misuses(arguments)):
            raise TypeError("; ".join(wrong))
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        return self.begin(self.usual._replace(**arguments), test)

    def begin(self, wanted: Wanted, test: str = "") -> SmsOnline:
        """Create a world for a test. Raises SteeringError."""
        return self.steering.together(lambda: self._begin(wanted, test))

    def _begin(self, wanted: Wanted, test: str) -> SmsOnline:
        body: dict[str, Any] = {
            "scenario": wanted.scenario,
            "variables": dict(wanted.variables),
            "seed": wanted.seed,
            "clock": wanted.clock,
            "readings": dict(wanted.readings) or None,
            "strictness": "strict" if wanted.strict else "lenient",
        }
        if isinstance(wanted.scenario, str | Path) and is_file(wanted.scenario):
            body |= {"scenario": self._scenario(wanted), "variables": None}
        opened = self.steering.ask(
            "createWorld", body={name: value for name, value in body.items() if value is not None}
        )
        for fault in wanted.faults:
            self.steering.ask("addFault", {"world": opened["world"]["id"]}, body=fault)
        return SmsOnline(self, wanted, opened, test)

    def stop(self) -> None:
        """Stop the mock if this process started it."""
        self._place.stop()

    def _scenario(self, wanted: Wanted) -> dict[str, Any]:
        """Return the data of a scenario file. Each file is read once."""
        from mockserver.contract import LocatedError
        from mockserver.scenario.load import load

        identity = str(wanted.scenario), tuple(sorted(wanted.variables.items()))
        if identity not in self._read:
            try:
                self._read[identity] = load(str(wanted.scenario), self._catalogue, wanted.variables).data
            except LocatedError as error:
                raise SteeringError(str(error)) from None
        return self._read[identity]

    @cached_property
    def _catalogue(self) -> Catalogue:
        from mockserver.scenario import fixtures

        return fixtures.load().catalogue


T = TypeVar("T")

TOKEN = "SMSONLINE_MOCK_TOKEN"  # noqa: S105 - the name of a variable
"""The environment variable with the token of the mock's control API."""


class Remote:
    """A transport to the mock at a URL, without a proxy. Raises SteeringError for an invalid URL."""

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SteeringError(f"{url} is not the URL of a mock: write http://127.0.0.1:8080")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._headers: Mapping[str, str] = {"authorization": f"Bearer {token}"} if token else {}
        self._opener = build_opener(ProxyHandler({}))

    def stop(self) -> None:
        """Do nothing: this process did not start the mock."""

    def together(self, task: Callable[[], T]) -> T:
        """Run a task. Other requests may come between its requests."""
        return task()

    def send(self, method: str, target: str, body: bytes | None, wait: float | None = None) -> tuple[int, bytes]:
        """Send a request and return its status and body. Raises SteeringError if no mock answers."""
        headers = {**self._headers, "content-type": "application/json"}
        request = Request(self.url + target, body, headers, method=method)  # noqa: S310 - http or https, see above
        try:
            with self._opener.open(request, timeout=PATIENCE + (wait or 0)) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                content = error.read()
            if error.code == 401:
                raise SteeringError(f"the mock at {self.url} requires its token: set {TOKEN}") from None
            return error.code, content
        except (URLError, OSError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise SteeringError(
                f"no mock answers at {self.url} ({reason}): start one with smsonline-mock serve"
            ) from None
