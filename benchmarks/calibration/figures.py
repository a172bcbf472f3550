"""How good chances are: calibration error, log loss, and what intervals cover."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = 10
GROUPS = 50
ITEM_SLOTS_MIN = 30


@dataclass(frozen=True)
class Predicted:
    """The prediction for each slot, in order, and what happened.

    ``low``, ``high`` and ``truth`` (the true chance) are empty where they are not known.
    """

    chance: Floats
    acted: NDArray[np.bool_]
    item: NDArray[np.int64]
    low: Floats
    high: Floats
    truth: Floats


@dataclass(frozen=True)
class Figures:
    """One line of the table; the coverages are None where the true chance is not known."""

    data: str
    slots: int
    acts: int
    error_width: float
    error_mass: float
    log_loss: float
    log_loss_base_rate: float
    covered_alike: float | None = None
    covered_items: float | None = None
    covered_slots: float | None = None


def calibration_error(chance: Floats, acted: NDArray[np.bool_], *, by_mass: bool) -> float:
    """Return the expected calibration error over `BINS` bins of equal width, or of equal mass.

    >>> calibration_error(np.array([0.2] * 5), np.array([True] + [False] * 4), by_mass=False)
    0.0
    """
    bins = np.minimum((chance * BINS).astype(int), BINS - 1)
    if by_mass:
        bins = np.argsort(np.argsort(chance, kind="stable"), kind="stable") * BINS // len(chance)
    apart = [abs(chance[bins == b].sum() - acted[bins == b].sum()) for b in range(BINS)]
    return float(sum(apart) / len(chance))


def log_loss(chance: Floats, acted: NDArray[np.bool_]) -> float:
    """Return the mean of -log of the chance given to what happened."""
    right = np.where(acted, chance, 1.0 - chance)
    return float(-np.log(np.clip(right, 1e-12, 1.0)).mean())


def base_rates(acted: NDArray[np.bool_]) -> Floats:
    """Return what a counter of acts would have predicted for each slot: (acts + 1/2) / (slots + 1).

    >>> base_rates(np.array([True, False, False])).round(3).tolist()
    [0.5, 0.75, 0.5]
    """
    before: Floats = np.cumsum(acted) - acted.astype(np.float64)
    return np.asarray((before + 0.5) / (np.arange(len(acted)) + 1.0))


def covered(predicted: Predicted, groups: NDArray[np.int64], slots_min: int) -> float:
    """Return the share of groups whose mean true chance lies within their mean interval."""
    numbers, sizes = np.unique(groups, return_counts=True)
    inside = []
    for group in numbers[sizes >= slots_min]:
        of = groups == group
        inside.append(
            predicted.low[of].mean() <= predicted.truth[of].mean() <= predicted.high[of].mean()
        )
    return float(np.mean(inside)) if inside else float("nan")


def figures(data: str, predicted: Predicted, base_rate: Floats) -> Figures:
    """Return all figures of predictions; ``base_rate``: the counter's chances of these slots."""
    measured = Figures(
        data,
        len(predicted.chance),
        int(predicted.acted.sum()),
        calibration_error(predicted.chance, predicted.acted, by_mass=False),
        calibration_error(predicted.chance, predicted.acted, by_mass=True),
        log_loss(predicted.chance, predicted.acted),
        log_loss(base_rate, predicted.acted),
    )
    if len(predicted.truth) == 0:
        return measured
    half = len(predicted.chance) // 2
    late = Predicted(*(getattr(predicted, name)[half:] for name in Predicted.__dataclass_fields__))
    order = np.argsort(np.argsort(late.chance, kind="stable"), kind="stable")
    return replace(
        measured,
        covered_alike=covered(late, order * GROUPS // len(order), 1),
        covered_items=covered(late, late.item, ITEM_SLOTS_MIN),
        covered_slots=float(((late.low <= late.truth) & (late.truth <= late.high)).mean()),
    )
