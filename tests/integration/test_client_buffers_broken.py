"""Attempts to make a buffer lose an event silently: by callbacks, threads, proxies, haste."""

from __future__ import annotations

import asyncio
import sys
import threading

import grpc
import pytest

import headwater
from headwater_server import errors
from tests.integration.api_server import channel_to, free_port, serving
from tests.integration.both_buffers import Both, click
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S, eventually

UNFIT = headwater.Event("click", "v", event_id="")


@pytest.fixture(params=["sync", "asyncio"])
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


async def test_a_full_buffer_raises_at_once_or_drops_and_says_so(kind) -> None:
    replica = DictReplica()
    replica.pause = asyncio.Event()
    async with serving(replica) as listen:
        raising = Both(listen, kind, events_max=2, interval_s=0, when_full="raise")
        dropping = Both(listen, kind, events_max=2, interval_s=0, when_full="drop")
        await raising.add(1, 2)
        with pytest.raises(headwater.BufferFullError, match="2 events are on their way"):
            await raising.add(3)
        await dropping.add(4, 5, 6)
        assert dropping.lost == [("e6", "the buffer is full: 2 events are on their way")]
        replica.pause.set()
        await dropping.flush()
        await dropping.add(7)
        await raising.close()
        await dropping.close()
    assert sorted(replica.seen) == ["e1", "e2", "e4", "e5", "e7"]


async def test_what_the_server_refused_differs_from_what_was_lost(kind) -> None:
    refused = []
    async with serving(DictReplica()) as listen:
        both = Both(
            listen, kind, interval_s=60, on_refused=lambda *reported: refused.append(reported)
        )
        poison = click(1, items=[headwater.EventItem("boots", quantity=float("nan"))])
        await both.do(both.buffer.add, poison)
        await both.add(2)
        await both.do(both.buffer.add, click(2, placement="another event"))
        await both.do(both.buffer.add, UNFIT)
        await both.flush()
        await both.close()
    assert [(event.event_id, result.status.name) for event, result in refused] == [
        ("e1", "QUARANTINED"),
        ("e2", "CONFLICT"),
    ]
    assert refused[0][1].detail == "a quantity is not finite"
    assert [event_id for event_id, _ in both.lost] == [""]


async def test_a_callback_that_exits_or_dies_ends_neither_the_buffer_nor_the_others(kind) -> None:
    replica, reported = DictReplica(), []

    def exits(event, reason) -> None:
        reported.append(reason)
        sys.exit(1)

    async with serving(replica) as listen:
        both = Both(listen, kind, batch_max=1, interval_s=0, on_lost=exits)
        await both.do(both.buffer.add, UNFIT)
        await both.add(1)
        await both.flush()
        await both.close()
    assert (sorted(replica.seen), len(reported)) == (["e1"], 1)


async def test_a_callback_that_waits_for_its_own_buffer_is_stopped_not_hung(kind, caplog) -> None:
    replica = DictReplica()
    async with serving(replica) as listen:
        both = Both(listen, kind, events_max=2, interval_s=60)
        if kind == "sync":

            def again(event, reason) -> None:
                both.buffer.add(click(9))  # there is no room before this one is settled
        else:

            async def again(event, reason) -> None:
                await both.buffer.add(click(9))

        both.buffer._losses.on_lost = again
        await both.do(both.buffer.add, UNFIT)
        await both.add(1)
        await both.flush()
        await both.close()
    assert sorted(replica.seen) == ["e1"]
    assert "BufferFullError: 2 events are on their way" in caplog.text


@pytest.mark.parametrize("call", ["flush", "close"])
async def test_a_callback_may_not_flush_its_buffer_and_may_close_it(kind, caplog, call) -> None:
    async with serving(DictReplica()) as listen:
        both = Both(listen, kind, interval_s=0)
        both.buffer._losses.on_lost = lambda event, reason: getattr(both.buffer, call)()
        await both.do(both.buffer.add, UNFIT)
        await both.do(both.buffer.flush if call == "close" else both.flush, PATIENCE_S)
        await both.close()
    assert ("must not wait for the buffer that calls it" in caplog.text) == (call == "flush")


async def test_a_coroutine_is_awaited_on_a_loop_and_refused_by_a_thread() -> None:
    reported = []

    async def slowly(event, reason) -> None:
        await asyncio.sleep(0)
        reported.append(event.event_id)
        raise LookupError("of the shop")

    async with serving(DictReplica()) as listen:
        both = Both(listen, "asyncio", on_lost=slowly, interval_s=0)
        await both.do(both.buffer.add, UNFIT)
        await both.add(1)
        await both.flush()
        await both.close()
        with headwater.Client(listen) as client, pytest.raises(TypeError, match="AsyncFeedback"):
            headwater.FeedbackBuffer(client, on_lost=slowly)
    assert reported == [""]


