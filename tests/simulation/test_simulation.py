"""Row 15: many short lives of a whole company of replicas, each from one seed."""

from __future__ import annotations

import os

import pytest

from tests.simulation.world import Run, play
from tests.system.crash.seeds import seeds

ONE = os.environ.get("HEADWATER_SIM_SEED")
LINES = 60
RUNS = 200  # of one seed of the suite: a few seconds


def described(run: Run) -> str:
    """Say how to see it again, and the last of what happened."""
    again = f"HEADWATER_SIM_SEED={run.seed} pytest tests/simulation/test_simulation.py"
    return "\n".join([run.violation, *run.trace[-LINES:], f"play it again: {again}"])


@pytest.mark.parametrize("seed", seeds(in_tests=1))
def test_no_promise_is_broken_whatever_fails(seed, tally):
    numbers = [int(ONE)] if ONE else range(1_000 * seed, 1_000 * seed + RUNS)
    for number in numbers:
        run = play(number)
        tally(
            15,
            run.seed,
            faults=run.faults,
            acknowledged=run.acknowledged,
            lost=len(run.missing),
            in_bound=run.in_bound,
            doubled=len(run.doubled),
        )
        assert not run.violation, described(run)


@pytest.mark.parametrize("again", range(3, 8))
def test_a_seed_is_always_the_same_run(again):
    assert play(again) == play(again)
