"""The limits of the mock. Requests above a limit are refused; journals and the event log drop their oldest entries."""

from typing import NamedTuple

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


class WorldLimits(NamedTuple):
    """The limits and their defaults; docs/control-api.md explains them to users.

    - `body`, `upload`: bytes in the body of a request to the service, and to the control API
    - `worlds`, `faults`: worlds, and faults of one world
    - `journal`, `events`: exchanges in the journal of a world, and events; older ones are dropped
    - `kept`: bytes of a body in the journal
    - `idle`: seconds without a request until a world is removed
    - `wait`, `stream`: seconds until the control API ends a waiting request, and a stream of events
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
