"""How money and time are written."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.dialects import wire
from mockserver.domain.payment import Payment

if TYPE_CHECKING:
    from mockserver.domain.clock import Instant

cents = st.integers(0, 10_000_000_000)


@given(cents)
def test_dollars_are_cents_with_the_point_moved(amount: int) -> None:
    assert Decimal(str(wire.dollars(amount))) == Decimal(amount) / 100


@given(cents)
def test_dollars_read_back_are_the_same_cents(amount: int) -> None:
    assert wire.cents(f"{amount // 100}.{amount % 100:02}") == amount


@pytest.mark.parametrize(("text", "amount"), [("5", 500), ("5.1", 510), ("5.15", 515), ("0.01", 1), ("0.29", 29)])
def test_a_text_of_dollars_has_up_to_two_decimals(text: str, amount: int) -> None:
    assert wire.cents(text) == amount


@given(st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001 - made aware below
def test_time_is_written_in_utc_to_the_second(moment: datetime) -> None:
    instant = int(moment.replace(tzinfo=UTC, microsecond=0).timestamp()) * 1000
    assert wire.utc(instant) == moment.strftime("%Y-%m-%d %H:%M:%S")


@given(st.integers(0, 10**13), st.integers(0, 10**13))
def test_written_times_compare_as_the_times_do(earlier: Instant, later: Instant) -> None:
    earlier, later = sorted((earlier, later))
    assert wire.utc(earlier) <= wire.utc(later)


def test_the_discount_table_is_the_documented_one() -> None:
    documented = [[8000, 0.8, "-20%"], [6000, 0.85, "-15%"], [4000, 0.9, "-10%"], [2000, 0.95, "-5%"], [0, 1, "0%"]]
    assert wire.discount_rates() == documented


def test_an_invoice_is_not_shown_as_a_wallet() -> None:
    invoice = Payment("id", "session", "page", "demo", "crypto", "cryptomus", 500, 0, 1, "https://example.com")
    with pytest.raises(ValueError, match="payment id is no wallet"):
        wire.transaction(invoice)
