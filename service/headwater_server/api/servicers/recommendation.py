"""RecommendationService."""

from __future__ import annotations

from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.guard import time_remaining_s
from headwater_server.api.not_yet import not_yet
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate.recommendation import recommend_request, recommend_response


class RecommendationServicer(pb_grpc.RecommendationServiceServicer):
    """Asking teaches nothing and stores nothing."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._settings = settings

    async def Recommend(
        self, request: pb.RecommendRequest, context: Context
    ) -> pb.RecommendResponse:
        question, min_offset = recommend_request(request)
        remaining_s = time_remaining_s(context, self._settings)
        answer = await self._replica.recommend(
            question, min_offset=min_offset, time_remaining_s=remaining_s
        )
        return recommend_response(answer)

    async def ListSimilarItems(
        self, request: pb.ListSimilarItemsRequest, context: Context
    ) -> pb.ListSimilarItemsResponse:
        not_yet("ListSimilarItems")

    async def ListTrendingItems(
        self, request: pb.ListTrendingItemsRequest, context: Context
    ) -> pb.ListTrendingItemsResponse:
        not_yet("ListTrendingItems")
