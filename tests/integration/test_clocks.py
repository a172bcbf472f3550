"""Row 8: the log's own time orders everything; servers' clocks and events' times are data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from random import Random

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.intake.limits import TIME_MS_MAX, TIME_MS_MIN
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.assembly import restored_replica
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.ports.position import offset_key, time_ms_of
from headwater_server.replica.replica import Replica
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.snapshots.fold import fold
from headwater_server.replica.writes.caller import Caller
from headwater_server.storage.storage import Storage
from tests.integration.recorded import put_at
from tests.integration.replicas import QUESTION, click, folded_digest
from tests.integration.waiting import PATIENCE_S
from tests.system.crash.seeds import seeds

ROW = 8
HOUR_MS = 3_600_000
SKEWS_MS = (-HOUR_MS, 0, HOUR_MS)
DAY_HOURS = 24.0
PAST_TIMES_MS = (TIME_MS_MIN, 0, 1)
FUTURE_TIMES_MS = (4_000_000_000_000, TIME_MS_MAX)


class Clock:
    """A server's clock, which may be set meanwhile."""

    def __init__(self, skew_ms: int) -> None:
        self.skew_ms = skew_ms

    def __call__(self) -> int:
        return wall_clock_ms() + self.skew_ms


@asynccontextmanager
async def servers(storage: Storage) -> AsyncIterator[list[tuple[Replica, Clock]]]:
    """Yield replicas whose clocks are an hour behind, right, and an hour ahead."""
    async with AsyncExitStack() as stack:
        yield [await started(stack, storage, Clock(skew_ms)) for skew_ms in SKEWS_MS]


async def started(stack: AsyncExitStack, storage: Storage, clock: Clock) -> tuple[Replica, Clock]:
    replica = await restored_replica(
        storage,
        engine_settings=EngineSettings(deduplication_window_hours=DAY_HOURS),
        settings=ReplicaSettings(),
        now_ms=clock,
    )
    await replica.start()
    stack.push_async_callback(replica.stop)
    return replica, clock


async def digests(storage: Storage, replicas, offset: str) -> set[str]:
    """Return the digests of all, and that of the log: one, if all is well."""
    for replica, _ in replicas:
        await replica.recommend(QUESTION, min_offset=offset, time_remaining_s=30)
    found = {(await replica.model(compute_digest=True)).digest for replica, _ in replicas}
    return found | {await folded_digest(storage, Engine)}


@pytest.mark.parametrize("seed", seeds(3))
async def test_clocks_that_jump_an_hour_order_nothing(storage: Storage, tally, seed: int) -> None:
    random, offsets, jumps = Random(seed), [], 0
    async with servers(storage) as replicas:
        for number in range(60):
            replica, clock = random.choice(replicas)
            if random.random() < 0.3:
                clock.skew_ms, jumps = random.choice(SKEWS_MS), jumps + 1
            done = await replica.feedback([(click(number), "")], 60)
            assert done.outcomes[0].status is Status.CREATED
            offsets.append(offset_key(done.offset))
            answer = await replica.recommend(
                RecommendRequest("nobody", "r", explore=False),
                min_offset=done.offset,
                time_remaining_s=30,
            )
            assert [r.item_id for r in answer.recommendation.results] == ["tent"]
        assert offsets == sorted(set(offsets))
        found = await digests(storage, replicas, done.offset)
        again = [await replica.feedback([(click(0), "")], 30) for replica, _ in replicas]
        learned = (await replica.model(compute_digest=False)).counts["events_learned"]
    lost, doubled = max(0, 60 - learned), max(0, learned - 60)
    tally(ROW, seed, faults=jumps, acknowledged=60, lost=lost, doubled=doubled)
    assert len(found) == 1
    assert learned == 60
    assert {answer.outcomes[0].status for answer in again} == {Status.EXISTS}


async def test_a_log_whose_ids_are_ahead_of_every_clock_goes_on_from_them(
    storage: Storage, tally
) -> None:
    """As after a failover to a machine whose clock was wrong."""
    async with servers(storage) as replicas:
        ahead_ms = time_ms_of((await storage.log.head()).offset) + HOUR_MS
        await put_at(storage, ahead_ms, [click(0)])
        offsets = []
        for number, (replica, _) in enumerate(replicas, start=1):
            done = await replica.feedback([(click(number), ""), (click(0), "")], 60)
            assert [o.status for o in done.outcomes] == [Status.CREATED, Status.EXISTS]
            offsets.append(offset_key(done.offset))
        tally(ROW, 0, faults=1, acknowledged=len(offsets))
        assert offsets == sorted(set(offsets))
        assert all(offset[0] == ahead_ms for offset in offsets)
        assert len(await digests(storage, replicas, done.offset)) == 1


