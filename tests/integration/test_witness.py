"""Entries that a store lost without a trace are found out by what was written down beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from headwater_server.replica.faults import LogBroken
from headwater_server.replica.ports.position import START, Position
from headwater_server.storage.doctor.fixes import Fixes
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log import witness as witnesses
from headwater_server.storage.log.witness import Statement, Witness
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import Durability, StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.conftest import url_of
from tests.integration.replicas import click


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> StorageSettings:
    catalogue = f"witness-{abs(hash(request.node.nodeid))}"
    return StorageSettings(catalogue=catalogue, archive_dir=tmp_path / "archive")


@pytest.fixture
def witness(settings: StorageSettings) -> Witness:
    assert settings.archive_dir
    return Witness(settings.archive_dir / settings.catalogue)


async def fill_unseen(storage: Storage, entries: int) -> list[Position]:
    """Append while nothing is written down: what the file says is up to the test."""
    storage.log._witness = None
    return await fill(storage, entries)


async def fill(storage: Storage, entries: int) -> list[Position]:
    log = storage.log
    return [await log.append([log.encode([click(n)])]) for n in range(entries)]


async def written(storage: Storage) -> None:
    """Return when the line is on the disk.

    Before that the next position is left out, although the line can be read already.
    """
    witness = storage.log._witness
    assert witness
    assert witness._writing
    await witness._writing


async def cut(store: Store, settings: StorageSettings, entries: int) -> None:
    """Let the store come back without its last entries, head and all."""
    keys = Keys(settings.catalogue)
    gone = await store.call("XREVRANGE", keys.log, "+", "-", "COUNT", entries + 1)
    await store.call("XDEL", keys.log, *[offset for offset, _ in gone[:-1]])
    await store.call("HSET", keys.head, "n", gone[-1][1][b"n"], "id", gone[-1][0])


async def test_it_remembers_the_newest_and_what_is_settled(
    storage: Storage, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(witnesses, "EVERY_S", 0.0)
    monkeypatch.setattr(witnesses, "SETTLED_S", 0.0)
    positions = await fill(storage, 1)
    await written(storage)
    assert witness.read() == Statement(positions[0], START)
    positions += await fill(storage, 1)
    await written(storage)
    assert witness.read() == Statement(positions[1], positions[0])


@pytest.mark.parametrize("text", ["", "x", "1-1 1 0-0 0 00", "é" * 50])
async def test_a_torn_line_says_nothing(witness: Witness, text: str) -> None:
    witness.write(Statement(Position("5-0", 5)))
    assert witness.read().newest == Position("5-0", 5)
    witness._path.write_text(text)
    assert witness.read() == Statement()


async def test_a_loss_within_the_bound_is_said_and_lived_with(
    storage: Storage,
    store: Store,
    settings: StorageSettings,
    witness: Witness,
    capsys: pytest.CaptureFixture[str],
) -> None:
    positions = await fill_unseen(storage, 10)
    witness.write(Statement(positions[9], positions[5]))
    await storage.log.verify(START)
    await cut(store, settings, 3)
    await storage.log.verify(START)
    said = capsys.readouterr().err
    assert "lost the end of the log" in said
    assert re.search(r'entries_lost"?[=:] ?3\b', re.sub(r"\x1b\[\d+m", "", said))


async def test_a_loss_beyond_the_bound_is_refused_until_it_is_accepted(
    storage: Storage, store: Store, settings: StorageSettings, witness: Witness
) -> None:
    positions = await fill_unseen(storage, 10)
    witness.write(Statement(positions[9], positions[8]))
    await cut(store, settings, 3)
    with pytest.raises(LogBroken, match="lost its end: entry 10 was on it"):
        await storage.log.verify(START)
    loss = await Fixes(storage).loss()
    assert any("entry 10 was on it" in line for line in loss.lines())
    await Fixes(storage).accept(loss)
    await storage.log.verify(START)
    assert (await Fixes(storage).loss()).nothing


async def test_always_may_lose_nothing(
    server_dir: Path, store: Store, settings: StorageSettings, witness: Witness
) -> None:
    settings = replace(settings, durability=Durability.ALWAYS)
    async with open_storage(settings, redis_url=url_of(server_dir), check=False) as storage:
        positions = await fill_unseen(storage, 5)
        witness.write(Statement(positions[4], START))
        await cut(store, settings, 1)
        with pytest.raises(LogBroken, match="entry 5 was on it"):
            await storage.log.verify(START)
