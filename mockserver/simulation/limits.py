"""How much the mock holds, at most. What would be more is refused, or, of what only looks back, the oldest goes."""

from typing import NamedTuple

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


class WorldLimits(NamedTuple):
    """Every limit with its default; docs/control-api.md explains them to users.

    `body` and `upload` are bytes of a request to the service and to the control API. `worlds` counts worlds, `faults`
    those of one world. Of exchanges in a world's `journal` and of `events`, the oldest are forgotten; of a body in the
    journal, `kept` bytes are kept. A world that nobody used for `idle` seconds is removed. No answer of the control
    API waits longer than `wait` seconds, and a stream of events ends after `stream` seconds.
    """

    body: int = MEBIBYTE
    upload: int = 16 * MEBIBYTE
    worlds: int = 1000
    journal: int = 1000
    kept: int = 64 * KIBIBYTE
    events: int = 5000
    faults: int = 1000
    idle: int = 3600
    wait: float = 60
    stream: float = 3600


DEFAULTS = WorldLimits()
