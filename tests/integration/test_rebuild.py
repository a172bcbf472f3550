"""`headwater rebuild`: the log without the erased gives the state that never knew them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from headwater_server.cli.publish_state import publish
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import (
    Entry,
    ErasedEvent,
    Item,
    ItemWrite,
    Operation,
    UserErase,
    UserWrite,
)
from headwater_server.engine.messages.events import Event, EventItem, Status, fingerprint
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.ports.registry import ReplicaReport
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.key_names import Keys
from headwater_server.storage.rebuild.rewriting import Rewriting
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage

FAR_AHEAD_MS = 1 << 45
ITEMS = [f"item-{number}" for number in range(12)]


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StorageSettings:
    return StorageSettings(
        catalogue=f"rebuild-{abs(hash(request.node.nodeid))}",
        archive_dir=tmp_path / "archive",
        log_entries_kept_min=10,
    )


def act(number: int, visitor: str, user: str = "") -> Event:
    items = (EventItem(ITEMS[(number * 7 + len(visitor)) % len(ITEMS)]),)
    kind = ("click", "add-to-cart", "purchase-complete")[number % 3]
    return Event(f"{visitor}-{user}-{number}", kind, visitor, user, items=items)


def story() -> list[tuple[Operation, ...]]:
    """Ann, who is known as ``u-ann`` too, is forgotten half-way and comes back; Bob stays."""
    batches: list[tuple[Operation, ...]] = [tuple(ItemWrite(Item(item)) for item in ITEMS)]
    batches += [(UserWrite("u-ann", (("club", "gold"),)), UserWrite("u-bob", (("club", "no"),)))]
    for number in range(120):
        batches.append((act(number, "bob", "u-bob"), act(number, "ann"), act(number, "carl")))
        batches.append((act(number, "ann", "u-ann"), act(1_000 + number, "ann-s-husband", "")))
    batches.append((UserErase("u-ann", ("ann",)),))
    batches += [(act(2_000 + number, "ann"), act(3_000 + number, "bob")) for number in range(20)]
    return batches


def is_anns(operation: Operation) -> bool:
    """Written again on purpose: the oracle shares no code with what it judges."""
    if isinstance(operation, UserWrite):
        return operation.user_id == "u-ann"
    if not isinstance(operation, Event):
        return isinstance(operation, UserErase)
    return (operation.visitor_id, operation.user_id) in {("ann", ""), ("ann", "u-ann")}


def what_stays(operation: Operation) -> Operation | None:
    """Return what a log without Ann holds in the place of an operation."""
    if not is_anns(operation):
        return operation
    if not isinstance(operation, Event):
        return None
    id_hash = hashlib.blake2b(operation.event_id.encode(), digest_size=16).digest()
    return ErasedEvent(id_hash, fingerprint(operation))


async def write(storage: Storage, batches: Sequence[Sequence[Operation]]) -> list[Position]:
    return [await storage.log.append([storage.log.encode(batch)]) for batch in batches]


async def digest_of(storage: Storage) -> str:
    engine, _ = await fold(storage.log, Engine)
    return engine.digest()


async def digest_without_ann(storage: Storage) -> str:
    """The oracle: a log of the same offsets with nothing of Ann's before the erasure but hashes."""
    return await without_ann_from(storage, Engine(), START)


async def positions(storage: Storage) -> list[Position]:
    return [logged.position async for logged in storage.log.iterate(START)]


async def test_the_rewritten_log_gives_the_state_that_never_held_the_erased(
    storage: Storage, store: Store, settings: StorageSettings
) -> None:
    written = await write(storage, story())
    await storage.log.trim(written[180])
    assert await storage.log.length() < len(written)
    oracle, before = await digest_without_ann(storage), await digest_of(storage)
    done = await Rewriting(storage).run()
    storage.log.forget_read()
    assert done.operations == 2 * 120 + 1
    assert done.files == 1
    assert set(done.erased.places) == {"uu-ann", "vann"}
    assert await positions(storage) == written
    after = await digest_of(storage)
    assert before != after == oracle
    assert await store.call("EXISTS", Keys(settings.catalogue).rewritten) == 0
    text = b"".join(
        [e[1][b"e"] for e in await store.call("XRANGE", Keys(settings.catalogue).log, "-", "+")]
    )
    assert b"ann-u-ann-119" not in text
    engine, _ = await fold(storage.log, Engine)
    outcomes = engine.apply(Entry(0, (act(119, "ann", "u-ann"), act(119, "bob"))))
    assert [outcome.status for outcome in outcomes] == [Status.EXISTS, Status.CREATED]
    assert b"ann--2001" in text


