from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.verify.guard import RunJournal, SpendingRecord

if TYPE_CHECKING:
    from pathlib import Path

ORDERED = SpendingRecord("ordered", "v3.orderNumber", "7", 16)


def test_what_was_written_is_there_for_the_next_run(tmp_path: Path) -> None:
    path = tmp_path / "spending.jsonl"
    first = RunJournal(path)
    for record in (SpendingRecord("began", known=("1", "2")), SpendingRecord("asked", "v3.orderNumber"), ORDERED):
        first.write(record)
    assert RunJournal(path).records == first.records


def test_half_a_line_of_a_run_that_was_killed_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "spending.jsonl"
    RunJournal(path).write(ORDERED)
    with path.open("a") as file:
        file.write('{"event": "refun')
    assert [line.outcome for line in RunJournal(path).open] == ["open"]


def test_orders_of_an_earlier_run_are_open_but_not_charged_to_this_one(tmp_path: Path) -> None:
    path = tmp_path / "spending.jsonl"
    RunJournal(path).write(ORDERED)
    journal = RunJournal(path)
    journal.write(SpendingRecord("began"))
    assert ([line.order for line in journal.open], journal.lines) == (["7"], ())


def test_an_order_that_was_refunded_or_kept_is_not_open() -> None:
    journal = RunJournal(None)
    for record in (
        ORDERED,
        ORDERED._replace(order="8"),
        SpendingRecord("refunded", order="7", price=16),
        SpendingRecord("kept", order="8"),
    ):
        journal.write(record)
    assert ([line.outcome for line in journal.lines], journal.open) == (["refunded", "kept"], ())
