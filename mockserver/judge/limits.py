"""How fast a client may be."""

from __future__ import annotations

from typing import NamedTuple


class Limits(NamedTuple):
    """The shortest pauses that a good client makes, in seconds.

    - `poll`: between two looks at an order that is still waiting (assumed: nothing is documented)
    - `backoff`: before a call that has failed is made again, and after 429 without Retry-After (assumed)
    - `stock`: before the same order again after NO_NUMBERS (documented: 20 to 30 seconds)
    """

    poll: float = 1.0
    backoff: float = 1.0
    stock: float = 20.0


TOLERANCE = 0.95
"""A pause may be so much shorter: the clocks of two machines never agree."""


def too_short(milliseconds: float, seconds: float) -> bool:
    """Whether a pause is shorter than so many seconds."""
    return milliseconds < seconds * 1000 * TOLERANCE
