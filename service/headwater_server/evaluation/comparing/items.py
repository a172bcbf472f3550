"""Answers of one item: SNIPS is the figure, IPS and DR are shown beside it."""

from __future__ import annotations

import numpy as np

from headwater_server.evaluation.comparing.gates import overlap_of_items
from headwater_server.evaluation.comparing.shown import Shown
from headwater_server.evaluation.comparing.value import Value
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.inference.checks import Floats
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.betting import betting_sequence
from headwater_server.inference.intervals.bootstrap import visitor_bootstrap
from headwater_server.inference.intervals.clopper_pearson import clopper_pearson
from headwater_server.inference.intervals.gamma import gamma
from headwater_server.inference.intervals.of_difference import interval_of_difference
from headwater_server.inference.intervals.visitors import design_effect, sums_by_visitor
from headwater_server.inference.off_policy.doubly_robust import doubly_robust
from headwater_server.inference.off_policy.estimate import Estimate
from headwater_server.inference.off_policy.ips import ips
from headwater_server.inference.off_policy.snips import snips
from headwater_server.inference.off_policy.weights import effective_sample_size, importance_weights

ACTS_FOR_CORRELATION = 200.0
"""With fewer acts, the correlation of two policies' rows is itself too uncertain to use. On 10,000
rows, intervals of differences covered 0.96 with it (900 acts), 0.98 without."""


def value_of_items(shown: Shown, chances: Chances | None) -> Value:
    """Return the value of a policy, of the champion for None."""
    rewards, weights = shown.rewards[:, 0], np.ones(shown.lists)
    if chances is not None:
        weights = importance_weights(chances.slot[:, 0], chances.slot_logged[:, 0])
    overlap = overlap_of_items(weights, rewards)
    if not weights.any():
        return Value("snips", overlap, weights, Estimate(0.0, np.zeros(shown.lists)))
    beside = {} if chances is None else _beside(weights, rewards, chances)
    return Value("snips", overlap, weights, snips(weights, rewards), beside)


def interval_of_items(value: Value, shown: Shown, metric: str, level: float) -> Interval | None:
    """Return the interval of a value, None if nothing was earned."""
    return _interval(value.estimate, value.weights, shown, metric, level)


def difference_of_items(
    policy: Value, champion: Value, shown: Shown, metric: str, level: float
) -> Interval:
    """Return the interval of policy - champion, from the two intervals."""
    own, other = (interval_of_items(one, shown, metric, level) for one in (policy, champion))
    rows = policy.estimate.rows, champion.estimate.rows
    if own is None or other is None:
        return visitor_bootstrap(rows[0] - rows[1], shown.visitors, level)
    enough = policy.overlap.effective_acts >= ACTS_FOR_CORRELATION
    values = policy.estimate.value, own, champion.estimate.value, other
    return interval_of_difference(*values, correlation(*rows) if enough else 0.0)


def always_valid_of_items(weights: Floats, rewards: Floats, level: float) -> Interval:
    """Return the betting sequence; ValueError unless rewards are from 0 to 1."""
    return betting_sequence(weights, rewards, level)


def correlation(one: Floats, two: Floats) -> float:
    """Return the correlation of rows, at least 0: below, 0 is on the safe side.

    >>> correlation(np.array([1.0, 2.0]), np.array([2.0, 4.0])).__round__(9)
    1.0
    """
    spread = float(one.std() * two.std())
    if spread == 0.0:
        return 0.0
    both = float(((one - one.mean()) * (two - two.mean())).mean())
    return min(1.0, max(0.0, both / spread))


def _interval(
    estimate: Estimate, weights: Floats, shown: Shown, metric: str, level: float
) -> Interval | None:
    rewards = shown.rewards[:, 0]
    if metric.startswith("revenue") or (rewards < 0.0).any():
        return visitor_bootstrap(estimate.rows, shown.visitors, level)
    if np.isin(rewards, (0.0, 1.0)).all():
        rows = effective_sample_size(weights) / design_effect(estimate.rows, shown.visitors)
        return clopper_pearson(estimate.value, rows, level)
    if not (weights * rewards).any():
        return None
    scales, _ = sums_by_visitor(weights, shown.visitors)
    earned, _ = sums_by_visitor(weights * rewards, shown.visitors)
    means = np.divide(earned, scales, out=np.zeros_like(earned), where=scales > 0.0)
    return gamma(scales, means, level)


def _beside(weights: Floats, rewards: Floats, chances: Chances) -> dict[str, float]:
    found = {"ips": ips(weights, rewards).value}
    if chances.predicted is not None and chances.predicted_target is not None:
        model = chances.predicted[:, 0], chances.predicted_target[:, 0]
        found["dr"] = doubly_robust(weights, rewards, *model).value
    return found
