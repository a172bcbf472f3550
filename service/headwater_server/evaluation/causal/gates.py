"""Why no figure is given: overlap, balance, placebo, first stage; each in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from headwater_server.evaluation.causal.rows import Rows
from headwater_server.inference.causal.balance import DIFFERENCE_MAX
from headwater_server.inference.causal.effect import Effect
from headwater_server.inference.causal.instrument import F_MIN

CHANCE_MIN, CHANCE_MAX = 0.01, 0.95
GROUP_MIN = 200
OUTCOMES_MIN = 10
VISITORS_MIN = 30
PLACEBO_LEVEL = 0.99
"""So that one sound report of a hundred is refused, not one of twenty."""
SAME_MIN = 0.999


def overlap_problems(rows: Rows, outcome: str) -> list[str]:
    """Return what is missing before anything can be estimated; ``rows`` are those with overlap."""
    placed = int(rows.placed.sum())
    found = []
    for count, name in ((placed, "lists have it"), (len(rows) - placed, "do not have it")):
        if count < GROUP_MIN:
            found.append(
                f"of the rows with overlap, {count:,} {name}; at least {GROUP_MIN} are needed. Ask "
                "about more time, a category instead of an item, or explore more"
            )
    if found:
        return found
    if rows.visitors_count < VISITORS_MIN:
        found.append(
            f"the lists are of {rows.visitors_count} visitors; at least {VISITORS_MIN} are needed"
        )
    outcomes = int((rows.outcome > 0.0).sum())
    if outcomes < OUTCOMES_MIN:
        found.append(
            f"{outcomes} rows have the outcome ({outcome}); at least {OUTCOMES_MIN} are needed. "
            "Ask for acts instead, a longer window, or a category"
        )
    return found


def balance_problem(after: Mapping[str, float]) -> str | None:
    """Return which covariates differ after weighting, if any.

    >>> balance_problem({"score": 0.02, "price": -0.3})
    'the groups are not alike after weighting: price differs by 0.30 standard deviations, at most \
0.1 may be. The replayed chances are not those of the draw, or there are too few lists'
    >>> balance_problem({"score": 0.02}) is None
    True
    """
    off = {name: value for name, value in after.items() if not abs(value) <= DIFFERENCE_MAX}
    if not off:
        return None
    name = max(off, key=lambda one: abs(off[one]) if np.isfinite(off[one]) else np.inf)
    others = f" (and {len(off) - 1} more)" if len(off) > 1 else ""
    return (
        f"the groups are not alike after weighting: {name}{others} differs by {abs(off[name]):.2f} "
        f"standard deviations, at most {DIFFERENCE_MAX:g} may be. The replayed chances are not "
        "those of the draw, or there are too few lists"
    )


def placebo_problem(placebo: Effect | None, effect_of: str) -> str | None:
    """Return that the effect on the outcome BEFORE the list is not zero, if so.

    >>> placebo_problem(Effect(0.0, 0.01, 500), "placing") is None
    True
    """
    if placebo is None:
        return f"the placebo of {effect_of} could not be computed"
    if not placebo.is_off_zero(PLACEBO_LEVEL):
        return None
    return (
        f"the placebo is off zero: {effect_of} it would have changed what visitors did before the "
        f"list by {placebo.value:+.4g}, which cannot be. So the groups are not alike"
    )


def first_stage_problem(f: float) -> str | None:
    """Return that placing hardly changes who sees, if so.

    >>> first_stage_problem(5.0)
    'placing it hardly changes whether it is seen (first-stage F 5.0, at least 10 is needed)'
    """
    if f >= F_MIN:
        return None
    return (
        f"placing it hardly changes whether it is seen (first-stage F {f:.1f}, at least {F_MIN:g} "
        "is needed)"
    )


def replay_problem(same: int, asked: int) -> str | None:
    """Return that the replay is not the state that answered, if so.

    >>> replay_problem(999, 1000) is None, replay_problem(0, 0) is None
    (True, True)
    """
    if same >= SAME_MIN * asked:
        return None
    return (
        f"{same:,} of {asked:,} lists have the same chances when asked again, {SAME_MIN:.1%} are "
        "needed: another build answered, or the log is not the server's. `headwater evaluate "
        "--check` says which"
    )
