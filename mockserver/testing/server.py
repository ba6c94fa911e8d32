"""A mock server for many tests: in this process, or one that runs elsewhere; and the world that a test wants."""

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
    """Where a world begins, and how strictly its user is judged.

    `scenario` is the name of a shipped one, a file, or a scenario as data; `clock` is as scenarios write it, such as
    `manual` or `{"step": "5s"}`; of `readings` and `variables`, values by name; `faults` as scenarios write them.
    With `strict`, a request that breaks the contract is refused. Unless `allow_violations`, it fails the test, too.
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
        """The same, with a scenario file that is named as seen from a folder."""
        if isinstance(self.scenario, str | Path) and is_file(self.scenario):
            return self._replace(scenario=folder / self.scenario)
        return self


def is_file(scenario: str | Path) -> bool:
    """Whether a scenario is a file: names of shipped ones have neither a suffix nor a folder."""
    path = Path(scenario)
    return bool(path.suffix) or len(path.parts) > 1


def misuses(arguments: Data) -> Iterator[str]:
    """Find what is wrong with these fields of a Wanted, in words."""
    for name, value in arguments.items():
        if name not in _KINDS:
            from mockserver.contract.messages import did_you_mean

            hint = did_you_mean(name, _KINDS) or f"; there are {', '.join(_KINDS)}"
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
    (str, Mapping): "a text or a dict",
    int: "a whole number",
    Mapping: "a dict",
    (list, tuple): "a list",
    bool: "True or False",
}


_EXCHANGES = 10_000
"""So many exchanges of a test are kept; more would let violations be forgotten."""
_WAIT = 3600
"""Seconds that a test may wait for a request."""
_IDLE = 10 * 365 * 24 * 3600
"""Seconds after which an unused world is removed: never, also for a test that stands still in a debugger."""


class MockLocation(Protocol):
    """Where a mock is; `stop` ends it if it is ours."""

    @property
    def url(self) -> str: ...  # noqa: D102 - see above

    def stop(self) -> None: ...  # noqa: D102 - see above


class Server:
    """A mock in which any number of tests have their own worlds.

    `app` is its ASGI application, None for a mock that runs elsewhere; `overlays` correct its contract. `tally` adds up
    what clients did in worlds that have ended, if it is to be reported. `usual` is what a world is like about which
    nothing is said.
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
        """Start a mock in a thread of this process, on a free port; overlays correct its contract.

        Raises LocatedError for one that cannot be used.
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
        """Use the mock at a URL, with its token from the environment. Raises SteeringError if none answers there."""
        from mockserver.contract import contract

        remote = Remote(url, os.environ.get(TOKEN))
        return cls(remote, ControlClient(remote), list(contract().documents.values()))

    @property
    def url(self) -> str:
        """Where it answers."""
        return self._place.url

    def url_of(self, document: str) -> str:
        """The base URL of the service of a contract document, such as `v3`."""
        return self.url + self._prefixes[document]

    @property
    def documents(self) -> tuple[str, ...]:
        """The names of the contract documents, the newest generation of the service first."""
        return tuple(self._prefixes)

    def open(self, **arguments: Any) -> SmsOnline:
        """A new world; the arguments are fields of Wanted, the others as usual. Raises TypeError, SteeringError."""
        if wrong := list(misuses(arguments)):
            raise TypeError("; ".join(wrong))
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        return self.begin(self.usual._replace(**arguments), test)

    def begin(self, wanted: Wanted, test: str = "") -> SmsOnline:
        """A new world for a test. Raises SteeringError."""
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
        """End the mock if it is ours."""
        self._place.stop()

    def _scenario(self, wanted: Wanted) -> dict[str, Any]:
        """The data of a scenario file, which is read once."""
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
    """Leads to the mock at a URL, without any proxy. Raises SteeringError for what is no URL."""

    def __init__(self, url: str, token: str | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise SteeringError(f"{url} is no URL of a mock: write it as http://127.0.0.1:8080")
        self.url = f"{parts.scheme}://{parts.netloc}"
        self._headers: Mapping[str, str] = {"authorization": f"Bearer {token}"} if token else {}
        self._opener = build_opener(ProxyHandler({}))

    def stop(self) -> None:
        """Leave it alone: it is not ours."""

    def together(self, task: Callable[[], T]) -> T:
        """Do something here: each of its requests has its own way."""
        return task()

    def send(self, method: str, target: str, body: bytes | None, wait: float | None = None) -> tuple[int, bytes]:
        """Send a request and return status and body."""
        headers = {**self._headers, "content-type": "application/json"}
        request = Request(self.url + target, body, headers, method=method)  # noqa: S310 - http or https, see above
        try:
            with self._opener.open(request, timeout=PATIENCE + (wait or 0)) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                content = error.read()
            hint = f"; its token belongs into the environment variable {TOKEN}" if error.code == 401 else ""
            if hint:
                raise SteeringError(f"the mock at {self.url} refuses to be steered{hint}") from None
            return error.code, content
        except (URLError, OSError) as error:
            reason = error.reason if isinstance(error, URLError) else error
            raise SteeringError(
                f"no mock answers at {self.url} ({reason}): start one with smsonline-mock serve"
            ) from None
