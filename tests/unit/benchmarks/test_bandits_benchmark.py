"""The bandits by which choices are measured; one of them short, with a floor."""

from __future__ import annotations

import pytest

pytest.importorskip("sklearn")

from benchmarks.bandits import ours
from benchmarks.bandits.worlds import SIMULATED, worlds


@pytest.mark.parametrize("name", [*worlds()])
def test_a_world_is_the_same_for_every_contestant(name):
    world = worlds()[name]()
    first, again = [*world.turns(1, 50)], [*world.turns(1, 50)]
    assert first == again != [*world.turns(2, 50)]
    assert all(len(turn.rewards) == len(world.actions) for turn in first)


def test_by_default_it_earns_twice_what_chance_would():
    """Uniform choice earns 0.196 a turn, the best possible 0.6; 600 turns came to 300 of 360."""
    world = worlds()[SIMULATED]()
    assert ours.play(world, seed=1, events=600) >= 250
