"""RecommendationService: translates lists that belong to no visitor: similar and trending items."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.v1 import recommendation_service_pb2 as pb
from headwater_server.api.translate.checks import (
    LABEL_BYTES_MAX,
    between,
    checked_filter,
    one_of,
    page_size,
    short_text,
    texts,
)
from headwater_server.engine.lookups.lists import WINDOWS
from headwater_server.engine.messages.requests import ScoredItem
from headwater_server.replica.answers import ListAnswer
from headwater_server.replica.questions import SimilarQuestion, TrendingQuestion

SIMILAR_TO_MAX = 100


def list_similar_items_request(request: pb.ListSimilarItemsRequest) -> tuple[SimilarQuestion, str]:
    """Return the question, and the minimum offset of the state that answers it."""
    between("item_ids", request.item_ids, SIMILAR_TO_MAX)
    question = SimilarQuestion(
        item_ids=texts("item_ids", request.item_ids),
        page_size=page_size(request.page_size),
        filter=checked_filter("filter", request.filter),
        include_variants=request.include_variants,
    )
    return question, short_text("min_offset", request.min_offset)


def list_trending_items_request(
    request: pb.ListTrendingItemsRequest,
) -> tuple[TrendingQuestion, str]:
    """Return the question, and the minimum offset of the state that answers it."""
    question = TrendingQuestion(
        category=short_text("category", request.category, LABEL_BYTES_MAX),
        window=one_of("window", request.window, WINDOWS) if request.window else "",
        page_size=page_size(request.page_size),
        filter=checked_filter("filter", request.filter),
    )
    return question, short_text("min_offset", request.min_offset)


def list_similar_items_response(answer: ListAnswer) -> pb.ListSimilarItemsResponse:
    """Return the list as a message."""
    return pb.ListSimilarItemsResponse(results=_scored(answer.items), offset=answer.offset)


def list_trending_items_response(answer: ListAnswer) -> pb.ListTrendingItemsResponse:
    """Return the list as a message."""
    return pb.ListTrendingItemsResponse(results=_scored(answer.items), offset=answer.offset)


def _scored(items: Iterable[ScoredItem]) -> list[pb.ScoredItem]:
    return [pb.ScoredItem(item_id=item.item_id, score=item.score) for item in items]
