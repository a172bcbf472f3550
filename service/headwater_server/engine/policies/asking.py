"""The state, read under a policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from headwater_server.engine import answers
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.parts import Parts
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.reranking.answer_settings import AnswerSettings, Order


class Stateful(Protocol):
    """The part of an engine that an asking needs: its parts, which it may replace."""

    parts: Parts


class Asking:
    """Answers of an engine under a policy; it holds no state, and may be kept.

    What the policy does not override follows the settings in force, also when these change later,
    or when the engine takes another state.

    >>> from headwater_server.engine.engine import Engine
    >>> asking = Engine().asking(Policy("calm", {"exploration_epsilon": 0.0}))
    >>> asking.recommend(RecommendRequest("ann", "r1"), now_ms=0).policy
    'plackett_luce'
    """

    def __init__(self, engine: Stateful, policy: Policy | None = None) -> None:
        self.policy = policy
        self._engine = engine
        self._in_force: AnswerSettings | None = None
        self._under = self.under

    @property
    def under(self) -> AnswerSettings:
        """The settings of an answer: the policy's over those in force now."""
        in_force = self._engine.parts.reranking.in_force
        if self._in_force is not in_force:
            self._under = self.policy.under(in_force) if self.policy else in_force
            self._in_force = in_force
        return self._under

    def can_answer(self, request: RecommendRequest) -> bool:
        """Whether the policy is defined for the request: ``baseline`` needs candidates."""
        return self.under.order is not Order.GIVEN or bool(request.candidate_item_ids)

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Answer as `Engine.recommend` would if the policy were in force. A pure read.

        Raises ValueError if the policy is not defined for the request.
        """
        under = self.under
        return answers.answer(self._engine.parts, request_under(request, under), now_ms, under)


def request_under(request: RecommendRequest, under: AnswerSettings) -> RecommendRequest:
    """Return the request as baselines take it; others take it as it is."""
    if under.explore is None:
        return request
    explain = request.explain and under.order is Order.SCORE  # else there is nothing to explain
    return replace(request, explore=under.explore, explain=explain)
