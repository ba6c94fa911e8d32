"""Whatever the schema allows makes a world in which no money is lost, however it is used."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import orjson
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mockserver import data as library
from mockserver.contract import LocatedError
from mockserver.contract import readings as choices
from mockserver.domain.refusal import Refusal
from mockserver.domain.settlement import settle
from mockserver.scenario.build import build, faults_of
from mockserver.usecases import lookup, ordering, paying
from tests.rules import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.domain.customer import Customer
    from mockserver.domain.world import World
    from mockserver.scenario.fixtures import Fixtures
    from mockserver.scenario.load import Scenario

SCHEMA: dict[str, Any] = orjson.loads((library.directory("scenarios") / "schema.json").read_bytes())
TEXT = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="$"), min_size=1, max_size=5)
INSTANT = st.datetimes().map(lambda moment: f"20{moment:%y-%m-%d %H:%M:%S}")
CODES = st.sampled_from(["mine", "12"])

FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "country": CODES,
    "service": st.sampled_from(["mine", "ds"]),
    "carrier": st.just("any"),
    "account": st.just("demo"),
    "readings": st.fixed_dictionaries(
        {}, optional={name: st.sampled_from([*reading.values]) for name, reading in choices().items()}
    ),
    "operation": st.sampled_from(["*", "v3.*", ["v2.getBalance", "v3.getOrder"]]),
    "omit": st.just("body"),
    "field": st.just("body"),
    "headers": st.just({"x-mine": "1"}),
    "uniform": st.just(["1ms", "20ms"]),
    "contentType": st.just("text/html"),
    "cut": st.sampled_from([0.5, 20]),
    "at": st.none(),
    "text": TEXT | st.sampled_from(["{code}", "{fake.name}: {code}"]),
    "locale": st.sampled_from(["en_US", "ja_JP"]),
    "orderId": st.integers(1, 10**18).map(str),
}
"""What the schema does not say of the fields of this name; None is for a field that is left out."""

PATTERNS = {
    "duration": st.sampled_from(["0s", "1s", "250ms", "1h30m", "19m", "20m", "2d"]),
    "instant": INSTANT,
    "phone": st.from_regex(r"[0-9]{7,15}", fullmatch=True),
}

ACCOUNT = {"userId": "demo", "key": "demo-key"}
CATALOGUE = {
    "countries": [
        {"code": "mine", "name": "Mine", "numbers": ["99#######"], "carriers": [{"name": "a"}, {"name": "b"}]}
    ],
    "services": [{"code": "mine", "name": "Mine"}],
    "offers": [
        {"country": country, "service": service, "price": 16, "stock": 3}
        for country, service in (("mine", "mine"), ("mine", "ds"), ("12", "mine"))
    ],
}


def of(part: Any) -> st.SearchStrategy[Any]:
    """Draw what a part of the schema allows, but for variables."""
    name = part.get("$ref", "/variable").rpartition("/")[2]
    if name in PATTERNS:
        return PATTERNS[name]
    if name != "variable":
        return of(SCHEMA["$defs"][name])
    if "const" in part:
        return st.just(part["const"])
    enum = part.get("enum") or part.get("anyOf", [{}])[0].get("enum")
    if enum:
        return st.sampled_from(enum)
    types = part.get("type", "string")
    kinds = [types] if isinstance(types, str) else [kind for kind in types if kind != "string" or len(types) == 1]
    return st.one_of([KINDS[kind](part) for kind in kinds])


def number(part: Any) -> st.SearchStrategy[float]:
    return st.floats(part["minimum"], part.get("maximum", 1), allow_subnormal=False)


def integer(part: Any) -> st.SearchStrategy[int]:
    least, most = part.get("minimum", 0), part.get("maximum", 100)
    return st.integers(least, most) | st.integers(least, min(most, least + 5))


def array(part: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(of(part["items"]), min_size=part.get("minItems", 0), max_size=max(2, part.get("minItems", 0)))


def mapping(part: Any) -> st.SearchStrategy[dict[str, Any]]:
    alternatives = part.get("oneOf") or part.get("anyOf") or [{}]
    return st.sampled_from(alternatives).flatmap(lambda chosen: fields(part, alternatives, chosen.get("required", [])))


def fields(part: Any, alternatives: list[Any], chosen: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    known = {name: FIELDS[name] if name in FIELDS else of(schema) for name, schema in part["properties"].items()}
    required = {*part.get("required", ()), *chosen}
    excluded = {name for other in alternatives for name in other.get("required", ())} - required
    if "dependentSchemas" in part:
        excluded |= {"scaled", "step"}
    optional = {name: drawn for name, drawn in known.items() if name not in required | excluded}
    drawn = st.fixed_dictionaries({name: known[name] for name in required}, optional=optional)
    fewest, most = part.get("minProperties", 0), part.get("maxProperties", len(known))
    if most == 1:
        return st.sampled_from([*known]).flatmap(lambda name: st.fixed_dictionaries({name: known[name]}))
    return drawn.map(lambda data: {name: value for name, value in data.items() if value is not None}).filter(
        lambda data: len(data) >= fewest
    )


KINDS: dict[str, Callable[[Any], st.SearchStrategy[Any]]] = {
    "object": mapping,
    "array": array,
    "integer": integer,
    "number": number,
    "boolean": lambda _: st.booleans(),
    "string": lambda part: (
        st.from_regex(part["pattern"].removesuffix("|[$][{]"), fullmatch=True) if "pattern" in part else TEXT
    ),
}

SECTIONS = {
    name: FIELDS[name] if name in FIELDS else of(SCHEMA["properties"][name])
    for name in ("seed", "clock", "readings", "restock", "orders", "payments", "faults")
}
CHANGES = st.lists(of(SCHEMA["$defs"]["change"]), max_size=2)
BALANCES = st.integers(0, 200)


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a scenario of one account and a catalogue of its own."""
    account = {**ACCOUNT, "balance": draw(BALANCES), "totalCharges": draw(st.sampled_from([0, 10**5]))}
    sections = draw(st.fixed_dictionaries({}, optional=SECTIONS))
    catalogue = {**CATALOGUE, "changes": draw(CHANGES)}
    return {"description": "Drawn.", "accounts": [account], "catalogue": catalogue, **sections}


