"""What is asked of a replica on the real engine and a real store."""

from __future__ import annotations

import asyncio
import time

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Item, ItemDelete, ItemWrite, UserWrite
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import InvalidRequest
from headwater_server.replica.operators import model_status
from headwater_server.replica.questions import SimilarQuestion, TrendingQuestion
from headwater_server.replica.replica import Replica
from headwater_server.replica.snapshots.capture import captured_digest
from headwater_server.storage.storage import Storage
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S

NAMES = [f"shoe {n}" for n in range(12)]
QUESTION = RecommendRequest("ann", recommendation_id="r", page_size=4, explore=False)


async def filled(replica: Replica) -> str:
    """A dozen shoes and a click on each; return the offset."""
    writes = [
        ItemWrite(Item(name, title=f"running {name}", price=float(n)))
        for n, name in enumerate(NAMES)
    ]
    await replica.upsert_items(writes, 30)
    clicks = [
        Event(f"e{n}", "click", f"v{n % 3}", items=(EventItem(name),))
        for n, name in enumerate(NAMES)
    ]
    return (await replica.feedback([(click, "") for click in clicks], 60)).offset


async def asked(replica: Replica, request: RecommendRequest, *tokens: str):
    return await replica.recommend(
        request, exclude_tokens=tokens, min_offset="", time_remaining_s=PATIENCE_S
    )


def ids(answer) -> set[str]:
    return {result.item_id for result in answer.recommendation.results}


async def test_lists_of_one_page_have_no_item_in_common(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        await filled(replica)
        first = await asked(replica, QUESTION)
        second = await asked(replica, QUESTION, first.attribution_token, "")
        third = await asked(replica, QUESTION, first.attribution_token, second.attribution_token)
        assert ids(first) | ids(second) | ids(third) == set(NAMES)
        tokens = [answer.attribution_token for answer in (first, second, third)]
        fourth = await asked(replica, QUESTION, *tokens)
        assert ids(fourth) == set()
        assert fourth.shortfall == "only 0 items may be shown that are not excluded"


@pytest.mark.parametrize("forged", ["token", "é", "AAAA", "x" * 40_000])
async def test_a_forged_token_is_named_by_its_place(storage: Storage, forged: str) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        good = (await asked(replica, QUESTION)).attribution_token
        with pytest.raises(InvalidRequest) as caught:
            await asked(replica, QUESTION, good, forged)
    assert caught.value.field == "exclude_attribution_tokens[1]"


async def test_a_short_list_says_why(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        await filled(replica)
        assert (await asked(replica, QUESTION)).shortfall == ""
        cheap = RecommendRequest("ann", "r", page_size=4, filter="price < 3")
        assert (await asked(replica, cheap)).shortfall == (
            "only 3 items may be shown that pass the filter"
        )
        given = RecommendRequest("ann", "r", candidate_item_ids=tuple(NAMES[:5]))
        assert (await asked(replica, given)).shortfall == ""
        await replica.delete_items([ItemDelete(NAMES[0])], 30)
        assert (await asked(replica, given)).shortfall == (
            "only 4 of the 5 candidates may be shown"
        )


async def test_rules_and_variety_hold_at_every_replica_from_the_next_start_on(
    storage: Storage,
) -> None:
    """A server that starts with other rules puts them on the log; an older one follows it."""
    categories = [
        ItemWrite(Item(name, categories=("wide" if n % 2 else "narrow",)), ("categories",))
        for n, name in enumerate(NAMES)
    ]
    rules = [
        {"name": "two of a kind", "kind": "cap", "field": "categories", "most": 2},
        {"name": "first", "kind": "pin", "slot": 1, "item_ids": [NAMES[7]]},
    ]
    question = RecommendRequest("ann", "r", page_size=6, explain=True, diversity="high")
    async with running_replica(storage, engine_type=Engine) as older:
        await filled(older)
        await older.upsert_items(categories, 30)
        assert len(ids(await asked(older, question))) == 6
        changed = EngineSettings(rules=rules)
        async with running_replica(storage, engine_type=Engine, engine_settings=changed) as replica:
            answer = await asked(replica, question)
            first = answer.recommendation.results[0]
            assert (first.item_id, first.propensity, first.rules) == (NAMES[7], 1.0, ("first",))
            assert answer.shortfall == ('only 4 items may be shown under the rule "two of a kind"')
            same = await older.recommend(
                question, exclude_tokens=(), min_offset=answer.offset, time_remaining_s=PATIENCE_S
            )
            assert same.recommendation == answer.recommendation


async def test_lists_for_nobody_wait_for_the_offset_that_is_asked_for(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        offset = await filled(replica)
        similar = await replica.list_similar_items(
            SimilarQuestion((NAMES[0],), 3), min_offset=offset, time_remaining_s=PATIENCE_S
        )
        assert len(similar.items) == 3
        assert NAMES[0] not in {item.item_id for item in similar.items}
        trending = await replica.list_trending_items(
            TrendingQuestion(page_size=5), min_offset=offset, time_remaining_s=PATIENCE_S
        )
        assert (len(trending.items), trending.offset) == (5, offset)
        later = f"{int(offset.partition('-')[0]) + 60_000}-0"
        with pytest.raises(InvalidRequest, match="beyond the end of the log"):
            await replica.list_similar_items(
                SimilarQuestion((NAMES[0],)), min_offset=later, time_remaining_s=PATIENCE_S
            )
        with pytest.raises(InvalidRequest, match="min_offset"):
            await replica.list_trending_items(
                TrendingQuestion(), min_offset="soon", time_remaining_s=5
            )


async def test_what_is_taken_out_and_said_of_accounts_survives_a_restart(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        await filled(replica)
        done = await replica.delete_items([ItemDelete(NAMES[0]), ItemDelete(NAMES[1], 1)], 30)
        assert [outcome.status for outcome in done.outcomes] == [Status.CREATED, Status.EXISTS]
        await replica.upsert_users([UserWrite("ann", (("segment", "vip"),))], 30)
    async with running_replica(storage, engine_type=Engine) as replica:
        assert replica.get_item(NAMES[0]) is None
        listed = [item.item_id for item in await replica.list_items("", 100, "")]
        assert listed == sorted(NAMES[1:])
        found = replica.get_user("ann", "")
        assert found is not None
        assert found.features == (("segment", "vip"),)
        digest = (await replica.model(compute_digest=True)).digest
    assert digest == await folded_digest(storage, Engine)


async def test_the_digest_of_a_copy_is_the_engines_own(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        await filled(replica)
        engine = replica.engine
        assert captured_digest(engine.capture()) == engine.digest()
        assert (await replica.model(compute_digest=True)).digest == engine.digest()


async def test_a_digest_keeps_nobody_waiting(storage: Storage, monkeypatch) -> None:
    """However long the digest takes, questions are answered; and it is that of its offset."""
    async with running_replica(storage, engine_type=Engine) as replica:
        await filled(replica)
        before = replica.engine.digest()

        def slowly(parts):
            while not answered.is_set():
                time.sleep(0.001)
            return captured_digest(parts)

        answered = asyncio.Event()
        monkeypatch.setattr(model_status, "captured_digest", slowly)
        looking = asyncio.create_task(replica.model(compute_digest=True))
        await asyncio.sleep(0)
        await asked(replica, QUESTION)
        await replica.feedback([(Event("late", "click", "v9", items=(EventItem("x"),)), "")], 30)
        answered.set()
        assert (await looking).digest == before != replica.engine.digest()
