"""One suite for every store: what is stored beside the log."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

import numpy as np
import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.evaluations import StoredEvaluation
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.quarantine import RejectedEvent
from headwater_server.replica.ports.registry import WORKER, ReplicaReport
from headwater_server.replica.ports.snapshots import SnapshotMeta
from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.storage.kept.token_key_ring import LEAD_S
from headwater_server.storage.storage import Storage
from tests.integration.waiting import eventually

LEAD_MS, HOUR_MS, PATIENCE_MS = int(LEAD_S * 1000), 3_600_000, 60_000
ONE = ReplicaReport(
    "h-1-aa", "h", 1, WORKER, Position("5-1", 7), 2, version("river"), broken="a gap"
)


async def append(log: Log, number: int) -> Position:
    return await log.append([log.encode([Event(f"e{number}", "click", f"v{number}")])])


def meta(position: Position) -> SnapshotMeta:
    return SnapshotMeta(position, 3, "0.26.1", "{}", 5)


def state(seed: int = 1) -> list[tuple[str, object]]:
    noise = np.random.default_rng(seed).random((700, 500))  # 2.8 MB that do not compress
    return [("weights", noise), ("names", {f"item-{i}": i for i in range(10_000)}), ("none", None)]


def report(name: str, time_ms: int, text: str = "{}") -> StoredEvaluation:
    return StoredEvaluation(name, time_ms, text)


async def test_a_snapshot_comes_back_as_it_was(storage: Storage) -> None:
    at = await append(storage.log, 1)
    assert await storage.snapshots.published() == []
    assert await storage.snapshots.save(meta(at), state())
    (found,) = await storage.snapshots.published()
    assert replace(found, snapshot_id="") == meta(at)
    parts = await storage.snapshots.load(found)
    assert [path for path, _ in parts] == ["weights", "names", "none"]
    assert np.array_equal(parts[0][1], state()[0][1])
    assert parts[1:] == state()[1:]
    (held,) = (await storage.holdings.read()).snapshots
    assert held.stored_bytes > 2_000_000


async def test_snapshots_are_of_this_log_and_only_newer_ones_are_published(
    storage: Storage,
) -> None:
    positions = [await append(storage.log, n) for n in range(4)]
    with pytest.raises(LogBroken, match=f"entry 9 at {positions[1].offset}"):
        await storage.snapshots.save(meta(replace(positions[1], sequence=9)), state())
    assert await storage.snapshots.save(meta(positions[2]), state())
    for older in positions[1:3]:
        assert not await storage.snapshots.save(meta(older), state())
    assert await storage.snapshots.save(meta(positions[3]), state())
    found = [one.position for one in await storage.snapshots.published()]
    assert found == [positions[3], positions[2]]
    later = await append(storage.log, 9)
    assert await storage.snapshots.save(meta(later), state())
    assert [one.position for one in await storage.snapshots.published()] == [later, positions[3]]


async def test_rejected_events_are_kept_once_newest_first_and_counted_forever(
    storage: Storage,
) -> None:
    quarantine = storage.quarantine
    assert await quarantine.total() == 0
    good, long = Event("e1", "click", "v"), Event("e2", "click", "v" * 100_000)
    assert await quarantine.put([RejectedEvent(good, "because", "secret")]) == 1
    assert await quarantine.put([RejectedEvent(good, "because"), RejectedEvent(long, "long")]) == 2
    assert await quarantine.length() == 2
    kept = {one.event_id: one async for one in quarantine.kept()}
    assert (kept["e1"].event, kept["e1"].token) == (good, "secret")
    assert kept["e2"].event is None
    newest = await quarantine.newest(9)
    assert {one.event_id for one in newest} == {"e1", "e2"}
    assert [one.kept_id for one in await quarantine.newest(1)] == [newest[0].kept_id]
    assert await quarantine.newest(9, before=newest[0].kept_id) == newest[1:]
    assert [one.event_id for one in await quarantine.newest(9, reason="cause")] == ["e1"]
    ids = [one.kept_id for one in newest]
    assert [one.kept_id for one in await quarantine.find(ids)] == ids
    others = [f"{one.time_ms - 1_000}-{one.kept_id.partition('-')[2]}" for one in newest]
    assert await quarantine.find([*others, "1-1"]) == []  # an id has the time, too
    assert await quarantine.forget("", ["v"]) == 1
    assert (await quarantine.length(), await quarantine.total()) == (1, 2)


async def test_reports_come_back_newest_first(storage: Storage) -> None:
    assert await storage.evaluations.newest(99) == []
    for one in (report("warm", 1, '{"a": 1}'), report("cold", 3), report("even", 2)):
        await storage.evaluations.put(one)
    assert [one.name for one in await storage.evaluations.newest(99)] == ["cold", "even", "warm"]
    assert (await storage.evaluations.newest(99))[2] == report("warm", 1, '{"a": 1}')


async def test_a_report_of_the_same_name_is_replaced(storage: Storage) -> None:
    await storage.evaluations.put(report("warm", 1, "old"))
    await storage.evaluations.put(report("warm", 2, "new"))
    assert await storage.evaluations.newest(99) == [report("warm", 2, "new")]


async def test_pages_follow_each_other_also_after_a_deleted_report(storage: Storage) -> None:
    for name in ("b", "a", "c"):
        await storage.evaluations.put(report(name, 7))
    await storage.evaluations.put(report("old", 1))
    first = await storage.evaluations.newest(2)
    assert [one.name for one in first] == ["c", "b"]
    rest = await storage.evaluations.newest(9, after=first[-1].place)
    assert [one.name for one in rest] == ["a", "old"]
    assert await storage.evaluations.newest(9, after="5:gone") == rest[1:]
    assert await storage.evaluations.newest(9, after=rest[-1].place) == []


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


async def test_a_new_key_signs_when_everybody_knows_it_and_the_old_one_opens(
    storage: Storage,
) -> None:
    ring = storage.token_key_ring
    [first] = await ring.read()
    rotated = await ring.rotate(now_ms=HOUR_MS, token_ms=HOUR_MS)
    assert await ring.read() == rotated
    keys = TokenKeys(rotated)
    assert keys.signing(HOUR_MS + LEAD_MS - 1) == first.key
    assert keys.signing(HOUR_MS + LEAD_MS).key_id == 1
    assert keys.of(0) == first.key


async def test_a_key_goes_when_its_last_token_has_expired(storage: Storage) -> None:
    ring = storage.token_key_ring
    await ring.rotate(now_ms=HOUR_MS, token_ms=HOUR_MS)
    stopped_ms = HOUR_MS + LEAD_MS  # when key 0 signed last
    early = await ring.rotate(now_ms=stopped_ms + HOUR_MS - 1, token_ms=HOUR_MS)
    assert [ring_key.key.key_id for ring_key in early] == [0, 1, 2]
    late = await ring.rotate(now_ms=stopped_ms + HOUR_MS, token_ms=HOUR_MS)
    assert [ring_key.key.key_id for ring_key in late] == [1, 2, 3]


async def test_revoked_keys_open_nothing(storage: Storage) -> None:
    [first] = await storage.token_key_ring.read()
    [only] = await storage.token_key_ring.rotate(now_ms=5, token_ms=HOUR_MS, revoke=True)
    keys = TokenKeys([only])
    assert (keys.of(first.key.key_id), keys.signing(5)) == (None, only.key)
