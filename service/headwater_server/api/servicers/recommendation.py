"""RecommendationService."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.guard.caller import is_page
from headwater_server.api.guard.guard import time_remaining_s
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate import lists, recommendation
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.replica.answers import Answer
from headwater_server.replica.reads.together import Waiting


class PlainQuestions:
    """Answers questions that one kernel answers together; see `api.guard.prompt.Soon`."""

    def __init__(self, ask: Callable[[RecommendRequest, Waiting], None]) -> None:
        """``ask`` is `Replica.recommend_soon`."""
        self._ask = ask

    def ask(self, request: pb.RecommendRequest, waiting: Waiting, *, is_page: bool) -> bool:
        """Ask for the answer, unless the request is not plain."""
        question = recommendation.plain_request(request, is_page=is_page)
        if question is not None:
            self._ask(question, waiting)
        return question is not None

    def encode(self, answer: Answer) -> bytes:
        """Return the response."""
        return recommendation.recommend_response(answer)


class RecommendationServicer(pb_grpc.RecommendationServiceServicer):
    """Answers with lists of items; a request changes and stores nothing."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._settings = settings
        ask: Any = getattr(replica, "recommend_soon", None)  # a replica of a test may have none
        self.soon = {"Recommend": PlainQuestions(ask)} if ask else {}

    async def Recommend(  # type: ignore[override]  # the bytes of a message: see `Guard.unary`
        self, request: pb.RecommendRequest, context: Context
    ) -> bytes:
        question, min_offset = recommendation.recommend_request(request, is_page=is_page())
        exclude_tokens = recommendation.exclude_tokens(request)
        remaining_s = time_remaining_s(context, self._settings)
        answer = await self._replica.recommend(
            question,
            exclude_tokens=exclude_tokens,
            min_offset=min_offset,
            time_remaining_s=remaining_s,
        )
        return recommendation.recommend_response(answer)

    async def ListSimilarItems(
        self, request: pb.ListSimilarItemsRequest, context: Context
    ) -> pb.ListSimilarItemsResponse:
        question, min_offset = lists.list_similar_items_request(request)
        remaining_s = time_remaining_s(context, self._settings)
        answer = await self._replica.list_similar_items(
            question, min_offset=min_offset, time_remaining_s=remaining_s
        )
        return lists.list_similar_items_response(answer)

    async def ListTrendingItems(
        self, request: pb.ListTrendingItemsRequest, context: Context
    ) -> pb.ListTrendingItemsResponse:
        question, min_offset = lists.list_trending_items_request(request)
        remaining_s = time_remaining_s(context, self._settings)
        answer = await self._replica.list_trending_items(
            question, min_offset=min_offset, time_remaining_s=remaining_s
        )
        return lists.list_trending_items_response(answer)
