"""Through the API: what one visitor repeats moves his own lists, not those of strangers."""

from __future__ import annotations

from random import Random

from headwater import AsyncClient, Event, EventStatus, Item
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import folded_digest, running_replica

TARGETS = ["sku-98", "sku-99"]
REPEATED = 900


async def test_900_clicks_of_one_visitor_put_nothing_first_for_strangers(storage: Storage) -> None:
    random, honest = Random(1), []
    for n in range(1500):
        item = min(99, int(random.expovariate(1 / 15)))
        honest.append(Event("click", f"v-{n % 300}", [f"sku-{item}"], placement="home"))
    repeated = [
        Event("click", "mallory", [TARGETS[n % 2]], placement="home") for n in range(REPEATED)
    ]
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as shop,
    ):
        await shop.upsert_items([Item(f"sku-{n}") for n in range(100)])
        for first in range(0, len(honest), 500):
            await shop.feedback(honest[first : first + 500])
        statuses = {one.status for one in (await shop.feedback(repeated)).results}
        heads = [
            (await shop.recommend("stranger", placement=placement, explore=False)).item_ids[:5]
            for placement in ("", "home")
        ]
        heads.append((await shop.list_trending_items(page_size=5)).item_ids)
        heads.append((await shop.list_similar_items(["sku-0"], page_size=5)).item_ids)
        history = (await shop.get_user(visitor_id="mallory")).history
        shown = (await shop.get_model(compute_digest=True)).digest
        folded = await folded_digest(storage, Engine)
    assert statuses == {EventStatus.CREATED}
    assert all(head and not set(head) & set(TARGETS) for head in heads), heads
    assert sorted(one.item_id for one in history) == TARGETS
    assert shown == folded
