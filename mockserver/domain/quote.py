"""The pair `m`, `n` with which a client shows that it has seen the present price.

What the vendor puts into them is not documented, only that they are a hash that goes stale with the price;
here they are a keyed digest of the offer and its list price (assumed).
"""

from hashlib import blake2b
from typing import NamedTuple


class Quote(NamedTuple):
    """A list price in cents and its proof."""

    price: int
    m: str
    n: str

    def confirms(self, m: str, n: str) -> bool:
        """Whether a client may order on this quote; a client that sends no `m` and `n` relies on its maximum price."""
        return (m, n) in ((self.m, self.n), ("", ""))


def quote(secret: int, country: str, carrier: str, service: str, price: int) -> Quote:
    """The quote for a carrier word (also `any`) at a list price in cents; the same for the same arguments."""
    text = "\0".join((str(secret), country, carrier, service, str(price)))
    digest = blake2b(text.encode(), digest_size=16).hexdigest()
    return Quote(price, digest[:16], digest[16:])
