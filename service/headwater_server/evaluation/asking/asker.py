"""Asks the question of an answer again, under several policies over one state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from headwater_server.engine import assigning
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.panel import chances_of
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.reranking.answer_settings import AnswerSettings
from headwater_server.evaluation.asking.table import ChanceTable
from headwater_server.evaluation.replay.shown import request_of
from headwater_server.evaluation.shown.answer import Answer

PREDICTED_SLOTS_MAX = 3
"""Longer lists have no model beside: their estimate needs none, and it would cost half of all."""
SAME_MAX = 1e-3
"""Chances that differ by less are those of the token, which stores them in two bytes."""


class Asker:
    """Fills a table of chances for each policy; None is the champion: what answered there.

    In an experiment that is the policy of the visitor's arms, else the settings in force.
    """

    def __init__(
        self,
        engine: Engine,
        policies: Mapping[str, Policy | None],
        answers: Sequence[Answer],
        *,
        first_slot: bool = False,
        predicts: bool = True,
    ) -> None:
        """``first_slot``: lists are compared by their first slot, as answers of one item.

        Without ``predicts`` no answer has the model's chances beside.
        """
        slots = max((len(one.slate.item_ids) for one in answers), default=1)
        self._predicts = predicts and (first_slot or slots <= PREDICTED_SLOTS_MAX)
        self.tables = {
            name: ChanceTable(len(answers), slots, predicts=self._predicts) for name in policies
        }
        self.same = 0
        self._answers, self._engine = answers, engine
        self._askings = {
            name: None if policy is None else engine.asking(policy)
            for name, policy in policies.items()
        }

    def ask(self, row: int) -> None:
        """Ask about one answer; the engine is in the state that gave it."""
        answer = self._answers[row]
        slate = answer.slate
        request = request_of(answer.visitor_id, slate, by_page=answer.self_asked)
        unders = self._unders(request, slate.time_ms)
        args = self._engine.parts, list(unders.values()), request, answer.item_ids, slate.time_ms
        for name, chances in zip(unders, chances_of(*args, predict=self._predicts), strict=True):
            self.tables[name].put(row, chances)
            if self._askings[name] is None:
                choice = answer.choice
                logged = np.asarray(
                    slate.propensities if not choice else [choice.policy_propensity]
                )
                apart = np.abs(chances.slots[: len(logged)] - logged)
                self.same += bool(np.all(apart <= SAME_MAX * logged))

    def _unders(self, request: RecommendRequest, now_ms: int) -> dict[str, AnswerSettings]:
        """Return the settings of an answer by policy, of those that are defined for the request."""
        return {
            name: self._answered_under(request, now_ms) if asking is None else asking.under
            for name, asking in self._askings.items()
            if asking is None or asking.can_answer(request)
        }

    def _answered_under(self, request: RecommendRequest, now_ms: int) -> AnswerSettings:
        parts = self._engine.parts
        if not parts.experiments.active:
            return parts.reranking.in_force
        return assigning.assignment(parts, request, now_ms).under
