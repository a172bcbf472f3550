"""A guarded call that waits for nothing ends at its first step, without the loop."""

from __future__ import annotations

from contextvars import copy_context
from typing import Any

import grpc
import pytest

from headwater.v1.recommendation_service_pb2 import RecommendRequest, RecommendResponse
from headwater_server.api.guard.body import Body
from headwater_server.api.guard.gate import Gate
from headwater_server.api.guard.guard import Guard
from headwater_server.api.settings import ApiSettings
from headwater_server.observability.meters import Meters

CALL = "headwater.v1.RecommendationService/Recommend"
ANSWER = RecommendResponse(recommendation_id="r1")


class Call:
    """A call whose body is at hand, with a deadline."""

    def __init__(self) -> None:
        self.bodies: list[Any] = [RecommendRequest(visitor_id="ann").SerializeToString()]
        self.sent: Any = None

    async def read(self) -> Any:
        return self.bodies.pop() if self.bodies else grpc.aio.EOF

    def time_remaining(self) -> float:
        return 1.0

    def peer(self) -> str:
        return "ipv4:127.0.0.1:1"

    def invocation_metadata(self) -> tuple[()]:
        return ()

    def add_done_callback(self, sent: Any) -> None:
        self.sent = sent


@pytest.mark.parametrize("made", [ANSWER, ANSWER.SerializeToString()])
def test_a_call_that_waits_for_nothing_ends_at_its_first_step(made: Any) -> None:
    """Its method may return a message, or the bytes of one."""
    settings, meters, call = ApiSettings(), Meters(), Call()

    async def method(request: RecommendRequest, _: Any) -> Any:
        assert request.visitor_id == "ann"
        return made

    guard = Guard(settings, settings.reads_max, Gate(settings, meters))
    body = Body(RecommendRequest.FromString)
    guarded: Any = guard.unary(method, CALL, body, RecommendResponse.SerializeToString)
    with pytest.raises(StopIteration) as end:
        copy_context().run(guarded(None, call).send, None)  # a call has a context of its own
    assert end.value.value == ANSWER.SerializeToString()
    call.sent(call)
    meter = meters.of(CALL)
    assert (meter.under_way, sum(meter.by_status["OK"].counts)) == (0, 1)
