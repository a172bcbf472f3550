"""The sample-ratio alarm: how often it is false, and how soon it finds a wrong split."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc

from benchmarks.evaluation.bars import Bar, finish, show
from headwater_server.inference.experiments.sample_ratio import sample_ratio

ALARM = 100.0  # alpha 1 %
LOOK_VISITORS = 100
LOOKS = 500


def check(runs: int, seed: int) -> None:
    """Let visitors arrive in three splits, look after each hundred, and count alarms."""
    random = np.random.default_rng(seed)
    found = {share: _alarms(share, runs, random) for share in (0.5, 0.52, 0.55)}
    rows = []
    for share, (alarms, chi_square) in found.items():
        raised = alarms[alarms > 0]
        late = f"{raised.mean():,.0f}" if len(raised) else ""
        rows.append((f"{share:.0%}", f"{len(raised) / runs:.3f}", late, f"{chi_square:.3f}"))
    columns = ("first arm", "alarms", "after visitors, mean", "chi-square at each look: alarms")
    show(f"{runs} runs of {LOOKS * LOOK_VISITORS:,} visitors", columns, rows)
    finish(
        [
            Bar("false alarms", float((found[0.5][0] > 0).mean()), 0.01),
            Bar("52:48 found after visitors, mean", _mean(found[0.52][0]), 15_000),
            Bar("55:45 found after visitors, mean", _mean(found[0.55][0]), 3_000),
        ]
    )


def _alarms(share: float, runs: int, random: np.random.Generator) -> tuple[np.ndarray, float]:
    """Return after how many visitors each run has its alarm (0: none), and chi-square's share."""
    total = LOOK_VISITORS * np.arange(1, LOOKS + 1)
    alarms = np.zeros(runs)
    chi_square = 0
    for run in range(runs):
        first = random.binomial(LOOK_VISITORS, share, LOOKS).cumsum()
        chi_square += bool((chdtrc(1, (2 * first - total) ** 2 / total) < 0.01).any())
        for count, visitors in zip(first.tolist(), total.tolist(), strict=True):
            if sample_ratio([count, visitors - count], [1.0, 1.0]) >= ALARM:
                alarms[run] = visitors
                break
    return alarms, chi_square / runs


def _mean(alarms: np.ndarray) -> float:
    """Return the mean time to an alarm; infinite if a run has none."""
    return float(alarms.mean()) if (alarms > 0).all() else float("inf")