@pytest.mark.parametrize("time_ms", PAST_TIMES_MS)
async def test_an_event_time_long_ago_is_data_and_moves_no_window(
    storage: Storage, tally, time_ms: int
) -> None:
    wild = replace(click(0), event_time_ms=time_ms)
    async with servers(storage) as replicas:
        first, second, third = [replica for replica, _ in replicas]
        assert await _status(first, click(1)) is Status.CREATED
        answer = await second.feedback([(wild, "")], 60)
        assert answer.outcomes[0].status is Status.CREATED
        # its id, and those before it, are remembered for the log's time: none was pushed out
        assert await _status(third, wild) is Status.EXISTS
        assert await _status(first, click(1)) is Status.EXISTS
        assert await _status(second, click(2)) is Status.CREATED
        done = await third.feedback([(click(3), "")], 60)
        tally(ROW, 0, faults=1, acknowledged=4)
        assert len(await digests(storage, replicas, done.offset)) == 1
        counts = (await third.model(compute_digest=False)).counts
        assert counts["events_learned"] == 4
        history = third.get_user("", wild.visitor_id).history
        assert history[0].time_ms == min(time_ms, time_ms_of(answer.offset))


@pytest.mark.parametrize("time_ms", FUTURE_TIMES_MS)
async def test_an_event_time_in_the_future_is_kept_aside(
    storage: Storage, tally, time_ms: int
) -> None:
    async with servers(storage) as replicas:
        done = await replicas[0][0].feedback([(click(1), "")], 60)
        before = await digests(storage, replicas, done.offset)
        for replica, _ in replicas:
            answer = await replica.feedback([(replace(click(0), event_time_ms=time_ms), "")], 60)
            (outcome,) = answer.outcomes
            assert outcome.status is Status.QUARANTINED
            assert outcome.detail.startswith("event_time: ")
        head = await storage.log.head()
        tally(ROW, 0, faults=len(replicas), acknowledged=1)
        assert head.offset == done.offset
        assert await digests(storage, replicas, done.offset) == before


async def test_the_engine_refuses_by_the_logs_time_what_a_fast_server_lets_pass(
    storage: Storage,
) -> None:
    async with servers(storage) as replicas:
        fast, clock = replicas[2]
        soon = replace(click(0), event_time_ms=clock() + HOUR_MS // 2)
        assert await _status(fast, soon) is Status.QUARANTINED
        assert await _status(fast, click(0)) is Status.CREATED


async def test_the_logs_time_follows_a_store_whose_clock_was_ahead(storage: Storage, tally) -> None:
    """T13: two days ahead for a while; what was reported then closes within its window."""
    async with servers(storage) as replicas:
        ahead_ms = time_ms_of((await storage.log.head()).offset) + 48 * HOUR_MS
        seen = Event("seen", "impression", "v1", items=(EventItem("tent"),))
        page = [replace(click(7 * n + 1), from_page=True) for n in range(1_000)]
        await put_at(storage, ahead_ms, [click(0), seen, *page])
        replica, _ = replicas[0]
        late = replace(page[0], event_id="late")
        answer = await replica.feedback([(late, "")], 60, Caller("page", is_page=True))
        assert [outcome.status for outcome in answer.outcomes] == [Status.CREATED]
        history = replica.get_user("", late.visitor_id).history
        tally(ROW, 0, faults=1, acknowledged=1)
        assert abs(history[0].time_ms - wall_clock_ms()) < 1_000 * PATIENCE_S
        engine, _ = await fold(storage.log, Engine)
        assert engine.parts.attribution.close_one(wall_clock_ms() + HOUR_MS)
        assert len(await digests(storage, replicas, answer.offset)) == 1


@pytest.mark.parametrize("time_ms", [TIME_MS_MIN - 1, TIME_MS_MAX + 1])
async def test_an_event_time_of_no_calendar_is_kept_aside(storage: Storage, time_ms: int) -> None:
    async with servers(storage) as replicas:
        replica, _ = replicas[0]
        wild = replace(click(0), event_time_ms=time_ms)
        assert await _status(replica, wild) is Status.QUARANTINED
        assert await _status(replica, click(0)) is Status.CREATED


async def test_windows_end_by_the_time_of_the_log(storage: Storage, tally) -> None:
    """An id is forgotten a day later on the log, whatever the clocks and event times say."""
    async with servers(storage) as replicas:
        first = await replicas[0][0].feedback([(click(0), "")], 60)
        begin_ms, day_ms = time_ms_of(first.offset), round(DAY_HOURS * HOUR_MS)
        late = Event("late", "click", "v", items=(EventItem("tent"),), event_time_ms=begin_ms)
        await put_at(storage, begin_ms + day_ms - 1_000, [late])
        assert await _status(replicas[1][0], click(0)) is Status.EXISTS
        await put_at(storage, begin_ms + day_ms, [replace(late, event_id="later")])
        assert await _status(replicas[2][0], click(0)) is Status.CREATED
        done = await replicas[0][0].feedback([(click(0), "")], 60)
        tally(ROW, 0, faults=2, acknowledged=2)
        assert done.outcomes[0].status is Status.EXISTS
        assert len(await digests(storage, replicas, done.offset)) == 1


async def _status(replica: Replica, event: Event) -> Status:
    return (await replica.feedback([(event, "")], 60)).outcomes[0].status
