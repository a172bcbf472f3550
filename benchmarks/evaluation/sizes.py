"""Bar: how many bytes place, time and question of an answer add to its events on the log.

The demo's simulated shoppers visit a real server; each event is encoded with and without them.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from pathlib import Path

from benchmarks.evaluation.bars import Bar, finish, show
from headwater import AsyncClient
from headwater_server.cli.demo.crowd import SimulatedCrowd
from headwater_server.cli.demo.feed import Feed
from headwater_server.cli.demo.meters import Meters
from headwater_server.cli.demo.server_process import ServerProcess
from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import IMPRESSION, canonical_type
from headwater_server.replica.ports.position import START
from headwater_server.storage.codecs.event_codec import encode_event
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

IMPRESSIONS, ACTS = "impressions", "acts"
MOST = {IMPRESSIONS: 40, ACTS: 14}
ADDED = ("sequence", "operations", "time_ms", "arms", "question", "unreplayable", "windows")
PATIENCE_S = 60.0
Sizes = dict[str, list[tuple[int, int]]]


def check(visits: int, seed: int) -> None:
    """Run the bar; print figures and gates."""
    with tempfile.TemporaryDirectory(prefix="headwater-sizes-") as folder:
        sizes = asyncio.run(_measured(Path(folder), visits, seed))
    rows, bars = [], []
    for kind, most in MOST.items():
        before, added = (
            sum(column) / len(sizes[kind]) for column in zip(*sizes[kind], strict=True)
        )
        rows.append((kind, f"{len(sizes[kind]):,}", f"{before:.1f}", f"{added:.1f}"))
        bars.append(Bar(f"bytes that {kind} have more, mean", added, most))
    show("events with a slate", ("kind", "events", "bytes without", "added"), rows)
    finish(bars)


async def _measured(folder: Path, visits: int, seed: int) -> Sizes:
    server, crowd = ServerProcess(folder), SimulatedCrowd(seed)
    feed = Feed(crowd.arrivals(), Meters(), lambda: 0)
    try:
        await server.start()
        async with AsyncClient(server.address) as client:
            await client.upsert_items(crowd.items, timeout_s=PATIENCE_S)
            await feed.run(client, lambda: feed.arrived < visits)
    finally:
        await server.stop()
    sizes: Sizes = defaultdict(list)
    async with open_storage(StorageSettings(), data_dir=folder) as storage:
        async for logged in storage.log.iterate(START):
            for operation in logged.entry.operations:
                _note(operation, sizes)
    return sizes


def _note(operation: Operation, sizes: Sizes) -> None:
    if not isinstance(operation, Event) or operation.slate is None:
        return
    stored = encode_event(operation)
    whole = stored.ByteSize()
    for name in ADDED:
        stored.slate.ClearField(name)  # type: ignore[arg-type]
    kind = IMPRESSIONS if canonical_type(operation.event_type) == IMPRESSION else ACTS
    sizes[kind].append((stored.ByteSize(), whole - stored.ByteSize()))
