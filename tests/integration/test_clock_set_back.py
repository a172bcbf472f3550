"""What the store keeps beside the log by its own clock, after that clock was two days ahead."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

from headwater_server.personalizer.administration.configuration import Configuration
from headwater_server.personalizer.pending_events import Decision, PendingEvents
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.ports.position import START
from headwater_server.replica.ports.registry import ReplicaReport
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage
from tests.integration.waiting import eventually

AHEAD_MS = 48 * 3_600_000
REPORT = ReplicaReport(
    replica_id="dead",
    host="h",
    pid=1,
    role="server",
    position=START,
    state_version=1,
    river_version="r",
)
DECISION = Decision("ann", "tea", "t", {}, {}, "d", 0.0)


async def test_a_replica_that_died_while_the_clock_was_ahead_becomes_old(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    values = asdict(REPORT)
    del values["serving"]
    ahead = f"{wall_clock_ms() + AHEAD_MS} {json.dumps(values)}"
    await store.call("HSET", Keys(settings.catalogue).replicas, "dead", ahead)
    assert "dead" in [report.replica_id for report in await storage.replicas.live(1)]

    async def is_old() -> bool:
        await storage.replicas.report(replace(REPORT, replica_id="alive"))
        return [one.replica_id for one in await storage.replicas.live(100)] == ["alive"]

    await eventually(is_old)


async def test_a_reward_wait_that_began_while_the_clock_was_ahead_ends(
    store: Store, settings: StorageSettings
) -> None:
    personalizer = PersonalizerSettings(personalizer_reward_wait_minutes=0.001)
    pending = PendingEvents(
        store, settings.catalogue, Configuration(store, settings.catalogue, personalizer)
    )
    await pending.add("e1", DECISION, active=True)
    key = Keys(settings.catalogue).personalizer_deadlines
    await store.call("ZADD", key, wall_clock_ms() + AHEAD_MS, "e1")
    assert await pending.claim() == []
    latest = float(await store.call("ZSCORE", key, "e1"))
    assert latest <= wall_clock_ms() + 60_000
