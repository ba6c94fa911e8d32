"""Drift, asked about vendors drawn by chance: `benchmarks/vendors.py` prints the same figures for many draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.contract import contract
from tests.vendors.generator import KINDS, draw
from tests.vendors.measure import Result, measure
from tests.vendors.statements import statements

if TYPE_CHECKING:
    from pathlib import Path

SEED = 1


class Thresholds(NamedTuple):
    """What holds of drift today: at least these shares of all decisions that are shown, and at most so many wrong
    statements and proposals that cannot be loaded for each vendor, on average."""

    detected: float = 0.7
    named: float = 0.1
    proposed: float = 0.1
    served: float = 0.1
    wrong: float = 5
    problems: float = 0.2


TODAY = Thresholds()
"""Raise these with drift; in the end, wrong and problems are 0."""

VENDORS = 6
"""How many vendors the thresholds are held against."""


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    return [measure(draw(SEED, number), tmp_path_factory.mktemp("vendor")) for number in range(VENDORS)]


@pytest.mark.parametrize("share", ["detected", "named", "proposed", "served"])
def test_drift_finds_out_as_much_as_before(results: list[Result], share: str) -> None:
    verdicts = [verdict for result in results for verdict in result.shown]
    assert sum(getattr(verdict, share) for verdict in verdicts) >= getattr(TODAY, share) * len(verdicts)


def test_drift_states_no_more_wrongly_than_before(results: list[Result]) -> None:
    wrong = [str(each) for result in results for each in result.wrong]
    assert len(wrong) <= TODAY.wrong * VENDORS, "\n".join(wrong)


def test_proposals_can_be_loaded_as_often_as_before(results: list[Result]) -> None:
    problems = [result.problem for result in results if result.problem]
    assert len(problems) <= TODAY.problems * VENDORS, "\n".join(problems)


@given(number=st.integers(0, 10_000), kind=st.sampled_from(["", *KINDS]))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_vendor_can_be_loaded(tmp_path: Path, number: int, kind: str) -> None:
    overlay = tmp_path / "vendor.yaml"
    vendor = draw(SEED, number, [kind] if kind else [])
    overlay.write_text(vendor.overlay)
    found = statements(contract(overlays=[overlay]))
    assert (found != statements(contract())) == bool(vendor.decisions)
