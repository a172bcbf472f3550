"""Compares policies with the champion: on all answers, by group, by tenth."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from headwater_server.evaluation.comparing.figure import Figure
from headwater_server.evaluation.comparing.items import (
    always_valid_of_items,
    difference_of_items,
    interval_of_items,
    value_of_items,
)
from headwater_server.evaluation.comparing.lists import (
    always_valid_of_lists,
    difference_of_lists,
    interval_of_lists,
    value_of_lists,
)
from headwater_server.evaluation.comparing.shown import Bools, Shown
from headwater_server.evaluation.comparing.value import Value
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.inference.experiments.planning import visitors_needed
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.visitors import sums_by_visitor
from headwater_server.inference.verdict import refusal, verdict

CHAMPION = "champion"
LIFT = 0.05
"""The relative difference for which the visitors of an experiment are given."""
LARGEST = 5
TENTHS = 10
GROUPS_MAX = 30


@dataclass(frozen=True)
class Ask:
    """How to compare: the metric's name, the level, and whether always-valid intervals too."""

    metric: str = "act_rate"
    level: float = 0.95
    always_valid: bool = False


@dataclass(frozen=True)
class Comparison:
    """One policy's figures: on all answers, by group (placement), by tenth of the answers."""

    policy: str
    total: Figure
    by_group: dict[str, Figure]
    by_tenth: tuple[Figure, ...]


def compare(shown: Shown, policies: dict[str, Chances], ask: Ask) -> list[Comparison]:
    """Return the champion's figures, then those of each policy.

    Examples
    --------
    >>> rewards, half = [1.0, 0.0] * 200, np.full(400, 0.5)
    >>> shown = Shown.of_items(rewards, list(range(400)), ["home"] * 400)
    >>> found = compare(shown, {"even": Chances.of_items(half, half)}, Ask())
    >>> [(one.policy, one.total.value) for one in found]
    [('champion', 0.5), ('even', 0.5)]
    >>> str(found[1].total.verdict)
    'no difference seen'
    """
    named: list[tuple[str, Chances | None]] = [(CHAMPION, None), *policies.items()]
    return [comparison(name, shown, chances, ask) for name, chances in named]


def comparison(name: str, shown: Shown, chances: Chances | None, ask: Ask) -> Comparison:
    """Return the figures of one policy, None: of the champion."""
    groups = {
        shown.group_names[number]: _part(shown, chances, shown.groups == number, ask)
        for number in _largest_groups(shown)
    }
    ends = np.linspace(0, shown.lists, TENTHS + 1).astype(int).tolist()
    tenths = [slice(*pair) for pair in pairwise(ends)]
    parts = tuple(_part(shown, chances, tenth, ask) for tenth in tenths if tenth.stop > tenth.start)
    return Comparison(name, figure(shown, chances, ask), groups, parts)


def _largest_groups(shown: Shown) -> list[int]:
    """Return the groups with most answers, in order of their names: a page may name any."""
    counts = np.bincount(shown.groups, minlength=len(shown.group_names))
    largest = np.argsort(-counts, kind="stable")[:GROUPS_MAX]
    return sorted(largest[counts[largest] > 0].tolist())


def _part(shown: Shown, chances: Chances | None, chosen: Bools | slice, ask: Ask) -> Figure:
    part = shown.part(chosen)
    cut = None if chances is None else chances.part(chosen, shown.is_filled[chosen])
    return figure(part, cut, ask)


def figure(shown: Shown, chances: Chances | None, ask: Ask) -> Figure:
    """Return the figure of a policy (None: of the champion itself) on these answers."""
    policy = _value(shown, chances)
    about = _about(shown, policy, ask)
    if not policy.overlap.is_enough:  # and no interval is made, which takes long
        return Figure(**about, verdict=refusal(policy.overlap))
    found: dict[str, Any] = {"value": policy.estimate.value, "beside": policy.beside}
    found["interval"] = _interval(policy, shown, ask)
    if ask.always_valid:
        found["always_valid"] = _always_valid(policy, shown, ask)
    if chances is None:
        return Figure(**about, **found, verdict=None)
    champion = _value(shown, None)
    difference = _difference(policy, champion, shown, ask)
    return Figure(
        **about,
        **found,
        verdict=verdict(difference, policy.overlap),
        difference=policy.estimate.value - champion.estimate.value,
        difference_interval=difference,
    )


def _about(shown: Shown, policy: Value, ask: Ask) -> dict[str, Any]:
    weights = policy.weights if not shown.is_lists else policy.weights[shown.is_filled]
    largest = np.sort(weights)[::-1][:LARGEST]
    return {
        "answers": shown.lists,
        "visitors": len(np.unique(shown.visitors)),
        "estimator": policy.estimator,
        "overlap": policy.overlap,
        "largest_weights": tuple(float(weight) for weight in largest),
        "unsupported": max(0.0, 1.0 - policy.overlap.mean_weight),
        "visitors_needed": _experiment(shown, ask.level),
    }


def _value(shown: Shown, chances: Chances | None) -> Value:
    return value_of_lists(shown, chances) if shown.is_lists else value_of_items(shown, chances)


def _interval(value: Value, shown: Shown, ask: Ask) -> Interval | None:
    if shown.is_lists:
        return interval_of_lists(value, shown, ask.level)
    return interval_of_items(value, shown, ask.metric, ask.level)


def _difference(policy: Value, champion: Value, shown: Shown, ask: Ask) -> Interval:
    if shown.is_lists:
        return difference_of_lists(policy, champion, shown, ask.level)
    return difference_of_items(policy, champion, shown, ask.metric, ask.level)


def _always_valid(policy: Value, shown: Shown, ask: Ask) -> Interval:
    if shown.is_lists:
        return always_valid_of_lists(policy.weights, shown, ask.level)
    return always_valid_of_items(policy.weights, shown.rewards[:, 0], ask.level)


def _experiment(shown: Shown, level: float) -> int | None:
    """Return the visitors of an experiment that finds a lift of `LIFT`, from the champion's."""
    sums, _ = sums_by_visitor(shown.earned, shown.visitors)
    mean = float(sums.mean())
    if mean <= 0.0:
        return None
    return visitors_needed(mean, float(sums.var()), LIFT, level)
