"""The chances of a list under a policy: slot by slot, and of each item to be anywhere in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.exploration import thompson
from headwater_server.engine.exploration.plackett_luce import draw_lists, seed_of, slate_chances
from headwater_server.engine.policies.asked_filling import AskedFilling
from headwater_server.engine.policies.predictions import Predictions
from headwater_server.engine.reranking.answer_settings import ActiveRules, AnswerSettings
from headwater_server.engine.reranking.candidates import Pool
from headwater_server.engine.reranking.drawing.slots import NO_VALUES
from headwater_server.engine.reranking.similarity_inputs import SimilarityInputs
from headwater_server.models.splitmix import mix

LISTS, LISTS_MAX = 64, 200
DRAWS = 2_000
"""Draws that a chance under Thompson sampling is estimated from: 200 make 1/p biased."""
_NO_RULES = ActiveRules("none", (), (), ())
_OTHERS = 1 << 32
"""Counters of the seeds of lists that are not the answer's own."""


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
        So many lists ``in_list`` is estimated from; 1 if the policy explores nothing.
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
    question, settings = pool.question, under.settings
    request, head = question.request, pool.scoring.models.probability
    active, count = under.active_rules(request, question.now_ms), len(item_ids)
    is_thompson = thompson.applies(head, request, settings)
    seeds = list_seeds(request.recommendation_id, lists if request.explore else 1)
    worth = NO_VALUES if predictions is None else predictions.of(pool.items)[: request.page_size]
    if active is None and request.explore and not is_thompson:
        scores, rows = pool.candidates.scores, pool.rows(item_ids)
        draw = float(settings.exploration_epsilon), float(settings.exploration_temperature)
        slots, means = slate_chances(scores, rows[: request.page_size], *draw, worth)
        found = draw_lists(scores, request.page_size, *draw, seeds, rows)
    else:
        args = pool, similarity, settings, item_ids, DRAWS
        filling = AskedFilling(active or _NO_RULES, *args)
        slots, means = filling.slot_chances(worth)
        found = filling.lists(seeds)
    in_list = found[0] / len(seeds) if is_thompson else _combined(*found, len(seeds))
    model = () if predictions is None else (predictions.shown, _filled(means, count))
    return Chances(_filled(slots, count), in_list, len(seeds), is_thompson, *model)


def _filled(values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return the values, and 0 for slots that the page does not have."""
    whole = np.zeros(count)
    whole[: len(values)] = values
    return whole


def list_seeds(recommendation_id: str, lists: int) -> NDArray[np.uint64]:
    """Return the seeds of lists that could have been drawn instead of the answer."""
    seed = np.uint64(seed_of(recommendation_id))
    return np.array([mix(seed, _OTHERS + number) for number in range(lists)], dtype=np.uint64)


def _combined(
    counts: NDArray[np.float64], sums: NDArray[np.float64], lists: int
) -> NDArray[np.float64]:
    r"""Return the chance to be in a list, from two means of the same expectation.

    The share of lists b is exact for what is nearly always in the list, and of no use for what is
    seldom there; the mean sum of chances s is the other way round. The weight of s in
    b + (1 - P^2)(s - b), with P = min(1, s), is near the one of least variance for all P.
    """
    share, mean = counts / lists, np.minimum(1.0, sums / lists)
    return np.asarray(np.clip(share + (1.0 - mean**2) * (mean - share), 0.0, 1.0))
