"""The control API, asked by the names of its operations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping

CONTROL = "/__mock__"

_PATIENCE = 30.0
"""Seconds after which an answer that does not come is given up."""


class SteeringError(Exception):
    """The mock cannot do what it was asked for, or does not answer. The text says why, and what would be right."""


class Wire(Protocol):
    """What leads to a mock."""

    def send(self, method: str, target: str, body: bytes | None, patience: float) -> tuple[int, bytes]:
        """Send a request and return status and body. Raises SteeringError when no answer comes in so many seconds."""


class Steering:
    """Asks a mock's control API. Where its operations are, the mock's own document of it says."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        described = self._answer("GET", f"{CONTROL}/openapi.json", None, _PATIENCE)
        self._operations = {
            operation["operationId"]: (method.upper(), path)
            for path, item in described["paths"].items()
            for method, operation in item.items()
            if isinstance(operation, dict) and "operationId" in operation
        }

    def ask(
        self,
        operation: str,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        body: Mapping[str, Any] | None = None,
        patience: float = _PATIENCE,
    ) -> Any:
        """Ask for an operation such as `advanceClock`, and return the data of its answer. Raises SteeringError."""
        method, target = self._operations[operation]
        for name, value in (path or {}).items():
            target = target.replace(f"{{{name}}}", quote(str(value), safe=""))
        if query:
            target = f"{target}?{urlencode(query)}"
        content = None if body is None else json.dumps(body, default=str).encode()
        return self._answer(method, CONTROL + target, content, patience)

    def _answer(self, method: str, target: str, body: bytes | None, patience: float) -> Any:
        status, content = self._wire.send(method, target, body, patience)
        try:
            data = json.loads(content)
        except ValueError:
            raise SteeringError(f"{status} from {target} is no answer of smsonline-mock") from None
        if status >= 400:
            lines = data.get("problems") or [data.get("error", "no reason given")]
            raise SteeringError("\n".join(dict.fromkeys([data.get("error", lines[0]), *lines[1:]])))
        return data
