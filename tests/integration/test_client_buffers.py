"""The buffered writers: nothing waits, nothing is learned twice, nothing is lost silently."""

from __future__ import annotations

import asyncio
import threading
from datetime import datetime

import pytest

import headwater
from headwater_server import errors
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import free_port, serving
from tests.integration.both_buffers import Both, click
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import eventually


@pytest.fixture(params=["sync", "asyncio"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_a_flush_returns_when_everything_is_learned(kind) -> None:
    replica = DictReplica()
    async with serving(replica) as listen:
        both = Both(listen, kind, batch_max=4, interval_s=60)
        await both.add(*range(10))
        await both.flush()
        assert sorted(replica.seen) == sorted(f"e{n}" for n in range(10))
        assert both.buffer.offset == str(replica.offset)
        await both.close()
    assert both.lost == []


async def test_a_batch_goes_out_when_it_is_full_or_has_waited(kind) -> None:
    replica = DictReplica()
    async with serving(replica) as listen:
        full = Both(listen, kind, batch_max=3, interval_s=60)
        await full.add(1, 2, 3, 4)
        await eventually(lambda: len(replica.received) == 3)
        waited = Both(listen, kind, interval_s=0.01)
        await waited.add(5)
        await eventually(lambda: len(replica.received) == 4)
        await full.close()
        await waited.close()
    assert len(replica.received) == 5


async def test_a_full_buffer_holds_its_callers_back_until_there_is_room(kind) -> None:
    replica = DictReplica()
    replica.pause = asyncio.Event()
    async with serving(replica) as listen:
        both = Both(listen, kind, events_max=3, batch_max=2, interval_s=0)
        await both.add(1, 2, 3)
        with pytest.raises(headwater.BufferFullError, match="3 events are on their way"):
            await both.add(4, timeout_s=0.05)
        waiting = asyncio.create_task(both.add(5))
        replica.pause.set()
        await waiting
        await both.close()
    assert sorted(replica.seen) == ["e1", "e2", "e3", "e5"]


async def test_while_the_server_is_away_the_same_events_are_tried_again(kind) -> None:
    listen = f"127.0.0.1:{free_port()}"
    both = Both(listen, kind, interval_s=0)
    await both.add(1, 2)
    with pytest.raises(TimeoutError, match="2 events are still on their way"):
        await both.flush(0.1)
    replica = DictReplica()
    server = Server(replica, ApiSettings(listen=listen, stop_grace_s=0))
    await server.start()
    await both.flush()
    await both.close()
    await server.stop()
    assert (sorted(replica.seen), both.lost) == (["e1", "e2"], [])


async def test_a_lost_answer_is_asked_for_again_and_nothing_is_learned_twice(kind) -> None:
    replica = DictReplica()
    replica.faults = [errors.DeadlineExceeded("late"), errors.Overloaded(10)]
    async with serving(replica) as listen:
        both = Both(listen, kind, interval_s=0)
        await both.add(1)
        await both.flush()
        await both.close()
    assert (replica.interactions["boots"], both.lost) == (1, [])


async def test_what_cannot_be_sent_is_handed_over_when_patience_or_time_to_close_ends(kind) -> None:
    impatient = Both(f"127.0.0.1:{free_port()}", kind, interval_s=0, patience_s=0.2)
    await impatient.add(1)
    await impatient.flush()
    assert [event_id for event_id, _ in impatient.lost] == ["e1"]
    await impatient.close()
    closing = Both(f"127.0.0.1:{free_port()}", kind, interval_s=60, batch_max=2)
    await closing.add(*range(5))
    await closing.close(0.2)
    assert [event_id for event_id, _ in closing.lost] == [f"e{n}" for n in range(5)]
    assert "UnavailableError" in closing.lost[0][1] or "Deadline" in closing.lost[0][1]


async def test_one_event_that_is_no_good_takes_no_other_with_it(kind) -> None:
    replica = DictReplica()
    async with serving(replica) as listen:
        both = Both(listen, kind, interval_s=60)
        await both.add(1, 2)
        await both.do(both.buffer.add, headwater.Event("click", "v", event_id=""))
        await both.do(both.buffer.add, click(2, placement="another event"))
        await both.do(both.buffer.add, click(5, context={"huge": "x" * 5_000_000}))
        await both.add(6)
        await both.flush()
        await both.close()
    assert sorted(replica.seen) == ["e1", "e2", "e6"]
    reasons = [f"{event_id} {reason}" for event_id, reason in both.lost]
    assert [reason.split(":")[0] for reason in reasons] == [
        " InvalidRequestError",
        "e2 conflict",
        "e5 InvalidRequestError",
    ]


async def test_a_callback_that_fails_loses_no_other_event(kind, caplog) -> None:
    async with serving(DictReplica()) as listen:
        both = Both(listen, kind, interval_s=60)
        both.buffer._losses.on_lost = lambda event, reason: 1 / 0
        for number in (1, 2):
            await both.do(both.buffer.add, headwater.Event("click", str(number), event_id=""))
        await both.add(3)
        await both.flush()
        await both.close()
    assert caplog.text.count("was not learned: InvalidRequestError") == 2
    assert caplog.text.count("ZeroDivisionError: ") == 2


async def test_what_no_request_can_carry_is_refused_where_it_is_added(kind) -> None:
    both = Both("127.0.0.1:1", kind)
    with pytest.raises(ValueError, match="event_time has no timezone"):
        await both.do(both.buffer.add, click(1, event_time=datetime(2026, 6, 1)))  # noqa: DTZ001
    await both.close()
    with pytest.raises(headwater.BufferClosedError):
        await both.add(2)


@pytest.mark.parametrize("options", [{"batch_max": 0}, {"batch_max": 1001}, {"events_max": 0}])
def test_sizes_that_make_no_sense_are_refused(options) -> None:
    with headwater.Client("127.0.0.1:1") as shop, pytest.raises(ValueError, match="batch_max"):
        headwater.FeedbackBuffer(shop, **options)


def add_many(buffer: headwater.FeedbackBuffer, worker: int) -> None:
    for number in range(100):
        buffer.add(click(1000 * worker + number))


async def test_many_threads_share_a_small_buffer() -> None:
    replica = DictReplica()
    async with serving(replica) as listen:
        both = Both(listen, "sync", events_max=20, batch_max=7, interval_s=0)
        await asyncio.gather(
            *(asyncio.to_thread(add_many, both.buffer, worker) for worker in range(8))
        )
        await both.close()
    assert (len(replica.seen), replica.interactions["boots"], both.lost) == (800, 800, [])
    assert not [thread for thread in threading.enumerate() if thread.name == "headwater"]
