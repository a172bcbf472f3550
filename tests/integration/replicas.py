"""Replicas on real stores, for tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.replica.assembly import restored_replica
from headwater_server.replica.replica import Replica
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.storage import Storage
from tests.integration.counting_engine import CountingEngine

QUESTION = RecommendRequest("nobody", recommendation_id="r")


def click(number: int, item: str = "tent") -> Event:
    return Event(f"e{number}", "click", f"v{number % 7}", items=(EventItem(item),))


def clicks(*numbers: int) -> list[tuple[Event, str]]:
    return [(click(number), "") for number in numbers]


async def started_replica(
    storage: Storage, engine_settings: EngineSettings | None = None, **options: Any
) -> Replica:
    engine_type = options.pop("engine_type", CountingEngine)
    warm(engine_type)
    named = ("identity", "host_peers", "now_ms", "meters", "given", "keys")
    company = {name: options.pop(name) for name in named if name in options}
    replica = await restored_replica(
        storage,
        engine_settings=engine_settings or EngineSettings(),
        settings=replace(ReplicaSettings(), **options),
        engine_type=engine_type,
        **company,
    )
    await replica.start()
    return replica


@cache
def warm(engine_type: type) -> None:
    """Compile what a caller would else wait for, as the server does before it is ready."""
    if engine_type is Engine:
        warm_up()


@asynccontextmanager
async def running_replica(storage: Storage, **options: Any) -> AsyncIterator[Replica]:
    replica = await started_replica(storage, **options)
    try:
        yield replica
    finally:
        await replica.stop()


async def folded_digest(storage: Storage, engine_type: Any = CountingEngine) -> str:
    """The oracle: the log folded from its first entry by a fresh engine."""
    engine, _ = await fold(storage.log, engine_type)
    digest: str = engine.digest()
    return digest
