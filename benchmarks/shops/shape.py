"""The shape of real shops as numbers, measured once, and where each comes from.

bol: product views of bol.com's serenade sample, 116,285 events of 24,385 sessions on 18,009 items.
retail: UCI's Online Retail, 404,876 lines of 4,362 buyers on 3,676 items.
otto: 20 sessions of OTTO's recsys data set. movielens: ml-latest-small, 9,724 films.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Skew:
    """Who comes, and what is wanted, more often: density (x + shift)^-exponent of rank x in 0..1.

    It is Zipf's and Mandelbrot's law over the share of ranks, so that the best hundredth has the
    same share of the events in a shop of any size.
    """

    exponent: float
    shift: float

    def ranks(self, uniform: NDArray[np.float64], count: int) -> NDArray[np.int64]:
        """Return ranks below ``count`` for uniform draws, by the inverse of the distribution.

        >>> Skew(0.65, 0.003).ranks(np.array([0.0, 0.5, 0.999999]), 10_000).tolist()
        [0, 1936, 9999]
        """
        power = 1.0 - self.exponent
        low, high = self.shift**power, (1.0 + self.shift) ** power
        x: Any = (low + uniform * (high - low)) ** (1.0 / power) - self.shift
        ranks: NDArray[np.int64] = np.minimum((x * count).astype(np.int64), count - 1)
        return ranks


ITEMS = Skew(0.65, 0.003)
"""bol: fitted by likelihood; the best hundredth of the items has 9 % of the views, a tenth 35 %."""
VISITORS = Skew(0.85, 0.01)
"""retail: visits a buyer; the busiest tenth has 42 % of the visits."""
VISIT_EVERY_S = 31 * 86_400
"""bol: 24,667 sessions of 24,385 visitors in 31 days, so a visitor comes about once a month."""

LENGTH_LOG_MEAN, LENGTH_LOG_SD = 0.53, 1.04
"""bol: events a session are 1 + a lognormal number rounded up; half have 3 or fewer, a tenth 9."""
LENGTH_MAX = 60
GAP_LOG_MEAN, GAP_LOG_SD = 3.87, 1.58
"""bol: seconds between two events of a session are lognormal: median 48."""
GAP_MAX_S = 1_500.0

BACK_SHARE = 0.48
"""bol: from the third event on, so many events return to an item of the session: 29 % of all."""
BACK_TWO_SHARE = 0.66
"""bol: so many of these return to the item before the last one; the others to any before it."""
NEAR_SHARE = 0.8
"""bol: of the other events, so many go to a neighbour of the last item. With this and `NEAR_MEAN`
0.67 of the transitions between two items are the first of their kind, as in bol."""
NEAR_MEAN = 2.0

EVENT_TYPES = (("view", 0.928), ("add-to-cart", 0.060), ("purchase", 0.012))
"""otto: 800 views, 52 carts, 10 purchases."""

TITLE_WORDS = (3, 6)
"""retail and movielens: 4.3 words in a title; 3 to 5 of these are drawn."""
WORDS_AT, WORDS_ITEMS = 2_192, 3_676
"""retail: so many different words in so many titles; here they grow as the root of the items."""
WORDS = Skew(0.87, 0.003)
"""retail: the slope of the words' frequencies."""
PRICE_LOG_MEAN, PRICE_LOG_SD = 0.63, 1.05
"""retail: median prices are lognormal."""
CATEGORIES = (1, 4)
"""movielens: 2.3 genres a film; 1 to 3 are drawn here."""
