"""Choices of one of few items that wait for their reward, and what they teach the bandit.

A reward that names its recommendation is learned at once, also one of 0: the next choice uses it.
What has none when the attribution window is over is learned as 0, with the other lessons of the
impression. Of several rewards of one choice the best counts, as in `Attribution`.

Callers choose the ids of recommendations, and a page may choose one that a backend has used. So a
choice is its visitor's alone, and only events that a backend confirms open or settle it.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Mapping
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from headwater_server.engine.exploration import bandit
from headwater_server.engine.exploration.slates import BANDIT
from headwater_server.engine.learning.attribution import OPEN_MAX
from headwater_server.engine.messages.events import ContextValue, Event, Slate
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
        self._learned_at: dict[str, int] = {}  # by recommendation: what `Bandit.learn` returned

    def __len__(self) -> int:
        return len(self._open)

    def open(
        self, event: Event, profile: str, history: History, scores: Mapping[str, float]
    ) -> None:
        """Note the choice that an impression reports; ``scores`` are the ranker's of seen items."""
        slate = event.slate
        if slate is None or not (event.is_proven and _is_choice(slate)):
            return
        named = [item.item_id for item in event.items] or slate.item_ids[:1]
        item_id = next((name for name in named if name in scores), None)
        if item_id is None or slate.recommendation_id in self._open:
            return
        context = bandit.context_of(_context_of(event, slate), history.circumstances)
        score = scores[item_id] if len(history.items) else None
        vector = self.model.meet(context, score)
        decision = Decision(profile, item_id, slate.item_ids, vector)
        self._open[slate.recommendation_id] = decision
        if len(self._open) > OPEN_MAX:
            self.drop(next(iter(self._open)))

    def awaits(self, event: Event) -> bool:
        """Whether the event may be the reward of an open choice."""
        slate = event.slate
        return slate is not None and slate.recommendation_id in self._open and event.is_proven

    def of(self, recommendation_id: str, profile: str) -> Decision | None:
        """Return the open choice of ``profile``."""
        decision = self._open.get(recommendation_id)
        return decision if decision is not None and decision.profile == profile else None

    def settle(self, event: Event, profiles: tuple[str, str], reward: float) -> None:
        """Learn an act that names its choice; ``profiles``: the visitor's and the account's."""
        if event.slate is None or not self.awaits(event):
            return
        name = event.slate.recommendation_id
        decision = self._open[name]
        if decision.profile not in profiles:
            return
        if any(item.item_id == decision.item_id for item in event.items):
            self._learn(name, decision, reward)

    def close(self, recommendation_id: str, reward: float) -> None:
        """Learn what is left to learn of a choice whose window is over: its own item's reward."""
        decision = self._open.get(recommendation_id)
        if decision and _is_news(reward, decision.reward):
            self._learn(recommendation_id, decision, reward)
        self.drop(recommendation_id)

    def _learn(self, name: str, decision: Decision, reward: float) -> None:
        model, before, what = self.model, decision.reward, (decision.item_id, decision.vector)
        if math.isnan(before):
            self._learned_at[name] = model.learn(*what, reward, decision.rivals)
        elif reward > before:
            model.correct(*what, reward - before, self._learned_at[name])
        else:
            return
        self._open[name] = decision._replace(reward=reward)

    def drop(self, recommendation_id: str) -> None:
        """Drop an open choice: nothing more is learned from it."""
        self._open.pop(recommendation_id, None)
        self._learned_at.pop(recommendation_id, None)

    def forget(self, profile: str) -> None:
        """Drop the open choices of ``profile``: nothing is learned from them."""
        for name in [name for name, one in self._open.items() if one.profile == profile]:
            self.drop(name)

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
            "learned_at": [self._learned_at.get(name, 0) for name in self._open],
        }
        return {"decisions": columns}

    def load(self, learned: dict[str, Any]) -> None:
        """Replace the state by what `branch` returned in ``learned``."""
        self._open.clear()
        self._learned_at.clear()
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
        learned_at = zip(c["ids"], c["learned_at"], strict=True)
        self._learned_at = {name: number for name, number in learned_at if number}


def _is_news(reward: float, before: float) -> bool:
    """Whether a window's reward, which was kept in float32, is to be learned."""
    return math.isnan(before) or (reward > 0.0 and reward > float(np.float32(before)))


def _context_of(event: Event, slate: Slate) -> tuple[tuple[str, ContextValue], ...]:
    """Return the context that the choice was drawn in; a page's word for it does not count."""
    if slate.question is not None:
        return slate.question.context
    return () if event.from_page else event.context


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
