"""Row 14: one recorded log, read in any pieces, with restarts, from any store: one digest."""

from __future__ import annotations

from random import Random

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.replica import shell
from headwater_server.replica.tail import tail
from headwater_server.storage.storage import Storage
from tests.golden.golden import folded, read_log
from tests.integration.recorded import put_raw
from tests.integration.replicas import folded_digest, running_replica
from tests.system.crash.seeds import seeds

ROW = 14
PAST_MS, LATER_MS = 1_790_000_000_000, 1_800_000_000_000
BATCH_SIZES = (1, 2, 7, 30, 100, 333, 1_000)


@pytest.fixture(scope="module")
def log():
    return read_log()


@pytest.fixture(scope="module")
def golden(log):
    return folded(log)


@pytest.fixture(scope="module")
def operations(log):
    """Those of a file of the past: what lies ahead of the store's time counts as that time."""
    operations = [operation for raw in log for operation in raw.parsed().entry.operations]
    return [one for one in operations if (getattr(one, "event_time_ms", 0) or 0) < PAST_MS]


@pytest.fixture(scope="module")
def one_by_one(operations):
    engine = Engine()
    for operation in operations:
        engine.apply(Entry(LATER_MS, (operation,), imported=True))
    return engine.digest()


async def test_a_store_gives_the_golden_log_back(storage: Storage, log, golden) -> None:
    await put_raw(storage, log)
    assert await folded_digest(storage, Engine) == golden.digest()


@pytest.mark.parametrize("seed", seeds(2))
async def test_replicas_that_read_in_pieces_and_restart_hold_one_state(
    storage: Storage, log, golden, seed: int, monkeypatch, tally
) -> None:
    """Pieces: pages of entries, parts of entries; a restart is from a snapshot or from the log."""
    random, offset, restarts = Random(seed), 0, 0
    while offset < len(log):
        monkeypatch.setattr(tail, "PAGE_ENTRIES_MAX", random.choice((1, 2, 50, 500)))
        until = min(len(log), offset + random.randint(1, 500))
        await put_raw(storage, log[offset:until])
        sofar = folded(log[:until])
        # the log's own build starts: another one would write its name onto the log
        monkeypatch.setattr(shell, "this_build", lambda _, build=sofar.build: build)
        options = {
            "engine_settings": sofar.written_settings,
            "slice_ms": random.choice((0.001, 0.25, 50.0)),
            "snapshot_on_stop": random.random() < 0.7,
        }
        async with running_replica(storage, engine_type=Engine, **options) as replica:
            found = await replica.model(compute_digest=True)
        assert (found.offset, found.digest) == (log[until - 1].position.offset, sofar.digest())
        offset, restarts = until, restarts + 1
    tally(ROW, seed, faults=restarts, acknowledged=sofar.lookups.counts()["events_learned"])
    assert found.digest == golden.digest()


@pytest.mark.parametrize("batch_size", BATCH_SIZES)
async def test_batches_of_any_size_give_one_digest(
    storage: Storage, operations, one_by_one, batch_size: int, tally
) -> None:
    for start in range(0, len(operations), batch_size):
        batch = operations[start : start + batch_size]
        await storage.log.append([storage.log.encode(batch, imported=True)])
    tally(ROW, batch_size)
    assert await folded_digest(storage, Engine) == one_by_one


@pytest.mark.parametrize("seed", seeds(3))
def test_parts_of_entries_and_restored_copies_give_one_digest(log, golden, seed: int) -> None:
    random, engine = Random(seed), Engine()
    for raw in log:
        stored, done = raw.parsed(), 0
        while done < stored.size:
            count = random.choice((1, 2, 10, 1_000))
            engine.apply(stored.part(done, done + count))
            done += count
            if random.random() < 0.01:
                engine = Engine.restore(engine.capture())
    assert engine.digest() == golden.digest()
