"""Calibration, measured progressively: do predicted chances match the shares of acts?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.measures.metrics import FADING, Metric, ProgressiveValidation, log_loss
from headwater_server.engine.measures.placements import ALL

EDGES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8)
"""Edges of the bins of the calibration error; narrow where most chances of acts lie."""

_SLOTS, _PREDICTED, _ACTS = 0, 1, 2


class Calibration:
    """Sums by bin of the chance, recent and in total, for each placement and policy, and for all.

    The expected calibration error is the mean over slots of the distance between the acts of a bin
    and the acts predicted for it: the sum over bins of |acts - predicted|, by the number of slots.
    "recent": each further slot lowers the weight by 0.2 %, as in `ProgressiveValidation`.
    """

    def __init__(self, progress: ProgressiveValidation) -> None:
        self._progress = progress
        self._groups: dict[tuple[str, str], tuple[NDArray[np.float64], NDArray[np.float64]]] = {}

    def observe(
        self, chances: NDArray[np.float64], acted: NDArray[Any], placement: str, policy: str
    ) -> None:
        """Add the slots of a slate: the chances before it was learned, and acts, 0 to 1."""
        for group in ((placement, policy), (ALL, ALL)):
            self._add(chances, acted, group)

    def _add(
        self, chances: NDArray[np.float64], acted: NDArray[Any], group: tuple[str, str]
    ) -> None:
        if group not in self._groups:
            self._groups[group] = np.zeros((len(EDGES) + 1, 3)), np.zeros((len(EDGES) + 1, 3))
        recent, total = self._groups[group]
        self._losses(chances, acted, total, group)
        recent *= (1.0 - FADING) ** len(chances)
        bins = np.searchsorted(EDGES, chances, side="right")
        for place, chance, act in zip(bins.tolist(), chances.tolist(), acted.tolist(), strict=True):
            recent[place] += (1.0, chance, act)
            total[place] += (1.0, chance, act)

    def _losses(
        self,
        chances: NDArray[np.float64],
        acted: NDArray[Any],
        total: NDArray[np.float64],
        group: tuple[str, str],
    ) -> None:
        """Record the log loss, and that of the base rate: acts so far by slots so far."""
        slots, acts = float(total[:, _SLOTS].sum()), float(total[:, _ACTS].sum())
        for chance, act in zip(chances.tolist(), acted.tolist(), strict=True):
            base_rate = (acts + 0.5) / (slots + 1.0)
            self._progress.observe("log_loss", log_loss(chance, acted=act), *group)
            self._progress.observe("log_loss_base_rate", log_loss(base_rate, acted=act), *group)
            slots, acts = slots + 1.0, acts + act

    def metrics(self) -> list[Metric]:
        """Return the expected calibration error of each group, in order."""
        return [
            Metric("calibration_error", *group, window, _error(sums), _count(self._groups[group]))
            for group in sorted(self._groups)
            for window, sums in zip(("recent", "total"), self._groups[group], strict=True)
        ]

    def drop(self, placement: str) -> None:
        """Forget the sums of a placement."""
        for group in [group for group in self._groups if group[0] == placement]:
            del self._groups[group]

    def state(self) -> dict[str, Any]:
        """Return all sums, in order of the groups' first appearance."""
        empty = np.zeros((0, 2, len(EDGES) + 1, 3))
        sums = [np.stack(pair) for pair in self._groups.values()]
        return {
            "placements": [placement for placement, _ in self._groups],
            "policies": [policy for _, policy in self._groups],
            "sums": np.stack(sums) if sums else empty,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        groups = zip(state["placements"], state["policies"], strict=True)
        pairs = [(pair[0].copy(), pair[1].copy()) for pair in state["sums"]]
        self._groups = dict(zip(groups, pairs, strict=True))


def _error(sums: NDArray[np.float64]) -> float:
    apart = np.abs(sums[:, _ACTS] - sums[:, _PREDICTED])
    return math.fsum(apart.tolist()) / math.fsum(sums[:, _SLOTS].tolist())


def _count(pair: tuple[NDArray[np.float64], NDArray[np.float64]]) -> int:
    return round(float(pair[1][:, _SLOTS].sum()))
