"""What a list maximises: acts, purchases or revenue, as what is added to the scores.

A score is the logarithm of the chance that an item is chosen, up to a constant. So with the
logarithm of what an act on the item is worth added, the order is that of chance times worth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.models import Models
from headwater_server.engine.ranking.objective_names import ACTS, REVENUE
from headwater_server.models.sales.sales import PURCHASES_MIN

PARTLY = 0.5  # share of the list's items without a price from which the answer says so


def lifts(models: Models, items: NDArray[np.int32], objective: str) -> NDArray[np.float64] | None:
    """Return float64[n]: what the objective adds to the scores of ``items``; None: nothing."""
    if objective == ACTS or not models.sales.is_ready:
        return None
    acts = models.activity.interactions[items]
    return models.sales.lifts(items, acts, of_revenue=objective == REVENUE)


def reached(models: Models, chosen: NDArray[np.int32], objective: str) -> tuple[str, str]:
    """Return (the objective that a list was ranked by, what is to be said of it)."""
    if objective == ACTS:
        return ACTS, ""
    if not models.sales.is_ready:
        count = f"{models.sales.purchases:.0f}"
        needed = f"{objective} needs {PURCHASES_MIN}"
        return ACTS, f"ranked by acts: {count} purchases are known, and {needed}"
    unknown = int((~models.sales.knows_price(chosen)).sum())
    if objective == REVENUE and len(chosen) and unknown >= PARTLY * len(chosen):
        return objective, (
            f"{unknown} of {len(chosen)} items have no price: they count as such items usually sell"
        )
    return objective, ""
