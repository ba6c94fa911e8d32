"""What the tests of faults share: JSON values, calls, and answers whose body an effect changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from mockserver.contract import FailureBody
from mockserver.simulation.chance import Chance
from mockserver.simulation.faults.effect import FaultedAnswer, FaultedCall

if TYPE_CHECKING:
    from mockserver.simulation.faults.effect import Effect

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    # orjson writes no lone surrogates
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
paths = st.from_regex(r"[abc](\[\])?(\.[abc](\[\])?){0,2}", fullmatch=True)


def call(matched: int = 1, elapsed: int = 0) -> FaultedCall:
    """Make a call of a world with the seed 1."""
    return FaultedCall(0, matched, "key", elapsed, Chance(1), {})


def changed(effect: Effect, body: object) -> Any:
    """Return the body of an answer after an effect; the same one if that finds nothing to change."""
    answer = effect.change(FaultedAnswer(FailureBody(200, body), (), FailureBody))
    return body if answer is None else answer.reply.body
