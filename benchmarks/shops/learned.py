"""An engine that has learned a made shop, and the visitors who ask and act next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.shops import shape
from benchmarks.shops.shop import MadeEvent, MadeItem, Shop
from headwater_server.cli.progress import Progress
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem, fingerprint
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.ports.snapshots import SnapshotMeta
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

BATCH = 500


def settings_for(shop: Shop) -> EngineSettings:
    """Return the defaults, with room for the whole shop if they have too little."""
    usual = EngineSettings()
    return replace(
        usual,
        items_max=max(usual.items_max, 2 * shop.items),
        visitors_max=max(usual.visitors_max, 2 * shop.visitors),
    )


def learned(shop: Shop) -> tuple[Engine, Iterator[MadeEvent]]:
    """Return an engine that knows the shop, and what happens there afterwards, without end."""
    engine = Engine(settings_for(shop))
    future = replace(shop, events=2**62).events_made()
    with Progress("build the shop", shop.items + shop.events) as progress:
        made = shop.items_made()
        for n in range(0, shop.items, BATCH):
            engine.apply(Entry(0, tuple(map(write_of, islice(made, BATCH))), imported=True))
            progress.at(n)
        for n in range(0, shop.events, BATCH):
            acts = enumerate(islice(future, min(BATCH, shop.events - n)), n)
            events = tuple(event_of(made, f"past-{number}") for number, made in acts)
            engine.apply(Entry(0, events, imported=True))
            progress.at(shop.items + n)
    return engine, future


async def keep(engine: Engine, data_dir: Path) -> None:
    """Publish the state in a data directory, behind one entry of a log that holds nothing else."""
    async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
        change = storage.log.encode([SettingsChange(engine.settings)])
        position = await storage.log.append([change])
        settings = engine.settings.canonical()
        meta = SnapshotMeta(position, Engine.STATE_VERSION, version("river"), settings)
        await storage.snapshots.save(meta, engine.capture())


def write_of(made: MadeItem) -> ItemWrite:
    """Return the write of an item."""
    item_id, title, categories, price = made
    return ItemWrite(Item(item_id, title=title, categories=categories, price=price))


def event_of(made: MadeEvent, event_id: str) -> Event:
    """Return the event as the server hands it to the log."""
    time_s, visitor, item, kind = made
    event = Event(event_id, kind, visitor, items=(EventItem(item),), event_time_ms=1_000 * time_s)
    return replace(event, fingerprint=fingerprint(event))


def visitors_asking(shop: Shop, seed: int) -> Iterator[int]:
    """Yield visitors' numbers, those who come often more often, without end."""
    rng = np.random.default_rng((seed, 3))
    while True:
        yield from shape.VISITORS.ranks(rng.random(BATCH), shop.visitors).tolist()
