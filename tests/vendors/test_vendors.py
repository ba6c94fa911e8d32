"""Drift, asked about vendors drawn by chance: `benchmarks/vendors.py` prints the same figures for many draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.contract import contract
from mockserver.drift import Drift
from tests.vendors.claims import wrong
from tests.vendors.generator import KINDS, Vendor, draw
from tests.vendors.measure import Result, judge, measure
from tests.vendors.repertoire import record
from tests.vendors.statements import statements

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Command

SEED = 1


class Thresholds(NamedTuple):
    """What holds of drift today: the least shares of the decisions that are shown, the most wrong statements and
    problems by vendor on average, and the most wrong statements about any vendor."""

    detected: float = 0.7
    named: float = 0.6
    proposed: float = 0.6
    served: float = 0.6
    wrong: float = 0
    problems: float = 0
    most_wrong: int = 0


TODAY = Thresholds()
"""To be raised with drift. Nothing may be wrong, and every proposal can be loaded."""

VENDORS = 2
"""How many vendors the thresholds are held against."""

SILENT = Drift(0, 0, 0, 0, 0, 0, (), ())


def judged(directory: Path, vendor: Vendor, proposal: str) -> Result:
    """A proposal, held against a vendor."""
    (directory / "vendor.yaml").write_text(vendor.overlay)
    (directory / "proposal.yaml").write_text(proposal)
    return judge(vendor, directory, record(directory / "vendor.yaml"), SILENT)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    return [measure(draw(SEED, number), tmp_path_factory.mktemp("vendor")) for number in range(VENDORS)]


@pytest.mark.parametrize("share", ["detected", "named", "proposed", "served"])
def test_drift_finds_out_as_much_as_before(results: list[Result], share: str) -> None:
    verdicts = [verdict for result in results for verdict in result.shown]
    assert sum(getattr(verdict, share) for verdict in verdicts) >= getattr(TODAY, share) * len(verdicts)


def test_drift_states_no_more_wrongly_than_before(results: list[Result]) -> None:
    found = [str(each) for result in results for each in result.wrong]
    assert len(found) <= TODAY.wrong * VENDORS, "\n".join(found)


def test_proposals_can_be_loaded_as_often_as_before(results: list[Result]) -> None:
    problems = [result.problem for result in results if result.problem]
    assert len(problems) <= TODAY.problems * VENDORS, "\n".join(problems)


def test_no_proposal_holds_a_key(results: list[Result]) -> None:
    assert [result.vendor.name for result in results if result.leaks] == []


@given(number=st.integers(0, 10_000), kind=st.sampled_from(list(KINDS)))
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_drift_states_little_wrongly_about_any_vendor(tmp_path: Path, number: int, kind: str) -> None:
    result = measure(draw(SEED, number, [kind]), tmp_path)
    assert len(result.wrong) <= TODAY.most_wrong, "\n".join(map(str, result.wrong))


@given(number=st.integers(0, 10_000), kind=st.sampled_from(["", *KINDS]))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_vendor_can_be_loaded(tmp_path: Path, number: int, kind: str) -> None:
    overlay = tmp_path / "vendor.yaml"
    vendor = draw(SEED, number, [kind] if kind else [])
    overlay.write_text(vendor.overlay)
    found = statements(contract(overlays=[overlay]))
    assert (found != statements(contract())) == bool(vendor.decisions)


@pytest.mark.parametrize("number", [3])
def test_verify_finds_nothing_in_a_vendor(command: Command, tmp_path: Path, number: int) -> None:
    overlay = tmp_path / "vendor.yaml"
    overlay.write_text(draw(SEED, number).overlay)
    found = command("verify", "--suite", "examples", "--suite", "equivalence", "--overlay", str(overlay))
    assert (found.exit_code, "Nothing found" in found.output) == (0, True), found.output


@pytest.mark.parametrize("number", [1, 8])
def test_the_vendor_itself_is_the_right_proposal(tmp_path: Path, number: int) -> None:
    vendor = draw(SEED, number)
    result = judged(tmp_path, vendor, vendor.overlay)
    assert (result.wrong, result.same) == ((), result.exchanges)
    assert [each for each in result.shown if not (each.named and each.proposed and each.served)] == []


@pytest.mark.parametrize("number", [1, 8])
def test_a_proposal_of_nothing_is_neither_right_nor_wrong(tmp_path: Path, number: int) -> None:
    result = judged(tmp_path, draw(SEED, number), "")
    assert (result.wrong, [each for each in result.shown if each.named or each.proposed]) == ((), [])


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_vendor_does_not_do_is_a_wrong_statement(tmp_path: Path, kind: str) -> None:
    proposal = tmp_path / "proposal.yaml"
    proposal.write_text(draw(SEED, 0, [kind]).overlay)
    plain = statements(contract())
    assert list(wrong(plain, plain, statements(contract(overlays=[proposal]))))
