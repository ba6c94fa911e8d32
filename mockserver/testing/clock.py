"""The time of a world."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_MILLISECOND = timedelta(milliseconds=1)


class Clock:
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
