"""`verify` finds every mutant as the table says. That it finds nothing on the sound mock is tested with its suites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mockserver.verify.run import SUITES as KNOWN
from tests.mutants import table
from tests.mutants.every import EVERY
from tests.mutants.hunt import SUITES, hunt

if TYPE_CHECKING:
    from tests.mutants.mutant import Mutant

TABLE = table.read()


@pytest.mark.parametrize("mutant", EVERY, ids=lambda mutant: mutant.name)
def test_a_mutant_is_found_as_the_table_says(mutant: Mutant) -> None:
    row = TABLE[mutant.name]
    caught = hunt(mutant, [row.suite])
    assert caught is not None, mutant.says
    assert (caught.finding.code, caught.cases <= row.cases) == (row.code, True), caught


def test_the_table_has_every_mutant_and_no_other() -> None:
    assert list(TABLE) == [mutant.name for mutant in EVERY]


def test_every_suite_hunts() -> None:
    assert sorted(SUITES) == sorted(KNOWN)
