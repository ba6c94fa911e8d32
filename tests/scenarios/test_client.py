"""The program itself comes to an end, whatever it meets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.scenario.load import load
from tests.scenarios.client import Result
from tests.scenarios.table import order_and_poll, run

if TYPE_CHECKING:
    from pathlib import Path

    from mockserver.scenario.fixtures import Fixtures


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        ("{then: {status: 500}}", Result(None, 0, "no answer")),
        ("{then: {malformed: true}}", Result(None, 0, "no answer")),
        ("{then: {reset: true}}", Result(None, 0, "no answer")),
        ("{when: {operation: v3.orderNumber}, then: {reset: true}}", Result(None, 1, "no answer")),
        ("{when: {operation: v3.getOrder}, then: {status: 503}}", Result(None, 1, "no answer")),
        ("{when: {operation: v3.getInventory}, then: {status: 403}}", Result(None, 0, "FORBIDDEN")),
    ],
)
def test_the_program_gives_up(shipped: Fixtures, tmp_path: Path, fault: str, result: Result) -> None:
    assert outcome(fault, shipped, tmp_path) == result


@pytest.mark.parametrize("effect", ["{omit: body.orderId}", "{cut: 0.5}", "{empty: true}", "{contentType: text/html}"])
def test_the_program_finds_an_order_whose_answer_is_spoilt(shipped: Fixtures, tmp_path: Path, effect: str) -> None:
    result = outcome(f"{{when: {{operation: v3.orderNumber}}, then: {effect}}}", shipped, tmp_path)
    assert (result.tries, result.ending) == (1, "code received")


def outcome(fault: str, shipped: Fixtures, folder: Path) -> Result:
    """What the program comes to under a fault."""
    (folder / "scenario.yaml").write_text(f"description: Broken.\ninclude: [default]\nfaults:\n  - {fault}\n")
    scenario = load(str(folder / "scenario.yaml"), shipped.catalogue)
    return order_and_poll(scenario, run(scenario, shipped))
