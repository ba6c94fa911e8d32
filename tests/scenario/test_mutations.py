"""Whatever is done to a scenario, it loads and makes a world in order, or its problems are told."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.contract import LocatedError
from mockserver.data import scenarios
from mockserver.domain.clock import DAY
from mockserver.domain.refusal import Refusal
from mockserver.domain.settlement import settle
from mockserver.scenario.build import build
from mockserver.usecases.ordering import OrderRequest, order_number
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario

Path = tuple[str | int, ...]

TEXTS = {name: path.read_text(encoding="utf-8") for name, path in scenarios().items()}
DATA = {name: yaml.load(text, yaml.CSafeLoader) for name, text in TEXTS.items()}


def places(data: Any, path: Path = ()) -> list[Path]:
    """List the paths of all values, the whole first."""
    children: Any = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [path, *(place for key, value in children for place in places(value, (*path, key)))]


FIELDS = sorted({key for data in DATA.values() for path in places(data) for key in path if isinstance(key, str)})
FIELDS += ["include", "variables"]

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.sampled_from(
        [
            "12",
            "ds",
            "any",
            "att",
            "userId",
            "${x}",
            "${",
            "default",
            "gone.yaml",
            "5s",
            "0s",
            "99999d",
            "2025-02-30 00:00:00",
            "crypto",
            "paid",
        ]
    ),
    st.sampled_from([0, 1, 10**11, 1.0, 1e300, -0.0]),
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=2),
    st.dictionaries(st.sampled_from(FIELDS), scalars, max_size=2),
    st.sampled_from(list(DATA.values())),
).map(deepcopy)


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Draw a shipped scenario's data in which some values were replaced, taken out, doubled or added."""
    data = {"": deepcopy(draw(st.sampled_from(list(DATA.values()))))}
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(data)[1:]))
        owner: Any = data
        for key in path[:-1]:
            owner = owner[key]
        match draw(st.sampled_from(["replace", "replace", "remove", "double", "add"])):
            case "replace":
                owner[path[-1]] = draw(values)
            case "remove" if len(path) > 1:
                del owner[path[-1]]
            case "double" if isinstance(owner, list):
                owner.append(deepcopy(owner[int(path[-1])]))
            case "add" if isinstance(owner[path[-1]], dict):
                owner[path[-1]][draw(st.sampled_from(FIELDS))] = draw(values)
    return data[""]


@st.composite
def garbled(draw: st.DrawFn) -> str:
    """Draw a shipped scenario's text in which a piece was replaced."""
    text = draw(st.sampled_from(list(TEXTS.values())))
    start = draw(st.integers(0, len(text)))
    piece = draw(
        st.one_of(st.text(max_size=3), st.sampled_from(["\t", "\n", ": ", "- ", "*a", "&a ", "!!int ", "{", "]"]))
    )
    return text[:start] + piece + text[start + draw(st.integers(0, 20)) :]


def live(scenario: Scenario, shipped: Fixtures) -> list[str]:
    """Make a scenario's world, let every account order, let time pass; list the rules that are broken."""
    world = build(scenario, shipped, lambda: 0, rules=DEFAULT)
    for customer in list(world.customers.values()):
        with suppress(Refusal):
            order_number(world, customer, OrderRequest("12", "ds", "any", 1000, "", "", failover=True))
    world.clock.advance(40 * DAY)
    settle(world)
    balances = [world.ledger.balance(customer) for customer in world.customers]
    return [
        *world.invariant_violations(),
        *(f"{balance} is no integer" for balance in balances if type(balance) is not int),
    ]


@given(mutated())
@settings(deadline=None)
def test_mutated_data_is_a_scenario_or_a_list_of_problems(
    read: Callable[[str], Scenario], shipped: Fixtures, data: Any
) -> None:
    with suppress(LocatedError):
        assert live(read(yaml.safe_dump(data, allow_unicode=True, sort_keys=False)), shipped) == []


@given(garbled())
@settings(deadline=None)
def test_garbled_text_is_a_scenario_or_a_list_of_problems(
    read: Callable[[str], Scenario], shipped: Fixtures, text: str
) -> None:
    with suppress(LocatedError):
        assert live(read(text), shipped) == []


@given(mutated())
@settings(deadline=None)
def test_every_problem_has_a_place_in_the_file(read: Callable[[str], Scenario], data: Any) -> None:
    text = yaml.safe_dump(data, sort_keys=False)
    try:
        read(text)
    except LocatedError as error:
        lines = [problem.place.line for problem in error.problems]
        assert min(lines) >= 1
        assert max(lines) <= text.count("\n") + 1


@given(
    text=st.text()
    | st.lists(st.sampled_from([*"{}[]:-#&*!|>\n\t ", "include", "accounts", "key", "${x}"])).map("".join)
)
@settings(deadline=None)
def test_any_text_is_a_list_of_problems_with_places(read: Callable[[str], Scenario], text: str) -> None:
    with pytest.raises(LocatedError) as refused:
        read(text)
    assert all(problem.place.line >= 1 for problem in refused.value.problems)
