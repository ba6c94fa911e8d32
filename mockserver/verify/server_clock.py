"""What time it is at the server, as far as its answers tell. Times are milliseconds."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from mockserver.verify.order_oracle import SECOND

if TYPE_CHECKING:
    from mockserver.verify.context import Context

SLACK = 5 * SECOND
"""By how much the clock of a server that is not ours may be off."""


class ServerClock:
    """The time of the server, once it has said when something happened just now."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._elapsed = 0
        self._began = time.monotonic()
        self._anchor: tuple[int, int] | None = None  # when by our clock it was which time of the server's

    def wait(self, milliseconds: int) -> None:
        """Let time pass."""
        self._context.advance(milliseconds)
        self._elapsed += milliseconds

    def set(self, moment: int) -> None:
        """Take a time of the server's for the present one."""
        self._anchor = (self._now(), moment)

    def now(self) -> tuple[int, int] | None:
        """Return a span in which the server's present time lies; None if it is unknown."""
        if self._anchor is None:
            return None
        at, moment = self._anchor
        slack = 0 if self._context.can_advance else SLACK
        now = moment + self._now() - at
        return now - slack, now + slack + SECOND

    def _now(self) -> int:
        """Return the milliseconds since the clock was made."""
        return self._elapsed if self._context.can_advance else int((time.monotonic() - self._began) * 1000)
