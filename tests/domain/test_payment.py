"""A payment is open until it gets a status that ends it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.domain.payment import CREDITED, OPEN, Status

if TYPE_CHECKING:
    from mockserver.domain.payment import Payment

ENDED = sorted(set(Status) - OPEN)


@pytest.mark.parametrize("status", sorted(OPEN))
@pytest.mark.parametrize("after", Status)
def test_an_open_payment_takes_any_status(payment: Payment, status: Status, after: Status) -> None:
    assert payment._replace(status=status).settle(after).status is after


@pytest.mark.parametrize("status", ENDED)
def test_a_payment_that_has_ended_is_not_open(payment: Payment, status: Status) -> None:
    assert not payment._replace(status=status).is_open


@pytest.mark.parametrize("status", ENDED)
def test_a_payment_ends_once(payment: Payment, status: Status) -> None:
    with pytest.raises(ValueError, match=f"payment p is already {status}"):
        payment._replace(status=status).settle(Status.PAID)


def test_no_status_is_both_open_and_credited() -> None:
    assert not OPEN & CREDITED


def test_statuses_are_the_words_of_the_provider() -> None:
    words = (
        "paid, paid_over, wrong_amount, process, confirm_check, wrong_amount_waiting, check, fail, cancel, "
        "system_fail, refund_process, refund_fail, refund_paid, locked"
    )
    assert [str(status) for status in Status] == words.split(", ")
