"""Which faults act on a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.simulation.faults.condition import Condition
from mockserver.simulation.faults.effect import Moment
from mockserver.simulation.faults.kinds.disconnect import Disconnect
from mockserver.simulation.faults.kinds.empty import Empty
from mockserver.simulation.faults.kinds.latency import Delay, Lognormal, Uniform
from mockserver.simulation.faults.kinds.rate_limit import RateLimit
from mockserver.simulation.faults.kinds.slow_body import SlowBody
from mockserver.simulation.faults.kinds.status import ErrorAnswer
from mockserver.simulation.faults.state import AppliedFault, Fault, Faults

if TYPE_CHECKING:
    from mockserver.simulation.faults.effect import Effect

START = 1_750_000_000_000
MINUTE = 60_000
FAILURE = ErrorAnswer(500)
ALWAYS = Condition()


def fault(when: Condition, effect: Effect = FAILURE, name: str = "f") -> Fault:
    """Make a fault that acts before the handler."""
    return Fault(name, when, Moment.BEFORE, effect)


def faults(*conditions: Condition, seed: int = 1) -> Faults:
    """Make the faults of a world, one for each condition."""
    return Faults([fault(when) for when in conditions], seed, START)


def acting(
    subject: Faults, operation: str = "v3.getOrder", account: str = "demo", key: str = "key", at: int = 0
) -> bool:
    """Whether anything happens to a call so long after the start."""
    return bool(subject.decide(operation, account, key, START + at))


def decided(subject: Faults) -> tuple[AppliedFault, ...]:
    """Return what happens to a call at the start."""
    return subject.decide("v3.getOrder", "demo", "key", START)


def pattern(subject: Faults, calls: int) -> str:
    """Show to which of so many calls something happens."""
    return "".join("x" if acting(subject) else "." for _ in range(calls))


# Conditions


def test_without_a_condition_a_fault_acts_on_every_call() -> None:
    assert pattern(faults(Condition()), 3) == "xxx"


def test_an_act_tells_its_fault_its_moment_and_its_effect() -> None:
    subject = Faults([Fault("flaky", Condition(), Moment.AFTER, Empty())], 1, START)
    assert decided(subject) == (AppliedFault("flaky", Moment.AFTER, Empty()),)


@pytest.mark.parametrize(
    ("operations", "applied_faults"),
    [
        (("v3.getOrder",), True),
        (("v3.get*",), True),
        (("*",), True),
        (("*.getOrder",), True),
        (("v2.*", "v3.getOrder"), True),
        (("v3.getorder",), False),
        (("v3.get",), False),
        (("v2.*",), False),
    ],
)
def test_an_operation_fits_one_of_the_globs(operations: tuple[str, ...], applied_faults: bool) -> None:
    assert acting(faults(Condition(operations=operations))) is applied_faults


@pytest.mark.parametrize(("account", "applied_faults"), [("demo", True), ("other", False)])
def test_an_account_fits_when_it_is_the_one(account: str, applied_faults: bool) -> None:
    assert acting(faults(Condition(account=account))) is applied_faults


@pytest.mark.parametrize(
    ("when", "at", "applied_faults"),
    [
        (Condition(start=10), 9, False),
        (Condition(start=10), 10, True),
        (Condition(end=10), 9, True),
        (Condition(end=10), 10, False),
        (Condition(start=10, end=20), 15, True),
    ],
)
def test_a_window_of_time_has_its_beginning_and_not_its_end(when: Condition, at: int, applied_faults: bool) -> None:
    assert acting(faults(when), at=at) is applied_faults


def test_a_window_opens_and_closes_as_time_passes() -> None:
    subject = faults(Condition(start=10, end=20), Condition(start=15))
    applied_faults = [len(subject.decide("v3.getOrder", "demo", "key", START + at)) for at in (0, 9, 10, 15, 19, 20)]
    assert applied_faults == [0, 0, 1, 2, 2, 1]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (Condition(first=1, last=1), "x........."),
        (Condition(first=3, last=3), "..x......."),
        (Condition(every=5), "....x....x"),
        (Condition(every=1), "xxxxxxxxxx"),
        (Condition(times=2), "xx........"),
        (Condition(every=3, times=2), "..x..x...."),
        (Condition(first=3, last=3, every=2), ".........."),
        (Condition(first=4, last=4, every=2), "...x......"),
        (Condition(probability=0), ".........."),
        (Condition(probability=1), "xxxxxxxxxx"),
    ],
)
def test_matching_calls_are_counted(when: Condition, expected: str) -> None:
    assert pattern(faults(when), 10) == expected


@pytest.mark.parametrize(
    "call",
    [{"operation": "v3.getBalance"}, {"account": "other"}, {"at": 5}],
    ids=["operation", "account", "time"],
)
def test_a_call_that_does_not_match_is_not_counted(call: dict[str, object]) -> None:
    subject = faults(Condition(("v3.getOrder",), "demo", start=10, first=1, last=1))
    acting(subject, **{"at": 10, **call})  # type: ignore[arg-type]
    assert acting(subject, at=10)


def test_all_faults_that_match_act_in_their_order() -> None:
    subject = Faults([fault(Condition(), name=name) for name in "abc"], 1, START)
    assert [act.fault for act in decided(subject)] == ["a", "b", "c"]


def test_counts_are_plain_data() -> None:
    subject = faults(Condition(first=2, last=2), Condition(("v2.*",)))
    pattern(subject, 3)
    assert (subject.matched, subject.acted) == ({0: 3}, {0: 1})


@pytest.mark.parametrize(
    ("effect", "alters"),
    [(Delay(1), False), (SlowBody(1, 1), False), (ErrorAnswer(500), True), (Disconnect(reset=True), True)],
)
def test_an_answer_that_is_only_late_is_not_altered(effect: Effect, alters: bool) -> None:
    assert AppliedFault("f", Moment.AFTER, effect).alters is alters


# Chance


@given(seed=st.integers(0, 2**53), share=st.floats(0, 1), calls=st.integers(1, 30))
@settings(deadline=None)
def test_chance_depends_on_the_seed_and_the_count_only(seed: int, share: float, calls: int) -> None:
    when = Condition(probability=share)
    assert pattern(faults(when, seed=seed), calls) == pattern(faults(when, seed=seed), calls)


@given(st.lists(st.sampled_from(["v3.getOrder", "v3.getBalance"]), max_size=30))
@settings(deadline=None)
def test_other_calls_do_not_disturb_chance(calls: list[str]) -> None:
    when = Condition(("v3.getOrder",), probability=0.5)
    subject = faults(when)
    acted = [(operation, acting(subject, operation)) for operation in calls]
    own = ["x" if one else "." for operation, one in acted if operation == "v3.getOrder"]
    assert "".join(own) == pattern(faults(when), len(own))


def test_other_faults_do_not_disturb_chance() -> None:
    when = Condition(probability=0.5)
    crowded = Faults([fault(when, name="first"), fault(Condition(first=3, last=3)), fault(when)], 1, START)
    acted = [any(act.fault == "first" for act in decided(crowded)) for _ in range(20)]
    assert "".join("x" if one else "." for one in acted) == pattern(faults(when), 20)


def test_two_faults_draw_apart() -> None:
    when = Condition(probability=0.5)
    subject = Faults([fault(when, name="a"), fault(when, name="b")], 1, START)
    assert {tuple(act.fault for act in decided(subject)) for _ in range(30)} == {(), ("a",), ("b",), ("a", "b")}


def test_the_share_of_calls_comes_near_the_probability() -> None:
    assert 250 < pattern(faults(Condition(probability=0.3)), 1000).count("x") < 350


def test_chance_is_pinned() -> None:
    assert pattern(faults(Condition(probability=0.3)), 40) == "xx..xxx..x...x...x.xx...x..x.x.x..x....x"


@pytest.mark.parametrize("effect", [Uniform(100, 300), Lognormal(200, 0.5)])
def test_a_latency_is_drawn_call_by_call(effect: Uniform | Lognormal) -> None:
    subject = Faults([fault(Condition(), effect)], 1, START)
    assert len({decided(subject)[0].effect for _ in range(10)}) > 5


def test_latencies_are_pinned() -> None:
    subject = Faults([fault(Condition(), Uniform(100, 300)), fault(Condition(), Lognormal(200, 0.5))], 1, START)
    drawn = [act.effect for _ in range(2) for act in decided(subject)]
    assert drawn == [Delay(182), Delay(218), Delay(103), Delay(327)]


# Rate limits


def limited(limit: int = 2, when: Condition = ALWAYS) -> Faults:
    """Make a limit of so many calls a minute."""
    return Faults([fault(when, RateLimit(limit, MINUTE))], 1, START)


def test_a_rate_limit_acts_on_the_calls_above_it() -> None:
    assert pattern(limited(2), 4) == "..xx"


def test_a_new_window_begins_anew() -> None:
    subject = limited(1)
    assert [acting(subject, at=at) for at in (0, MINUTE - 1, MINUTE, MINUTE + 1)] == [False, True, False, True]


def test_a_window_is_counted_from_the_start_of_the_world() -> None:
    subject = limited(1)
    assert [acting(subject, at=at) for at in (MINUTE - 1, MINUTE)] == [False, False]


def test_every_key_has_a_limit_of_its_own() -> None:
    subject = limited(1)
    assert [acting(subject, key=key) for key in ("one", "other", "one")] == [False, False, True]


def test_a_refusal_tells_when_to_come_back() -> None:
    subject = limited(1)
    acting(subject, at=100)
    [act] = subject.decide("v3.getOrder", "demo", "key", START + 30_001)
    assert act.effect == ErrorAnswer(429, headers=(("retry-after", "30"),))


def test_a_limit_counts_only_calls_that_meet_its_conditions() -> None:
    assert pattern(limited(1, Condition(every=2)), 6) == "...x.x"


def test_times_counts_the_refusals_of_a_limit() -> None:
    assert pattern(limited(2, Condition(times=1)), 5) == "..x.."