async def test_a_callback_that_never_returns_does_not_keep_the_program(monkeypatch, caplog) -> None:
    monkeypatch.setattr("headwater.feedback_buffer.CLOSING_GRACE_S", 0.1)
    hanging = threading.Event()
    async with serving(DictReplica()) as listen:
        both = Both(listen, "sync", interval_s=0, batch_max=1)
        both.buffer._losses.on_lost = lambda event, reason: hanging.wait(60)
        await both.do(both.buffer.add, UNFIT)
        await both.add(1)
        await both.close(0.1)
        assert "event e1 was not learned: the buffer was closed" in caplog.text
        hanging.set()
        both.buffer._sender.join(PATIENCE_S)


async def test_a_thread_that_cannot_start_leaves_no_event_behind(monkeypatch) -> None:
    replica = DictReplica()

    def no_more(self) -> None:
        raise RuntimeError("can't start new thread")

    async with serving(replica) as listen:
        both = Both(listen, "sync", interval_s=0)
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", no_more)
            with pytest.raises(RuntimeError, match="can't start new thread"):
                both.buffer.add(click(1))
        await both.add(2)
        await both.close()
    assert sorted(replica.seen) == ["e2"]


async def test_a_cancelled_add_took_nothing_and_one_that_was_taken_is_sent() -> None:
    replica = DictReplica()
    replica.pause = asyncio.Event()
    async with serving(replica) as listen:
        both = Both(listen, "asyncio", events_max=1, interval_s=0)
        await both.add(1)
        waiting = [asyncio.create_task(both.buffer.add(click(n))) for n in range(2, 10)]
        await asyncio.sleep(0)
        for task in waiting[::2]:
            task.cancel()
        replica.pause.set()
        await asyncio.wait(waiting)
        await both.close()
    taken = {f"e{n}" for n, task in zip(range(2, 10), waiting, strict=True) if not task.cancelled()}
    assert (set(replica.seen), both.lost) == ({"e1", *taken}, [])
    assert taken == {"e3", "e5", "e7", "e9"}


async def test_an_event_that_breaks_the_server_takes_no_other_with_it(kind) -> None:
    """INTERNAL for a batch: it is cut until the one that does it is alone."""
    replica = DictReplica()
    learn = replica._learn

    def breaks(event, token):
        if event.event_id == "e2":
            raise ZeroDivisionError
        return learn(event, token)

    replica._learn = breaks
    async with serving(replica) as listen:
        both = Both(listen, kind, interval_s=60)
        await both.add(*range(5))
        await both.flush()
        await both.close()
    assert sorted(replica.seen) == ["e0", "e1", "e3", "e4"]
    assert [event_id for event_id, _ in both.lost] == ["e2"]


class LimitingProxy(grpc.GenericRpcHandler):
    """What Envoy's local rate limit answers to native gRPC: no word of when to come back."""

    def __init__(self, server: grpc.aio.Channel, limited: int) -> None:
        self.server = server
        self.limited = limited

    def service(self, details):
        async def answer(request: bytes, context) -> bytes:
            self.limited -= 1
            if self.limited >= 0:
                await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "local_rate_limited")
            return await self.server.unary_unary(details.method)(request)

        return grpc.unary_unary_rpc_method_handler(answer)


async def test_a_proxys_rate_limit_is_waited_for_and_nothing_is_given_up(kind) -> None:
    replica = DictReplica()
    async with channel_to(replica) as channel:
        proxy = grpc.aio.server()
        proxy.add_generic_rpc_handlers([LimitingProxy(channel, 7)])
        listen = f"127.0.0.1:{proxy.add_insecure_port('127.0.0.1:0')}"
        await proxy.start()
        both = Both(listen, kind, interval_s=60)
        await both.add(1, 2, 3)
        await both.flush()
        await both.close()
        await proxy.stop(0)
    assert (sorted(replica.seen), both.lost) == (["e1", "e2", "e3"], [])


async def test_a_server_that_is_away_for_long_costs_no_more_than_the_buffer_holds(kind) -> None:
    both = Both(f"127.0.0.1:{free_port()}", kind, events_max=5, batch_max=2, interval_s=0,
                patience_s=0.3, when_full="drop")  # fmt: skip
    await both.add(*range(40))
    await both.flush()
    await both.close()
    assert sorted(event_id for event_id, _ in both.lost) == sorted(f"e{n}" for n in range(40))
    assert sum("the buffer is full" in reason for _, reason in both.lost) == 35


async def test_a_server_that_dies_under_a_burst_gets_all_of_it_from_its_successor(kind) -> None:
    replica = DictReplica()
    replica.faults = [errors.StoreUnavailable("away")] * 3
    async with serving(replica) as listen:
        both = Both(listen, kind, events_max=100, batch_max=10, interval_s=0)
        await both.add(*range(60))
    async with serving(replica, listen=listen):
        await both.add(*range(60, 120))
        await both.flush()
        await both.close()
    assert (len(replica.seen), replica.interactions["boots"], both.lost) == (120, 120, [])
    await eventually(lambda: not [t for t in threading.enumerate() if t.name == "headwater"])
