"""Stateless seeded chance: a draw depends on the seed and its labels only, not on earlier draws.

The responses of a world therefore do not depend on the order of draws or on the Python version.
"""

from collections.abc import Sequence
from hashlib import blake2b
from math import gcd
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")
Label = str | int

HEX = "0123456789abcdef"
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
DIGITS = "0123456789"


class Chance:
    """Draws for one seed; the labels of every method identify the draw."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def below(self, bound: int, *labels: Label) -> int:
        """Draw an integer from 0 up to, but not including, `bound`."""
        return int.from_bytes(self._digest(16, labels)) % bound

    def fraction(self, *labels: Label) -> float:
        """Draw a number from 0 up to, but not including, 1."""
        return self.below(1 << 53, *labels) / (1 << 53)

    def pick(self, options: Sequence[T], *labels: Label) -> T:
        """Draw one of the options."""
        return options[self.below(len(options), *labels)]

    def text(self, alphabet: str, length: int, *labels: Label) -> str:
        """Draw a string of characters of an alphabet."""
        return "".join(self.pick(alphabet, *labels, position) for position in range(length))

    def digits(self, template: str, *labels: Label) -> str:
        """Replace every `#` of a template by a drawn digit."""
        drawn = iter(self.text(DIGITS, template.count("#"), *labels))
        return "".join(next(drawn) if char == "#" else char for char in template)

    def uuid(self, *labels: Label) -> str:
        """Draw a version 4 UUID."""
        return str(UUID(bytes=self._digest(16, labels), version=4))

    def nth(self, n: int, total: int, *labels: Label) -> int:
        """Return the place at step `n` of a shuffled walk over `total` places, which repeats after `total` steps."""
        stride = 1 + self.below(total, "stride", *labels)
        while gcd(stride, total) != 1:
            stride += 1
        return (self.below(total, "start", *labels) + n * stride) % total

    def _digest(self, size: int, labels: tuple[Label, ...]) -> bytes:
        text = "\0".join(str(label) for label in (self.seed, *labels))
        return blake2b(text.encode(), digest_size=size).digest()
