"""A long log: visits with lists among acts of others, an entry each, and the state at its end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from random import Random

from benchmarks.evaluation.recorded import RecordedShop
from headwater_server.cli.progress import Progress
from headwater_server.cli.publish_state import publish
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.replica.ports.position import Position
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

VISITS_SHARE = 0.005
"""Of the entries, so many hold lists that were shown; the others are acts of passers-by."""


async def record(folder: Path, entries: int, seed: int) -> tuple[Position, int]:
    """Fill the log of a data directory; return its end, and how many lists were shown."""
    async with open_storage(StorageSettings(), data_dir=folder) as storage:
        shop = RecordedShop(storage.log, seed, shoppers=3_000)
        await shop.begin()
        visits = round(4 * VISITS_SHARE * entries)
        acts, step = entries - visits // 4, 400
        with Progress("record", entries) as bar:
            for start in range(0, visits, step):
                some = min(step, visits - start)
                await shop.serve(some)
                await _pass_by(shop, start, round(acts * some / visits), seed)
                bar.at(shop.position.sequence)
        end = await shop.end()
        await publish(shop.engine, end, storage.snapshots)
        return end, shop.lists


async def _pass_by(shop: RecordedShop, number: int, count: int, seed: int) -> None:
    """Append acts of others, an entry each."""
    draws = Random(f"{seed}:{number}")
    items = [item.item_id for item in shop.simulator.shop.items]
    last = await shop.end()
    acts = [
        Event(
            f"p{number}-{place}",
            "detail-page-view",
            f"passer {draws.randrange(20_000)}",
            items=(EventItem(draws.choice(items)),),
        )
        for place in range(count)
    ]
    for start in range(0, count, 100):
        page = acts[start : start + 100]
        await asyncio.gather(*(shop.log.append([shop.log.encode([act])]) for act in page))
    async for logged in shop.log.iterate(last):
        shop.engine.apply(logged.entry)
        shop.position = logged.position
