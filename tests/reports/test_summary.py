"""The words that all reports share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.findings import Line, Severity, Skip, Statement
from mockserver.reports import summary

if TYPE_CHECKING:
    from mockserver.findings import Finding, Run


@pytest.mark.parametrize(
    ("cents", "written"), [(0, "$0.00"), (16, "$0.16"), (-5, "-$0.05"), (123456, "$1,234.56"), (-100, "-$1.00")]
)
def test_cents_are_written_as_dollars(cents: int, written: str) -> None:
    assert summary.dollars(cents) == written


@pytest.mark.parametrize(("number", "written"), [(0, "0 cases"), (1, "1 case"), (4120, "4,120 cases")])
def test_what_is_counted_has_its_noun(number: int, written: str) -> None:
    assert summary.counted(number, "case") == written


def test_the_verdict_counts_the_findings(run: Run) -> None:
    assert summary.verdict(run) == "1 error, 1 warning, 1 note in 4,310 cases in 29.6 s."


def test_the_verdict_of_a_clean_run(clean_run: Run) -> None:
    assert summary.verdict(clean_run) == "Nothing found in 60 cases in 29.6 s."


def test_the_verdict_of_an_interrupted_run(clean_run: Run) -> None:
    interrupted = clean_run._replace(interrupted="Ctrl-C")

    assert summary.verdict(interrupted) == "Interrupted: Ctrl-C. Until then: Nothing found in 60 cases in 29.6 s."


def test_the_verdict_tells_of_suites_that_were_skipped(clean_run: Run) -> None:
    first, *others = clean_run.suites
    skipped = first._replace(skipped=(Skip("everything", "nobody is known"), Skip("an order", "it is too dear")))
    run = clean_run._replace(suites=(skipped, *others))
    assert summary.verdict(run).startswith("Nothing found in ")
    assert summary.verdict(run).endswith(" in 29.6 s. Skipped 1 of 1 suite: nobody is known.")


def test_findings_are_ordered_by_weight_then_operation(finding: Finding) -> None:
    note = finding._replace(level=Severity.NOTE, operation="a")
    first, second = finding._replace(operation="b"), finding._replace(operation="c")

    assert summary.ordered([note, second, first]) == [first, second, note]


@pytest.mark.parametrize(
    ("statement", "written"),
    [
        (Statement((Line("1", "v3.orderNumber", 16, 16),)), "Spent $0.16, refunded $0.16, lost $0.00."),
        (Statement((), 50), "Spent $0.00, refunded $0.00, lost $0.00, limit $0.50."),
        (Statement((), None, "no"), "Spent $0.00, refunded $0.00, lost $0.00. Ordering stopped: no."),
    ],
)
def test_money_is_told_in_a_sentence(statement: Statement, written: str) -> None:
    assert summary.money(statement) == written


def test_what_is_not_known_of_a_finding_is_not_told(finding: Finding) -> None:
    bare = finding._replace(expected="", got="", place=None, provenance="", curl="", seed=None)

    assert summary.text(bare) == finding.message
