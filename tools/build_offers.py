"""Generate fixtures/catalogue/offers.csv: one offer for every country and service of the catalogue.

Run `python tools/build_offers.py` after countries.csv or services.csv has changed. Every offer has its own random
seed, so a new country or service does not change the other offers.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import NamedTuple

CATALOGUE = Path(__file__).resolve().parent.parent / "fixtures" / "catalogue"
SEED = "offers-1"

LOWEST_PRICE, HIGHEST_PRICE = 3, 400  # cents
LARGEST_STOCK = 5000
SOLD_OUT = 0.04  # share of the offers without stock
BEST_SUCCESS, SUCCESS_RANGE = 0.99, 0.69

# A service's price in cents where the country's level is 1.
USUAL_PRICE = 18
PRICES = {
    "acz": 25, "aez": 8, "alj": 9, "am": 14, "aon": 40, "aor": 30, "dh": 22, "ds": 12, "fb": 15, "fu": 15,
    "go": 22, "hx": 10, "ij": 45, "kt": 60, "lf": 14, "me": 50, "mm": 8, "mt": 10, "oi": 30, "ot": 12,
    "qq": 70, "re": 45, "tg": 75, "ts": 28, "tw": 8, "uk": 12, "vi": 20, "vk": 35, "wa": 65, "wb": 90,
    "wr": 10, "ya": 8, "yy": 35,
}  # fmt: skip

# The price level of each country; the default is 1.
LEVELS = {
    "0": 0.9, "3": 1.8, "4": 0.6, "6": 0.4, "8": 0.6, "10": 0.6, "12": 1.2, "13": 1.8, "14": 1.2, "16": 0.8,
    "19": 0.7, "22": 0.6, "33": 0.6, "43": 2.2, "50": 2.0, "60": 0.7, "66": 0.7, "78": 1.7, "82": 1.9,
    "95": 2.4, "163": 2.2, "172": 2.0, "173": 3.5, "174": 2.6, "175": 2.6, "182": 3.2, "187": 2.4, "190": 2.8,
    "196": 2.4,
}  # fmt: skip


class Offer(NamedTuple):
    """The offer of a service in a country: cents, numbers in stock, and the share of orders with an SMS."""

    country: str
    service: str
    price: int
    stock: int
    success: str


# The documentation shows Discord in the United States at 16 cents and a British number at 0.16 dollars.
FIXED = {
    ("12", "ds"): Offer("12", "ds", 16, 2400, "0.94"),
    ("16", "ds"): Offer("16", "ds", 16, 1800, "0.93"),
}


def draw(country: str, service: str) -> Offer:
    """Draw the offer of a service in a country; it is always the same."""
    # Python guarantees the same sequence in every version for random() only.
    chance = Random(f"{SEED}/{country}/{service}").random  # noqa: S311 - nothing secret is drawn
    level = LEVELS.get(country, 1.0) * (0.7 + 0.6 * chance())
    price = round(PRICES.get(service, USUAL_PRICE) * level)
    sold_out = chance() < SOLD_OUT
    stock = int(LARGEST_STOCK * chance() * chance())
    success = BEST_SUCCESS - SUCCESS_RANGE * chance() * chance() * chance()
    return Offer(
        country=country,
        service=service,
        price=min(max(price, LOWEST_PRICE), HIGHEST_PRICE),
        stock=0 if sold_out else stock,
        success=f"{success:.2f}",
    )


def offers(countries: Iterable[str], services: Iterable[str]) -> Iterator[Offer]:
    """Yield an offer for every pair of country and service codes, country by country."""
    services = tuple(services)
    for country in countries:
        for service in services:
            yield FIXED.get((country, service)) or draw(country, service)


def codes(path: Path) -> list[str]:
    """Return the column `code` of a CSV file, in order."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row["code"] for row in csv.DictReader(file)]


def render(catalogue: Path) -> str:
    """Return the text of offers.csv for the countries and services of a catalogue folder."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(Offer._fields)
    table.writerows(offers(codes(catalogue / "countries.csv"), codes(catalogue / "services.csv")))
    return text.getvalue()


if __name__ == "__main__":
    (CATALOGUE / "offers.csv").write_text(render(CATALOGUE), encoding="utf-8", newline="\n")
