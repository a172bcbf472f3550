"""The rows of a run's choices, kept by its kernel for rankers that learn them afterwards.

What a row holds depends on no ranker, so all learn from the same rows, in the order of the acts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.learning.acts import RUN_MAX
from headwater_server.engine.learning.choices import NEGATIVES
from headwater_server.engine.retrieval.candidate_selection import ROOM

MEASURE_EVENTS = 10
"""One interaction in so many is measured: a full ranking costs as much as learning."""
_MEASURED_MAX = RUN_MAX // MEASURE_EVENTS + 1


class Recorded(NamedTuple):
    """By act of a run: what was drawn, and of a measured act all candidates.

    ``counts`` int32[acts, 2] of both, 0 for none; ``places`` int32[acts]: the row of the act's
    candidates; ``taken`` int64[1] of these rows; the items, their features float32[n, features,
    items], ``contexts`` float32[acts, context], and ``weights`` float64[acts]: how much of each the
    ranker learns. The weight in the acts is then what others learn of it (`repeated`).
    """

    counts: NDArray[np.int32]
    places: NDArray[np.int32]
    taken: NDArray[np.int64]
    items: NDArray[np.int32]
    features: NDArray[np.float32]
    contexts: NDArray[np.float32]
    weights: NDArray[np.float64]
    candidates: NDArray[np.int32]
    candidate_features: NDArray[np.float32]


def room_for(acts: int, features: int, context: int) -> Recorded:
    """Return room for the rows of a run; without acts nothing is recorded."""
    measured = _MEASURED_MAX if acts else 0
    return Recorded(
        np.zeros((acts, 2), dtype=np.int32),
        np.zeros(acts, dtype=np.int32),
        np.zeros(1, dtype=np.int64),
        np.empty((acts, NEGATIVES + 1), dtype=np.int32),
        np.empty((acts, features, NEGATIVES + 1), dtype=np.float32),
        np.empty((acts, context), dtype=np.float32),
        np.empty(acts),
        np.empty((measured, ROOM), dtype=np.int32),
        np.empty((measured, features, ROOM), dtype=np.float32),
    )


@njit(cache=True)
def record_choice(recorded, act, drawn, features, context, weight):
    """Keep the rows of one choice, and how much of it is learned."""
    count = len(drawn)
    recorded.counts[act, 0] = count
    recorded.items[act, :count] = drawn
    recorded.features[act, :, :count] = features
    recorded.contexts[act] = context
    recorded.weights[act] = weight


@njit(cache=True)
def record_candidates(recorded, act, candidates, features):
    """Keep all candidates of a measured act."""
    count, place = len(candidates), recorded.taken[0]
    recorded.counts[act, 1] = count
    recorded.places[act] = place
    recorded.candidates[place, :count] = candidates
    recorded.candidate_features[place, :, :count] = features
    recorded.taken[0] += 1
