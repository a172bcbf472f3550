"""Whether there is enough to say anything: overlap, acts, visitors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from headwater_server.evaluation.comparing.shown import Shown
from headwater_server.inference.checks import Floats
from headwater_server.inference.off_policy.overlap import ACTS_MIN, ROWS_MIN, Overlap

VISITORS_MIN = 100
"""What the visitor bootstrap assumes; acts are in `Overlap`."""


def overlap_of_items(weights: Floats, rewards: Floats) -> Overlap:
    """Return the overlap of single items; a reward below 0 counts by its size.

    >>> overlap_of_items(np.ones(300), np.zeros(300)).problems
    ('the acts are worth 0.0, at least 5 are needed',)
    """
    return Overlap.of_rows(weights, np.abs(rewards))


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
        (shown.lists < ROWS_MIN, f"there are {shown.lists} lists, {_least(ROWS_MIN)}"),
        (
            found.effective_acts < ACTS_MIN,
            f"the acts are worth {found.effective_acts:.1f}, {_least(ACTS_MIN)}",
        ),
        (visitors < VISITORS_MIN, f"there are {visitors} visitors, {_least(VISITORS_MIN)}"),
    )
    more = tuple(text for is_missed, text in missed if is_missed)
    return replace(found, problems=(*found.problems, *more))


def _least(count: float) -> str:
    return f"at least {count:.0f} are needed"
