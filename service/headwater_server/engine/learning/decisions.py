"""Choices of one of few items that wait for their reward, and what they teach the bandit.

A reward that names its recommendation is learned at once, also one of 0: the next choice uses it.
What has none when the attribution window is over is learned as 0, with the other lessons of the
impression. Of several rewards of one choice the best counts, as in `Attribution`.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from headwater_server.engine.exploration import bandit
from headwater_server.engine.exploration.slates import BANDIT
from headwater_server.engine.learning.attribution import OPEN_MAX
from headwater_server.engine.messages.events import Event, Slate
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.bandit.bandit import Bandit
from headwater_server.models.bandit.beliefs import Vector


class Decision(NamedTuple):
    """A choice that was shown: ``rivals`` are the items of its slate; ``reward``: the one learned.

    NaN: none yet.
    """

    profile: str
    item_id: str
    rivals: tuple[str, ...]
    vector: Vector
    reward: float = math.nan


class Decisions:
    """Open choices by recommendation. A choice that a page requested is none: anybody may ask."""

    def __init__(self, model: Bandit) -> None:
        self.model = model
        self._open: OrderedDict[str, Decision] = OrderedDict()

    def __len__(self) -> int:
        return len(self._open)

    def open(self, event: Event, profile: str, history: History, score: float) -> None:
        """Note the choice that an impression reports; ``score`` is the ranker's, of its item."""
        slate = event.slate
        if slate is None or not (event.is_proven and _is_choice(slate)):
            return
        if slate.recommendation_id in self._open:
            return
        context = bandit.context_of(event.context, history.circumstances)
        vector = self.model.meet(context, score if len(history.items) else None)
        item_id = event.items[0].item_id if event.items else slate.item_ids[0]
        decision = Decision(profile, item_id, slate.item_ids, vector)
        self._open[slate.recommendation_id] = decision
        if len(self._open) > OPEN_MAX:
            self._open.popitem(last=False)

    def awaits(self, event: Event) -> bool:
        """Whether the event may be the reward of an open choice."""
        slate = event.slate
        return slate is not None and slate.recommendation_id in self._open

    def settle(self, event: Event, reward: float) -> None:
        """Learn an act that names its choice."""
        if event.slate is None:
            return
        name = event.slate.recommendation_id
        decision = self._open.get(name)
        if decision and any(item.item_id == decision.item_id for item in event.items):
            self._open[name] = self._learned(decision, reward)

    def close(self, recommendation_id: str, reward: float) -> None:
        """Learn what is left to learn of a choice whose window is over."""
        decision = self._open.pop(recommendation_id, None)
        if decision and (math.isnan(decision.reward) or reward > 0.0):
            self._learned(decision, reward)

    def _learned(self, decision: Decision, reward: float) -> Decision:
        model, before = self.model, decision.reward
        if math.isnan(before):
            model.learn(decision.item_id, decision.vector, reward, decision.rivals)
        elif reward > before:
            model.correct(decision.item_id, decision.vector, reward - before)
        else:
            return decision
        return decision._replace(reward=reward)

    def forget(self, profile: str) -> None:
        """Drop the open choices of ``profile``: nothing is learned from them."""
        for name in [name for name, one in self._open.items() if one.profile == profile]:
            del self._open[name]

    @property
    def branch(self) -> dict[str, Any]:
        """Return a branch of plain values; none without any, as in the digests before this."""
        if not self._open:
            return {}
        rows = list(self._open.values())
        places = [row.vector[0] for row in rows]
        columns = {
            "ids": list(self._open),
            "profiles": [row.profile for row in rows],
            "items": [row.item_id for row in rows],
            "rivals": [name for row in rows for name in row.rivals],
            "counts": [len(row.rivals) for row in rows],
            "sizes": [len(one) for one in places],
            "places": np.concatenate(places),
            "values": np.concatenate([row.vector[1] for row in rows]),
            "unknown": [row.vector[2] for row in rows],
            "rewards": np.array([row.reward for row in rows]),
        }
        return {"decisions": columns}

    def load(self, learned: dict[str, Any]) -> None:
        """Replace the state by what `branch` returned in ``learned``."""
        self._open.clear()
        if "decisions" not in learned:
            return
        c = learned["decisions"]
        rivals = [tuple(c["rivals"][a:b]) for a, b in _spans(c["counts"])]
        vectors = [
            (c["places"][a:b], c["values"][a:b], unknown)
            for (a, b), unknown in zip(_spans(c["sizes"]), c["unknown"], strict=True)
        ]
        columns = c["ids"], c["profiles"], c["items"], rivals, vectors, c["rewards"].tolist()
        for name, *fields in zip(*columns, strict=True):
            self._open[name] = Decision(*fields)


def _is_choice(slate: Slate) -> bool:
    """Whether one of few items was asked for; a long question is not on the log, its policy is."""
    if slate.policy == BANDIT:
        return True
    question = slate.question
    if question is None or not 0 < len(question.candidate_item_ids) <= bandit.ITEMS_MAX:
        return False
    return question.page_size == 1 or question.first_slot


def _spans(counts: list[int]) -> list[tuple[int, int]]:
    return list(pairwise(accumulate(counts, initial=0)))
