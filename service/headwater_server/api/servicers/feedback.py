"""FeedbackService."""

from __future__ import annotations

from collections.abc import AsyncIterator

from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from headwater_server.api.errors import Context
from headwater_server.api.guard import time_remaining_s
from headwater_server.api.not_yet import not_yet
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.translate.feedback import feedback_request, feedback_response


class FeedbackServicer(pb_grpc.FeedbackServiceServicer):
    """The answer comes when the events are on the log and applied."""

    def __init__(self, replica: Replica, settings: ApiSettings) -> None:
        self._replica = replica
        self._settings = settings

    async def Feedback(self, request: pb.FeedbackRequest, context: Context) -> pb.FeedbackResponse:
        events = feedback_request(request)
        remaining_s = time_remaining_s(context, self._settings)
        answer = await self._replica.feedback(events, remaining_s)
        return feedback_response(events, answer)

    def StreamFeedback(
        self, request_iterator: AsyncIterator[pb.StreamFeedbackRequest], context: Context
    ) -> AsyncIterator[pb.StreamFeedbackResponse]:
        not_yet("StreamFeedback")
