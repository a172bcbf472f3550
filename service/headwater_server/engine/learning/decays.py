"""What an interaction counts in each popularity, for a run of interactions ahead."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from headwater_server.models.popularity.popularity import EXPONENT_MAX, Popularity

BY_EVENT, BY_DAY, STARTS = 4, 8, 9
"""Where the columns of each popularity end."""
_STEPS = np.arange(256.0)[:, None]


class Decays(NamedTuple):
    """Factors of the three popularities, a column a half-life, at the times of a run.

    Row 0 is now; row n + 1 is the time of act n (of interaction n, for those that count by events).
    ``added`` float64[n + 1, columns] = $2^{t/h}$ is what an interaction adds to a stored value, and
    ``faded`` $2^{-t/h}$ turns one into a current value; ``at`` are the times t. ``scales``
    float64[columns] is what stored values are multiplied by before the addition: 1, except in a run
    of one after which an exponent would become too large.
    """

    added: NDArray[np.float64]
    faded: NDArray[np.float64]
    at: NDArray[np.float64]
    scales: NDArray[np.float64]
    is_scaling: bool


class Popularities:
    """The popularities that an interaction counts in: by event, by day, and at starts."""

    def __init__(self, by_event: Popularity, by_day: Popularity, starts: Popularity) -> None:
        self._all = by_event, by_day, starts
        self._lengths = np.concatenate([one.lengths for one in self._all])
        self._none = np.ones(STARTS)

    def ahead(self, seconds: NDArray[np.float64], events: int) -> Decays:
        """Return the factors for acts at ``seconds``, after ``events`` interactions."""
        by_event, by_day, starts = self._all
        n, at = len(seconds), np.empty((len(seconds) + 1, STARTS))
        at[:, :BY_EVENT] = by_event.at + _STEPS[: n + 1]
        at[0, BY_EVENT:BY_DAY] = by_day.at
        at[1:, BY_EVENT:BY_DAY] = np.maximum(seconds, by_day.at)[:, None]
        at[0, BY_DAY:] = starts.at
        at[1:, BY_DAY:] = events + _STEPS[:n]
        origins = np.concatenate([one.origins for one in self._all])
        passed = (at - origins) / self._lengths
        faded, scales = np.exp2(-passed), self._none
        is_scaling = bool(passed[1:].max() > EXPONENT_MAX)
        if is_scaling:
            high = passed[1] > EXPONENT_MAX
            scales = np.where(high, np.exp2(-passed[1]), 1.0)
            passed[1, high] = 0.0
        return Decays(np.exp2(passed), faded, at, scales, is_scaling)

    def go_on(self, decays: Decays, rows: tuple[int, int, int]) -> None:
        """Move each popularity to the row that the run has reached; 0: it counted nothing."""
        ends, first = (BY_EVENT, BY_DAY, STARTS), 0
        for popularity, row, end in zip(self._all, rows, ends, strict=True):
            if row:
                scaled = decays.scales[first:end] != 1.0 if decays.is_scaling else None
                popularity.go_on(float(decays.at[row, first]), scaled)
            first = end
