"""The features of candidates, and of the visitor: one kernel over the evidence and the counts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.features.features import (
    CONTEXT_FEATURES,
    ITEM_FEATURES,
    context_features,
    item_features,
)
from headwater_server.engine.features.own_columns import COLUMNS, Own, describe_own
from headwater_server.engine.retrieval.gathering import gather
from headwater_server.models.content.profile_similarity import score_items
from headwater_server.models.content.word_lifts import score_words
from headwater_server.models.evidence import FROM_CALLER, add_rows

_COLUMNS, _CONTEXT = len(ITEM_FEATURES), len(CONTEXT_FEATURES)
_WORDS = _COLUMNS - 5  # the features that come from the words alone are the last ones


class Statistics(NamedTuple):
    """What features read beside the evidence: counts of every item, and the visitor's session.

    The three popularities are stored values and the factors of `Popularity.fading`. ``gone`` and
    ``gone_context`` are the columns that the settings leave out: they are 0. ``own`` are the shop's
    own features.
    """

    counts: NDArray[np.float64]
    by_event: tuple[Any, Any]
    by_day: tuple[Any, Any]
    starts: tuple[Any, Any]
    events: float
    repeat_rate: float
    session_length: float
    gap_s: float
    gone: NDArray[np.int64]
    gone_context: NDArray[np.int64]
    own: Own


@njit(cache=True, inline="always")  # as `gathering.gather`
def describe_items(tables, statistics, history, items):
    """Return float32[features, n] of ``items``, which have evidence: a row for each feature.

    The shop's own ones come last.
    """
    own = statistics.own.values.shape[1]
    features = np.empty((_COLUMNS + COLUMNS * own, len(items)), dtype=np.float32)
    score_items(
        tables.content, items, tables.profile, tables.evidence, features[_WORDS : _WORDS + 3]
    )
    score_words(tables.content[0], items, tables.flow, features[_WORDS + 3 : _COLUMNS])
    item_features(items, tables.evidence, statistics, features)
    if own > 0:
        describe_own(statistics.own, history, items, features[_COLUMNS:])
    for row in statistics.gone:
        features[row, :] = np.float32(0.0)
    return features


@njit(cache=True)
def describe_visitor(statistics, history):
    """Return float32[context] of the visitor with this history, newest first."""
    context = np.empty(_CONTEXT, dtype=np.float32)
    context_features(history, statistics, context)
    for column in statistics.gone_context:
        context[column] = np.float32(0.0)
    return context


@njit(cache=True, nogil=True)
def describe(tables, statistics, history, items):
    """Return (float32[features, n] of ``items``, float32[context]) for this history."""
    features = describe_items(tables, statistics, history, items)
    return features, describe_visitor(statistics, history)


@njit(cache=True, nogil=True)
def given(tables, statistics, visitor, items):
    """Write the evidence for the caller's own ``items``; return their features and the context."""
    gather(tables, visitor)
    add_rows(tables.evidence, items, FROM_CALLER)
    features = describe_items(tables, statistics, visitor.items, items)
    return features, describe_visitor(statistics, visitor.items)
