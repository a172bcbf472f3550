"""Answers as arrays: lists x slots."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from headwater_server.evaluation.comparing.shown import Shown
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.evaluation.shown.metrics import REVENUE


def shown(answers: Sequence[Answer], metric: str) -> Shown:
    """Return what the answers earned in a metric; at least one answer is given."""
    slots = max(len(answer.slate.item_ids) for answer in answers)
    rewards = np.zeros((len(answers), slots))
    filled = np.zeros((len(answers), slots), dtype=bool)
    for row, answer in enumerate(answers):
        filled[row, : len(answer.slate.item_ids)] = True
        for (name, slot), amount in answer.earned.items():
            if name == metric:
                rewards[row, slot] = amount
    profiles = [answer.profile for answer in answers]
    return Shown.of_lists(rewards, filled, profiles, [answer.placement for answer in answers])


def metrics_of(answers: Sequence[Answer], metric: str) -> list[str]:
    """Return the metric, or for revenue one of each currency, in order of the name."""
    if metric != REVENUE:
        return [metric]
    found = {name for answer in answers for name, _ in answer.earned if name.startswith(REVENUE)}
    return sorted(found) or [REVENUE]
