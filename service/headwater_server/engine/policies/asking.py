"""The state, read under a policy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from headwater_server.engine import answers
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.parts import Parts
from headwater_server.engine.policies.chances import LISTS, Chances
from headwater_server.engine.policies.panel import chances_of
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.policies.requests_under import request_under
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
        """Whether the policy is defined for the request: ``baseline`` needs candidates.

        And a ranker must be there that it names.
        """
        if self.policy and self.policy.lacks(self._engine.parts.settings):
            return False
        return self.under.order is not Order.GIVEN or bool(request.candidate_item_ids)

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Answer as `Engine.recommend` would if the policy were in force. A pure read.

        Raises ValueError if the policy is not defined for the request.
        """
        if self.policy and (problem := self.policy.lacks(self._engine.parts.settings)):
            raise ValueError(problem)
        under = self.under
        return answers.answer(self._engine.parts, request_under(request, under), now_ms, under)

    def chances(
        self,
        request: RecommendRequest,
        item_ids: Sequence[str],
        now_ms: int,
        lists: int = LISTS,
        *,
        predict: bool = False,
    ) -> Chances:
        """Return how likely the policy answers the request with ``item_ids``. A pure read.

        ``predict``: with the model's chances of an act. Raises ValueError if the policy is not
        defined for the request.

        >>> from headwater_server.engine.engine import Engine
        >>> asking, request = Engine().asking(), RecommendRequest("ann", "r1", page_size=1)
        >>> asking.chances(request, ["tent"], now_ms=0).slots.tolist()
        [0.0]
        """
        parts = self._engine.parts
        args = request, item_ids, now_ms, lists
        return chances_of(parts, [self.under], *args, predict=predict)[0]


class Panel:
    """Several askings of one engine, which are asked about the same lists."""

    def __init__(self, engine: Stateful, askings: Sequence[Asking]) -> None:
        self._engine = engine
        self._askings = tuple(askings)

    def ask(
        self,
        request: RecommendRequest,
        item_ids: Sequence[str],
        now_ms: int,
        lists: int = LISTS,
        *,
        predict: bool = False,
    ) -> list[Chances | None]:
        """Return the chances of the list by asking; None: not defined for this request."""
        able = [one for one in self._askings if one.can_answer(request)]
        unders = [one.under for one in able]
        args = self._engine.parts, unders, request, item_ids, now_ms, lists
        found = iter(chances_of(*args, predict=predict))
        return [next(found) if one.can_answer(request) else None for one in self._askings]
