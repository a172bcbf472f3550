"""The request that an answer was given to, from what the log holds of it."""

from __future__ import annotations

from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.evaluation.shown.answer import Answer


def request_of(answer: Answer) -> RecommendRequest:
    """Return the request as it was asked; the answer's slate has a question."""
    slate, question = answer.slate, answer.slate.question
    if question is None:
        raise ValueError("the answer's question is not on the log")
    return RecommendRequest(
        answer.visitor_id,
        slate.recommendation_id,
        question.user_id,
        question.session_id,
        slate.placement,
        question.page_size,
        question.candidate_item_ids,
        question.exclude_item_ids,
        question.context_item_ids,
        question.filter,
        question.context,
        question.explore,
        diversity=question.diversity,
        from_page=answer.self_asked,
    )
