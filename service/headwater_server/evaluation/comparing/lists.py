"""Lists: in-the-list is the figure, two cascades are shown beside it."""

from __future__ import annotations

import numpy as np

from headwater_server.evaluation.comparing.gates import overlap_of_lists
from headwater_server.evaluation.comparing.shown import Shown
from headwater_server.evaluation.comparing.value import Value
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.inference.checks import Floats, within
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.betting import betting_sequence
from headwater_server.inference.intervals.bootstrap import visitor_bootstrap
from headwater_server.inference.off_policy.cascade import cascade
from headwater_server.inference.off_policy.cascade_dr import cascade_dr
from headwater_server.inference.off_policy.competition import between, competition_shift
from headwater_server.inference.off_policy.estimate import Estimate
from headwater_server.inference.off_policy.in_list import in_list, in_list_weights


def value_of_lists(shown: Shown, chances: Chances | None) -> Value:
    """Return the value of a policy, of the champion for None: its own mean."""
    if chances is None:
        weights = np.where(shown.is_filled, 1.0, 0.0)
        estimate, beside = Estimate.of(shown.earned), dict[str, float]()
    else:
        weights = in_list_weights(chances.listed, chances.listed_logged)
        estimate = in_list(chances.listed, chances.listed_logged, shown.rewards)
        beside = _beside(shown, chances)
    return Value("in_list", overlap_of_lists(weights, shown), weights, estimate, beside)


def interval_of_lists(value: Value, shown: Shown, level: float) -> Interval:
    """Return the interval of a value: visitors are drawn again, and items may compete."""
    interval = visitor_bootstrap(value.estimate.rows, shown.visitors, level)
    return between(interval, _competition(value, shown))


def difference_of_lists(policy: Value, champion: Value, shown: Shown, level: float) -> Interval:
    """Return the interval of policy - champion, from the differences of their lists.

    Nothing is estimated of the champion, so competition shifts the policy alone.
    """
    rows = policy.estimate.rows - champion.estimate.rows
    interval = visitor_bootstrap(rows, shown.visitors, level)
    return between(interval, _competition(policy, shown))


def _competition(value: Value, shown: Shown) -> float:
    """Return what competition may shift; nothing is known of it where rewards are below 0."""
    if (shown.rewards < 0.0).any():
        return 0.0
    return competition_shift(value.weights, shown.rewards)


def always_valid_of_lists(weights: Floats, shown: Shown, level: float) -> Interval:
    """Return the betting sequence on the mean of a slot, times the slots of the longest list.

    A slot's weight is 1 on average, if it is drawn; a slot that a list lacks has the weight 1, and
    earned nothing. ValueError unless each item's reward is from 0 to 1.
    """
    within("rewards", shown.rewards, 0.0, 1.0)
    scale = np.where(shown.is_filled, weights, 1.0)
    total = scale.sum(axis=1)
    earned = (scale * shown.rewards).sum(axis=1)
    shares = np.divide(earned, total, out=np.zeros_like(earned), where=total > 0.0)
    slots = shown.rewards.shape[1]
    mean = betting_sequence(total / slots, shares, level)
    return Interval(mean.low * slots, mean.high * slots, level)


def _beside(shown: Shown, chances: Chances) -> dict[str, float]:
    """Return the second opinions; a slot that the policy never fills so has none."""
    conditional = chances.slot, chances.slot_logged, shown.rewards
    found = {}
    if (np.cumprod(chances.slot, axis=1).sum(axis=0) > 0.0).all():
        found["sn_cascade"] = cascade(*conditional).value
    if chances.predicted is not None and chances.predicted_target is not None:
        model = chances.predicted, chances.predicted_target
        found["cascade_dr"] = cascade_dr(*conditional, *model).value
    return found
