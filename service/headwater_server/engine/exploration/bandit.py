"""One of few given items, chosen by what it earned: the contextual bandit's way to the slots.

A caller that shows one of the items that it names, as of Azure Personalizer, has a bandit's
question, not a list's: the reward of that one item answers it, in this context. Its items are drawn
by their chance to be the best (`models.bandit`), mixed with the uniform. All kernels of slots draw
by `e^(score / T)`, so the scores become `T ln(chance)`: propensities, rules, and the chances of a
given list are exact as for any other scores.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.messages.events import ContextValue
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.ranking.objective_names import ACTS
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.bandit.bandit import Bandit

MATCHING = "matching"
ITEMS_MAX = 50
_CHANCE_MIN = 1e-12  # of the logarithm, where nothing is drawn uniformly
_ACCOUNT = "user."
Context = Sequence[tuple[str, ContextValue]]


def is_choice(request: RecommendRequest) -> bool:
    """Whether one of few given items is asked for.

    >>> is_choice(RecommendRequest("ann", "r1", page_size=1, candidate_item_ids=("a", "b")))
    True
    >>> is_choice(RecommendRequest("ann", "r1", candidate_item_ids=("a", "b")))
    False
    """
    count = len(request.candidate_item_ids)
    return 0 < count <= ITEMS_MAX and (request.page_size == 1 or request.first_slot)


def applies(request: RecommendRequest, settings: EngineSettings) -> bool:
    """Whether the slots are drawn so."""
    return settings.exploration_bandit == MATCHING and is_choice(request)


def objective_of(request: RecommendRequest, settings: EngineSettings) -> str:
    """Return what a list maximises: the request's objective, else the setting.

    For a choice it is acts: what an item is worth here is what the caller's rewards say. A worth on
    top would count twice, and take the chances away from what was computed.

    >>> asked = RecommendRequest("ann", "r1", page_size=1, objective="revenue")
    >>> objective_of(asked, EngineSettings())
    'revenue'
    >>> choice = RecommendRequest(
    ...     "ann", "r1", page_size=1, candidate_item_ids=("a", "b"), objective="revenue"
    ... )
    >>> objective_of(choice, EngineSettings())
    'acts'
    """
    return ACTS if applies(request, settings) else request.objective or settings.objective


def objective_note(request: RecommendRequest, settings: EngineSettings) -> str:
    """Return why a choice has another objective than was asked for; empty: it has not."""
    asked = request.objective or settings.objective
    if asked == ACTS or not applies(request, settings):
        return ""
    return f"one of few items is chosen by the rewards of its own acts, not by {asked}"


def context_of(context: Context, circumstances: Sequence[str]) -> list[tuple[str, ContextValue]]:
    """Return what a choice depends on: what the caller names, and the account's features.

    >>> context_of([("hour", 7.0)], ("placement=home", "user.segment=vip"))
    [('hour', 7.0), ('user.segment=vip', 'is')]
    """
    account = [(text, "is") for text in circumstances if text.startswith(_ACCOUNT)]
    return [*context, *account]


def scores_of(
    bandit: Bandit,
    item_ids: Sequence[str],
    context: Context,
    ranked: NDArray[np.float64] | None,
    settings: EngineSettings,
    *,
    explore: bool,
) -> NDArray[np.float64]:
    """Return float64[n]: T ln(chance) of each item, or its expected reward without exploration.

    ``ranked`` float64[n] are the ranker's scores, None if it knows nothing of the visitor.
    """
    if len(item_ids) == 0:
        return np.zeros(0)
    if ranked is None:
        vectors = [bandit.vector(context)] * len(item_ids)
    else:
        vectors = [bandit.vector(context, score) for score in ranked.tolist()]
    if not explore:
        return bandit.means(item_ids, vectors)
    chances = bandit.chances(item_ids, vectors, settings.exploration_bandit_scale)
    even = settings.exploration_bandit_epsilon
    mixed = (1.0 - even) * chances + even / len(chances)
    # math.log, not numpy's: an answer is the same on every machine, to the last bit
    logs = [math.log(max(chance, _CHANCE_MIN)) for chance in mixed.tolist()]
    return settings.exploration_temperature * np.array(logs)


def drawing_settings(settings: EngineSettings) -> EngineSettings:
    """Return the settings with which slots are drawn from `scores_of`."""
    return replace(settings, exploration_policy="plackett_luce", exploration_epsilon=0.0)