@pytest.mark.parametrize("place", ["archive", "copy", "swap"])
async def test_it_can_be_killed_anywhere_and_run_again(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    written = await write(storage, story())
    await storage.log.trim(written[180])
    oracle = await digest_without_ann(storage)
    calls = {"archive": "_copy", "copy": "_write", "swap": "_put_in_place"}

    async def killed(*_: Any) -> bool:
        raise StoreUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(Rewriting, calls[place], killed)
        with pytest.raises(StoreUnavailable):
            await Rewriting(storage).run()
    storage.log.forget_read()
    assert await positions(storage) == written
    await Rewriting(storage).run()
    storage.log.forget_read()
    assert await digest_of(storage) == oracle
    assert (await Rewriting(storage).run()).operations == 0


async def test_a_log_that_goes_on_meanwhile_is_not_replaced(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(storage, story())
    rewriting = Rewriting(storage)
    copied = rewriting._copy

    async def copied_and_gone_on() -> bool:
        differs = await copied()
        await write(storage, [(act(9_999, "dora"),)])
        return differs

    monkeypatch.setattr(rewriting, "_copy", copied_and_gone_on)
    with pytest.raises(LogBroken, match="stop all servers"):
        await rewriting.run()
    assert len(await positions(storage)) == len(story()) + 1


def command(data_dir: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "headwater_server", "rebuild", "--data-dir", str(data_dir)]
    receipt = ["--receipt", str(data_dir.parent / "receipt.json")]
    return subprocess.run([*line, *receipt, *flags], check=False, capture_output=True, text=True)


async def report_for_long(storage: Storage, standing: ReplicaReport) -> None:
    """Report one that counts as alive however long a command needs to start."""
    await storage.replicas.report(standing)
    place = (Keys(storage.settings.catalogue).replicas, standing.replica_id)
    _, _, said = (await storage.store.call("HGET", *place)).partition(b" ")
    await storage.store.call("HSET", *place, b"%d %b" % (FAR_AHEAD_MS, said))


async def test_the_command_leaves_a_receipt_and_one_snapshot(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    settings = StorageSettings(log_entries_kept_min=10)
    async with open_storage(settings, data_dir=data_dir) as storage:
        written = await write(storage, story())
        await storage.log.trim(written[100])
        oracle, before = await digest_without_ann(storage), await digest_of(storage)
    plain = command(data_dir)
    assert plain.returncode == 0, plain.stderr
    assert json.loads((tmp_path / "receipt.json").read_text())["digest_after"] == before
    done = command(data_dir, "--without-erased")
    assert done.returncode == 0, done.stderr
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert (receipt["digest_before"], receipt["digest_after"]) == (before, oracle)
    assert receipt["offset"] == written[-1].offset
    assert receipt["operations_removed"] == 241
    assert any("backups" in line for line in receipt["out_of_reach"])
    async with open_storage(settings, data_dir=data_dir) as storage:
        (kept,) = await storage.snapshots.published()
        assert kept.position == written[-1]
        engine, _ = await fold(storage.log, Engine, snapshots=storage.snapshots)
        assert engine.digest() == oracle
        await report_for_long(storage, ReplicaReport("r", "here", 7, "worker", START, 1, "0"))
    refused = command(data_dir)
    assert refused.returncode == 1
    assert "stop the servers of this catalogue first: 7 on here" in refused.stderr


async def test_what_retention_dropped_is_reported_and_the_rest_forgets_all_the_same(
    tmp_path: Path,
) -> None:
    """Where the log's beginning is gone, the oldest snapshot replaces it, with its weights."""
    data_dir, cut = tmp_path / "data", 100
    settings = StorageSettings(log_entries_kept_min=10)
    async with open_storage(settings, data_dir=data_dir) as storage:
        written = await write(storage, story())
        snapshot, position = await fold(storage.log, Engine, until=written[cut].offset)
        await publish(snapshot, position, storage.snapshots)
        await storage.log.trim(written[cut])
        assert storage.archive
        assert storage.archive.drop_old(1, FAR_AHEAD_MS, written[cut + 1].sequence)
        before = await fold(storage.log, Engine, snapshots=storage.snapshots)
        oracle = await without_ann_from(storage, snapshot, position)
    done = command(data_dir, "--without-erased")
    assert done.returncode == 0, done.stderr
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert (receipt["digest_before"], receipt["digest_after"]) == (before[0].digest(), oracle)
    first = receipt["first_entry_kept"]
    assert 1 < first <= cut + 2  # the store trims by whole nodes of its stream
    gone = f"entries 1 to {first - 1}, which are deleted"
    assert any(gone in line and "stays in the weights" in line for line in receipt["out_of_reach"])
    async with open_storage(settings, data_dir=data_dir) as storage:
        assert (await storage.snapshots.published())[0].position == written[-1]


async def without_ann_from(storage: Storage, engine: Engine, position: Position) -> str:
    """The oracle from a snapshot on; the erasure comes later than all that is folded of hers."""
    erased = False
    async for logged in storage.log.iterate(position):
        erasing = any(isinstance(o, UserErase) for o in logged.entry.operations)
        erased = erased or (erasing and position != START)  # who never was need not be erased
        kept = [
            left
            for operation in logged.entry.operations
            if (left := operation if erased else what_stays(operation))
        ]
        erased = erased or erasing
        engine.apply(Entry(logged.entry.time_ms, tuple(kept)))
    return engine.digest()
