"""What the second stand-in sells, and at which discount."""

from dataclasses import dataclass

EVERY = "any"

DISCOUNTS = ((8000, 20), (6000, 15), (4000, 10), (2000, 5), (0, 0))
"""Total charges from which a discount holds, and its percent."""

CHAINS = {
    "USDT": "BSC TRON ETH POLYGON ARBITRUM AVALANCHE SOL TON",
    "BTC": "BTC", "LTC": "LTC", "TRX": "TRON", "ETH": "ETH", "XMR": "XMR", "POL": "POLYGON ETH", "BNB": "BSC",
    "USDC": "BSC ETH POLYGON ARBITRUM AVALANCHE", "SOL": "SOL", "DASH": "DASH", "DOGE": "DOGE", "TON": "TON",
    "BCH": "BCH", "AVAX": "AVALANCHE", "DAI": "BSC POLYGON ETH",
}  # fmt: skip


@dataclass(frozen=True)
class Country:
    """A country: its code, its name, its carriers and the first digits of its numbers."""

    code: str
    name: str
    carriers: tuple[str, ...]
    dial: str


COUNTRIES = {
    each.code: each
    for each in (
        Country("12", "United States", ("tmobile", "verizon"), "1202"),
        Country("6", "Indonesia", ("telkomsel",), "6281"),
        Country("16", "United Kingdom", ("ee", "three"), "4477"),
    )
}
SERVICES = {"ds": "Discord", "tg": "Telegram", "wa": "WhatsApp", "go": "Google", "ig": "Instagram"}
PRICES = {
    ("12", "ds"): 16,
    ("12", "tg"): 120,
    ("12", "go"): 33,
    ("6", "ds"): 7,
    ("6", "wa"): 9,
    ("16", "tg"): 85,
    ("16", "ig"): 48,
}
SUCCESS = {"ds": 92, "tg": 64, "wa": 71, "go": 85, "ig": 50}
STOCK = 40
