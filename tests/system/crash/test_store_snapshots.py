"""Row 7: torn snapshots. Refused by checksum; the one before and the log give the same state."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.replica.ports.position import START
from headwater_server.replica.snapshots.fold import fold
from headwater_server.replica.snapshots.restore import restore
from headwater_server.storage.codecs import chunks
from headwater_server.storage.kept.snapshots import RedisSnapshots
from headwater_server.storage.key_names import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.replicas import clicks, running_replica
from tests.integration.waiting import eventually
from tests.system.crash.real_store import BACKENDS, running_store
from tests.system.crash.seeds import seeds

KEYS = Keys("default")
DAMAGES = ("truncated", "flipped", "missing", "emptied")
SMALL_CHUNKS = 40_000  # so that a small state has dozens


@pytest.fixture
async def storage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Storage]:
    seed = request.getfixturevalue("seed")
    async with (
        running_store(BACKENDS[seed % len(BACKENDS)], tmp_path / "store") as store,
        open_storage(StorageSettings(), redis_url=store.url) as opened,
    ):
        yield opened


async def taught(storage: Storage, first: int, events: int = 40) -> None:
    """Teach a replica that leaves a snapshot behind when it stops."""
    async with running_replica(storage, engine_type=Engine) as replica:
        for number in range(first, first + events, 5):
            await replica.feedback(clicks(*range(number, number + 5)), 60)


def damaged(stored: bytes, damage: str, rng: Random) -> bytes | None:
    if damage == "truncated":
        return stored[: rng.randrange(1, len(stored))]
    if damage == "flipped":
        at = rng.randrange(len(stored))
        return stored[:at] + bytes([stored[at] ^ (1 << rng.randrange(8))]) + stored[at + 1 :]
    return b"" if damage == "emptied" else None


@pytest.mark.parametrize("seed", seeds(1))
async def test_any_damaged_chunk_is_refused_and_the_state_is_the_same(
    seed: int, storage: Storage, tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", SMALL_CHUNKS)
    rng = Random(seed)
    await taught(storage, 0)
    await taught(storage, 40)
    oracle, _ = await fold(storage.log, Engine)
    newest, before = await storage.snapshots.published()
    key = KEYS.snapshot(newest.snapshot_id)
    fields = [field for field in await storage.store.call("HKEYS", key) if field.isdigit()]
    assert len(fields) >= 10
    for field in [*fields, b"manifest", b"checksum"]:
        await damage_and_fold(storage, key, field, rng, before.position, oracle.digest())
    tally(7, seed, faults=len(fields) + 2, acknowledged=80)


async def damage_and_fold(storage, key, field, rng, position, digest) -> None:
    """Damage one field, see that the snapshot before is used, and put the field back."""
    whole = await storage.store.call("HGET", key, field)
    torn = damaged(whole, rng.choice(DAMAGES), rng)
    if torn is None:
        await storage.store.call("HDEL", key, field)
    else:
        await storage.store.call("HSET", key, field, torn)
    _, began = await restore(storage.snapshots, storage.log, Engine)
    assert began == position, field
    engine, _ = await fold(storage.log, Engine, snapshots=storage.snapshots)
    assert engine.digest() == digest, field
    await storage.store.call("HSET", key, field, whole)


@pytest.mark.parametrize("seed", seeds(1))
async def test_with_every_snapshot_torn_the_log_alone_gives_the_state(
    seed: int, storage: Storage, tally
) -> None:
    await taught(storage, 0)
    await taught(storage, 40)
    oracle, _ = await fold(storage.log, Engine)
    for meta in await storage.snapshots.published():
        await storage.store.call("HSET", KEYS.snapshot(meta.snapshot_id), 0, b"torn")
    _, began = await restore(storage.snapshots, storage.log, Engine)
    assert began == START
    async with running_replica(storage, engine_type=Engine) as replica:
        assert (await replica.model(compute_digest=True)).digest == oracle.digest()
    tally(7, seed, faults=2, acknowledged=80)


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_crash_between_chunks_and_manifest_leaves_the_one_before(
    seed: int, storage: Storage, tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chunks, "CHUNK_BYTES", SMALL_CHUNKS)
    await taught(storage, 0)
    (before,) = await storage.snapshots.published()
    written, last = [], Random(seed).randrange(1, 10)
    write = RedisSnapshots._write

    async def write_some(self: RedisSnapshots, key: str, number: int, chunk: chunks.Chunk) -> None:
        await write(self, key, number, chunk)
        written.append(key)
        if len(written) == last:
            raise asyncio.CancelledError  # as the end of a process: nothing is tidied up

    with monkeypatch.context() as patched:
        patched.setattr(RedisSnapshots, "_write", write_some)
        with pytest.raises(asyncio.CancelledError):
            await taught(storage, 40)
    assert await storage.snapshots.published() == [before]
    assert await storage.store.call("TTL", written[0]) > 0  # the chunks go by themselves
    oracle, _ = await fold(storage.log, Engine)
    async with running_replica(storage, engine_type=Engine) as replica:
        assert (await replica.model(compute_digest=True)).digest == oracle.digest()
    tally(7, seed, faults=1, acknowledged=80)


_WRITER = """
import asyncio, sys
import numpy as np
from headwater_server.replica.ports.snapshots import SnapshotMeta
from headwater_server.replica.ports.position import Position
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
async def main():
    async with open_storage(StorageSettings(), redis_url=sys.argv[1]) as storage:
        noise = np.random.default_rng(1).random((400, 1000))
        for sequence in range(int(sys.argv[2]), 300):
            meta = SnapshotMeta(Position(f"{sequence}-0", sequence), 1, "0", "{}")
            await storage.snapshots.save(meta, [("noise", noise), ("sequence", sequence)])
            print(sequence, flush=True)
asyncio.run(main())
"""


@pytest.mark.parametrize("seed", seeds(1))
async def test_a_writer_killed_at_any_instant_leaves_only_whole_snapshots(
    seed: int, storage: Storage, tally, tmp_path: Path
) -> None:
    rng, said = Random(seed), 0
    for sequence in range(1, 300):
        fields = ("n", sequence, "p", "-", "e", "")
        await storage.store.call("XADD", KEYS.log, f"{sequence}-0", *fields)
    for _ in range(5):
        writer = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _WRITER, f"unix://{tmp_path}/store/s", str(said + 1)),
            stdout=asyncio.subprocess.PIPE,
        )
        assert writer.stdout
        for _ in range(rng.randrange(1, 4)):
            said = int(await writer.stdout.readline())
        await eventually(lambda: is_writing(storage))
        os.kill(writer.pid, signal.SIGKILL)
        await writer.wait()
        published = await storage.snapshots.published()
        assert published[0].position.sequence >= said
        for meta in published:
            parts = dict(await storage.snapshots.load(meta))
            assert parts["sequence"] == meta.position.sequence
    tally(7, seed, faults=5)


async def is_writing(storage: Storage) -> bool:
    """Whether chunks are there that no manifest belongs to yet."""
    keys = await storage.store.call("KEYS", "hw:{default}:snapshot:*")
    ttls = [await storage.store.call("TTL", key) for key in keys]
    return any(ttl > 0 for ttl in ttls)
