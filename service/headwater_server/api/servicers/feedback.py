"""FeedbackService."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from functools import partial

from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from headwater_server.api.access.call_kinds import Kind
from headwater_server.api.draining import Draining
from headwater_server.api.errors import Context
from headwater_server.api.guard.caller import caller_of
from headwater_server.api.guard.guard import time_remaining_s
from headwater_server.api.guard.learning import cost_of_events, feedback_in_parts, learning_later
from headwater_server.api.guard.load import Load
from headwater_server.api.ports import Replica
from headwater_server.api.settings import ApiSettings
from headwater_server.api.stream import Pipeline
from headwater_server.api.translate.feedback import (
    SignedEvent,
    feedback_request,
    feedback_response,
    stream_feedback_response,
)
from headwater_server.replica.steps import taken_in_steps

EVENTS_AT_ONCE = 20  # translated in one step: a tenth of a millisecond, if they are small


class FeedbackServicer(pb_grpc.FeedbackServiceServicer):
    """Takes events in; it answers when they are on the log and applied."""

    def __init__(
        self, replica: Replica, settings: ApiSettings, load: Load, draining: Draining
    ) -> None:
        self._replica = replica
        self._settings = settings
        self._load = load
        self._draining = draining

    async def Feedback(self, request: pb.FeedbackRequest, context: Context) -> pb.FeedbackResponse:
        events = await _events(request)
        caller = caller_of(context, self._settings)
        remaining_s = partial(time_remaining_s, context, self._settings)
        answer = await feedback_in_parts(self._replica, events, remaining_s, caller)
        return feedback_response(events, answer)

    async def StreamFeedback(
        self, request_iterator: AsyncIterator[pb.StreamFeedbackRequest], context: Context
    ) -> AsyncIterator[pb.StreamFeedbackResponse]:
        caller = caller_of(context, self._settings)

        async def take(request: pb.StreamFeedbackRequest) -> Awaitable[pb.StreamFeedbackResponse]:
            events = await _events(request)
            await self._load.wait_to_admit(Kind.WRITES)
            remaining_s = time_remaining_s(context, self._settings)
            take = self._replica.take_feedback(events, remaining_s, caller)
            answer = await learning_later(cost_of_events(events, self._replica.item_s), take)
            return stream_feedback_response(events, answer)

        batches_max = self._settings.stream_batches_max
        pipeline = Pipeline(take, batches_max, self._draining)
        async for response in pipeline.answers(request_iterator):
            yield response


async def _events(request: pb.FeedbackRequest | pb.StreamFeedbackRequest) -> list[SignedEvent]:
    """Translate the events of a call, in steps if there are many."""
    events = feedback_request(request)
    if len(request.events) <= EVENTS_AT_ONCE:
        return list(events)
    taken = await taken_in_steps(events)
    await asyncio.sleep(0)  # to check them takes as long as to translate them
    return taken
