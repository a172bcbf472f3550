"""A data directory whose snapshot holds a large shop: items, visitors, an event or more of each."""

from __future__ import annotations

import random
from importlib.metadata import version
from pathlib import Path

from headwater_server.cli.progress import Progress
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemWrite,
    SettingsChange,
    UserWrite,
)
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.ports.snapshots import SnapshotMeta
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

BATCH = 500
FEATURES = (("segment", "vip"), ("age", 40.0))


def item_id(number: int) -> str:
    """Return the id of an item."""
    return f"item-{number}"


def visitor_id(number: int) -> str:
    """Return the id of a visitor."""
    return f"visitor-{number}"


def built(items: int, visitors: int) -> Engine:
    """Return an engine that knows so many of each; every third visitor has an account."""
    rng, engine = random.Random(7), Engine()
    with Progress("build the shop", items + visitors) as progress:
        for start in range(0, items, BATCH):
            writes = [_write(n) for n in range(start, min(items, start + BATCH))]
            engine.apply(Entry(0, tuple(writes), imported=True))
            progress.at(start)
        for start in range(0, visitors, BATCH):
            numbers = range(start, min(visitors, start + BATCH))
            events = [_event(n, int(rng.paretovariate(0.6)) % items) for n in numbers]
            engine.apply(Entry(0, tuple(events), imported=True))
            progress.at(items + start)
        engine.apply(Entry(0, tuple(UserWrite(f"user-{n}", FEATURES) for n in range(visitors))))
    return engine


def _write(n: int) -> ItemWrite:
    title, categories = f"thing {n % 977} of {n % 31}", (f"c{n % 50}",)
    return ItemWrite(Item(item_id(n), title=title, categories=categories, price=float(n % 300)))


def _event(n: int, item: int) -> Event:
    account = f"user-{n}" if n % 3 == 0 else ""
    items = (EventItem(item_id(item)),)
    return Event(f"e{n}", "view", visitor_id(n), account, items=items, event_time_ms=500 * n)


async def keep(engine: Engine, data_dir: Path) -> None:
    """Publish the state, behind one entry of a log that holds nothing else."""
    async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
        change = storage.log.encode([SettingsChange(EngineSettings())])
        position = await storage.log.append([change])
        settings = engine.settings.canonical()
        meta = SnapshotMeta(position, Engine.STATE_VERSION, version("river"), settings)
        await storage.snapshots.save(meta, engine.capture())
