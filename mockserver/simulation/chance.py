"""Seeded chance without state: a draw depends on the seed and on what it is for, never on earlier draws.

So the answers of a world do not depend on the order in which other things were drawn, nor on the Python version.
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
    """Draws for one seed; every method takes the labels that say what the draw is for."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def below(self, bound: int, *labels: Label) -> int:
        """A number from 0 to before `bound`."""
        return int.from_bytes(self._digest(16, labels)) % bound

    def fraction(self, *labels: Label) -> float:
        """A number from 0 to before 1."""
        return self.below(1 << 53, *labels) / (1 << 53)

    def pick(self, options: Sequence[T], *labels: Label) -> T:
        """One of the options."""
        return options[self.below(len(options), *labels)]

    def text(self, alphabet: str, length: int, *labels: Label) -> str:
        """A string of characters of an alphabet."""
        return "".join(self.pick(alphabet, *labels, position) for position in range(length))

    def digits(self, template: str, *labels: Label) -> str:
        """A template with every `#` replaced by a digit."""
        drawn = iter(self.text(DIGITS, template.count("#"), *labels))
        return "".join(next(drawn) if char == "#" else char for char in template)

    def uuid(self, *labels: Label) -> str:
        """A version 4 UUID."""
        return str(UUID(bytes=self._digest(16, labels), version=4))

    def nth(self, n: int, total: int, *labels: Label) -> int:
        """Where a shuffled walk over `total` places stands at step `n`; no place comes twice within `total` steps."""
        stride = 1 + self.below(total, "stride", *labels)
        while gcd(stride, total) != 1:
            stride += 1
        return (self.below(total, "start", *labels) + n * stride) % total

    def _digest(self, size: int, labels: tuple[Label, ...]) -> bytes:
        text = "\0".join(str(label) for label in (self.seed, *labels))
        return blake2b(text.encode(), digest_size=size).digest()
