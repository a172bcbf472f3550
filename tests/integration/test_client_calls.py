"""What a shop calls on its first day, with both clients, against a real server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

import headwater
from headwater_server import errors
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import free_port, serving
from tests.integration.dict_replica import DictReplica

KEY = "k" * 16
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def a_first_day(listen: str) -> None:
    with headwater.Client(listen) as shop:
        shop.upsert_items([headwater.Item(f"shoe {n}") for n in range(5)], set_time=NOON)
        gone = shop.delete_items(["shoe 2"], set_time=NOON)
        assert [(r.item_id, r.status.value) for r in gone.results] == [("shoe 2", "applied")]
        listed = [item.item_id for item in shop.list_items(page_size=2)]
        assert listed == ["shoe 0", "shoe 1", "shoe 3", "shoe 4"]
        learned = shop.feedback([headwater.Event("click", "v", items=["shoe 1", "shoe 3"])])
        similar = shop.list_similar_items(["shoe 1"], min_offset=learned.offset)
        assert (similar.item_ids, similar.offset) == (["shoe 3"], learned.offset)
        assert shop.list_trending_items(window="hour", page_size=1).item_ids == ["shoe 1"]
        written = shop.upsert_users([headwater.User("ann", {"segment": "vip"})])
        assert [(r.user_id, r.status.value) for r in written.results] == [("ann", "applied")]
        ann = shop.get_user("ann")
        assert ann.user == headwater.User("ann", {"segment": "vip"})
        assert [one.item_id for one in ann.history] == ["shoe 1", "shoe 3"]
        assert ann.history[0].touch_time == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
        with pytest.raises(headwater.NotFoundError):
            shop.get_user(visitor_id="nobody")
        slate = shop.recommend("v", exclude_attribution_tokens=["t"])
        assert slate.shortfall == "only 2 items may be shown"


async def test_the_sync_client_has_a_first_day() -> None:
    async with serving(DictReplica()) as listen:
        await asyncio.to_thread(a_first_day, listen)


async def test_the_asyncio_client_has_a_first_day() -> None:
    async with serving(DictReplica()) as listen, headwater.AsyncClient(listen) as shop:
        await shop.upsert_items([headwater.Item(f"shoe {n}") for n in range(5)])
        await shop.delete_items(["shoe 2"])
        listed = [item.item_id async for item in shop.list_items(page_size=2)]
        assert listed == ["shoe 0", "shoe 1", "shoe 3", "shoe 4"]
        await shop.feedback([headwater.Event("click", "v", items=["shoe 1", "shoe 3"])])
        assert (await shop.list_similar_items(["shoe 1"])).item_ids == ["shoe 3"]
        assert (await shop.list_trending_items()).results[0].score == 1.0
        await shop.upsert_users([headwater.User("ann", {"age": 31.0})])
        assert (await shop.get_user("ann")).user.features == {"age": 31.0}


async def test_a_wrong_key_is_refused_and_the_right_one_is_sent_with_every_call() -> None:
    settings = ApiSettings(keys=SecretStr(KEY), stop_grace_s=0)
    async with serving(DictReplica(), settings) as listen:
        for key in ("", "another-key-here"):
            async with headwater.AsyncClient(listen, key=key) as stranger:
                with pytest.raises(headwater.UnauthenticatedError):
                    await stranger.recommend("v", fallback=["boots"])
        async with headwater.AsyncClient(listen, key=KEY) as shop:
            assert (await shop.recommend("v")).policy == "popular"
            assert await shop.get_metrics()
        await asyncio.to_thread(recommend_with_key, listen)


def recommend_with_key(listen: str) -> None:
    with headwater.Client(listen, key=KEY) as shop:
        assert shop.recommend("v").policy == "popular"


@pytest.mark.parametrize("key", ["two words", "clé", "line\nbreak"])
async def test_a_key_that_no_header_can_carry_is_refused_where_it_is_given(key) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        headwater.Client("127.0.0.1:1", key=key)


async def test_a_page_shows_its_own_list_while_the_server_is_away() -> None:
    async with headwater.AsyncClient(f"127.0.0.1:{free_port()}") as shop:
        slate = await shop.recommend(
            "v", page_size=2, exclude_item_ids=["a"], fallback=["a", "b", "b", "c", "d"]
        )
        assert (slate.item_ids, slate.is_fallback) == (["b", "c"], True)
        assert (slate.attribution_token, slate.policy) == ("", "fallback")
        assert (await shop.recommend("v", fallback=[])).item_ids == []
        with pytest.raises(headwater.UnavailableError):
            await shop.recommend("v")


def sync_fallback(listen: str) -> headwater.Recommendation:
    with headwater.Client(listen) as shop:
        return shop.recommend("v", timeout_s=0.3, fallback=["hat"])


@pytest.mark.parametrize(
    "fault", [errors.StoreUnavailable(), errors.DeadlineExceeded(), errors.Overloaded(400)]
)
async def test_a_page_shows_its_own_list_when_the_answer_does_not_come(fault) -> None:
    replica = DictReplica()
    replica.faults = [fault] * 9
    async with serving(replica) as listen:
        slate = await asyncio.to_thread(sync_fallback, listen)
    assert (slate.item_ids, slate.is_fallback) == (["hat"], True)


async def test_a_mistake_in_the_question_is_no_reason_for_a_fallback() -> None:
    replica = DictReplica()
    async with serving(replica) as listen, headwater.AsyncClient(listen) as shop:
        assert not (await shop.recommend("v", fallback=["hat"])).is_fallback
        with pytest.raises(headwater.InvalidRequestError):
            await shop.recommend("v", filter="price <", fallback=["hat"])
        replica.faults = [RuntimeError("a bug")]
        with pytest.raises(headwater.HeadwaterError, match="internal error"):
            await shop.recommend("v", fallback=["hat"])


@pytest.mark.parametrize("wrong", ["abc", [1, 2], ["hat", None], 7])
async def test_a_wrong_fallback_shows_while_the_server_answers(wrong) -> None:
    async with serving(DictReplica()) as listen, headwater.AsyncClient(listen) as shop:
        with pytest.raises(headwater.FieldError, match=r"^fallback"):
            await shop.recommend("v", fallback=wrong)
        with headwater.Client(listen) as other, pytest.raises(TypeError, match=r"^fallback"):
            await asyncio.to_thread(other.recommend, "v", fallback=wrong)


def test_a_bare_text_is_not_taken_for_a_list_of_its_letters() -> None:
    with headwater.Client("127.0.0.1:1") as shop:
        with pytest.raises(TypeError, match="item_ids is a text"):
            shop.delete_items("boots")
        with pytest.raises(TypeError, match="item_ids is a text"):
            shop.list_similar_items("boots")
        with pytest.raises(TypeError, match="context_item_ids is a text"):
            shop.recommend("v", context_item_ids="boots")
