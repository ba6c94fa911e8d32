"""What the steps of a payment must be, beyond the schema."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import LocatedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.scenario.load import Scenario

HEAD = "description: Small.\ninclude: [default]\n"


@pytest.mark.parametrize(
    ("payment", "says"),
    [
        ("steps: [{after: 2s, as: check}, {after: 1s, as: paid}]", "1s is not later than the step before (2s)"),
        (
            "steps: [{after: 1s, as: paid}, {after: 2s, as: fail}]",
            "because the payment is over: it is paid",
        ),
        ("ends: {after: 1s}, steps: [{after: 1s, as: paid}]", "give ends or steps, not both"),
    ],
)
def test_steps_that_make_no_sense_are_told(read: Callable[[str], Scenario], payment: str, says: str) -> None:
    with pytest.raises(LocatedError) as refused:
        read(f"{HEAD}payments: [{{{payment}}}]\n")
    assert says in str(refused.value)
