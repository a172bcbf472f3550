"""The simulation finds what it is there to find: each mutant dies within so many runs."""

from __future__ import annotations

import pytest

from tests.integration.counting_engine import CountingEngine
from tests.simulation.mutants import MUTANTS, Forgetful
from tests.simulation.world import play

RUNS = 200  # a replica repairs itself, so that a mutant shows in fewer of them


def found_after(engine_type):
    """How many runs it took, None if no promise was broken in any of them."""
    for number in range(RUNS):
        if play(number, engine_type).violation:
            return number + 1
    return None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.__name__)
def test_code_that_breaks_a_promise_is_found(mutant):
    with mutant():
        assert found_after(CountingEngine) is not None


def test_an_engine_that_learns_twice_is_found():
    assert found_after(Forgetful) is not None
