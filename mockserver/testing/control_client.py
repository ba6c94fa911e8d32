"""A client of the control API, and the clock of a world."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, TypeVar
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


T = TypeVar("T")

CONTROL = "/__mock__"

PATIENCE = 30.0
"""Timeout of a response in seconds, in addition to the time that the operation may wait."""


class SteeringError(Exception):
    """The mock refused a request of the control API or did not answer. The text says why and what would be right."""


class ControlTransport(Protocol):
    """A transport to the control API of a mock."""

    def send(self, method: str, target: str, body: bytes | None, wait: float | None = None) -> tuple[int, bytes]:
        """Send a request and return its status and body. Raises SteeringError if no response comes.

        `wait` is the number of seconds that the mock may wait before it answers; None if it answers at once.
        """

    def together(self, task: Callable[[], T]) -> T:
        """Run a task that sends several requests, and return its result. In process, the mock does nothing else."""


class ControlClient:
    """A client of the control API. `operations` maps names to methods and paths; by default, the mock provides it."""

    def __init__(self, transport: ControlTransport, operations: Mapping[str, tuple[str, str]] | None = None) -> None:
        self._transport = transport
        self._operations = self._fetch_operations() if operations is None else operations

    def together(self, task: Callable[[], T]) -> T:
        """Run a task that calls several operations, none of which waits. In process, the mock does nothing else."""
        return self._transport.together(task)

    def ask(
        self,
        operation: str,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, Any] | None = None,
        wait: float | None = None,
    ) -> Any:
        """Call an operation such as `advanceClock`, and return the JSON data of its response. Raises SteeringError.

        `wait` is the number of seconds that the operation may wait; None if it answers at once.
        """
        content = None if body is None else json.dumps(body, default=str).encode()
        return self._answer(*self._route(operation, path, query), content, wait)

    def fetch(
        self, operation: str, path: Mapping[str, object] | None = None, query: Mapping[str, object] | None = None
    ) -> bytes:
        """Call an operation without a JSON response, such as `exportLines`; return the body. Raises SteeringError."""
        method, target = self._route(operation, path, query)
        status, content = self._transport.send(method, target, None)
        if status >= 400:
            _read(status, content, target)
        return content

    def _route(
        self, operation: str, path: Mapping[str, object] | None, query: Mapping[str, object] | None
    ) -> tuple[str, str]:
        method, target = self._operations[operation]
        for name, value in (path or {}).items():
            target = target.replace(f"{{{name}}}", quote(str(value), safe=""))
        return method, CONTROL + (f"{target}?{urlencode(query)}" if query else target)

    def _fetch_operations(self) -> Mapping[str, tuple[str, str]]:
        document = self._answer("GET", f"{CONTROL}/openapi.json", None)
        return {
            operation["operationId"]: (method.upper(), path)
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict) and "operationId" in operation
        }

    def _answer(self, method: str, target: str, body: bytes | None, wait: float | None = None) -> Any:
        status, content = self._transport.send(method, target, body, wait)
        return _read(status, content, target)


def _read(status: int, content: bytes, target: str) -> Any:
    """Return the JSON data of a response. Raises SteeringError for an error response."""
    try:
        data = json.loads(content)
    except ValueError:
        raise SteeringError(f"{status} from {target} is not a response of smsonline-mock") from None
    if status >= 400:
        lines = data.get("problems") or [data.get("error", "no reason given")]
        raise SteeringError("\n".join(dict.fromkeys([data.get("error", lines[0]), *lines[1:]])))
    return data


_MILLISECOND = timedelta(milliseconds=1)


class WorldClock:
    """The clock of a world. Durations are strings such as `20m` and `1h30m`, seconds, or timedeltas."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    @property
    def now(self) -> datetime:
        """The time of the world, in UTC."""
        return datetime.fromisoformat(self._ask("showClock")["now"])

    def advance(self, by: Span) -> datetime:
        """Advance the clock, process all events that are due, and return the new time."""
        return datetime.fromisoformat(self._ask("advanceClock", body={"by": written(by)})["now"])

    def stop(self) -> None:
        """Stop the clock. Time passes only with `advance`."""
        self._ask("setClock", body={"mode": "manual"})

    def run(self, times: int = 1) -> None:
        """Run the clock at the speed of the wall clock, or `times` as fast."""
        self._ask("setClock", body={"mode": "real"} if times == 1 else {"scaled": times})

    def step(self, by: Span) -> None:
        """Advance the clock by a duration with each request, and stop it between requests."""
        self._ask("setClock", body={"step": written(by)})


Span = str | float | timedelta
"""A duration: in the notation of scenarios, such as `20m`, in seconds, or as a timedelta."""


def written(duration: Span) -> str:
    """Return a duration in the notation of scenarios, such as `20m`."""
    if isinstance(duration, int | float):
        duration = timedelta(seconds=duration)
    return f"{duration // _MILLISECOND}ms" if isinstance(duration, timedelta) else duration
