"""Cases R14 to R16 of a shop through a real server: products, currencies, branches and names."""

from __future__ import annotations

from contextlib import asynccontextmanager

import pytest

from headwater import AsyncClient, Event, InvalidRequestError, Item
from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica

HIDE = {"purchase-complete": 30.0}
PICTURED = Item(
    "shirt-4-M",
    title="Shirt",
    image_uri="https://cdn.shop.example/shirt-4.jpg?w=300",
    uri="/p/shirt-4",
    group_id="shirt-4",
)


@asynccontextmanager
async def shop(storage, **settings):
    """Serve an engine with these settings, and give a client of it."""
    given = EngineSettings(hide_days=HIDE, **settings)
    async with (
        running_replica(storage, engine_type=Engine, engine_settings=given) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        yield client


def shirts(n, **fields):
    """Return a product in three sizes."""
    return [Item(f"shirt-{n}-{size}", **fields) for size in "SML"]


@pytest.mark.parametrize("by", ["group_id", "parent"])
async def test_what_was_bought_is_hidden_in_every_size(storage, by):
    """R14: the buyer of shirt-4-M sees no shirt-4-…, others see one size of each product."""
    async with shop(storage, group_by=by) as client:
        items = [Item("hat")]
        for n in range(6):
            items += (
                shirts(n, group_id=f"shirt-{n}")
                if by == "group_id"
                else shirts(n, features={"parent": f"shirt-{n}"})
            )
        await client.upsert_items(items)
        bought = await client.feedback([Event("purchase", "ann", items=["shirt-4-M"])])
        for way in ({}, {"filter": 'NOT item_id: ANY("hat")'}, {"explain": True}):
            slate = await client.recommend("ann", min_offset=bought.offset, **way)
            products = [one[:7] for one in slate.item_ids if one != "hat"]
            assert sorted(products) == [f"shirt-{n}" for n in range(6) if n != 4]
        given = ["shirt-4-S", "shirt-1-S", "shirt-1-M"]
        slate = await client.recommend("ann", candidate_item_ids=given)
        assert sorted(slate.item_ids) == ["shirt-1-M", "shirt-1-S"]
        assert len((await client.recommend("bob")).item_ids) == 7


async def test_prices_are_asked_for_with_their_currency(storage):
    """R15: 15 JPY are no 15 EUR."""
    async with shop(storage) as client:
        items = [
            Item("a", price=10.0, currency_code="EUR"),
            Item("b", price=15.0, currency_code="JPY"),
        ]
        await client.upsert_items(items)
        text = 'price < 20 AND currency_code: ANY("EUR")'
        assert [item.item_id async for item in client.list_items(filter=text)] == ["a"]
        assert (await client.recommend("v", filter=text)).item_ids == ["a"]


async def test_branches_and_names_of_any_kind_are_found(storage):
    """R16, and what no item has is said."""
    async with shop(storage) as client:
        await client.upsert_items(
            [
                Item("a", categories=["shoes > running"], features={"brand name": "Acme"}),
                Item("b", features={"цвет": "red"}),
            ]
        )
        for text, expected in (
            ('categories: ANY("shoes")', ["a"]),
            ('categories = "shoes"', []),
            ('"brand name": ANY("Acme")', ["a"]),
            ('"цвет": ANY("red")', ["b"]),
        ):
            assert [item.item_id async for item in client.list_items(filter=text)] == expected
            assert (await client.recommend("v", filter=text)).item_ids == expected
        slate = await client.recommend("v", filter='"brand nam": ANY("Acme")')
        assert slate.shortfall.endswith("no item has the field brand nam; did you mean brand name?")
        with pytest.raises(InvalidRequestError, match=r"filter.*character 9.*number"):
            await client.recommend("v", filter='price < "cheap"')


async def test_pictures_links_and_groups_come_back(storage):
    """By one write or by a mask, also after the state is folded again; a script is refused."""
    async with shop(storage) as client:
        await client.upsert_items([PICTURED])
        assert await client.get_item("shirt-4-M") == PICTURED
        await client.upsert_items([Item("shirt-4-M", uri="https://shop.example/4")], fields=["uri"])
        [found] = [item async for item in client.list_items(filter='group_id = "shirt-4"')]
        assert (found.image_uri, found.uri) == (PICTURED.image_uri, "https://shop.example/4")
        for field in ("image_uri", "uri"):
            bad = Item("x", **{field: "javascript:alert(1)"})
            with pytest.raises(InvalidRequestError, match=rf"writes\[0\].item.{field}"):
                await client.upsert_items([bad])
        with pytest.raises(InvalidRequestError, match=r"writes\[0\].item.group_id"):
            await client.upsert_items([Item("x", group_id="x" * 129)])
    async with shop(storage) as client:
        again = await client.get_item("shirt-4-M")
        assert (again.group_id, again.uri) == ("shirt-4", "https://shop.example/4")
