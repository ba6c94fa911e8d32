"""Paying money in: invoices, wallets, coupons, in both generations."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from tests.conftest import Mock

    Start = Callable[[str], Mock]

FIXTURES = Path(__file__).parents[2] / "fixtures"

with (FIXTURES / "payments" / "currencies.csv").open(newline="") as file:
    PAIRS = {(row["currency"], row["network"]) for row in csv.DictReader(file)}
CURRENCIES, NETWORKS = (sorted(set(words)) for words in zip(*PAIRS, strict=True))
USDT_NETWORKS = sorted(network for currency, network in PAIRS if currency == "USDT")

ONE_SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)

COUPONS = """
description: Two coupons; payments are paid after ten seconds.
clock: {mode: manual, start: "2025-06-15 15:06:40"}
accounts:
  - userId: demo
    key: demo-key
    coupons:
      - {code: CRYPTO10, percentage: 10, targetPay: crypto, timing: 2}
      - {code: CARD25, percentage: 25, targetPay: card}
payments:
  - ends: {after: 10s}
"""

UNPAID = COUPONS.partition("payments:")[0]


def put(mock: Mock, what: str, **body: str) -> httpx.Response:
    return mock.v3.send("PUT", f"/customers/{{user}}/{what}", **body)


def invoices(mock: Mock) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = mock.v3.get("/customers/{user}/payments").json()["body"]
    return rows


def account(mock: Mock) -> tuple[int, str]:
    shown = mock.v3.get("/customers/{user}/balance").json()["body"]
    return shown["balance"], shown["totalCharges"]


def coupon(mock: Mock, code: str) -> str:
    listed = mock.v3.get("/customers/{user}/coupons").json()["body"]["codes"]
    return next(str(row["status"]) for row in listed if row["code"] == code)


# Invoices

INVOICES: dict[str, Callable[[Mock], httpx.Response]] = {
    "cryptomus": lambda mock: put(mock, "cryptomus/invoice/515"),
    "pay4bit": lambda mock: put(mock, "pay4bit/invoice/515"),
    "v2": lambda mock: mock.v2.get("/checkout/crypto", amount="515"),
}


PAGES = {
    "cryptomus": "https://pay.cryptomus.com/pay/",
    "pay4bit": "https://api.pay4bit.net/pay?",
    "v2": "https://pay.cryptomus.com/pay/",
}


@pytest.mark.parametrize("name", INVOICES)
def test_an_invoice_is_the_page_of_its_provider(mock: Mock, name: str) -> None:
    assert INVOICES[name](mock).json()["body"].startswith(PAGES[name])


@pytest.mark.parametrize("ask", INVOICES.values(), ids=INVOICES)
def test_every_invoice_has_a_page_of_its_own(mock: Mock, ask: Callable[[Mock], httpx.Response]) -> None:
    assert ask(mock).json()["body"] != ask(mock).json()["body"]


@pytest.mark.parametrize("ask", INVOICES.values(), ids=INVOICES)
def test_a_new_invoice_is_listed_for_one_hour(mock: Mock, ask: Callable[[Mock], httpx.Response]) -> None:
    ask(mock)
    [row] = invoices(mock)
    assert row == {
        **row,
        "amount": 515,
        "created": "2025-06-15 15:06:40",
        "expires_at": "2025-06-15 16:06:40",
        "status": "check",
        "userId": "demo",
    }


@pytest.mark.parametrize("ask", INVOICES.values(), ids=INVOICES)
def test_a_paid_invoice_reaches_the_balance_and_the_total_charges(
    mock: Mock, ask: Callable[[Mock], httpx.Response]
) -> None:
    ask(mock)
    mock.advance("10s")
    assert account(mock) == (100515, "515")


def test_nothing_reaches_the_balance_before_it_is_paid(mock: Mock) -> None:
    put(mock, "cryptomus/invoice/515")
    mock.advance("9999ms")
    assert account(mock) == (100000, "0")


@pytest.mark.parametrize(("waited", "status"), [("9s", "check"), ("10s", "paid"), ("2h", "paid")])
def test_a_payment_is_shown_as_it_stands(mock: Mock, waited: str, status: str) -> None:
    put(mock, "cryptomus/invoice/515")
    mock.advance(waited)
    assert [row["status"] for row in invoices(mock)] == [status]


@pytest.mark.parametrize(("waited", "status"), [("3599999ms", "check"), ("1h", "cancel")])
@pytest.mark.parametrize("ask", INVOICES.values(), ids=INVOICES)
def test_an_unpaid_invoice_expires_after_an_hour(
    start: Start, ask: Callable[[Mock], httpx.Response], waited: str, status: str
) -> None:
    mock = start(UNPAID)
    ask(mock)
    mock.advance(waited)
    assert [row["status"] for row in invoices(mock)] == [status]


def test_an_expired_invoice_is_never_credited(start: Start) -> None:
    mock = start(UNPAID)
    put(mock, "cryptomus/invoice/515")
    mock.advance("30d")
    assert account(mock) == (0, "0")


def test_invoices_are_listed_newest_first(mock: Mock) -> None:
    for amount in (1, 2, 3):
        put(mock, f"cryptomus/invoice/{amount}")
    assert [row["amount"] for row in invoices(mock)] == [3, 2, 1]


def test_a_card_page_carries_what_is_paid_and_by_whom(mock: Mock) -> None:
    parts = parse_qs(urlsplit(put(mock, "pay4bit/invoice/515").json()["body"]).query)
    assert (parts["sum"], parts["account"], parts["currency"]) == (["5.15"], ["demo"], ["USD"])


def test_a_card_page_is_signed_over_its_amount(start: Start) -> None:
    pages = [put(start(UNPAID), f"pay4bit/invoice/{amount}").json()["body"] for amount in (1, 1, 2)]
    once, again, dearer = (parse_qs(urlsplit(page).query)["sign"] for page in pages)
    assert once == again != dearer


@pytest.mark.parametrize("amount", ["0", "-1", "1.5", "1e3", "10000001", "abc", "%20500", "9" * 40])
def test_an_invoice_is_for_a_sensible_number_of_cents(mock: Mock, amount: str) -> None:
    assert put(mock, f"cryptomus/invoice/{amount}").status_code == 400


def test_paying_in_earns_the_next_discount(mock: Mock) -> None:
    put(mock, "cryptomus/invoice/2000")
    mock.advance("10s")
    assert mock.v3.get("/customers/{user}/balance").json()["body"]["currentDiscountRate"] == "-5%"


# Wallets


@pytest.mark.parametrize(("currency", "network"), sorted(PAIRS))
def test_every_documented_currency_has_a_wallet_on_its_networks(mock: Mock, currency: str, network: str) -> None:
    wallet = put(mock, f"cryptomus/direct/{currency}/{network}/5.15").json()["body"]
    assert (wallet["currency"], wallet["network"], wallet["amountInUSD"]) == (currency, network.lower(), "5.15")


@ONE_SHARED
@given(st.sampled_from(sorted(set(product(CURRENCIES, NETWORKS)) - PAIRS)))
def test_no_currency_has_a_wallet_elsewhere(mock: Mock, pair: tuple[str, str]) -> None:
    answer = put(mock, f"cryptomus/direct/{pair[0]}/{pair[1]}/5.15")
    assert (answer.status_code, answer.json()["errorMessage"]) == (200, "UNSUPPORTED_CURRENCY")


@pytest.mark.parametrize("pair", ["usdt/bsc", "EUR/BSC", "USDT/CHEQUE"])
def test_a_word_that_is_no_currency_or_network_breaks_the_contract(mock: Mock, pair: str) -> None:
    assert put(mock, f"cryptomus/direct/{pair}/5.15").status_code == 400


@pytest.mark.parametrize("network", USDT_NETWORKS)
def test_v2_has_wallets_for_usdt(mock: Mock, network: str) -> None:
    wallet = mock.v2.get("/checkout/cryptoV2", currency="USDT", network=network, amount="5.15").json()["body"]
    assert (wallet["currency"], wallet["network"], wallet["amountInUSD"]) == ("USDT", network.lower(), "5.15")


@pytest.mark.parametrize(("currency", "network"), sorted(pair for pair in PAIRS if pair[0] != "USDT"))
def test_v2_has_wallets_for_nothing_else(mock: Mock, currency: str, network: str) -> None:
    answer = mock.v2.get("/checkout/cryptoV2", currency=currency, network=network, amount="5.15")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("amount", "shown"), [("5", "5.00"), ("5.1", "5.10"), ("0.01", "0.01"), ("0.1", "0.10"), ("999999.99", "999999.99")]
)
def test_a_wallet_is_for_dollars_with_up_to_two_decimals(mock: Mock, amount: str, shown: str) -> None:
    assert put(mock, f"cryptomus/direct/USDT/BSC/{amount}").json()["body"]["amountInUSD"] == shown


@pytest.mark.parametrize("amount", ["0", "0.00", "0.001", "-5", "5.", ".5", "05", "1e3", "1000000", "NaN", "%D9%A5"])
def test_a_wallet_is_for_a_sensible_number_of_dollars(mock: Mock, amount: str) -> None:
    assert put(mock, f"cryptomus/direct/USDT/BSC/{amount}").status_code == 400


def test_a_wallet_can_be_looked_up(mock: Mock) -> None:
    wallet = put(mock, "cryptomus/direct/USDT/BSC/5").json()["body"]
    assert mock.v3.get(f"/customers/{{user}}/cryptomus/transaction/{wallet['order_id']}").json()["body"] == wallet


def test_a_wallet_is_open_for_one_hour(mock: Mock) -> None:
    assert put(mock, "cryptomus/direct/USDT/BSC/5").json()["body"]["expire_at"] == 1750000000 + 3600


@pytest.mark.parametrize(("scenario", "waited", "status"), [(COUPONS, "10s", "paid"), (UNPAID, "1h", "cancel")])
def test_a_wallet_is_shown_as_it_stands(start: Start, scenario: str, waited: str, status: str) -> None:
    mock = start(scenario)
    wallet = put(mock, "cryptomus/direct/USDT/BSC/5").json()["body"]
    mock.advance(waited)
    shown = mock.v3.get(f"/customers/{{user}}/cryptomus/transaction/{wallet['order_id']}").json()["body"]
    assert shown == {**wallet, "status": status}


def test_a_paid_wallet_reaches_the_balance_and_the_total_charges(mock: Mock) -> None:
    put(mock, "cryptomus/direct/BTC/BTC/5.15")
    mock.advance("10s")
    assert account(mock) == (100515, "515")


def test_a_wallet_is_no_invoice(mock: Mock) -> None:
    put(mock, "cryptomus/direct/USDT/BSC/5")
    assert invoices(mock) == []


# Coupons


@pytest.mark.parametrize(
    ("ask", "code", "balance"),
    [
        ("cryptomus/invoice/1000", "CRYPTO10", 1100),
        ("cryptomus/direct/USDT/BSC/10", "CRYPTO10", 1100),
        ("pay4bit/invoice/1000", "CARD25", 1250),
        ("cryptomus/invoice/19", "CRYPTO10", 20),
    ],
)
def test_a_coupon_is_more_credit_on_a_payment(start: Start, ask: str, code: str, balance: int) -> None:
    mock = start(COUPONS)
    put(mock, ask, couponCode=code)
    mock.advance("10s")
    assert account(mock)[0] == balance


def test_the_credit_of_a_coupon_is_no_charge(start: Start) -> None:
    mock = start(COUPONS)
    put(mock, "cryptomus/invoice/1000", couponCode="CRYPTO10")
    mock.advance("10s")
    assert account(mock)[1] == "1000"


def test_a_coupon_is_used_once_it_was_paid_with(start: Start) -> None:
    mock = start(COUPONS)
    put(mock, "cryptomus/invoice/1000", couponCode="CRYPTO10")
    mock.advance("10s")
    assert coupon(mock, "CRYPTO10") == "used"


@pytest.mark.parametrize("waited", ["0s", "10s"])
def test_a_coupon_serves_one_payment_only(start: Start, waited: str) -> None:
    mock = start(COUPONS)
    put(mock, "cryptomus/invoice/1000", couponCode="CRYPTO10")
    mock.advance(waited)
    again = put(mock, "cryptomus/invoice/1000", couponCode="CRYPTO10")
    assert again.json()["errorMessage"] == "INVALID_COUPON"


def test_a_coupon_can_be_used_again_when_its_payment_was_never_made(start: Start) -> None:
    mock = start(UNPAID)
    put(mock, "cryptomus/invoice/1000", couponCode="CRYPTO10")
    mock.advance("1h")
    assert put(mock, "cryptomus/invoice/1000", couponCode="CRYPTO10").json()["ok"]


def test_an_empty_coupon_is_none(start: Start) -> None:
    mock = start(COUPONS)
    put(mock, "cryptomus/invoice/1000", couponCode="")
    mock.advance("10s")
    assert account(mock)[0] == 1000


@pytest.mark.parametrize(("waited", "status"), [("47h", "issued"), ("2d", "expired")])
def test_a_coupon_expires_after_its_days(start: Start, waited: str, status: str) -> None:
    mock = start(COUPONS)
    mock.advance(waited)
    assert coupon(mock, "CRYPTO10") == status


def test_usable_coupons_are_counted(start: Start) -> None:
    mock = start(COUPONS)
    put(mock, "cryptomus/invoice/1000", couponCode="CRYPTO10")
    mock.advance("10s")
    assert mock.v3.get("/customers/{user}/balance").json()["body"]["couponCount"] == 1


def test_a_coupon_is_listed_with_its_terms(start: Start) -> None:
    listed = start(COUPONS).v3.get("/customers/{user}/coupons").json()["body"]
    assert (listed["totalReceived"], listed["codes"][0]) == (
        2,
        {
            "userId": "demo",
            "code": "CRYPTO10",
            "issuedAt": "2025-06-15 15:06:40",
            "expiredAt": "2025-06-17 15:06:40",
            "status": "issued",
            "timing": 2,
            "percentage": 10,
            "targetPay": "crypto",
        },
    )
