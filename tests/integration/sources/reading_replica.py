"""A server whose sources are real: it is all of a server but its port."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from headwater_server.engine.engine import Engine
from headwater_server.engine.sources import SourceState
from headwater_server.replica.replica import Replica
from headwater_server.sources.sources import Sources
from headwater_server.storage.storage import Storage
from tests.integration.replicas import running_replica


@asynccontextmanager
async def reading(
    storage: Storage, sources: Mapping[str, Mapping[str, str]], **options: object
) -> AsyncIterator[Replica]:
    """Run a replica that reads these sources."""
    async with running_replica(storage, engine_type=Engine, **options) as replica:
        found = Sources(replica, sources)
        found.start()
        try:
            yield replica
        finally:
            await found.stop()


def learned(replica: Replica) -> int:
    return replica.engine.lookups.counts()["events_learned"]


def state_of(replica: Replica, source: str, partition: str = "0") -> SourceState:
    return replica.engine.lookups.sources().get((source, partition), SourceState())
