"""What is for sale, and how it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock

    Play = Callable[..., Mock]

OWN = """
catalogue:
  extends: nothing
  countries:
    - code: "900"
      name: Freedonia
      language: fr
      numbers: ["99900####"]
      carriers:
        - {name: alpha, share: 60}
        - {name: beta, markup: 150}
  services:
    - {code: zz, name: Zed}
  offers:
    - {country: "900", service: zz, price: 40, stock: 10, success: 0.5}
"""


def offer(mock: Mock, country: str = "12", carrier: str = "any", service: str = "ds") -> dict[str, Any]:
    return dict(mock.v3.get(f"/numbers/{{user}}/lookup/{country}/{carrier}/{service}").json()["body"])


def countries(mock: Mock) -> dict[str, dict[str, Any]]:
    return {row["cShort"]: row for row in mock.v3.get("/numbers/{user}/countries").json()["body"]}


def test_a_catalogue_that_extends_nothing_has_only_its_own(play: Play) -> None:
    assert countries(play(OWN)) == {
        "900": {"cShort": "900", "country": "Freedonia", "carriers": ["any", "alpha", "beta"]}
    }


def test_a_catalogue_extends_the_shipped_one(play: Play) -> None:
    assert {"12", "900"} <= countries(play(OWN.replace("nothing", "shipped"))).keys()


def test_a_catalogue_extends_the_shipped_one_unless_told_otherwise(play: Play) -> None:
    assert {"12", "900"} <= countries(play(OWN.replace("  extends: nothing\n", ""))).keys()


@pytest.mark.parametrize(
    ("carrier", "price", "stock"), [("any", 40, 10), ("alpha", 40, 6), ("beta", 60, 4)], ids=["any", "alpha", "beta"]
)
def test_carriers_share_stock_and_have_their_prices(play: Play, carrier: str, price: int, stock: int) -> None:
    found = offer(play(OWN), "900", carrier, "zz")
    assert (found["price"], found["count"]) == (price, stock)


def test_an_offer_shows_its_success_rate(play: Play) -> None:
    assert offer(play(OWN), "900", "any", "zz")["successRate"] == 0.5


def test_a_number_is_drawn_from_the_templates_of_the_country(play: Play) -> None:
    number = play(OWN).v3.order(country="900", service="zz").json()["body"]["phoneNumber"]
    assert (number[:5], len(number)) == ("99900", 9)


def test_an_own_country_speaks_its_language(play: Play) -> None:
    mock = play(OWN + "orders:\n  - sms: [{after: 0s}]\n")
    order = mock.v3.order(country="900", service="zz").json()["body"]["orderId"]
    assert mock.v3.item(order)["sms"].startswith("Votre code")


def test_an_own_offer_takes_the_place_of_the_shipped_one(play: Play) -> None:
    mock = play('catalogue:\n  offers:\n    - {country: "12", service: ds, price: 99, stock: 7}\n')
    found = offer(mock)
    assert (found["price"], found["count"]) == (99, 7)


def test_an_own_service_takes_the_place_of_the_shipped_one(play: Play) -> None:
    mock = play("catalogue:\n  services:\n    - {code: ds, name: Dischord}\n")
    assert offer(mock)["service"] == "Dischord"


CHANGES = """
  - {country: "12", service: ds, price: 20}
  - {country: "12", service: ds, price: 30, at: 1m}
  - {country: "12", service: ds, stock: 1, at: 2m}
  - {country: "12", service: ds, stock: 50, at: 1h}
  - {country: "12", service: ds, carrier: att, price: 25, at: 3m}
"""


@pytest.mark.parametrize("section", [f"catalogue:{CHANGES}", "catalogue:\n  changes:" + CHANGES.replace("\n", "\n  ")])
@pytest.mark.parametrize(("passed", "price"), [("0s", 22), ("59s", 22), ("1m", 33), ("2m", 33), ("3m", 33)])
def test_prices_change_at_their_time(play: Play, section: str, passed: str, price: int) -> None:
    mock = play(section)
    mock.advance(passed)
    assert offer(mock, carrier="verizon")["price"] == price


@pytest.mark.parametrize(("passed", "count"), [("2m", 1), ("59m", 1), ("1h", 50)])
def test_stock_comes_and_goes_at_its_time(play: Play, passed: str, count: int) -> None:
    mock = play(f"catalogue:{CHANGES}")
    mock.advance(passed)
    assert offer(mock)["count"] == count


def test_a_change_of_one_carrier_leaves_the_others(play: Play) -> None:
    mock = play(f"catalogue:{CHANGES}")
    mock.advance("3m")
    assert (offer(mock, carrier="att")["price"], offer(mock, carrier="verizon")["price"]) == (25, 33)


def test_a_quote_from_before_a_change_is_stale(play: Play) -> None:
    mock = play(f"catalogue:{CHANGES}")
    quote = offer(mock)
    mock.advance("1m")
    assert mock.v3.order(m=quote["m"], n=quote["n"]).status_code == 222


def test_numbers_that_have_run_out_come_back(play: Play) -> None:
    mock = play('restock: {after: 2m, stock: 3}\ncatalogue:\n  - {country: "12", service: ds, stock: 1}\n')
    mock.v3.order(carrier="any")
    sold_out = offer(mock)["count"]
    mock.advance("2m")
    assert (sold_out, offer(mock)["count"]) == (0, 3)
