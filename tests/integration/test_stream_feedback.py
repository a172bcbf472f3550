"""StreamFeedback over a real channel: order, back-pressure, errors, the end of the server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import grpc
import pytest

from headwater import AsyncClient, Client, Event, EventStatus, InvalidRequestError
from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from headwater_server.api.server import Server
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import Overloaded, StoreUnavailable
from headwater_server.replica.ports.position import START
from headwater_server.storage.storage import Storage
from tests.integration.api_server import channel_to, free_port, serving
from tests.integration.dict_replica import DictReplica
from tests.integration.held_log import HeldLog
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S, eventually

SETTINGS = ApiSettings(stop_grace_s=5, stream_batches_max=3)


def batch(*names: str) -> pb.StreamFeedbackRequest:
    events = [
        event_pb2.Event(
            event_id=name,
            event_type="click",
            visitor_id="v",
            items=[event_pb2.EventItem(item_id="tent")],
        )
        for name in names
    ]
    return pb.StreamFeedbackRequest(events=events)


def click(name: str) -> Event:
    return Event("click", "v", items=["tent"], event_id=name)


class Drawn:
    """Batches for a client, counted as they are drawn."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.drawn = 0

    def __iter__(self) -> Iterator[list[Event]]:
        for number in range(self.count):
            self.drawn += 1
            yield [click(f"e{number}"), click(f"f{number}")]


async def test_batches_of_a_stream_share_appends(storage: Storage) -> None:
    held = HeldLog(storage.log)
    async with (
        running_replica(replace(storage, log=held)) as replica,
        channel_to(replica, SETTINGS) as channel,
    ):
        before = (await storage.log.head()).sequence
        held.gate.clear()
        sent = [batch(f"e{n}") for n in range(SETTINGS.stream_batches_max)]
        call = pb_grpc.FeedbackServiceStub(channel).StreamFeedback(iter(sent))
        await eventually(lambda: replica.shell.appender.operations_waiting == len(sent))
        held.gate.set()
        assert len([answer async for answer in call]) == len(sent)
        # the first may have been on its way before the others came
        assert (await storage.log.head()).sequence - before <= 2


async def test_answers_come_in_the_order_of_the_batches_and_so_does_learning(
    storage: Storage,
) -> None:
    async with running_replica(storage) as replica, channel_to(replica) as channel:
        stub = pb_grpc.FeedbackServiceStub(channel)
        sent = [batch(*(f"e{n}.{m}" for m in range(1 + 60 * (n % 3)))) for n in range(50)]
        answers = [answer async for answer in stub.StreamFeedback(iter([*sent, sent[7]]))]
        ids = [[result.event_id for result in answer.results] for answer in answers]
        assert ids == [[event.event_id for event in one.events] for one in [*sent, sent[7]]]
        assert {r.status for r in answers[-1].results} == {event_pb2.EVENT_STATUS_EXISTS}
        digest = (await replica.model(compute_digest=True)).digest
    logged = [
        operation.event_id
        async for entry in storage.log.iterate(after=START)
        for operation in entry.entry.operations
        if hasattr(operation, "event_id")
    ]
    assert logged[: sum(map(len, ids[:-1]))] == [name for one in ids[:-1] for name in one]
    assert await folded_digest(storage) == digest


async def test_a_malformed_batch_ends_the_stream_after_the_answers_before_it() -> None:
    replica = DictReplica()
    async with channel_to(replica, SETTINGS) as channel:
        call = pb_grpc.FeedbackServiceStub(channel).StreamFeedback(
            iter([batch("a"), batch("b"), batch("c", ""), batch("d")])
        )
        answered = [(await call.read()).results[0].event_id for _ in range(2)]
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
    assert answered == ["a", "b"]
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.details() == "batches[2].events[1].event_id is required"
    assert "d" not in replica.seen


async def test_no_more_is_read_than_may_be_under_way() -> None:
    replica = DictReplica()
    replica.pause = asyncio.Event()
    async with channel_to(replica, SETTINGS) as channel:
        call = pb_grpc.FeedbackServiceStub(channel).StreamFeedback(
            iter([batch(f"e{n}") for n in range(20)])
        )
        await eventually(lambda: len(replica.received) == SETTINGS.stream_batches_max)
        for _ in range(200):
            await asyncio.sleep(0)
        assert len(replica.received) == SETTINGS.stream_batches_max
        replica.pause.set()
        assert [a.results[0].event_id async for a in call] == [f"e{n}" for n in range(20)]


