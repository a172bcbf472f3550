"""Vowpal Wabbit's explorers on the same turns, each with several flags, of which its best counts.

It predicts with the actions' features crossed with the context; what was shown is learned at once,
with its probability. References: https://vowpalwabbit.org; A. Bietti et al., JMLR 2021 (epsilon,
cover, online cover); D. Foster, A. Rakhlin, "Beyond UCB", ICML 2020 (SquareCB).
"""

from __future__ import annotations

import random
from collections.abc import Mapping

import vowpalwabbit

from benchmarks.bandits.worlds import World

EXPLORERS: Mapping[str, tuple[str, ...]] = {
    "epsilon": ("--epsilon 0.02", "--epsilon 0.05", "--epsilon 0.1"),
    "squarecb": tuple(f"--squarecb --gamma_scale {scale}" for scale in (10, 100, 1000)),
    "cover": ("--cover 3 --nounif --epsilon 0.02", "--cover 8 --nounif --epsilon 0.02"),
    "online cover": ("--cover 3 --epsilon 0.05", "--cover 8 --epsilon 0.05"),
}
CROSSES = ("-q ca", "-q ca -q cc --interactions cca")
RATES = (0.5,)
PAIRS_MAX = 30
"""Names of a context up to which its pairs are tried, too: with 64 a turn takes 20 times as long.
"""


def flags(world: World, explorer: str) -> list[str]:
    """Return the command lines of an explorer that are tried on a world."""
    names = len(next(iter(world.turns(1, 1))).context)
    crosses = CROSSES if names <= PAIRS_MAX else CROSSES[:1]
    return [
        f"--cb_explore_adf {own} {crossed} -l {rate}"
        for own in EXPLORERS[explorer]
        for crossed in crosses
        for rate in RATES
    ]


def play(world: World, seed: int, events: int, command: str) -> float:
    """Return the sum of the rewards of ``events`` turns."""
    model = vowpalwabbit.Workspace(f"--quiet {command} --random_seed {seed + 1}")
    draw, won = random.Random(seed), 0.0
    lines = [f"|a {name.replace(' ', '_')}" for name in world.actions]
    places = range(len(lines))
    for context, rewards in world.turns(seed, events):
        shared = f"shared |c {' '.join(map(_feature, context.items()))}"
        chances = model.predict([shared, *lines])
        at = draw.choices(places, chances)[0]
        won += rewards[at]
        shown = [*lines]
        shown[at] = f"{at}:{-rewards[at]}:{chances[at]:.6f} {lines[at]}"
        model.learn([shared, *shown])
    model.finish()
    return won


def _feature(named: tuple[str, str | float]) -> str:
    name, value = named
    return f"{name}={value}" if isinstance(value, str) else f"{name}:{value:.6g}"
