"""How deep a recommender falls after a change, and how soon it is back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
from numpy.typing import NDArray

WINDOW_EVENTS = 1_000
LEVEL_EVENTS = 2_500
SHARE = 0.9
NOT_ASKED = -1
Hits = NDArray[np.int8]
"""int8[events]: 1 a hit, 0 a miss, -1 not asked."""


@dataclass(frozen=True)
class Recovery:
    """What one change did. ``regained`` None: not back before the next change, or the end."""

    before: float
    dip: float
    regained: int | None
    lasted: int

    @property
    def events(self) -> float:
        """Events until it was back; infinity if it never was."""
        return float("inf") if self.regained is None else self.regained


def moving(hits: Hits, window: int = WINDOW_EVENTS) -> NDArray[np.float64]:
    """Return float64[events]: the hit rate of the ``window`` events that end with each.

    >>> moving(np.array([1, 1, 0, -1], dtype=np.int8), window=2).tolist()
    [1.0, 1.0, 0.5, 0.0]
    """
    asked = np.cumsum(np.concatenate(([0], hits != NOT_ASKED)))
    hit = np.cumsum(np.concatenate(([0], hits == 1)))
    ends = np.arange(1, len(hits) + 1)
    starts = np.maximum(0, ends - window)
    rates: NDArray[np.float64] = (hit[ends] - hit[starts]) / np.maximum(
        1, asked[ends] - asked[starts]
    )
    return rates


def recoveries(hits: Hits, at: Sequence[int]) -> list[Recovery]:
    """Return what each change did; all are compared with the level before the first.

    Windows lie wholly behind their change. The dip is the lowest of them; regained are 90 % at the
    end of the first window behind the dip that has them, and at 0 if no window lacks them.
    """
    first = at[0]
    before = float((hits[first - LEVEL_EVENTS : first] == 1).sum())
    before /= max(1, int((hits[first - LEVEL_EVENTS : first] != NOT_ASKED).sum()))
    rates = moving(hits)
    return [
        _recovery(rates[start + WINDOW_EVENTS - 1 : end], before)
        for start, end in zip(at, [*at[1:], len(hits)], strict=True)
    ]


def _recovery(rates: NDArray[np.float64], before: float) -> Recovery:
    lowest = int(rates.argmin())
    dip, lasted = float(rates[lowest]), len(rates) + WINDOW_EVENTS - 1
    if dip >= SHARE * before:
        return Recovery(before, dip, 0, lasted)
    back = np.flatnonzero(rates[lowest:] >= SHARE * before)
    regained = lowest + int(back[0]) + WINDOW_EVENTS if len(back) else None
    return Recovery(before, dip, regained, lasted)


def middle(recoveries: Sequence[Recovery]) -> Recovery:
    """Return the medians; "never" is longer than any number of events."""
    events = median(one.events for one in recoveries)
    return Recovery(
        before=median(one.before for one in recoveries),
        dip=median(one.dip for one in recoveries),
        regained=None if events == float("inf") else round(events),
        lasted=recoveries[0].lasted,
    )
