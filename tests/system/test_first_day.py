"""A shop's first day through the client, on `headwater serve` with its own store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import headwater
from headwater import AsyncClient, Event, Item, User
from headwater_server.cli.demo.server_process import ServerProcess

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
SHOES = [Item(f"shoe {n}", "Running shoe", ("shoes",), price=10.0 * n) for n in range(1, 9)]
HATS = [Item(f"hat {n}", "Straw hat", ("hats",), price=5.0 * n) for n in range(1, 9)]


@pytest.fixture
async def shop(tmp_path):
    process = ServerProcess(tmp_path / "data")
    await process.start()
    async with AsyncClient(process.address) as client:
        await client.upsert_items([*SHOES, *HATS], set_time=NOON)
        yield client
    await process.stop()


async def shown(shop, visitor_id="stranger", **question):
    return set((await shop.recommend(visitor_id, page_size=100, **question)).item_ids)


async def test_the_catalogue_changes_from_the_next_answer_on_and_newer_writes_win(shop):
    everything = {item.item_id for item in [*SHOES, *HATS]}
    assert await shown(shop) == everything
    await shop.upsert_items([Item("shoe 1", available=False)], fields=["available"])
    await shop.upsert_items([Item("shoe 2", expire_time=NOON)], fields=["expire_time"])
    await shop.delete_items(["shoe 3"])
    assert await shown(shop) == everything - {"shoe 1", "shoe 2", "shoe 3"}
    listed = [item.item_id async for item in shop.list_items(filter='categories: ANY("shoes")')]
    assert listed == [f"shoe {n}" for n in (1, 2, 4, 5, 6, 7, 8)]
    late = await shop.upsert_items([SHOES[2]], set_time=NOON + timedelta(seconds=1))
    assert late.results[0].status is headwater.WriteStatus.OUTDATED
    with pytest.raises(headwater.NotFoundError):
        await shop.get_item("shoe 3")
    written = await shop.get_item("shoe 4")
    assert replace(written, tags=()) == SHOES[3]
    again = await shop.upsert_items([SHOES[2]])
    assert again.results[0].status is headwater.WriteStatus.APPLIED
    assert await shown(shop) == everything - {"shoe 1", "shoe 2"}


async def test_lists_of_one_page_share_nothing_and_say_when_they_are_short(shop):
    tokens, seen = [], []
    for placement in ("home", "home-more", "footer"):
        slate = await shop.recommend(
            "ann", placement=placement, page_size=6, exclude_attribution_tokens=tokens
        )
        tokens.append(slate.attribution_token)
        seen += slate.item_ids
    assert len(seen) == len(set(seen)) == 16
    assert slate.shortfall == "only 4 items may be shown that are not excluded"
    narrow = await shop.recommend("ann", filter='categories: ANY("hats") AND price < 12')
    assert (set(narrow.item_ids), narrow.shortfall) == (
        {"hat 1", "hat 2"},
        "only 2 items may be shown that pass the filter",
    )
    tampered = tokens[0][:-1] + ("A" if tokens[0][-1] != "A" else "B")
    with pytest.raises(headwater.InvalidRequestError) as forged:
        await shop.recommend("ann", exclude_attribution_tokens=["", tampered])
    assert forged.value.field == "exclude_attribution_tokens[1]"


async def test_what_goes_together_and_what_is_on_the_rise_is_listed_without_a_visitor(shop):
    events = [Event("click", f"v{n}", ["shoe 1", "shoe 2"]) for n in range(5)]
    events += [Event("click", f"w{n}", ["hat 1"]) for n in range(9)]
    learned = await shop.feedback(events)
    similar = await shop.list_similar_items(["shoe 1"], min_offset=learned.offset)
    assert similar.item_ids[0] == "shoe 2"
    assert "shoe 1" not in similar.item_ids
    cold = await shop.list_similar_items(["hat 7"], page_size=3)
    assert all(item_id.startswith("hat") for item_id in cold.item_ids)
    assert (await shop.list_trending_items(page_size=1)).item_ids == ["hat 1"]
    shoes = await shop.list_trending_items(category="shoes", window="hour", filter="price > 15")
    assert shoes.item_ids == ["shoe 2"]
    with pytest.raises(headwater.InvalidRequestError, match="there are hour, day, week"):
        await shop.list_trending_items(window="month")


async def test_an_account_and_its_visitor_have_one_profile(shop):
    await shop.feedback([Event("click", "phone", ["shoe 1"])])
    await shop.upsert_users([User("ann", {"segment": "vip", "age": 31.0})], set_time=NOON)
    await shop.upsert_users([User("ann")], features=["age"])
    await shop.feedback([Event("dislike", "phone", ["hat 1"], user_id="ann")])
    by_account, by_visitor = await shop.get_user("ann"), await shop.get_user(visitor_id="phone")
    assert by_account.user == by_visitor.user == User("ann", {"segment": "vip"})
    assert by_account.visitor_ids == ("phone",)
    assert [(t.item_id, t.refused) for t in by_visitor.history] == [
        ("hat 1", True),
        ("shoe 1", False),
    ]
    assert "hat 1" not in await shown(shop, "phone")
    with pytest.raises(headwater.NotFoundError):
        await shop.get_user("bob")
    with pytest.raises(headwater.InvalidRequestError, match="user_id or visitor_id is required"):
        await shop.get_user()
