from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.log.v1 import entry_pb2, snapshot_pb2
from headwater_server.replica.faults import DamagedSnapshot, LogBroken
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.quarantine import RejectedEvent
from headwater_server.replica.ports.snapshots import SnapshotMeta
from headwater_server.storage.codecs.chunks import checksum
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage


def meta(sequence: int) -> SnapshotMeta:
    return SnapshotMeta(Position(f"{1000 + sequence}-0", sequence), 3, "0.26.1", "{}", 5)


def state(seed: int = 1) -> list[tuple[str, object]]:
    noise = np.random.default_rng(seed).random((700, 500))  # 2.8 MB that do not compress
    return [("weights", noise), ("names", {f"item-{i}": i for i in range(10_000)}), ("none", None)]


@pytest.fixture(autouse=True)
async def log(store: Store, settings: StorageSettings) -> None:
    """The entries of the snapshots."""
    for sequence in range(1, 8):
        fields = ("n", sequence, "p", f"{999 + sequence}-0", "e", "")
        await store.call("XADD", Keys(settings.catalogue).log, f"{1000 + sequence}-0", *fields)


async def test_a_snapshot_of_another_log_is_not_published(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    with pytest.raises(LogBroken, match="entry 8 at 1008-0"):  # the log lost its end meanwhile
        await storage.snapshots.save(meta(8), state())
    await store.call("XADD", Keys(settings.catalogue).log, "1008-0", "n", 9, "p", "-", "e", "")
    with pytest.raises(LogBroken):
        await storage.snapshots.save(meta(8), state())
    await store.call("XTRIM", Keys(settings.catalogue).log, "MAXLEN", 2)
    assert await storage.snapshots.save(meta(5), state())  # archived and trimmed meanwhile
    assert [found.position.sequence for found in await storage.snapshots.published()] == [5]


async def test_the_newest_two_are_kept_and_nothing_else(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    for sequence in (1, 2, 3):
        assert await storage.snapshots.save(meta(sequence), state())
    published = await storage.snapshots.published()
    assert [found.position.sequence for found in published] == [3, 2]
    keys = Keys(settings.catalogue)
    stored = await store.call("KEYS", keys.snapshot("*").replace("{", "?").replace("}", "?"))
    assert {key.decode() for key in stored} == {keys.snapshot(f.snapshot_id) for f in published}
    assert [await store.call("TTL", key) for key in stored] == [-1, -1]


@pytest.mark.parametrize("damage", ["flipped", "truncated", "missing", "swapped"])
@pytest.mark.parametrize("chunk", [0, 2])
async def test_a_damaged_chunk_is_refused(
    storage: Storage, store: Store, settings: StorageSettings, damage: str, chunk: int
) -> None:
    await storage.snapshots.save(meta(1), state())
    (found,) = await storage.snapshots.published()
    key = Keys(settings.catalogue).snapshot(found.snapshot_id)
    stored = await store.call("HGET", key, chunk)
    match damage:
        case "flipped":
            await store.call("HSET", key, chunk, bytes([stored[0] ^ 1]) + stored[1:])
        case "truncated":
            await store.call("HSET", key, chunk, stored[:-1])
        case "missing":
            await store.call("HDEL", key, chunk)
        case "swapped":
            await store.call("HSET", key, chunk, await store.call("HGET", key, 1))
    problem = "is missing" if damage == "missing" else "differs from what was written"
    with pytest.raises(DamagedSnapshot, match=f"chunk {chunk} {problem}"):
        await storage.snapshots.load(found)


async def test_a_manifest_that_lost_a_chunk_is_refused(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    await storage.snapshots.save(meta(1), state())
    (found,) = await storage.snapshots.published()
    key = Keys(settings.catalogue).snapshot(found.snapshot_id)
    manifest = snapshot_pb2.SnapshotManifest.FromString(await store.call("HGET", key, "manifest"))
    del manifest.chunks[-1]
    content = manifest.SerializeToString()
    await store.call("HSET", key, "manifest", content, "checksum", checksum(content))
    with pytest.raises(DamagedSnapshot):
        await storage.snapshots.load(found)


async def test_a_manifest_with_one_wrong_bit_is_refused(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    await storage.snapshots.save(meta(1), state())
    (found,) = await storage.snapshots.published()
    key = Keys(settings.catalogue).snapshot(found.snapshot_id)
    whole = await store.call("HGET", key, "manifest")
    for at in range(0, len(whole), 7):
        torn = whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
        await store.call("HSET", key, "manifest", torn)
        with pytest.raises(DamagedSnapshot):
            await storage.snapshots.load(found)
    assert await storage.snapshots.published() == []


@pytest.mark.parametrize("manifest", [b"\xff", b"\x08\x63", None])
async def test_a_snapshot_without_a_manifest_that_we_know_is_left_out(
    storage: Storage, store: Store, settings: StorageSettings, manifest: bytes | None
) -> None:
    await storage.snapshots.save(meta(1), state())
    await storage.snapshots.save(meta(2), state(2))
    newest = (await storage.snapshots.published())[0]
    key = Keys(settings.catalogue).snapshot(newest.snapshot_id)
    if manifest is None:
        await store.call("HDEL", key, "manifest")
    else:
        await store.call("HSET", key, "manifest", manifest, "checksum", checksum(manifest))
    assert [found.position.sequence for found in await storage.snapshots.published()] == [1]


async def test_quarantine_keeps_events_with_reasons_and_counts_forever(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    assert await storage.quarantine.total() == 0
    good, long = Event("e1", "click", "v"), Event("e2", "click", "v" * 100_000)
    await storage.quarantine.put([RejectedEvent(good, "because"), RejectedEvent(long, "too long")])
    await storage.quarantine.put([RejectedEvent(good, "again")])
    assert await storage.quarantine.total() == 3
    kept = [
        fields
        for _, fields in await store.call("XRANGE", Keys(settings.catalogue).quarantine, "-", "+")
    ]
    assert [fields[b"reason"] for fields in kept] == [b"because", b"too long", b"again"]
    assert entry_pb2.Event.FromString(kept[0][b"event"]).event_id == "e1"
    assert kept[1][b"event"] == b""
