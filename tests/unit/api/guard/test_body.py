"""Bodies are received a few at a time of one caller, in the order of their calls."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from headwater.v1.recommendation_service_pb2 import ListSimilarItemsRequest, RecommendResponse
from headwater_server.api.guard.body import RECEIVING_MAX, Body, Receiving
from headwater_server.errors import InvalidRequest

BODY = Body(ListSimilarItemsRequest.FromString)


class Slow:
    """A call whose body comes when the test says so."""

    def __init__(self) -> None:
        self.is_read = False
        self.body: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def read(self) -> Any:
        self.is_read = True
        return await self.body


def begun(receiving: Receiving, call: Any) -> asyncio.Task[bytes]:
    return asyncio.ensure_future(BODY.read(call, receiving))


async def test_one_body_too_many_waits_for_another_ones_end() -> None:
    receiving, calls = Receiving(), [Slow() for _ in range(RECEIVING_MAX + 2)]
    reading = [begun(receiving, call) for call in calls]
    await asyncio.sleep(0)
    assert [call.is_read for call in calls] == [True] * RECEIVING_MAX + [False] * 2
    calls[3].body.set_result(b"3")
    assert await reading[3] == b"3"
    await asyncio.sleep(0)
    assert [call.is_read for call in calls[-2:]] == [True, False]
    calls[0].body.set_result(grpc.aio.EOF)
    with pytest.raises(InvalidRequest, match="is missing"):
        await reading[0]
    await asyncio.sleep(0)
    assert calls[-1].is_read
    for call, task in zip(calls, reading, strict=True):
        if not task.done():
            call.body.set_result(b"")
    await asyncio.gather(*reading, return_exceptions=True)
    assert receiving.bodies == 0


async def test_a_caller_who_leaves_makes_room() -> None:
    """Who is cancelled while it receives, while it waits, or just when it could begin."""
    receiving, calls = Receiving(), [Slow() for _ in range(RECEIVING_MAX + 3)]
    reading = [begun(receiving, call) for call in calls]
    await asyncio.sleep(0)
    reading[-3].cancel()
    await asyncio.sleep(0)
    calls[0].body.set_result(b"")
    await asyncio.sleep(0)  # the first that still waits may begin, and has not yet
    reading[-2].cancel()
    for _ in range(3):
        await asyncio.sleep(0)
    assert reading[0].done()
    assert [call.is_read for call in calls[-3:]] == [False, False, True]
    for task in reading:
        task.cancel()
    await asyncio.gather(*reading, return_exceptions=True)
    assert receiving.bodies == 0


def test_a_body_knows_whether_its_call_may_wait_for_an_offset() -> None:
    assert BODY.has_min_offset
    assert not Body(RecommendResponse.FromString).has_min_offset
