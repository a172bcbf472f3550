"""An arm beside control, by the closed forms of `inference`: the same for reports and decisions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from headwater_server.engine.experiments.counts.sums import arm_of, moments_of
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.messages.experiments import DECREASE, METRICS
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.bonferroni import bonferroni_level
from headwater_server.inference.experiments.cuped import cuped, variance_left
from headwater_server.inference.experiments.difference import difference
from headwater_server.inference.experiments.relative import relative
from headwater_server.inference.experiments.sample_ratio import sample_ratio
from headwater_server.inference.interval import Interval

VISITORS_MIN = 100
"""Visitors of each arm from which on anything is decided: means are nearly normal then."""
ALARM = 100.0
"""The evidence at which the sample ratio is wrong: a false alarm in at most 1 % of experiments."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A treatment and control on one metric: plain, and with the time before taken out."""

    plain: tuple[Arm, Arm]
    adjusted: tuple[Arm, Arm]
    variance_left: float
    planned: float
    level: float

    @property
    def is_enough(self) -> bool:
        """Whether both arms have enough visitors to decide by."""
        return min(arm.visitors for arm in self.plain) >= VISITORS_MIN

    @property
    def difference(self) -> Interval:
        """The always-valid interval of treatment minus control."""
        return difference(*self.adjusted, self.planned, self.level)

    @property
    def relative(self) -> Interval:
        """The always-valid interval of treatment / control - 1."""
        return relative(*self.adjusted, self.planned, self.level)


def level_of(running: Running) -> float:
    """Return the level of one interval, so that all treatments' hold together."""
    return bonferroni_level(running.experiment.level, len(running.experiment.arms) - 1)


def pair_of(running: Running, arm: int, metric: str) -> Pair:
    """Compare an arm with control; a closed one as it was when it was closed."""
    closed = running.closed.get(arm)
    rows = running.sums.rows
    own, control = (closed.own, closed.control) if closed else (rows[arm], rows[0])
    return pair_of_sums(running, arm, metric, own, control)


def pair_of_sums(
    running: Running, arm: int, metric: str, own: Sequence[float], control: Sequence[float]
) -> Pair:
    """Compare an arm with control by sums of any time."""
    place, arms = METRICS.index(metric), running.experiment.arms
    plain = arm_of(own, place), arm_of(control, place)
    adjusted, left = plain, 1.0
    if min(one.visitors for one in plain) > 1:
        both = moments_of(own, place), moments_of(control, place)
        (first, second), left = cuped(both), variance_left(both)
        adjusted = first, second
    planned = running.experiment.visitors_planned * (arms[arm].weight + arms[0].weight)
    return Pair(plain, adjusted, left, max(2.0, planned), level_of(running))


def gain(running: Running, arm: int) -> Interval:
    """Return the always-valid interval of how much better the primary metric has become."""
    primary = running.experiment.primary
    found = pair_of(running, arm, primary.metric).difference
    if primary.direction == DECREASE:
        return Interval(-found.high, -found.low, found.level)
    return found


def crossed(running: Running, arm: int) -> str:
    """Return the metric of a guard rail that an open arm has crossed, "" if none."""
    for rail in running.experiment.guard_rails:
        pair = pair_of(running, arm, rail.metric)
        if pair.is_enough and pair.relative.high < rail.worst_relative:
            return rail.metric
    return ""


def evidence_of_ratio(running: Running) -> float:
    """Return the evidence that visitors are not split by the weights; of open experiments only.

    Once an arm is closed nobody enters it, so the split says nothing any more.
    """
    visitors = running.sums.visitors
    if running.closed or not sum(visitors):
        return 1.0
    return sample_ratio(visitors, [arm.weight for arm in running.experiment.arms])


def blockers(running: Running, arm: int) -> list[str]:
    """Return why an arm may not be promoted, each with the field; none: it may."""
    experiment, found = running.experiment, []
    if arm == 0:
        return ["arm_id: control is what is in force already: name another arm"]
    if closed := running.closed.get(arm):
        found.append(f"arm_id: the arm was closed: {closed.reason}")
    if running.ratio_alarm or evidence_of_ratio(running) >= ALARM:
        found.append(
            "sample_ratio: the arms do not have the visitors of their weights, so the figures are "
            "void: find what loses visitors of one arm"
        )
    if metric := crossed(running, arm):
        found.append(f"guard_rails: {metric} has become worse than its guard rail allows")
    pair = pair_of(running, arm, experiment.primary.metric)
    low = gain(running, arm).low
    if not pair.is_enough:
        found.append(
            f"visitors: each arm needs {VISITORS_MIN} or more; this one has "
            f"{pair.plain[0].visitors} and control {pair.plain[1].visitors}"
        )
    elif not low > 0.0:
        bound = f"{low:.4g}" if math.isfinite(low) else "not known"
        found.append(
            f"primary: the always-valid lower bound of the gain in {experiment.primary.metric} is "
            f"{bound}, not above 0: wait for more visitors"
        )
    return found
