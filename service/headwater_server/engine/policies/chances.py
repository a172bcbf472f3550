"""The chances of a list under a policy: slot by slot, and of each item to be anywhere in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import thompson
from headwater_server.engine.exploration.many_lists import combined, list_chances, list_seeds
from headwater_server.engine.exploration.plackett_luce import (
    best_chances,
    best_slate,
    seed_of,
    slate_chances,
)
from headwater_server.engine.policies.asked_filling import AskedFilling
from headwater_server.engine.policies.predictions import Predictions
from headwater_server.engine.reranking.answer_settings import ActiveRules, AnswerSettings, Order
from headwater_server.engine.reranking.candidates import Pool
from headwater_server.engine.reranking.drawing.slots import NO_VALUES
from headwater_server.engine.reranking.similarity_inputs import SimilarityInputs
from headwater_server.engine.settings import EngineSettings

LISTS, LISTS_MAX = 64, 200
DRAWS = 2_000
"""Draws that a chance under Thompson sampling is estimated from: 200 make 1/p biased."""
_NO_RULES = ActiveRules("none", (), (), ())


@dataclass(frozen=True, slots=True)
class Chances:
    """How likely a policy shows a list, and each of its items.

    Parameters
    ----------
    slots
        By slot: the chance of its item given the items before it, 0 if it cannot be there.
        ``slots`` of the list that was drawn are its propensities. After a slot of chance 0, it is
        the chance as if the item had been a candidate.
    in_list
        By item: the chance to be anywhere in a list of the request's page_size.
    lists_drawn
        So many lists ``in_list`` is estimated from; 1 where it is exact, because the policy
        explores nothing, or draws all candidates alike.
    estimated
        Whether ``slots`` are estimated, as under Thompson sampling, not exact.
    predicted, predicted_target
        By slot: the model's chance of an act on the item there, and the mean of these chances over
        what the policy would put there, given the items before. None if not asked for, or as long
        as the model has no chances.
    """

    slots: NDArray[np.float64]
    in_list: NDArray[np.float64]
    lists_drawn: int
    estimated: bool
    predicted: NDArray[np.float64] | None = None
    predicted_target: NDArray[np.float64] | None = None


def chances(
    pool: Pool,
    under: AnswerSettings,
    similarity: SimilarityInputs,
    item_ids: tuple[str, ...],
    lists: int,
    predictions: Predictions | None = None,
) -> Chances:
    """Return the chances of a list of ``item_ids`` drawn from these candidates."""
    question, head = pool.question, pool.scoring.models.probability
    request, settings = question.request, under.settings
    if under.order is Order.SCORE:
        pool, settings = pool.as_choice(settings)
    active, count = under.active_rules(request, question.now_ms), len(item_ids)
    is_thompson = thompson.applies(head, request, settings)
    if active is None and pool.limit_variants(pool.values(settings)):
        pool.fill_up()
    if active is None and not is_thompson:
        worth = _worth(pool, predictions)
        slots, means, in_list, drawn = _by_score(pool, settings, item_ids, worth, lists)
    else:
        drawn = lists if request.explore else 1
        args = pool, similarity, settings, item_ids, DRAWS
        filling = AskedFilling(active or _NO_RULES, *args)
        slots, means = filling.slot_chances(_worth(pool, predictions))
        seeds = list_seeds(seed_of(request.recommendation_id), drawn)
        shares, sums = np.array(filling.lists(seeds)) / drawn
        in_list = shares if is_thompson else _combined(shares, sums)
    model = () if predictions is None else (predictions.shown, _filled(means, count))
    return Chances(_filled(slots, count), in_list, drawn, is_thompson, *model)


def _worth(pool: Pool, predictions: Predictions | None) -> NDArray[np.float64]:
    """Return the predicted chances of an act, by slot and candidate."""
    if predictions is None:
        return NO_VALUES
    return predictions.of(pool.items)[: pool.question.request.page_size]


def _by_score(
    pool: Pool,
    settings: EngineSettings,
    item_ids: tuple[str, ...],
    worth: NDArray[np.float64],
    lists: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], int]:
    """Return, without rules: chances of the slots, their mean worth, chances to be in a list.

    And from how many lists these are estimated.
    """
    request, scores = pool.question.request, pool.values(settings)
    rows, size = pool.rows(item_ids), request.page_size
    if not request.explore:
        best = best_slate(scores, size)[0]
        in_list = (rows[:, None] == best).any(axis=1).astype(np.float64)
        return (*best_chances(scores, rows[:size], worth), in_list, 1)
    draw = float(settings.exploration_epsilon), float(settings.exploration_temperature)
    seed = seed_of(request.recommendation_id)
    slots, in_list = list_chances(scores, rows, size, *draw, seed, lists)
    means = slate_chances(scores, rows[:size], *draw, worth)[1] if len(worth) else np.zeros(0)
    return slots[:size], means, in_list, 1 if draw[0] == 1.0 else lists


def _filled(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the values, and 0 for slots that the page does not have."""
    whole = np.zeros(count)
    whole[: len(values)] = values
    return whole


def _combined(shares: NDArray[np.float64], sums: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([combined(*both) for both in zip(shares, sums, strict=True)])
