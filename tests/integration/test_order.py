"""Row 5: acts that come before their impression is reported, after its window, before their item.

docs/events.md says what becomes of them; every replica must say so, with one digest.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Item, ItemWrite, Operation
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.replica.ports.position import time_ms_of
from headwater_server.replica.replica import Replica
from headwater_server.storage.storage import Storage
from tests.integration.recorded import put_at
from tests.integration.replicas import folded_digest, running_replica
from tests.system.crash.seeds import seeds

ROW = 5
MINUTE_MS = 60_000
REPLICAS = 3
ITEMS = ("tent", "boots", "rope")
SLATE = Slate("r1", "best", "home", ITEMS, (0.5, 0.5, 0.5))
SEEN = Event("seen", "impression", "ann", slate=SLATE)
ACT = Event("act", "click", "ann", items=(EventItem("tent"),), placement="home")
FIRST = Event("first", "view", "bob", items=tuple(EventItem(item) for item in ITEMS))
LAST = Event("last", "view", "bob", items=(EventItem("boots"),))


@asynccontextmanager
async def shop(storage: Storage) -> AsyncIterator[list[Replica]]:
    """Yield replicas that know the items."""
    async with AsyncExitStack() as stack:
        replicas = [
            await stack.enter_async_context(running_replica(storage, engine_type=Engine))
            for _ in range(REPLICAS)
        ]
        await replicas[0].feedback([(FIRST, "")], 60)
        yield replicas


async def write(storage: Storage, steps: Sequence[tuple[int, Operation]]) -> str:
    """Put each on the log so many minutes of the log's time after now; return the last offset."""
    now_ms = time_ms_of((await storage.log.head()).offset)
    positions = [await put_at(storage, now_ms + m * MINUTE_MS, [what]) for m, what in steps]
    return positions[-1].offset


async def same_state(storage: Storage, replicas: Sequence[Replica], offset: str) -> Any:
    """Check that all replicas have one digest, that of the log; return one of them."""
    question = RecommendRequest("nobody", "r")
    for replica in replicas:
        await replica.recommend(question, min_offset=offset, time_remaining_s=30)
    digests = {(await replica.model(compute_digest=True)).digest for replica in replicas}
    assert digests == {await folded_digest(storage, Engine)}
    return replicas[0]


def act_rate(replica: Replica) -> list[float]:
    """Return the rate of each placement, without that of all."""
    figures = (m for m in replica.metrics() if (m.name, m.window) == ("act_rate", "total"))
    return [m.value for m in figures if m.placement != "all"]


@pytest.mark.parametrize(
    ("steps", "rate"),
    [
        ([(1, SEEN), (30, ACT), (60, LAST)], 1.0),
        ([(1, ACT), (2, SEEN), (60, LAST)], 0.0),
        ([(1, SEEN), (31, ACT), (60, LAST)], 0.0),
    ],
    ids=["within the window", "before it is reported", "after the window"],
)
async def test_an_act_counts_for_what_was_reported_before_it_within_the_window(
    storage: Storage, tally, steps, rate: float
) -> None:
    async with shop(storage) as replicas:
        offset = await write(storage, steps)
        replica = await same_state(storage, replicas, offset)
        tally(ROW, 0, faults=1)
        assert act_rate(replica) == [rate]
        # the act itself is learned in any case
        profile = replica.get_user("", "ann")
        assert [one.item_id for one in profile.history] == ["tent"]


async def test_an_item_comes_into_being_with_its_first_event_and_is_described_later(
    storage: Storage,
) -> None:
    early = replace(ACT, items=(EventItem("lamp"),))
    lamp = ItemWrite(Item("lamp", "A lamp", ("lights",)))
    async with shop(storage) as replicas:
        question = RecommendRequest("carl", "r", page_size=10, explore=False)
        done = await replicas[1].feedback([(early, "")], 30)
        assert done.outcomes[0].status is Status.CREATED
        await same_state(storage, replicas, done.offset)
        for replica in replicas:
            answer = await replica.recommend(question, min_offset="", time_remaining_s=30)
            assert "lamp" in [result.item_id for result in answer.recommendation.results]
            assert replica.get_item("lamp") is None
        done = await replicas[2].upsert_items([lamp], 30)
        replica = await same_state(storage, replicas, done.offset)
        assert replica.get_item("lamp").title == "A lamp"
        history = replica.get_user("", "ann").history
        assert [one.item_id for one in history] == ["lamp"]


@pytest.mark.parametrize("seed", seeds(3))
async def test_any_order_gives_one_digest_and_loses_no_event(
    storage: Storage, tally, seed: int
) -> None:
    """Impressions, acts, items' descriptions and retries, shuffled, by way of all replicas."""
    random = Random(seed)
    slates = [replace(SLATE, recommendation_id=f"r{n}") for n in range(20)]
    events = [replace(SEEN, event_id=f"s{n}", slate=slate) for n, slate in enumerate(slates)]
    events += [
        replace(ACT, event_id=f"a{n}", items=(EventItem(random.choice((*ITEMS, f"new {n}"))),))
        for n in range(60)
    ]
    writes = [ItemWrite(Item(f"new {n}", f"Thing {n}")) for n in range(60)]
    sent = [*events, *events[::3], *writes]
    random.shuffle(sent)
    created = 0
    async with shop(storage) as replicas:
        for what in sent:
            replica = random.choice(replicas)
            if isinstance(what, ItemWrite):
                done = await replica.upsert_items([what], 30)
            else:
                done = await replica.feedback([(what, "")], 30)
                created += done.outcomes[0].status is Status.CREATED
        replica = await same_state(storage, replicas, done.offset)
        learned = (await replica.model(compute_digest=False)).counts["events_learned"] - 1
    lost, doubled = max(0, len(events) - learned), max(0, learned - len(events))
    tally(ROW, seed, faults=len(sent), acknowledged=created, lost=lost, doubled=doubled)
    assert created == learned == len(events)
