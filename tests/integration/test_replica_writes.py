from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.messages.events import Event, Slate, Status
from headwater_server.engine.tokens.attribution_token import sign
from headwater_server.errors import InvalidRequest, Overloaded
from headwater_server.replica.ports.position import START
from headwater_server.storage.storage import Storage
from tests.integration.replicas import (
    QUESTION,
    click,
    clicks,
    folded_digest,
    running_replica,
    started_replica,
)
from tests.integration.waiting import PATIENCE_S

CREATED, EXISTS, CONFLICT, QUARANTINED = Status


def statuses(answer: object) -> list[Status]:
    return [outcome.status for outcome in answer.outcomes]  # type: ignore[attr-defined]


async def test_what_is_acknowledged_is_in_the_next_answer(storage: Storage) -> None:
    async with running_replica(storage) as replica:
        before = await replica.recommend(QUESTION, min_offset="", time_remaining_s=PATIENCE_S)
        assert before.recommendation.results == ()
        done = await replica.feedback(clicks(1), PATIENCE_S)
        assert statuses(done) == [CREATED]
        after = await replica.recommend(QUESTION, min_offset="", time_remaining_s=PATIENCE_S)
        assert [result.item_id for result in after.recommendation.results] == ["tent"]
        assert after.offset == done.offset != before.offset


async def test_the_same_event_counts_once_and_another_content_is_a_conflict(
    storage: Storage,
) -> None:
    async with running_replica(storage) as replica:
        done = await replica.feedback([*clicks(1, 1), (click(1, "boots"), "")], PATIENCE_S)
        assert statuses(done) == [CREATED, EXISTS, CONFLICT]
        assert statuses(await replica.feedback(clicks(1, 2), PATIENCE_S)) == [EXISTS, CREATED]
        assert (await replica.model(compute_digest=False)).counts["events_learned"] == 2


async def test_a_bad_event_is_kept_aside_and_the_rest_is_done(storage: Storage) -> None:
    async with running_replica(storage) as replica:
        bad, good = (replace(click(1), value=float("nan")), ""), (click(2), "")
        done = await replica.feedback([bad, good, (click(3), "forged")], PATIENCE_S)
        assert statuses(done) == [QUARANTINED, CREATED, QUARANTINED]
        assert "value" in done.outcomes[0].detail
        assert "attribution_token" in done.outcomes[2].detail
        head = await storage.log.head()
        only_bad = await replica.feedback([bad], PATIENCE_S)
        assert statuses(only_bad) == [QUARANTINED]
        assert only_bad.offset == done.offset
        assert await storage.log.head() == head
        counts = (await replica.model(compute_digest=False)).counts
        assert counts["events_quarantined"] == 2  # a retry is not kept again
    async with running_replica(storage) as replica:
        assert (await replica.model(compute_digest=False)).counts["events_quarantined"] == 2


async def test_the_opened_token_is_on_the_log(storage: Storage) -> None:
    slate = Slate("r", "p", "home", ("tent",), (0.5,))
    async with running_replica(storage) as replica:
        key = storage.token_keys.signing(0)
        token = sign(slate, key, visitor_id=click(1).visitor_id, expire_s=2**32 - 1)
        await replica.feedback([(click(1), token)], PATIENCE_S)
        question = replace(QUESTION, visitor_id=click(2).visitor_id)
        token = await replica.recommend(question, min_offset="", time_remaining_s=PATIENCE_S)
        await replica.feedback([(click(2), token.attribution_token)], PATIENCE_S)
    events = [
        operation
        async for logged in storage.log.iterate(START)
        for operation in logged.entry.operations
        if isinstance(operation, Event)
    ]
    assert events[0].slate == replace(slate, unreplayable=True)
    assert events[1].slate is not None
    assert events[1].slate.time_ms > 0
    assert replace(events[1].slate, time_ms=0) == Slate(
        "r", "counting", "", ("tent",), (1.0,), sequence=2
    )
    assert len({event.fingerprint for event in events} - {b""}) == 2


