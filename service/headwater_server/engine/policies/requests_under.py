"""A request as a policy takes it."""

from __future__ import annotations

from dataclasses import replace

from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.reranking.answer_settings import AnswerSettings


def request_under(request: RecommendRequest, under: AnswerSettings) -> RecommendRequest:
    """Return the request as baselines take it; others take it as it is."""
    if under.explore is None:
        return request
    if request.explore is under.explore:
        return request
    return replace(request, explore=under.explore)
