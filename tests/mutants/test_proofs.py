"""Every mutant misbehaves where it says so, and nowhere but in its own mock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mutants.every import EVERY
from tests.mutants.probe import SCENARIO, Probe

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Mock
    from tests.mutants.mutant import Mutant

every = pytest.mark.parametrize("mutant", EVERY, ids=lambda mutant: mutant.name)


@pytest.fixture
def probe(bare: Callable[[str], Mock]) -> Callable[[Mutant | None], Probe]:
    """Makes a mock, sound or with a fault, and answers what calls it."""

    def make(mutant: Mutant | None = None) -> Probe:
        mock = bare(SCENARIO)
        if mutant:
            mutant.spoil(mock.app)
        return Probe(mock.client, mock.world)

    return make


@every
def test_a_mutant_answers_its_proof_otherwise_than_the_sound_mock(mutant: Mutant, probe: Callable[..., Probe]) -> None:
    assert mutant.proof(probe(mutant)) != mutant.proof(probe())


@every
def test_the_sound_mock_answers_a_proof_the_same_again_after_a_mutant(
    mutant: Mutant, probe: Callable[..., Probe]
) -> None:
    before = mutant.proof(probe())
    mutant.proof(probe(mutant))
    assert mutant.proof(probe()) == before


def test_no_two_mutants_have_one_name() -> None:
    names = [mutant.name for mutant in EVERY]
    assert len(set(names)) == len(names)
