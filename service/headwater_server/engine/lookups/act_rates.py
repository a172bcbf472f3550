"""Posteriors of items' act rates at a placement: what their counts say, and which is best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.measures.act_rates import SeenSlots

if TYPE_CHECKING:
    from headwater_server.inference.bayes.hierarchical import HierarchicalPrior

LEVEL = 0.9
"""The rate lies between low and high with this probability."""
FADED_AWAY = 1e-6
"""Of less than so many slots nothing is left."""
PRIOR_ITEMS_MAX = 2_000
"""The prior is fitted to so many of the seen items, evenly spaced by their numbers."""


@dataclass(frozen=True, slots=True)
class ActRate:
    """How often an item is acted on where it is seen, at one placement.

    ``mean``, ``low`` and ``high`` are acts by seen slot; ``probability_best``: that no item seen at
    the placement has a higher rate, None if it was not computed; ``seen`` and ``acts`` are faded
    counts of slots.
    """

    placement: str
    mean: float
    low: float
    high: float
    probability_best: float | None
    seen: float
    acts: float


class PlacementRates:
    """The posteriors of all items that were seen at one placement, and the prior behind them."""

    def __init__(self, placement: str, slots: SeenSlots, prior: HierarchicalPrior | None) -> None:
        """``prior`` is None if no item was seen."""
        from headwater_server.inference.bayes.best import probability_best  # noqa: PLC0415 - scipy

        self._placement, self._slots, self._prior = placement, slots, prior
        self._a, self._b = _posterior(slots, prior)
        self._best = probability_best(self._a, self._b) if prior else self._a

    def of(self, item: int) -> ActRate | None:
        """Return the rate of an item, by number; None if it was not seen at the placement."""
        slots = self._slots
        place = int(np.searchsorted(slots.items, item))
        if place == len(slots.items) or slots.items[place] != item:
            return None
        found = slots.at(place)
        return _rate(
            self._placement, found, self._a[place], self._b[place], float(self._best[place])
        )

    def later(self, slots: SeenSlots) -> ActRate | None:
        """Return the rate of one item by what is counted now, under the same prior."""
        slots = _left_of(slots)
        if not (len(slots.items) and self._prior):
            return None
        a, b = _posterior(slots, self._prior)
        return _rate(self._placement, slots, a[0], b[0], None)

    def keys(self, items: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return sort keys: by the probability of being best, then the mean; 0 if never seen."""
        rows = int(max(items.max(initial=0), self._slots.items.max(initial=0))) + 1
        keys = np.zeros(rows)
        keys[self._slots.items] = self._best + 1e-6 * self._a / (self._a + self._b)
        return keys[items]


def rates_at(placement: str, slots: SeenSlots) -> PlacementRates:
    """Return the posteriors of the items seen at a placement; what has faded away is not seen.

    It takes tens of milliseconds and reads nothing but its arguments: meant for a thread.
    """
    # imported where it is used: a start needs no scipy
    from headwater_server.inference.bayes.hierarchical import fit_hierarchical  # noqa: PLC0415

    slots = _left_of(slots)
    if not len(slots.items):
        return PlacementRates(placement, slots, None)
    every = -(-len(slots.items) // PRIOR_ITEMS_MAX)
    prior = fit_hierarchical(slots.equal_acts[::every], slots.slots[::every])
    return PlacementRates(placement, slots, prior)


def _left_of(slots: SeenSlots) -> SeenSlots:
    """Return what was seen of the items of which anything is left."""
    is_left = (slots.seen > FADED_AWAY) & (slots.slots > FADED_AWAY)
    if is_left.all():
        return slots
    items, seen, acts, weights = slots
    return SeenSlots(items[is_left], seen[is_left], acts[is_left], weights[is_left])


def _posterior(
    slots: SeenSlots, prior: HierarchicalPrior | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if prior is None:
        return np.zeros(0), np.zeros(0)
    return prior.posterior(slots.equal_acts, slots.slots)


def _rate(placement: str, slots: SeenSlots, a: float, b: float, best: float | None) -> ActRate:
    """Return the rate of the one item of ``slots``, of which the posterior is Beta(a, b)."""
    from headwater_server.inference.bayes.credible import credible  # noqa: PLC0415 - scipy

    low, high = credible([a], [b], LEVEL)
    return ActRate(
        placement=placement,
        mean=float(a / (a + b)),
        low=float(low[0]),
        high=float(high[0]),
        probability_best=best,
        seen=float(slots.seen[0]),
        acts=float(slots.acts[0]),
    )
