"""A simulated shop in which a need that is on no log makes visitors scroll and buy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater_server.evaluation.causal.gates import CHANCE_MAX, CHANCE_MIN
from headwater_server.evaluation.causal.rows import Rows
from headwater_server.inference.checks import Floats

VISITORS_A_LIST = 0.3
LIFT = 0.04
"""What seeing adds to the chance of a purchase, at the average need."""


@dataclass(frozen=True)
class Truth:
    """The mean effect of placing on lists with overlap, and of seeing on those who would see."""

    placing: float
    seeing: float


def shop(lists: int, seed: int) -> tuple[Rows, Truth]:
    """Return the lists of one shop, all with one candidate, and the true effects."""
    random = np.random.default_rng(seed)
    visitors = random.integers(0, max(1, int(VISITORS_A_LIST * lists)), lists)
    need = random.normal(size=int(visitors.max()) + 1)[visitors]
    history = random.poisson(np.exp(0.5 + 0.2 * need))
    score = 0.5 * need + random.normal(size=lists)
    chance = 0.005 + 0.99 * _logistic(1.1 * (score - 0.6))
    placed = random.random(lists) < chance
    scrolls = _logistic(0.2 + 2.5 * need)
    seen = placed & (random.random(lists) < scrolls)
    base, lift = 0.01 + 0.15 * _logistic(2.5 * need - 1.0), LIFT * (0.6 + 0.8 * _logistic(need))
    buys = random.random(lists) < base + lift * seen
    acts = buys | (random.random(lists) < 0.05 + 0.1 * seen)
    rows = Rows(
        placed.astype(float),
        seen.astype(float),
        chance,
        buys.astype(float),
        (random.random(lists) < base).astype(float),
        acts.astype(float),
        visitors.astype(np.int64),
        np.stack([score, np.log1p(history)], axis=1),
        ("score", "items in the history (log)"),
    )
    kept = (chance >= CHANCE_MIN) & (chance <= CHANCE_MAX)
    placing = float((scrolls * lift)[kept].mean())
    return rows, Truth(placing, placing / float(scrolls[kept].mean()))


def _logistic(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-values)))
