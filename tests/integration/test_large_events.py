"""An event with many items: bounded for a page, learned in steps for a backend."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from benchmarks.costs.pieces import pieces
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.replica.writes.caller import Caller
from headwater_server.storage.storage import Storage
from tests.integration.replicas import QUESTION, clicks, folded_digest, running_replica

PATIENCE_S = 60.0
PAGE = Caller("page", is_page=True)
IDS = [f"sku-{n}" for n in range(1_000)]
PIECE_MS = 20.0


def basket(event_id: str, items: int) -> Event:
    return Event(event_id, "click", "m", items=tuple(map(EventItem, IDS[:items])))


async def test_a_pages_event_is_a_basketful(storage: Storage) -> None:
    async with running_replica(storage) as replica:
        sent = [(basket("large", 31), ""), (basket("basket", 30), "")]
        large, small = (await replica.feedback(sent, PATIENCE_S, PAGE)).outcomes
        assert (large.status, small.status) == (Status.QUARANTINED, Status.CREATED)
        assert large.detail == (
            "items: 31 of them; an event of a page names at most 30 (page_event_items_max)"
        )
        kept = [event.event_id async for event in storage.quarantine.kept()]
        assert kept == ["large"]
        own = (await replica.feedback([(basket("own", 1_000), "")], PATIENCE_S)).outcomes
        assert own[0].status is Status.CREATED, "a backend's may have a thousand"


async def test_others_are_answered_between_the_items_of_an_event(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        writes = [ItemWrite(Item(item_id, f"lamp {item_id}")) for item_id in IDS]
        await replica.upsert_items(writes, PATIENCE_S)
        before = replica.shell.tail.position.offset
        async with pieces() as watched:
            learning = asyncio.create_task(replica.feedback([(basket("b", 250), "")], PATIENCE_S))
            offsets = set()
            while not learning.done():
                question = replace(QUESTION, visitor_id="m")
                answer = await replica.recommend(
                    question, min_offset="", time_remaining_s=PATIENCE_S
                )
                offsets.add(answer.offset)
                await asyncio.sleep(0)
        done = await learning
        assert done.outcomes[0].status is Status.CREATED
        assert before in offsets <= {before, done.offset}, "an answer names a whole entry"
        assert watched.longest_ms < PIECE_MS
        own = await replica.model(compute_digest=True)
        assert own.digest == await folded_digest(storage, Engine)


async def test_a_state_within_an_event_is_never_saved(storage: Storage) -> None:
    """Status, digest and snapshot are asked for while an event is half learned."""
    async with running_replica(storage, engine_type=Engine) as replica:
        await replica.feedback(clicks(1), PATIENCE_S)
        learning = asyncio.create_task(replica.feedback([(basket("b", 200), "")], PATIENCE_S))
        while replica.engine.lookups.counts()["items"] < 50:
            await asyncio.sleep(0)
        assert replica.engine.lookups.counts()["items"] < 200
        status, whole, _ = await asyncio.gather(
            replica.model(compute_digest=False),
            replica.model(compute_digest=True),
            replica.shell.snapshotter.take(),
        )
        done = await learning
        assert {status.offset, whole.offset} == {done.offset}
        assert status.counts["items"] == 201
        assert whole.digest == await folded_digest(storage, Engine)
    async with running_replica(storage, engine_type=Engine) as again:
        assert (await again.model(compute_digest=True)).digest == whole.digest
