"""Cryptocurrencies that a wallet can be paid in, by network."""

from collections.abc import Mapping
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from mockserver.domain.refusal import Reason, Refusal


class Currency(NamedTuple):
    """`usd` is the price of one unit in US dollars, `decimals` how precisely an amount is written.

    `address` is a template: `%x{40}` stands for 40 lower-case hexadecimal digits, `%b{33}` for 33 of base 58.
    """

    currency: str
    network: str
    usd: Decimal
    decimals: int
    address: str

    def amount(self, cents: int) -> str:
        """US cents in this currency, rounded down to its decimals, but never to nothing."""
        smallest = Decimal(1).scaleb(-self.decimals)
        units = (Decimal(cents) / 100 / self.usd).quantize(smallest, rounding=ROUND_DOWN)
        return f"{max(units, smallest):f}"


Currencies = Mapping[tuple[str, str], Currency]
"""Currencies by (currency, network), both in upper case as in the request path."""


def find(currencies: Currencies, currency: str, network: str) -> Currency:
    """The currency on that network. Raises Refusal(UNSUPPORTED_CURRENCY) for a pair that is not documented."""
    found = currencies.get((currency, network))
    if found is None:
        raise Refusal(Reason.UNSUPPORTED_CURRENCY)
    return found
