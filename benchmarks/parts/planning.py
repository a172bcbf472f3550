"""What `headwater plan` needs beside other parts: bytes of an event, learning it from the log."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from benchmarks.parts.calls import shop_of
from benchmarks.parts.part import Part, Settings
from benchmarks.shops.learned import event_of, settings_for, write_of
from benchmarks.shops.shop import Shop
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event
from headwater_server.engine.warmup import warm_up
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.archive.segment import write_segment
from headwater_server.storage.codecs.entry_codec import encode_operations, parse_entry
from headwater_server.storage.codecs.raw import Raw
from headwater_server.storage.codecs.stored_entry import StoredEntry
from headwater_server.storage.embedded.data_dir import socket_in
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

WARM, COUNTED = 25_000, 20_000
"""Events learned before, so that `ranker_every` is in force (it is after 20,000), and then."""
TOGETHER = 20
RANKER_EVERY = 4


def _planning(settings: Settings) -> dict[str, Any]:
    warm_up()
    shop = shop_of(settings)
    counts = settings.sized(WARM), settings.sized(COUNTED)
    events = [
        event_of(made, f"order-{n}")
        for n, made in enumerate(
            islice(Shop(shop.items, shop.visitors, 2**62).events_made(), sum(counts))
        )
    ]
    each, sparse = (_learn_us(shop, events, counts[0], every) for every in (1, RANKER_EVERY))
    stored = events[: counts[1]]
    with tempfile.TemporaryDirectory(prefix="headwater-bench-") as folder:
        one, many = (
            asyncio.run(_log_bytes(Path(folder, str(n)), stored, n)) for n in (1, TOGETHER)
        )
        archived = _archive_bytes(Path(folder), stored)
    return {
        "learn_us": each,
        "learn_us with ranker_every 4": sparse,
        "log_one_bytes": one,
        "log_many_bytes": many,
        "archive_bytes": archived,
        "failed": 0,
    }


def _learn_us(shop: Shop, events: Sequence[Event], warm: int, every: int) -> float:
    """Return the CPU us in which a server decodes and learns an event of an entry of 20."""
    engine = Engine(replace(settings_for(shop), ranker_every=every))
    engine.apply(Entry(0, tuple(map(write_of, shop.items_made())), imported=True))
    payloads = [encode_operations(group, imported=True) for group in _groups(events, TOGETHER)]
    began_s = 0.0
    for number, payload in enumerate(payloads, 1):
        if number == warm // TOGETHER:
            began_s = time.thread_time()
        engine.apply(StoredEntry(Position(f"{number}-0", number), parse_entry(payload)).entry)
    return 1e6 * (time.thread_time() - began_s) / (len(events) - warm)


async def _log_bytes(data_dir: Path, events: Sequence[Event], together: int) -> float:
    """Return by how much an event makes the data of a store grow."""
    async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
        async with Redis(unix_socket_path=str(socket_in(data_dir))) as store:
            before = (await store.info("memory"))["used_memory_dataset"]
            for group in _groups(events, together):
                await storage.log.append([storage.log.encode(group)])
            after = (await store.info("memory"))["used_memory_dataset"]
        return float(after - before) / len(events)


def _archive_bytes(folder: Path, events: Sequence[Event]) -> float:
    """Return the bytes of an event in a segment of the archive."""
    raws, previous = [], START
    for number, group in enumerate(_groups(events, TOGETHER), 1):
        position = Position(f"{1_700_000_000_000 + 500 * number}-0", number)
        raws.append(Raw(position, previous.offset, encode_operations(group)))
        previous = position
    return write_segment(folder, raws).path.stat().st_size / len(events)


def _groups(events: Sequence[Event], size: int) -> list[Sequence[Event]]:
    return [events[n : n + size] for n in range(0, len(events), size)]


PLANNING = Part("planning", "bytes of an event, and learning it from the log", _planning)
