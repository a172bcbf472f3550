"""The probability of an act for each slot, with the same features in answers and learning."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.probability.averaging import share_of_slate
from headwater_server.models.probability.probability import FEATURES, ProbabilityHead, buckets


class SlotProbabilities(NamedTuple):
    """By slot: the probability, and the interval of 90 % of its posterior; None: not available."""

    values: NDArray[np.float64] | None
    low: list[float] | list[None]
    high: list[float] | list[None]


def unknown(slots: int) -> SlotProbabilities:
    """Return what there is until enough impressions were reported: nothing, of so many slots."""
    return SlotProbabilities(None, [None] * slots, [None] * slots)


def slot_features(
    scores: NDArray[np.float64],
    shares: NDArray[np.float64],
    positions: NDArray[Any],
    history_length: int,
) -> NDArray[np.float64]:
    """Return float64[n, 4]: the inputs of the probability head (`probability.FEATURES`)."""
    dense = np.empty((len(scores), len(FEATURES)))
    dense[:, 0] = scores
    dense[:, 1] = shares
    dense[:, 2] = np.log(positions)
    dense[:, 3] = np.log1p(history_length)
    return dense


def of_slate(
    head: ProbabilityHead,
    scores: NDArray[np.float64],
    items: NDArray[np.int32],
    history_length: int,
    circumstances: tuple[str, ...],
    *,
    explain: bool,
) -> SlotProbabilities:
    """Return the probabilities of a slate, under a head that `is_ready`."""
    positions = np.arange(1, len(items) + 1)
    dense = slot_features(scores, share_of_slate(scores), positions, history_length)
    slots = dense, buckets(circumstances), items
    values = head.score_many(*slots)
    if not explain:
        return SlotProbabilities(values, [], [])
    low, high = head.interval_many(*slots)
    return SlotProbabilities(values, low.tolist(), high.tolist())
