"""Bandits: contexts one after the other, and what each action would earn.

The simulated bandit is that of `benchmarks.personalizer`. A classification set becomes a bandit in
the usual way: a row is a context, its classes are the actions, and the right one earns 1. Rows come
in random order, again and again. References: M. Dudik, J. Langford, L. Li, "Doubly robust policy
evaluation and learning", ICML 2011; A. Bietti, A. Agarwal, J. Langford, "A contextual bandit
bake-off", JMLR 2021.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from sklearn import datasets

DEVICES, TIMES = ("mobile", "desktop"), ("morning", "noon", "evening")
SIMULATED = "simulated"
CLASSES = ("digits", "wine", "breast_cancer", "iris")
_WORLD_SEED = 99


class Turn(NamedTuple):
    """A context, and the reward of each action, of which a bandit sees one."""

    context: dict[str, str | float]
    rewards: tuple[float, ...]


class World(NamedTuple):
    """``turns`` (seed, number) yields turns; ``actions`` are ids."""

    name: str
    actions: tuple[str, ...]
    events: int
    turns: Callable[[int, int], Iterator[Turn]]


def simulated() -> World:
    """Return the bandit of 2 devices by 3 times of day, and 6 actions."""
    contexts = [(device, at) for device in DEVICES for at in TIMES]
    draw = random.Random(_WORLD_SEED)
    chances = [[draw.uniform(0.02, 0.2) for _ in range(6)] for _ in contexts]
    for number, row in enumerate(chances):
        row[(5 * number + 2) % 6] = 0.6

    def turns(seed: int, count: int) -> Iterator[Turn]:
        drawn = random.Random(seed)
        for _ in range(count):
            at, luck = drawn.randrange(len(contexts)), drawn.random()
            device, time = contexts[at]
            yield Turn(
                {"device": device, "time": time}, tuple(float(luck < c) for c in chances[at])
            )

    return World(SIMULATED, tuple(f"offer {n}" for n in range(6)), 3_000, turns)


def classes(name: str) -> World:
    """Return a classification set that scikit-learn ships, as a bandit."""
    data = getattr(datasets, f"load_{name}")()
    rows: list[dict[str, str | float]] = [
        {f"f{at}": float(v) for at, v in enumerate(row)} for row in data.data.tolist()
    ]
    actions = tuple(f"class {n}" for n in range(len(data.target_names)))
    right = [int(target) for target in data.target]

    def turns(seed: int, count: int) -> Iterator[Turn]:
        drawn, order = random.Random(seed), list(range(len(rows)))
        while count:
            drawn.shuffle(order)
            for row in order[:count]:
                yield Turn(rows[row], tuple(float(n == right[row]) for n in range(len(actions))))
            count -= min(count, len(order))

    return World(name, actions, 2_000, turns)


def worlds() -> Mapping[str, Callable[[], World]]:
    """Return what makes each world, by name."""
    return {SIMULATED: simulated, **{name: partial(classes, name) for name in CLASSES}}
