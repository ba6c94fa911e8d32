"""The kinds of faults are those that scenarios and the control API may write."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mockserver.control.operations import written
from mockserver.data import directory
from mockserver.simulation.faults.effect import Moment
from mockserver.simulation.faults.kinds import KINDS


def scenario_effects() -> Any:
    """Return the effects of the scenarios' schema."""
    schema = orjson.loads((directory("scenarios") / "schema.json").read_bytes())
    return schema["$defs"]["faultEffect"]["properties"]


def control_effects() -> Any:
    """Return the effects of the control API's document."""
    return written()["components"]["schemas"]["FaultEffect"]["properties"]


@pytest.mark.parametrize("effects", [scenario_effects, control_effects])
def test_every_kind_may_be_written(effects: Any) -> None:
    assert effects().keys() == KINDS.keys()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_may_act_after(kind: str) -> None:
    assert Moment.AFTER in KINDS[kind].moments
