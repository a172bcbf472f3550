"""A request while experiments run: the visitor's arms, and the answer under their policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from headwater_server.engine import answers
from headwater_server.engine.experiments.experiments import Assigned
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.parts import Parts
from headwater_server.engine.policies.requests_under import request_under
from headwater_server.engine.reranking.answer_settings import AnswerSettings


def recommend_all(
    parts: Parts, requests: Sequence[RecommendRequest], now_ms: int
) -> list[Recommendation]:
    """Answer under the policies of the visitors' arms, and name these; a pure read."""
    found = [assigned(parts, request, now_ms) for request in requests]
    asked = [_asked(parts, *one) for one in zip(requests, found, strict=True)]
    answered = answers.answer_all(parts, asked, now_ms)
    return [_named(answer, arms) for answer, arms in zip(answered, found, strict=True)]


def _asked(
    parts: Parts, request: RecommendRequest, found: Sequence[Assigned]
) -> tuple[RecommendRequest, AnswerSettings]:
    """Return the request as it is answered in these arms, and the settings of the answer."""
    in_force = parts.reranking.in_force
    if not found:
        return request, in_force
    under = parts.experiments.under(found, in_force)
    return request_under(request, under), under


def _named(answer: Recommendation, found: Sequence[Assigned]) -> Recommendation:
    arms = tuple([one.name for one in found if not one.is_closed])
    return replace(answer, arms=arms) if arms else answer


def assigned(parts: Parts, request: RecommendRequest, now_ms: int) -> list[Assigned]:
    """Return the arms in which the request is answered."""
    profiles = parts.visitors.profiles_of(request.visitor_id, request.user_id)
    return parts.experiments.assigned(*profiles, request.placement, now_ms)


def arms_of(
    parts: Parts, visitor_id: str, user_id: str, placement: str, now_ms: int
) -> tuple[Arm, ...]:
    """Return a visitor's arms, by experiment; without ``placement``, at any. A pure read.

    Who was in an arm that is closed gets control.
    """
    profiles = parts.visitors.profiles_of(visitor_id, user_id)
    found = parts.experiments.assigned(*profiles, placement, now_ms)
    return tuple(sorted((one.shown for one in found), key=lambda arm: arm.experiment_id))
