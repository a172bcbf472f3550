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
    value_of_items,
)
from headwater_server.evaluation.comparing.lists import (
    always_valid_of_lists,
    difference_of_lists,
    value_of_lists,
)
from headwater_server.evaluation.comparing.shown import Bools, Shown
from headwater_server.evaluation.comparing.value import Value
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.inference.experiments.planning import visitors_needed
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.visitors import sums_by_visitor
from headwater_server.inference.verdict import Verdict, verdict

CHAMPION = "champion"
LIFT = 0.05
"""The relative difference for which the visitors of an experiment are given."""
LARGEST = 5
TENTHS = 10


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
    return [_comparison(name, shown, chances, ask) for name, chances in named]


def _comparison(name: str, shown: Shown, chances: Chances | None, ask: Ask) -> Comparison:
    groups = {
        group: _part(shown, chances, shown.groups == number, ask)
        for number, group in enumerate(shown.group_names)
    }
    ends = np.linspace(0, shown.lists, TENTHS + 1).astype(int).tolist()
    tenths = [slice(*pair) for pair in pairwise(ends)]
    parts = tuple(_part(shown, chances, tenth, ask) for tenth in tenths if tenth.stop > tenth.start)
    return Comparison(name, figure(shown, chances, ask), groups, parts)


def _part(shown: Shown, chances: Chances | None, chosen: Bools | slice, ask: Ask) -> Figure:
    part = shown.part(chosen)
    cut = None if chances is None else chances.part(chosen, shown.is_filled[chosen])
    return figure(part, cut, ask)


def figure(shown: Shown, chances: Chances | None, ask: Ask) -> Figure:
    """Return the figure of a policy (None: of the champion itself) on these answers."""
    champion, policy = _value(shown, None, ask), _value(shown, chances, ask)
    difference = None if chances is None else _difference(policy, champion, shown, ask)
    judged = None if difference is None else verdict(difference, policy.overlap)
    about = _about(shown, policy, ask)
    if not policy.overlap.is_enough:
        found = judged if chances is not None else Verdict.NOT_ENOUGH_OVERLAP
        return Figure(**about, verdict=found)
    return Figure(
        **about,
        verdict=judged,
        value=policy.estimate.value,
        interval=policy.interval,
        difference=None if difference is None else policy.estimate.value - champion.estimate.value,
        difference_interval=difference,
        always_valid=_always_valid(policy, shown, ask) if ask.always_valid else None,
        beside=policy.beside,
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


def _value(shown: Shown, chances: Chances | None, ask: Ask) -> Value:
    if shown.is_lists:
        return value_of_lists(shown, chances, ask.level)
    return value_of_items(shown, chances, ask.metric, ask.level)


def _difference(policy: Value, champion: Value, shown: Shown, ask: Ask) -> Interval:
    of = difference_of_lists if shown.is_lists else difference_of_items
    return of(policy, champion, shown, ask.level)


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
