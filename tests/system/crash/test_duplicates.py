"""Row 4: the same id many times, at once, over all workers, after a restart, with other content."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from contextlib import AsyncExitStack
from random import Random

import grpc
import pytest

from headwater.v1 import event_pb2
from headwater.v1 import feedback_service_pb2 as pb
from headwater.v1 import feedback_service_pb2_grpc as pb_grpc
from tests.integration.waiting import PATIENCE_S
from tests.system.crash.oracle import judge
from tests.system.crash.seeds import seeds
from tests.system.crash.server import serving
from tests.system.crash.worker_pool import WorkerPool

IDS, COPIES, CONNECTIONS = 100, 6, 8
CREATED = event_pb2.EVENT_STATUS_CREATED
EXISTS = event_pb2.EVENT_STATUS_EXISTS
CONFLICT = event_pb2.EVENT_STATUS_CONFLICT
OWN = [("grpc.use_local_subchannel_pool", 1)]  # a connection of its own: maybe another worker's

Statuses = defaultdict[tuple[str, str], Counter[int]]


def event(name: str, content: str) -> event_pb2.Event:
    """Two events of one name and different content differ in their item."""
    return event_pb2.Event(
        event_id=name,
        event_type="click",
        visitor_id=f"v{name}",
        items=[event_pb2.EventItem(item_id=content)],
    )


def batches(rng: Random, copies: int) -> list[list[event_pb2.Event]]:
    """Return every event many times, in any order, in batches of any size."""
    sent = [event(f"e{n}", rng.choice("aab")) for n in range(IDS) for _ in range(copies)]
    rng.shuffle(sent)
    cut: list[list[event_pb2.Event]] = []
    while sent:
        size = rng.randrange(1, 20)
        cut.append(sent[:size])
        sent = sent[size:]
    return cut


async def send(stub, sent, statuses: Statuses, *, streamed: bool) -> None:
    """Send batches on one connection, as calls or as one stream; note what became of each event."""
    if streamed:
        stream = stub.StreamFeedback(iter([pb.StreamFeedbackRequest(events=b) for b in sent]))
        answers = [answer async for answer in stream]
    else:
        requests = [pb.FeedbackRequest(events=batch) for batch in sent]
        answers = await asyncio.gather(
            *(stub.Feedback(one, timeout=PATIENCE_S) for one in requests)
        )
    for batch, answer in zip(sent, answers, strict=True):
        for one, result in zip(batch, answer.results, strict=True):
            statuses[one.event_id, one.items[0].item_id][result.status] += 1


async def send_all(address: str, rng: Random, copies: int) -> Statuses:
    """Send everything over several connections at once."""
    statuses: Statuses = defaultdict(Counter)
    sent = batches(rng, copies)
    async with AsyncExitStack() as stack:
        channels = [
            await stack.enter_async_context(grpc.aio.insecure_channel(address, options=OWN))
            for _ in range(CONNECTIONS)
        ]
        async with asyncio.TaskGroup() as group:
            for number, channel in enumerate(channels):
                stub = pb_grpc.FeedbackServiceStub(channel)
                mine = sent[number::CONNECTIONS]
                group.create_task(send(stub, mine, statuses, streamed=number % 2 == 1))
    return statuses


@pytest.mark.parametrize("seed", seeds(1))
async def test_one_effect_however_often_and_from_wherever_it_is_sent(seed, tmp_path, tally):
    rng, pool = Random(seed), WorkerPool(tmp_path / "data", "--snapshot-entries", "20")
    async with serving(pool):
        first = await send_all(pool.address, rng, COPIES)
        await pool.kill_and_wait()
        await pool.start()
        second = await send_all(pool.address, rng, COPIES)
        compared = await pool.compared()
        assert await pool.stop() == 0
    won = {name: content for (name, content), found in first.items() if found[CREATED]}
    found = await judge(won, [compared], data_dir=tmp_path / "data")
    tally(
        4, seed, faults=2 * IDS * COPIES - len(won), acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert len(won) == IDS
    for (name, content), statuses in [*first.items(), *second.items()]:
        learned = content == won[name]
        allowed = {CREATED, EXISTS} if learned else {CONFLICT}
        assert set(statuses) <= allowed, (name, content, statuses)
    assert {found[CREATED] for (name, content), found in first.items() if content == won[name]} == {
        1
    }
    assert not any(found[CREATED] for found in second.values())  # they were seen before the restart
    assert {state.digest for state in compared.replicas if not state.detail} == {compared.digest}
