"""RecommendationService: translates the request in, the slate out."""

from __future__ import annotations

import os
from collections.abc import Sequence

from headwater.v1 import recommendation_service_pb2 as pb
from headwater_server.api.translate.act_rates import act_rate_message
from headwater_server.api.translate.answer_texts import texts_bytes
from headwater_server.api.translate.checks import (
    ID_BYTES_MAX,
    at_most,
    checked_filter,
    page_size,
    required,
    short_text,
    texts,
)
from headwater_server.api.translate.slot_bytes import results_bytes
from headwater_server.api.translate.values import checked_values
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.results import Result, Results
from headwater_server.errors import Forbidden, InvalidRequest
from headwater_server.replica.answers import Answer

TOKENS_MAX = 20
PLAIN = frozenset(
    {"visitor_id", "user_id", "session_id", "placement", "page_size", "recommendation_id"}
)
_NUMBERS = frozenset(pb.RecommendRequest.DESCRIPTOR.fields_by_name[name].number for name in PLAIN)
DIVERSITY = {
    pb.DIVERSITY_UNSPECIFIED: "",
    pb.DIVERSITY_NONE: "none",
    pb.DIVERSITY_LOW: "low",
    pb.DIVERSITY_MEDIUM: "medium",
    pb.DIVERSITY_HIGH: "high",
    pb.DIVERSITY_AUTO: "auto",
}

OBJECTIVE = {
    pb.OBJECTIVE_UNSPECIFIED: "",
    pb.OBJECTIVE_ACTS: "acts",
    pb.OBJECTIVE_PURCHASES: "purchases",
    pb.OBJECTIVE_REVENUE: "revenue",
}


def recommend_request(
    request: pb.RecommendRequest, *, is_page: bool = False
) -> tuple[RecommendRequest, str]:
    """Return the checked question, and the minimum offset of the state that answers it.

    An empty recommendation_id is created here. A page may ask for its visitor only: otherwise
    anyone who has its key could read from any account with a guessable name.
    """
    if is_page and request.user_id:
        raise Forbidden("user_id: a page's key may name no account; ask from the backend")
    if _is_plain(request):
        return _plain(request, is_page=is_page), ""
    return general_request(request, is_page=is_page)


def plain_request(request: pb.RecommendRequest, *, is_page: bool) -> RecommendRequest | None:
    """Return the same if it needs nothing but one kernel, None for all other requests."""
    if _is_plain(request) and not (is_page and request.user_id):
        return _plain(request, is_page=is_page)
    return None


def _is_plain(request: pb.RecommendRequest) -> bool:
    return all([field.number in _NUMBERS for field, _ in request.ListFields()])  # noqa: C419 - quicker


def _plain(request: pb.RecommendRequest, *, is_page: bool) -> RecommendRequest:
    """Return what `general_request` returns: nearly all questions have only these fields."""
    visitor_id, user_id = request.visitor_id, request.user_id
    session_id, placement = request.session_id, request.placement
    name = request.recommendation_id
    asked = visitor_id, user_id, session_id, placement, name
    if not visitor_id or max(map(len, asked)) > ID_BYTES_MAX or not "".join(asked).isascii():
        return general_request(request, is_page=is_page)[0]  # which counts bytes, and refuses
    name, size = name or os.urandom(12).hex(), page_size(request.page_size)
    return RecommendRequest(
        visitor_id, name, user_id, session_id, placement, size, from_page=is_page
    )


def general_request(request: pb.RecommendRequest, *, is_page: bool) -> tuple[RecommendRequest, str]:
    """Do the same with every field."""
    if request.exploration not in (pb.EXPLORATION_UNSPECIFIED, pb.EXPLORATION_OFF):
        raise InvalidRequest("exploration", f"has no value {request.exploration}")
    if request.diversity not in DIVERSITY:
        raise InvalidRequest("diversity", f"has no value {request.diversity}")
    if request.objective not in OBJECTIVE:
        raise InvalidRequest("objective", f"has no value {request.objective}")
    name = short_text("recommendation_id", request.recommendation_id)
    question = RecommendRequest(
        visitor_id=required("visitor_id", request.visitor_id),
        recommendation_id=name or os.urandom(12).hex(),
        user_id=short_text("user_id", request.user_id),
        session_id=short_text("session_id", request.session_id),
        placement=short_text("placement", request.placement),
        page_size=page_size(request.page_size),
        candidate_item_ids=texts("candidate_item_ids", request.candidate_item_ids),
        exclude_item_ids=texts("exclude_item_ids", request.exclude_item_ids),
        context_item_ids=texts("context_item_ids", request.context_item_ids),
        filter=checked_filter("filter", request.filter),
        context=checked_values("context", request.context),
        explore=request.exploration != pb.EXPLORATION_OFF,
        explain=request.explain,
        diversity=DIVERSITY[request.diversity],
        first_slot=request.first_slot_propensities,
        from_page=is_page,
        objective=OBJECTIVE[request.objective],
    )
    return question, short_text("min_offset", request.min_offset)


def exclude_tokens(request: pb.RecommendRequest) -> Sequence[str]:
    """Return the attribution tokens of the page's other lists; the replica opens them."""
    tokens = request.exclude_attribution_tokens
    if not tokens:
        return ()
    at_most("exclude_attribution_tokens", tokens, TOKENS_MAX)
    return tokens


def recommend_response(answer: Answer) -> bytes:
    """Return the slate as the bytes of a `RecommendResponse`."""
    results = answer.recommendation.results
    if isinstance(results, Results):
        return texts_bytes(answer) + results_bytes(results)
    response = pb.RecommendResponse.FromString(texts_bytes(answer))
    for result in results:  # objects, because the request asked for an explanation
        _add(response, result)
    for added, rate in zip(response.results, answer.act_rates, strict=False):
        if rate:
            added.act_rate.CopyFrom(act_rate_message(rate))
    return response.SerializeToString()


def _add(response: pb.RecommendResponse, result: Result) -> None:
    added = response.results.add(
        item_id=result.item_id,
        score=result.score,
        probability=result.probability,
        propensity=result.propensity,
        sources=result.sources,
        reasons=result.reasons,
        probability_low=result.probability_low,
        probability_high=result.probability_high,
        rules=result.rules,
        explanation=result.explanation,
        first_slot_propensity=result.first_slot_propensity,
    )
    for feature, contribution in result.contributions:
        added.contributions.add(feature=feature, contribution=contribution)