def step(world: World, customer: Customer, draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Do something that a customer can do, or let time pass."""
    orders = lookup.inventory(world, customer, 100)
    what = draw(st.sampled_from(["order", "order", "look", "refund", "another", "pay", "wait", "wait"]))
    match what:
        case "wait":
            world.clock.advance(draw(st.sampled_from([1000, 60_000, 1_200_000, 3_600_000])))
            settle(world)
        case "order":
            service = draw(st.sampled_from(["mine", "ds"]))
            request = ordering.OrderRequest(draw(CODES), service, "any", 1000, "", "", failover=True)
            ordering.order_number(world, customer, request)
        case "pay":
            paying.create_invoice(world, customer, draw(st.sampled_from([paying.CRYPTOMUS, paying.PAY4BIT])), 500)
        case _ if orders:
            order = draw(st.sampled_from(orders)).id
            act = {"look": lookup.single, "refund": ordering.refund, "another": ordering.request_another}[what]
            act(world, customer, order)


@given(data=st.data())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_a_random_scenario_never_breaks_a_rule_of_its_world(
    read: Callable[[str], Scenario], shipped: Fixtures, data: st.DataObject
) -> None:
    drawn = data.draw(scenarios())
    try:
        scenario = read(orjson.dumps(drawn).decode())
    except LocatedError:
        assume(False)
        raise
    world = build(scenario, shipped, lambda: 1_750_000_000_000, rules=DEFAULT)
    faults_of(scenario, world)
    settle(world)
    for _ in range(data.draw(st.integers(1, 12))):
        with suppress(Refusal):
            step(world, world.customers["demo"], data.draw)
    assert world.invariant_violations() == []
