"""A fault that makes no sense is told with its place, and with what would."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.contract import LocatedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mockserver.scenario.load import Scenario

    Read = Callable[[str], Scenario]

SMALLEST = "description: Small.\naccounts: [{userId: demo, key: demo-key}]\n"


def problems(read: Read, fault: str) -> list[str]:
    """List what is wrong with a scenario of one fault: pointers and messages."""
    with pytest.raises(LocatedError) as refused:
        read(f"{SMALLEST}faults: [{{{fault}}}]\n")
    return [f"{problem.pointer}: {problem.message}" for problem in refused.value.problems]


RESET = "then: {reset: true}"


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (
            f"when: {{operation: v3.getOrdr}}, {RESET}",
            "when/operation: unknown operation v3.getOrdr, did you mean v3.getOrder?",
        ),
        (
            f"when: {{operation: getOrder}}, {RESET}",
            "when/operation: unknown operation getOrder, did you mean v3.getOrder?",
        ),
        (f"when: {{operation: [v3.*, v4.*]}}, {RESET}", "when/operation/1: unknown operation v4.*"),
        (f"when: {{country: '999'}}, {RESET}", "when/country: unknown country 999"),
        (f"when: {{service: dss}}, {RESET}", "when/service: unknown service dss, did you mean ds (Discord)?"),
        (f"when: {{nth: {{from: 3, to: 2}}}}, {RESET}", "when/nth: the range from 3 to 2 is empty"),
        (f"when: {{account: dmeo}}, {RESET}", "when/account: unknown account dmeo, did you mean demo?"),
        (f"when: {{nth: 1.0}}, {RESET}", "when/nth: write 1: a whole number has no decimal point or exponent here"),
        (f"when: {{from: 3651d}}, {RESET}", "when/from: 3651d is longer than 3650d"),
        (f"when: {{until: 3651d}}, {RESET}", "when/until: 3651d is longer than 3650d"),
        (
            f"when: {{from: 2s, until: 2s}}, {RESET}",
            "when/until: 2s is not later than `from` (2s), so the fault never applies",
        ),
        (f"when: {{until: 0s}}, {RESET}", "when/until: 0s is not later than `from` (0s), so the fault never applies"),
        ("at: before, then: {cut: 1}", "at: cut changes the response, so it can only act `after`"),
        ("at: before, then: {malformed: true}", "at: malformed changes the response, so it can only act `after`"),
        ("at: before, then: {omit: body}", "at: omit changes the response, so it can only act `after`"),
        ("then: {latency: 11m}", "then/latency: 11m is longer than 10m, the longest delay of a response"),
        (
            "then: {latency: {uniform: [1s, 11m]}}",
            "then/latency/uniform/1: 11m is longer than 10m, the longest delay of a response",
        ),
        (
            "then: {latency: {uniform: [2s, 1s]}}",
            "then/latency/uniform: the lower bound 2s is longer than the upper bound 1s",
        ),
        (
            "then: {latency: {lognormal: {median: 11m, sigma: 1}}}",
            "then/latency/lognormal/median: 11m is longer than 10m, the longest delay of a response",
        ),
        ("then: {status: 500.0}", "then/status: write 500: a whole number has no decimal point or exponent here"),
        (
            "then: {status: {status: 500, text: a, body: b}}",
            "then/status/text: give either a text for the failure body or a body, not both",
        ),
        ("then: {status: {status: 204, body: {}}}", "then/status/body: a response with status 204 has no body"),
        (
            f"then: {{status: {{status: 200, body: {2**64}}}}}",
            "then/status/body: this cannot be written as JSON: Integer exceeds 64-bit range",
        ),
        (
            "then: {status: {status: 200, headers: {a b: c}}}",
            "then/status/headers/a b: this is not a header name",
        ),
        (
            "then: {status: {status: 200, headers: {Content-Length: '5'}}}",
            "then/status/headers/Content-Length: the server sets this header itself",
        ),
        (
            'then: {status: {status: 200, headers: {a: "b\\r\\nc: d"}}}',
            "then/status/headers/a: the value of a header must be printable ASCII without spaces at its ends",
        ),
        ("then: {rateLimit: {limit: 1, window: 0s}}", "then/rateLimit/window: a window must be longer than 0s"),
        (
            "then: {cut: 1.5}",
            "then/cut: a share of the body must be below 1, and a number of bytes must have no decimal point",
        ),
        (
            "then: {drip: {bytes: 1, every: 11m}}",
            "then/drip/every: 11m is longer than 10m, the longest delay of a response",
        ),
        (
            "when: {operation: v3.orderNumber}, then: {omit: body.orderID}",
            "then/omit: no response of these operations has the field body.orderID, did you mean body.orderId?",
        ),
        (
            "when: {operation: v3.getInventory}, then: {omit: body.status}",
            "then/omit: no response of these operations has the field body.status, did you mean body[].status?",
        ),
        (
            "when: {operation: v2.purchase}, then: {retype: {field: body.orderId, as: number}}",
            "then/retype/field: no response of these operations has the field body.orderId, did you mean orderId?",
        ),
    ],
)
def test_a_fault_that_makes_no_sense_is_told(read: Read, fault: str, expected: str) -> None:
    assert problems(read, fault) == [f"/faults/0/{expected}"]


@pytest.mark.parametrize(
    ("fault", "pointer", "message"),
    [
        ("name: x", "", "the field then is missing"),
        ("then: {}", "/then", "must have at least 1 field"),
        (
            "then: {reset: true, malformed: true}",
            "/then",
            "must have at most 1 field (Exactly one effect. Write a fault for each effect.): choose one of",
        ),
        ("then: {rest: true}", "/then/rest", "unknown field, did you mean reset?"),
        ("then: {reset: false}", "/then/reset", "must be true"),
        ("then: {status: 99}", "/then/status", "must be at least 200"),
        ("then: {latency: fast}", "/then/latency", "must match"),
        ("then: {omit: 'body[]'}", "/then/omit", "must match"),
        (f"when: {{operation: ''}}, {RESET}", "/when/operation", "must not be empty"),
        (f"when: {{operation: []}}, {RESET}", "/when/operation", "must have at least 1 item"),
        (f"when: {{probability: 1.1}}, {RESET}", "/when/probability", "must be at most 1"),
        (f"at: during, {RESET}", "/at", 'must be "before" or "after"'),
    ],
)
def test_a_fault_that_does_not_fit_the_schema_is_told(read: Read, fault: str, pointer: str, message: str) -> None:
    [problem] = problems(read, fault)
    assert problem.startswith(f"/faults/0{pointer}: {message}")


@pytest.mark.parametrize(
    "fault",
    [
        "when: {probability: 0.5}, then: {status: {status: 200, body: {country: x, seed: 1.0, start: never}}}",
        "when: {operation: v3.getOrder}, then: {omit: 'body[].messages[].text'}",
        "then: {omit: errorMessage}",
        "at: after, then: {status: 200}",
        "at: before, then: {empty: true}",
        "then: {status: {status: 204}}",
        "then: {status: {status: 200, headers: {x-empty: ''}}}",
    ],
)
def test_a_fault_that_makes_sense_is_taken(read: Read, fault: str) -> None:
    assert len(read(f"{SMALLEST}faults: [{{{fault}}}]\n").data["faults"]) == 1


def test_all_problems_of_all_faults_are_told_at_once(read: Read) -> None:
    faults = (
        "{when: {operation: v4.*, account: x}, then: {cut: 2.5}}, {at: before, then: {drip: {bytes: 1, every: 1h}}}"
    )
    with pytest.raises(LocatedError) as refused:
        read(f"{SMALLEST}faults: [{faults}]\n")
    assert len(refused.value.problems) == 5


def test_no_message_shows_a_header(read: Read) -> None:
    fault = 'then: {status: {status: 200, headers: {authorization: "Bearer SECRET\\n"}}}'
    assert "SECRET" not in "".join(problems(read, fault))
