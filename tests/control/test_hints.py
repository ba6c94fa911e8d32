"""What the control API refuses, it says how to put right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.control.conftest import Opened, Steered

SHELF = {"country": "12", "service": "ds"}
CALLS = [{"operation": "v3.getOrdr"}]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "hint"),
    [
        ("GET", "/worlds/defalt", None, 404, "did you mean default?"),
        ("GET", "/worlds/default/catalogue?country=untied%20states", None, 404, "did you mean 12 (United States)?"),
        ("GET", "/worlds/default/catalogue?country=12&service=discord", None, 404, "did you mean ds (Discord)?"),
        ("GET", "/worlds/default/journal?operation=v3.getOrdr", None, 404, "did you mean v3.getOrder?"),
        ("GET", "/worlds/default/journal/count?operation=v4.*", None, 404, "unknown operation v4.*"),
        ("POST", "/worlds/default/journal/verify", {"calls": CALLS, "exactly": 0}, 404, "did you mean v3.getOrder?"),
        (
            "POST",
            "/worlds/default/clock/advance",
            {"by": "20 minutes"},
            400,
            "must be a value such as 8s, 20m or 1h30m, got",
        ),
        ("POST", "/worlds/default/journal/verify", {"calls": CALLS, "within": "1"}, 400, "; an example is 2s"),
        ("POST", "/worlds", {"apiKey": "a b c d"}, 400, "; an example is my-key-1"),
        ("POST", "/worlds", {"userId": "a b"}, 400, "; an example is ann"),
        ("POST", "/worlds", {"userId": "ann", "apiKey": "demo-key"}, 409, "choose another apiKey"),
        ("POST", "/worlds", {"variables": {"nope": 1}}, 422, "variables.nope: the scenario has no such variable"),
        ("POST", "/worlds", {"scenario": "./mine.yaml"}, 400, "send the scenario itself"),
        ("POST", "/worlds", {"scenario": {"acounts": []}}, 400, "acounts is not known to the control API, did"),
        ("POST", "/worlds", {"snapshot": {}, "seed": 1}, 400, "body.snapshot.version is required"),
        ("PUT", "/worlds/default/clock", {"mode": "real", "scaled": 2}, 400, "at most 1 field (One of: `mode`; `sca"),
        ("PATCH", "/worlds/default/catalogue", SHELF, 400, "body does not fit: A price, a stock or both."),
        ("POST", "/worlds/default/journal/verify", {"calls": [{}, {}], "exactly": 1}, 400, "and not counted"),
        ("POST", "/worlds/default/faults", {"then": {"cut": 1.5}}, 400, "A share of the body, below 1, or a numb"),
    ],
)
def test_a_refusal_says_what_would_be_right(
    steered: Steered, method: str, path: str, body: Any, status: int, hint: str
) -> None:
    answer = steered(method, path, json=body)
    assert (answer.status_code, hint in answer.json()["error"]) == (status, True), answer.text


@pytest.mark.parametrize("operation", ["v3.getOrder", "v3.*", "*.getBalance", "*"])
def test_a_glob_that_an_operation_fits_may_be_asked_for(home: Opened, operation: str) -> None:
    assert home("GET", "/journal/count", params={"operation": operation}).json() == {"count": 0}


def test_a_form_is_told_apart_from_json(steered: Steered) -> None:
    answer = steered("POST", "/worlds", content="scenario=default", headers={"content-type": "text/plain"})
    assert answer.json()["error"] == 'send content-type: application/json, not "text/plain"'
