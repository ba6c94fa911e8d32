"""What a fault does to one call, as values. Deciding is in `faults`, doing is left to whoever holds the wire.

Times here are milliseconds of the wall clock: a client waits for real, whatever the world's clock shows.
"""

import math
from typing import NamedTuple

from mockserver.contract import ABSENT
from mockserver.domain.clock import MINUTE, Duration
from mockserver.simulation.chance import Chance, Label

LONGEST_WAIT: Duration = 10 * MINUTE
"""No answer is held back for longer, whatever is drawn."""


class Delay(NamedTuple):
    """Nothing happens for so long."""

    duration: Duration


class ErrorAnswer(NamedTuple):
    """Another answer: `body` as JSON; without one, the text in the document's own failure body.

    With a content type among its headers, a body that is a text is sent as it stands.
    """

    status: int
    text: str = ""
    body: object = ABSENT
    headers: tuple[tuple[str, str], ...] = ()


class Disconnect(NamedTuple):
    """No answer: the connection closes, or is reset."""

    reset: bool


class Empty(NamedTuple):
    """An answer without a body."""


class Cut(NamedTuple):
    """The connection closes after so many bytes of the body, or after a share of them when it is a float below 1."""

    at: float

    def kept(self, length: int) -> int:
        """How many bytes of a body of this length are sent; at least one is missing."""
        kept = int(self.at * length) if isinstance(self.at, float) else self.at
        return max(0, min(kept, length - 1))


class Malformed(NamedTuple):
    """A body of the right length that is no JSON."""


class SlowBody(NamedTuple):
    """The body comes in pieces of so many bytes."""

    size: int
    every: Duration


class ContentType(NamedTuple):
    """Another content type."""

    name: str


class Omit(NamedTuple):
    """A field is missing."""

    path: str


class Retype(NamedTuple):
    """The value of a field has another type of JSON."""

    path: str
    type: str


Effect = Delay | ErrorAnswer | Disconnect | Empty | Cut | Malformed | SlowBody | ContentType | Omit | Retype

LATE = (Delay, SlowBody)
"""Effects that take time only: once the answer is there, it is what the service meant to say."""


class Uniform(NamedTuple):
    """A latency between two bounds, each as likely as the other; one bound twice is a fixed one."""

    low: Duration
    high: Duration

    def draw(self, chance: Chance, *labels: Label) -> Delay:
        """A delay."""
        return Delay(self.low + chance.below(self.high - self.low + 1, *labels))


class Lognormal(NamedTuple):
    """A latency with a long tail: half of all are below the median, and `sigma` is how far they spread."""

    median: Duration
    sigma: float

    def draw(self, chance: Chance, *labels: Label) -> Delay:
        """A delay, by the transform of Box and Muller."""
        radius = math.sqrt(-2 * math.log(1 - chance.fraction("radius", *labels)))
        normal = radius * math.cos(2 * math.pi * chance.fraction("angle", *labels))
        exponent = min(self.sigma * normal, math.log(LONGEST_WAIT))
        return Delay(min(round(self.median * math.exp(exponent)), LONGEST_WAIT))


class RateLimit(NamedTuple):
    """At most so many calls of a key in each window of virtual time; the others are refused."""

    limit: int
    window: Duration

    def refusal(self, elapsed: Duration) -> ErrorAnswer:
        """The answer at so long after the start of the world: come back when the window is over."""
        seconds = -(-(self.window - elapsed % self.window) // 1000)
        return ErrorAnswer(429, headers=(("retry-after", str(seconds)),))


Cause = Effect | Uniform | Lognormal | RateLimit
"""What a fault is given as; the last three become an effect call by call."""
