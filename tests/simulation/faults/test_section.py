"""What the section `faults` of a scenario means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mockserver.contract import ABSENT
from mockserver.domain.clock import HOUR, MINUTE, SECOND
from mockserver.simulation.faults import section
from mockserver.simulation.faults.condition import Condition
from mockserver.simulation.faults.effect import Moment
from mockserver.simulation.faults.kinds.content_type import ContentType
from mockserver.simulation.faults.kinds.cut import Cut
from mockserver.simulation.faults.kinds.disconnect import Disconnect
from mockserver.simulation.faults.kinds.empty import Empty
from mockserver.simulation.faults.kinds.latency import Lognormal, Uniform
from mockserver.simulation.faults.kinds.malformed import Malformed
from mockserver.simulation.faults.kinds.omit import Omit
from mockserver.simulation.faults.kinds.rate_limit import RateLimit
from mockserver.simulation.faults.kinds.retype import Retype
from mockserver.simulation.faults.kinds.slow_body import SlowBody
from mockserver.simulation.faults.kinds.status import ErrorAnswer

if TYPE_CHECKING:
    from mockserver.simulation.faults.state import Fault


def only(text: str) -> Fault:
    """Read a section of one fault."""
    [fault] = section.parse([yaml.safe_load(text)])
    return fault


@pytest.mark.parametrize(
    ("then", "effect"),
    [
        ("latency: 200ms", Uniform(200, 200)),
        ("latency: {uniform: [100ms, 1s]}", Uniform(100, 1000)),
        ("latency: {lognormal: {median: 200ms, sigma: 0.5}}", Lognormal(200, 0.5)),
        ("status: 500", ErrorAnswer(500)),
        ("status: {status: 503}", ErrorAnswer(503)),
        ("status: {status: 503, text: maintenance}", ErrorAnswer(503, "maintenance")),
        ("status: {status: 200, body: {a: [1]}}", ErrorAnswer(200, body={"a": [1]})),
        ("status: {status: 200, body: null}", ErrorAnswer(200, body=None)),
        ("status: {status: 503, headers: {Retry-After: '9'}}", ErrorAnswer(503, headers=(("Retry-After", "9"),))),
        ("rateLimit: {limit: 10, window: 1m}", RateLimit(10, MINUTE)),
        ("reset: true", Disconnect(reset=True)),
        ("empty: true", Empty()),
        ("empty: body", Empty()),
        ("empty: response", Disconnect(reset=False)),
        ("cut: 0.5", Cut(0.5)),
        ("cut: 20", Cut(20)),
        ("malformed: true", Malformed()),
        ("drip: {bytes: 1, every: 50ms}", SlowBody(1, 50)),
        ("contentType: text/html", ContentType("text/html")),
        ("omit: body.orderId", Omit("body.orderId")),
        ("retype: {field: body.purchasePrice, as: string}", Retype("body.purchasePrice", "string")),
        ("retype: {field: body.purchasePrice, as: 'null'}", Retype("body.purchasePrice", "null")),
        ("retype: {field: body.purchasePrice, as: null}", Retype("body.purchasePrice", "null")),
    ],
)
def test_an_effect_is_read(then: str, effect: object) -> None:
    assert only(f"then: {{{then}}}").effect == effect


def test_without_a_body_a_status_has_the_failure_body_of_its_generation() -> None:
    effect = only("then: {status: 500}").effect
    assert isinstance(effect, ErrorAnswer)
    assert effect.body is ABSENT


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("", Condition()),
        ("operation: v3.getOrder", Condition(("v3.getOrder",))),
        ("operation: [v3.*, v2.purchase]", Condition(("v3.*", "v2.purchase"))),
        ("account: demo", Condition(account="demo")),
        ("nth: 3", Condition(first=3, last=3)),
        ("nth: {from: 4}", Condition(first=4)),
        ("nth: {from: 2, to: 3}", Condition(first=2, last=3)),
        ("country: '12', service: ds, order: '7'", Condition(country="12", service="ds", order="7")),
        ("every: 5", Condition(every=5)),
        ("times: 2", Condition(times=2)),
        ("probability: 0.1", Condition(probability=0.1)),
        ("from: 10s", Condition(start=10 * SECOND)),
        ("until: 1h", Condition(end=HOUR)),
    ],
)
def test_a_condition_is_read(when: str, expected: Condition) -> None:
    assert only(f"{{when: {{{when}}}, then: {{reset: true}}}}").when == expected


@pytest.mark.parametrize(
    ("then", "moment"),
    [
        ("latency: 1s", Moment.BEFORE),
        ("status: 500", Moment.BEFORE),
        ("rateLimit: {limit: 1, window: 1m}", Moment.BEFORE),
        ("reset: true", Moment.BEFORE),
        ("empty: true", Moment.AFTER),
        ("empty: response", Moment.AFTER),
        ("cut: 1", Moment.AFTER),
        ("malformed: true", Moment.AFTER),
        ("drip: {bytes: 1, every: 1ms}", Moment.AFTER),
        ("contentType: text/html", Moment.AFTER),
        ("omit: body", Moment.AFTER),
        ("retype: {field: body, as: string}", Moment.AFTER),
    ],
)
def test_every_effect_has_its_usual_moment(then: str, moment: Moment) -> None:
    assert only(f"then: {{{then}}}").moment is moment


@pytest.mark.parametrize("moment", Moment)
def test_a_scenario_may_choose_the_moment(moment: Moment) -> None:
    assert only(f"{{at: {moment}, then: {{status: 500}}}}").moment is moment


def test_a_fault_has_the_name_that_it_is_given() -> None:
    assert only("{name: flaky, then: {reset: true}}").name == "flaky"


def test_a_fault_without_a_name_is_called_by_its_place() -> None:
    written: list[dict[str, Any]] = [{"then": {"reset": True}}, {"then": {"reset": True}}]
    assert [fault.name for fault in section.parse(written)] == ["fault 1", "fault 2"]
