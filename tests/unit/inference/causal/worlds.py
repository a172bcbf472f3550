"""Rows drawn from known effects, with a need that is on no log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """``placing`` and ``seeing`` are the true effects on the outcome."""

    placed: Floats
    seen: Floats
    chance: Floats
    acted: Floats
    outcome: Floats
    before: Floats
    covariates: Floats
    visitors: NDArray[np.int64]
    placing: float
    seeing: float


def world(rows: int = 6_000, seed: int = 1, lift: float = 0.3, visitors: int = 2_000) -> World:
    """A need of each visitor moves chance, scrolling and outcome; the outcome is a number."""
    random = np.random.default_rng(seed)
    who = random.integers(0, visitors, rows)
    need = random.normal(size=visitors)[who]
    score = 0.7 * need + 0.7 * random.normal(size=rows)
    chance = 0.05 + 0.88 / (1.0 + np.exp(-1.5 * score))
    placed = random.random(rows) < chance
    scrolls = 1.0 / (1.0 + np.exp(-0.5 - need))
    seen = placed & (random.random(rows) < scrolls)
    acted = 0.5 * need + lift * seen + random.normal(size=rows)
    outcome = acted + 0.3 * random.normal(size=rows)
    before = 0.5 * need + random.normal(size=rows)
    return World(
        placed.astype(float),
        seen.astype(float),
        chance,
        acted,
        outcome,
        before,
        np.stack([score, random.normal(size=rows)], axis=1),
        who,
        lift * float(scrolls.mean()),
        lift,
    )
