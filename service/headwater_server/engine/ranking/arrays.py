"""All arrays of a shop that kernels read and write, and the numbers that move beside them.

Kernels of whole questions and of runs of acts take both as two objects: a held `Arrays`, which is
made again when an array is replaced (`holding`), and `Present`, which is made for each call. From
the two they make what the sources, the features and the counts take: `tables_after` and
`statistics_after`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from headwater_server.engine.features.own_columns import Own
from headwater_server.engine.ranking.describing import Statistics
from headwater_server.engine.retrieval.gathering import Tables
from headwater_server.models.fading import weight_after
from headwater_server.models.popularity.popularity import fading_at


class Arrays(NamedTuple):
    """What models and visitors keep, as their own docstrings say; most are numbered by item.

    ``*_pairs`` are `Neighbours.table`; the scratch and the evidence are no state; of a popularity
    its stored values, origins and half-lives; ``stranger_*`` are `Strangers.counted`; ``available``
    to ``expire_ms``: when an item may be shown; ``groups`` is `Groups.of`; ``histories`` is
    `Histories.table`; ``last_s`` to ``session_keys`` by row of `Visitors`;
    ``gone*``: the columns of features that the settings leave out; ``own_*``: the fields of `Own`.
    ``constants`` of the four models of pairs: (2.0, room of a row, seed, half-life, slots that one
    interaction needs). The last three are the ranker's: biases, moments, (weights, squares).
    """

    next_pairs: tuple[Any, ...]
    degrees: NDArray[np.float32]
    together_pairs: tuple[Any, ...]
    circumstance_pairs: tuple[Any, ...]
    circumstance_totals: NDArray[np.float32]
    word_pairs: tuple[Any, ...]
    word_totals: NDArray[np.float32]
    word_scratch: tuple[Any, ...]
    cycles: NDArray[np.float64]
    shop_cycles: NDArray[np.float64]
    tokens: NDArray[np.int32]
    token_logs: NDArray[np.float64]
    postings: NDArray[np.int32]
    filled: NDArray[np.int64]
    content_scratch: tuple[Any, ...]
    counts: NDArray[np.float64]
    interactions: NDArray[np.float32]
    event_values: NDArray[np.float64]
    event_origins: NDArray[np.float64]
    event_half_lives: NDArray[np.float64]
    day_values: NDArray[np.float64]
    day_origins: NDArray[np.float64]
    day_half_lives: NDArray[np.float64]
    start_values: NDArray[np.float64]
    start_origins: NDArray[np.float64]
    start_half_lives: NDArray[np.float64]
    stranger_values: NDArray[np.float64]
    stranger_origins: NDArray[np.float64]
    stranger_pool: NDArray[np.float64]
    stranger_visitors: NDArray[np.float64]
    available: NDArray[np.bool_]
    publish_ms: NDArray[np.int64]
    expire_ms: NDArray[np.int64]
    groups: NDArray[np.int32]
    evidence: tuple[Any, ...]
    histories: tuple[Any, ...]
    last_s: NDArray[np.float64]
    session_start_s: NDArray[np.float64]
    session_keys: NDArray[np.int64]
    gone: NDArray[np.int64]
    gone_context: NDArray[np.int64]
    own_values: NDArray[np.float64]
    own_scale: NDArray[np.float64]
    constants: tuple[tuple[float, int, int, float, int], ...]
    biases: NDArray[np.float32]
    moments: tuple[NDArray[np.float32], ...]
    weights: tuple[tuple[Any, ...], tuple[Any, ...]]


class Present(NamedTuple):
    """The numbers that move with acts, at the beginning of a call, and what changes as often.

    ``popular`` and ``newest`` are the items that are always proposed, ``first`` those that only
    strangers get; ``on`` the sources' bits.
    Of the models of pairs, in the order of `Arrays.constants`: ``steps`` counted and ``origins``
    of their weights. ``whole`` is the last of `Content.counted`; ``mass`` all flow of words;
    ``times`` those of the popularities; ``variants`` is `Groups.limit`; ``rates`` and ``taken`` the
    ranker's, and its steps.
    """

    popular: NDArray[np.int32]
    first: NDArray[np.int32]
    newest: NDArray[np.int32]
    on: int
    steps: tuple[int, int, int, int]
    origins: tuple[float, float, float, float]
    whole: float
    mass: float
    events: int
    repeat_rate: float
    times: tuple[float, float, float]
    are_timed: bool
    variants: int
    gap_s: float
    rates: tuple[float, float, float]
    taken: int


@njit(cache=True)
def _weight(arrays, present, model, counted):
    """Return what an addition to one of the models of pairs is multiplied by."""
    two, _, _, half_life, _ = arrays.constants[model]
    pace = two, present.origins[model], half_life
    return weight_after(present.steps[model] + counted, pace)


@njit(cache=True)
def tables_after(arrays, present, counted, mass):
    """Return what sources read after ``counted`` more acts: the weights of pairs move with each."""
    row_max = arrays.constants[1][1]
    return Tables(
        present.on,
        (arrays.next_pairs, arrays.degrees, _weight(arrays, present, 0, counted)),
        (
            arrays.together_pairs,
            _weight(arrays, present, 1, counted),
            row_max,
            present.steps[1] + counted,
        ),
        (
            arrays.circumstance_pairs,
            arrays.circumstance_totals,
            _weight(arrays, present, 2, counted),
            present.steps[2] + counted,
        ),
        (arrays.cycles, arrays.shop_cycles),
        (arrays.tokens, arrays.token_logs, present.whole),
        (arrays.word_pairs, arrays.word_totals, mass, _weight(arrays, present, 3, counted)),
        (arrays.postings, arrays.filled),
        arrays.interactions,
        present.popular,
        present.first,
        present.newest,
        arrays.content_scratch,
        arrays.word_scratch,
        arrays.evidence,
    )


@njit(cache=True)
def popularities(arrays):
    """Return the three popularities by event, by day and of starts, as `Popularity.counted`."""
    return (
        (arrays.event_values, arrays.event_origins, arrays.event_half_lives),
        (arrays.day_values, arrays.day_origins, arrays.day_half_lives),
        (arrays.start_values, arrays.start_origins, arrays.start_half_lives),
    )


@njit(cache=True)
def of_strangers(arrays):
    """Return what strangers chose, as `Strangers.counted`."""
    values, origins = arrays.stranger_values, arrays.stranger_origins
    return values, origins, arrays.stranger_pool, arrays.stranger_visitors


@njit(cache=True)
def statistics_after(arrays, times, events, repeat_rate, session_length, gap_s):
    """Return what features read beside the evidence, after ``events`` interactions."""
    by_event, by_day, starts = popularities(arrays)
    return Statistics(
        arrays.counts,
        (by_event[0], fading_at(by_event, times[0])),
        (by_day[0], fading_at(by_day, times[1])),
        (starts[0], fading_at(starts, times[2])),
        float(events),
        repeat_rate,
        float(session_length),
        gap_s,
        arrays.gone,
        arrays.gone_context,
        Own(arrays.own_values, arrays.own_scale),
    )


@njit(cache=True)
def shown_when(arrays, present, now_ms, passing):
    """Return when which items may be shown, as `Catalogue.shown_at` does."""
    are_timed = present.are_timed
    return arrays.available, arrays.publish_ms, arrays.expire_ms, now_ms, are_timed, passing