async def test_an_item_holds_from_the_next_answer_on(storage: Storage) -> None:
    async with running_replica(storage) as replica:
        assert replica.get_item("tent") is None
        done = await replica.upsert_items([ItemWrite(Item("tent", "A tent"))], PATIENCE_S)
        assert statuses(done) == [CREATED]
        assert replica.get_item("tent") == Item("tent", "A tent")


async def test_an_answer_waits_for_the_state_that_was_asked_for(storage: Storage) -> None:
    async with running_replica(storage) as writer, running_replica(storage) as reader:
        for number in range(20):
            done = await writer.feedback(clicks(number), PATIENCE_S)
            answer = await reader.recommend(
                QUESTION, min_offset=done.offset, time_remaining_s=PATIENCE_S
            )
            assert answer.offset == done.offset
        with pytest.raises(InvalidRequest, match="beyond the end of the log"):
            await reader.recommend(QUESTION, min_offset="9" * 15 + "-0", time_remaining_s=1)
        for malformed in ("x", "1-", "-1", "1-2-3", "1-2 ", "1" * 30 + "-0", "\u0661-\u0662"):
            with pytest.raises(InvalidRequest, match="min_offset"):
                await reader.recommend(QUESTION, min_offset=malformed, time_remaining_s=1)
        digests = {(await r.model(compute_digest=True)).digest for r in (writer, reader)}
        assert digests == {await folded_digest(storage)}


async def test_a_recommendation_without_an_id_gets_one_and_reasons_need_time(
    storage: Storage,
) -> None:
    async with running_replica(storage) as replica:
        question = replace(QUESTION, recommendation_id="", explain=True)
        answers = [
            await replica.recommend(question, min_offset="", time_remaining_s=remaining)
            for remaining in (1, None, 0.001)
        ]
        assert len({answer.recommendation.recommendation_id for answer in answers} - {""}) == 3
        assert [answer.degraded for answer in answers] == [(), (), ("reasons",)]


async def test_concurrent_calls_share_appends_and_each_hears_of_its_own(storage: Storage) -> None:
    async with running_replica(storage) as replica:
        calls = [clicks(3 * n, 3 * n + 1, 3 * n % 30) for n in range(200)]
        answers = await asyncio.gather(*(replica.feedback(call, PATIENCE_S) for call in calls))
        for number, answer in enumerate(answers):
            assert statuses(answer)[:2] == [CREATED, CREATED], number
            assert statuses(answer)[2] in (EXISTS, CREATED)
        model = await replica.model(compute_digest=True)
        assert model.counts["events_learned"] == 400
        assert model.counts["log_entries"] < 100
        assert model.digest == await folded_digest(storage)


async def test_too_much_at_once_is_refused_early_and_what_was_taken_is_done(
    storage: Storage,
) -> None:
    async with running_replica(storage, unacknowledged_operations_max=100) as replica:
        answers = await asyncio.gather(
            *(replica.feedback(clicks(*range(10 * n, 10 * n + 10)), PATIENCE_S) for n in range(30)),
            return_exceptions=True,
        )
        refused = [answer for answer in answers if isinstance(answer, Overloaded)]
        assert len(refused) == 20
        assert refused[0].retry_after_ms > 0
        assert (await replica.model(compute_digest=False)).counts["events_learned"] == 100
        # a single call larger than the limit is not refused forever
        assert (
            len((await replica.feedback(clicks(*range(1_000, 1_500)), PATIENCE_S)).outcomes) == 500
        )


async def test_a_stop_lets_arrive_what_is_under_way(storage: Storage) -> None:
    replica = await started_replica(storage)
    seen: list[tuple[bool, bool]] = []
    replica.watch_health(lambda reads, writes: seen.append((reads, writes)))
    call = asyncio.create_task(replica.feedback(clicks(*range(40)), PATIENCE_S))
    await asyncio.sleep(0)
    await replica.stop()
    assert statuses(await call) == [CREATED] * 40
    assert seen == [(True, True), (False, False)]
    assert await storage.snapshots.published()
