"""A client of the control API, by the names of its operations, and the clock of a world."""

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
"""Seconds after which an answer that does not come is given up, beside those that the mock is to wait."""


class SteeringError(Exception):
    """The mock cannot do what it was asked for, or does not answer. The text says why, and what would be right."""


class ControlTransport(Protocol):
    """What leads to a mock. `together` does what sends several requests, as near to the mock as possible."""

    def send(self, method: str, target: str, body: bytes | None, wait: float | None = None) -> tuple[int, bytes]:
        """Send a request and return status and body. Raises SteeringError when no answer comes.

        `wait` is how many seconds the mock may wait before it answers; None if it answers at once.
        """

    def together(self, task: Callable[[], T]) -> T:
        """Do something and return its result."""


class ControlClient:
    """Asks a mock's control API. `operations` are methods and paths by name; without them the mock is asked."""

    def __init__(self, wire: ControlTransport, operations: Mapping[str, tuple[str, str]] | None = None) -> None:
        self._wire = wire
        self._operations = self._described() if operations is None else operations

    def together(self, task: Callable[[], T]) -> T:
        """Do something that asks several times, none of which waits. In process, nothing else happens meanwhile."""
        return self._wire.together(task)

    def ask(
        self,
        operation: str,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, Any] | None = None,
        wait: float | None = None,
    ) -> Any:
        """Ask for an operation such as `advanceClock`, and return the data of its answer. Raises SteeringError.

        `wait` is how many seconds an operation waits that does not answer at once.
        """
        content = None if body is None else json.dumps(body, default=str).encode()
        return self._answer(*self._route(operation, path, query), content, wait)

    def fetch(
        self, operation: str, path: Mapping[str, object] | None = None, query: Mapping[str, object] | None = None
    ) -> bytes:
        """Ask for an operation whose answer is no JSON, such as `exportLines`, and return it. Raises SteeringError."""
        method, target = self._route(operation, path, query)
        status, content = self._wire.send(method, target, None)
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

    def _described(self) -> Mapping[str, tuple[str, str]]:
        described = self._answer("GET", f"{CONTROL}/openapi.json", None)
        return {
            operation["operationId"]: (method.upper(), path)
            for path, item in described["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict) and "operationId" in operation
        }

    def _answer(self, method: str, target: str, body: bytes | None, wait: float | None = None) -> Any:
        status, content = self._wire.send(method, target, body, wait)
        return _read(status, content, target)


def _read(status: int, content: bytes, target: str) -> Any:
    """The data of an answer. Raises SteeringError for one that says no."""
    try:
        data = json.loads(content)
    except ValueError:
        raise SteeringError(f"{status} from {target} is no answer of smsonline-mock") from None
    if status >= 400:
        lines = data.get("problems") or [data.get("error", "no reason given")]
        raise SteeringError("\n".join(dict.fromkeys([data.get("error", lines[0]), *lines[1:]])))
    return data


_MILLISECOND = timedelta(milliseconds=1)


class WorldClock:
    """Reads, sets and advances a world's clock. Durations are texts such as `20m` and `1h30m`, or timedeltas."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    @property
    def now(self) -> datetime:
        """What time it is there, in UTC."""
        return datetime.fromisoformat(self._ask("showClock")["now"])

    def advance(self, by: str | timedelta) -> datetime:
        """Let time pass at once: whatever is due by then happens. Returns the new time."""
        return datetime.fromisoformat(self._ask("advanceClock", body={"by": written(by)})["now"])

    def stop(self) -> None:
        """Let time pass only when told."""
        self._ask("setClock", body={"mode": "manual"})

    def run(self, times: int = 1) -> None:
        """Let time pass with the wall clock, or so many times as fast."""
        self._ask("setClock", body={"mode": "real"} if times == 1 else {"scaled": times})

    def step(self, by: str | timedelta) -> None:
        """Let so much time pass with every request, and none between them."""
        self._ask("setClock", body={"step": written(by)})


def written(duration: str | timedelta) -> str:
    """Write a duration as scenarios do."""
    return f"{duration // _MILLISECOND}ms" if isinstance(duration, timedelta) else duration
