"""Whether there is enough to say anything: overlap, acts, visitors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from headwater_server.evaluation.comparing.shown import Shown
from headwater_server.inference.checks import Floats
from headwater_server.inference.off_policy.overlap import (
    ACTS_MIN,
    ROWS_MIN,
    Overlap,
    below,
    is_near,
)

VISITORS_MIN = 100
"""What the visitor bootstrap assumes; acts are in `Overlap`."""
_ALIKE = "if they go on as these"


def overlap_of_items(weights: Floats, rewards: Floats) -> Overlap:
    """Return the overlap of single items; a reward below 0 counts by its size.

    >>> overlap_of_items(np.ones(300), np.zeros(300)).problems
    ('the acts are worth 0, at least 5 are needed',)
    >>> overlap_of_items(np.ones(150), np.arange(150) % 50 == 0).problems[-1]
    'that takes about 250 rows in all, if they go on as these'
    """
    found = Overlap.of_rows(weights, np.abs(rewards))
    times = [_times(found.effective_rows, ROWS_MIN), _times(found.effective_acts, ACTS_MIN)]
    return replace(found, problems=(*found.problems, *_in_all(found, len(weights), "rows", times)))


def overlap_of_lists(weights: Floats, shown: Shown) -> Overlap:
    """Return the overlap of lists x slots: the share of `Overlap.of_lists`, lists and acts.

    A few lists of a quiet hour may overlap well and still say nothing, so lists, acts and visitors
    have gates, too. Empty slots are left out: they are no draw of any policy.
    """
    filled = shown.is_filled
    scale, earned = weights[filled][:, None], np.abs(shown.rewards[filled])[:, None]
    found = Overlap.of_lists(scale, earned)
    visitors = len(np.unique(shown.visitors))
    missed = (
        (shown.lists < ROWS_MIN, f"{_there(shown.lists, 'list')}, {_least(ROWS_MIN)}"),
        (
            found.effective_acts < ACTS_MIN,
            f"the acts are worth {below(found.effective_acts, ACTS_MIN)}, {_least(ACTS_MIN)}",
        ),
        (visitors < VISITORS_MIN, f"{_there(visitors, 'visitor')}, {_least(VISITORS_MIN)}"),
    )
    more = tuple(text for is_missed, text in missed if is_missed)
    near = is_near(found.effective_share, shown.lists)
    found = replace(found, is_near=near, problems=(*found.problems, *more))
    counts = (shown.lists, ROWS_MIN), (found.effective_acts, ACTS_MIN), (visitors, VISITORS_MIN)
    needed = _in_all(found, shown.lists, "lists", [_times(*pair) for pair in counts])
    return replace(found, problems=(*found.problems, *needed))


def _there(count: int, noun: str) -> str:
    return f"there is 1 {noun}" if count == 1 else f"there are {count} {noun}s"


def _times(count: float, least: float) -> float:
    """Return how many times as much is needed; infinite if there is none yet."""
    return least / count if count > 0.0 else math.inf


def _in_all(found: Overlap, count: int, noun: str, times: Sequence[float]) -> tuple[str, ...]:
    """Return how many would be enough, where more of the same are: two digits, rounded up."""
    most = count * max(times)
    if found.is_enough or not found.is_near or max(times) <= 1.0 or math.isinf(most):
        return ()
    step = 10.0 ** max(0, math.floor(math.log10(most)) - 1)
    return (f"that takes about {math.ceil(most / step) * step:,.0f} {noun} in all, {_ALIKE}",)


def _least(count: float) -> str:
    return f"at least {count:.0f} are needed"