async def test_an_error_of_the_store_ends_the_stream_after_the_answers_before_it() -> None:
    replica = DictReplica()
    async with channel_to(replica, SETTINGS) as channel:
        call = pb_grpc.FeedbackServiceStub(channel).StreamFeedback()
        await call.write(batch("a"))
        assert (await call.read()).results[0].event_id == "a"
        replica.faults = [StoreUnavailable()]
        await call.write(batch("b"))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_a_stopping_server_answers_what_is_under_way_and_ends_the_stream() -> None:
    replica = DictReplica()
    listen = f"127.0.0.1:{free_port()}"
    server = Server(replica, replace(SETTINGS, listen=listen, stop_grace_s=2 * PATIENCE_S))
    await server.start()
    async with grpc.aio.insecure_channel(listen) as channel:
        call = pb_grpc.FeedbackServiceStub(channel).StreamFeedback()
        replica.pause = asyncio.Event()
        await call.write(batch("a"))
        await eventually(lambda: replica.received)
        stopping = asyncio.create_task(server.stop())
        await asyncio.sleep(0)
        replica.pause.set()
        assert (await call.read()).results[0].event_id == "a"
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call.read()
        assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
        assert "stopping" in caught.value.details()
        await asyncio.wait_for(stopping, PATIENCE_S)  # no need of its grace


async def test_a_stream_waits_where_a_call_would_be_refused(storage: Storage) -> None:
    options = {"unacknowledged_operations_max": 4}
    async with running_replica(storage, **options) as replica, channel_to(replica) as channel:
        stub = pb_grpc.FeedbackServiceStub(channel)
        streams = [
            stub.StreamFeedback(
                iter([batch(*(f"{s}.{n}.{m}" for m in range(3))) for n in range(9)])
            )
            for s in range(4)
        ]

        async def statuses(call: AsyncIterator[pb.StreamFeedbackResponse]) -> list[int]:
            return [result.status async for answer in call for result in answer.results]

        found = await asyncio.gather(*map(statuses, streams))
        assert found == [[event_pb2.EVENT_STATUS_CREATED] * 27] * 4


async def test_a_client_sends_again_what_a_lost_connection_left_unanswered() -> None:
    replica = DictReplica()
    listen = f"127.0.0.1:{free_port()}"
    settings = replace(SETTINGS, listen=listen, stop_grace_s=0)
    server = Server(replica, settings)
    await server.start()
    async with AsyncClient(listen) as client:
        answers = []
        async for answer in client.stream_feedback(Drawn(30), patience_s=PATIENCE_S):
            answers.append(answer)
            if len(answers) == 3:
                replica.faults = [StoreUnavailable()]
            if len(answers) in (7, 13):
                await server.stop()
                server = Server(replica, settings)
                await server.start()
    await server.stop()
    names = [result.event_id for answer in answers for result in answer.results]
    assert names == [name for n in range(30) for name in (f"e{n}", f"f{n}")]
    assert replica.interactions["tent"] == 60  # however often they were sent
    assert len(replica.received) > 60


async def test_both_clients_wait_while_the_server_has_too_much_to_do_and_draw_no_further() -> None:
    replica = DictReplica()
    replica.faults = [Overloaded(20), Overloaded(20)]
    async with serving(replica, SETTINGS) as listen, AsyncClient(listen) as client:
        drawn = Drawn(300)
        statuses = [
            answer.results[0].status
            async for answer in client.stream_feedback(drawn, patience_s=PATIENCE_S)
        ]
        assert statuses.count(EventStatus.CREATED) == 300 - statuses.count(EventStatus.EXISTS)
        assert len(statuses) == 300
        replica.pause = asyncio.Event()
        held = Drawn(1000)
        reading = asyncio.create_task(_answers(client, held))
        await eventually(lambda: held.drawn >= 64)
        for _ in range(500):
            await asyncio.sleep(0)
        assert held.drawn <= 66
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        replica.pause.set()


async def _answers(client: AsyncClient, batches: Drawn) -> int:
    return len([answer async for answer in client.stream_feedback(batches, patience_s=PATIENCE_S)])


async def test_the_client_for_threads_does_the_same() -> None:
    replica = DictReplica()
    listen = f"127.0.0.1:{free_port()}"
    settings = replace(SETTINGS, listen=listen, stop_grace_s=0)
    server = Server(replica, settings)
    await server.start()
    with Client(listen) as client:
        stream = client.stream_feedback(Drawn(40), patience_s=PATIENCE_S)
        names = []
        for number in range(40):
            answer = await asyncio.to_thread(next, stream)
            names += [result.event_id for result in answer.results]
            if number == 9:
                await server.stop()
                server = Server(replica, settings)
                await server.start()
        assert await asyncio.to_thread(next, stream, None) is None
    await server.stop()
    assert names == [name for n in range(40) for name in (f"e{n}", f"f{n}")]
    assert replica.interactions["tent"] == 80


async def test_the_callers_own_error_comes_after_the_answers_to_what_he_gave() -> None:
    def batches() -> Iterator[list[Event]]:
        yield [click("a")]
        raise LookupError("his")

    async with serving(DictReplica(), SETTINGS) as listen:
        with Client(listen) as client:
            stream = client.stream_feedback(batches(), patience_s=PATIENCE_S)
            assert (await asyncio.to_thread(next, stream)).results[0].event_id == "a"
            with pytest.raises(LookupError, match="his"):
                await asyncio.to_thread(next, stream)
            bad = client.stream_feedback([[click("b")], [click("")]])
            assert (await asyncio.to_thread(next, bad)).results[0].event_id == "b"
            with pytest.raises(InvalidRequestError, match=r"batches\[1\]"):
                await asyncio.to_thread(next, bad)
