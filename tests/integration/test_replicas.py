"""Replicas on one real store: who they are, that they hold one state, that strangers stay out."""

from __future__ import annotations

from headwater_server.replica.ports_registry import WORKER, ReplicaStanding
from headwater_server.replica.position import Position
from headwater_server.storage.storage import Storage
from tests.integration.waiting import eventually

ONE = ReplicaStanding("h-1-aa", "h", 1, WORKER, Position("5-1", 7), 2, "0.23.0", broken="a gap")
PATIENCE_MS = 60_000


async def test_what_a_replica_says_is_kept_with_the_stores_time_until_it_leaves(
    storage: Storage,
) -> None:
    await storage.replicas.report(ONE)
    (found,) = await storage.replicas.live(PATIENCE_MS)
    assert found.time_ms > 1_000_000_000_000
    assert (found.position, found.broken, found.pid) == (ONE.position, ONE.broken, ONE.pid)
    await storage.replicas.leave(ONE.replica_id)
    assert await storage.replicas.live(PATIENCE_MS) == []


async def test_who_says_nothing_for_long_is_not_alive(storage: Storage) -> None:
    await storage.replicas.report(ONE)

    async def silent() -> bool:
        return await storage.replicas.live(1) == []

    await eventually(silent)
    assert len(await storage.replicas.live(PATIENCE_MS)) == 1


async def test_digests_are_published_by_mark_and_replica(storage: Storage) -> None:
    await storage.replicas.publish_digest("m1", "a", "d1")
    await storage.replicas.publish_digest("m1", "b", "d2")
    await storage.replicas.publish_digest("m2", "a", "d3")
    assert await storage.replicas.digests("m1") == {"a": "d1", "b": "d2"}
    assert await storage.replicas.digests("m3") == {}
