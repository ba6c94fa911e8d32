"""Why the business says no, in the words of the vocabulary."""

from __future__ import annotations

import pytest

from mockserver.contract import vocabulary
from mockserver.domain.refusal import Reason, Refusal


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_one_of_the_vocabulary_by_its_name(reason: Reason) -> None:
    assert (reason.name, reason.name in vocabulary().reasons) == (reason.value, True)


def test_whatever_an_operation_may_be_refused_for_is_a_reason() -> None:
    refusals = {reason for purpose in vocabulary().purposes.values() for reason in purpose.refusals}
    assert refusals <= {reason.name for reason in Reason}


@pytest.mark.parametrize("reason", Reason)
def test_a_refusal_reads_as_its_reason(reason: Reason) -> None:
    assert str(Refusal(reason)) == reason.value


def test_a_refusal_tells_what_is_for_sale() -> None:
    offer = object()
    assert Refusal(Reason.PRICE_CHANGED, offer).offer is offer
