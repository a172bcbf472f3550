"""One key of attribution tokens follows another: nobody's token is refused, and none forever."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands
from headwater_server.storage.kept import token_key_ring as token_keys
from headwater_server.storage.kept.token_key_ring import LEAD_S, RedisTokenKeys
from headwater_server.storage.key_names import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.waiting import eventually

LEAD_MS, HOUR_MS = int(LEAD_S * 1000), 3_600_000


async def test_a_key_that_was_lost_to_another_rotation_is_not_lost(storage: Storage) -> None:
    """Two operators at once: one comes second, on top of the first."""
    ring, read = storage.token_key_ring, RedisTokenKeys.read

    async def read_while_another_rotates(self: RedisTokenKeys) -> list[token_keys.RingKey]:
        found = await read(self)
        if len(found) == 1:
            other = RedisTokenKeys(self.store, self.name)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(RedisTokenKeys, "read", read)
                await other.rotate(now_ms=0, token_ms=HOUR_MS)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RedisTokenKeys, "read", read_while_another_rotates)
        done = await ring.rotate(now_ms=0, token_ms=HOUR_MS)
    assert [ring_key.key.key_id for ring_key in done] == [0, 1, 2]


async def test_a_running_process_hears_of_it(
    storage: Storage, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_keys, "REFRESH_S", 0.01)
    ring = RedisTokenKeys(storage.store, Keys(settings.catalogue).token_keys)
    async with ring.kept_fresh() as keys:
        await ring.rotate(now_ms=0, token_ms=HOUR_MS)

        async def known() -> bool:
            return keys.of(1) is not None

        await eventually(known)


async def test_a_ring_that_cannot_be_read_leaves_the_keys_that_are_known(
    storage: Storage, settings: StorageSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process reads it again when it is repaired."""
    monkeypatch.setattr(token_keys, "REFRESH_S", 0.01)
    read, failures = RedisTokenKeys.read, []

    async def noted(self: RedisTokenKeys) -> list[token_keys.RingKey]:
        try:
            return await read(self)
        except Exception as error:
            failures.append(error)
            raise

    monkeypatch.setattr(RedisTokenKeys, "read", noted)
    name = Keys(settings.catalogue).token_keys
    ring = RedisTokenKeys(storage.store, name)
    async with ring.kept_fresh() as keys:
        whole, known = await storage.store.call("GET", name), keys.signing(0)
        await storage.store.call("SET", name, "damaged")
        await eventually(lambda: len(failures) > 1)
        assert keys.signing(0) == known
        await storage.store.call("SET", name, whole)
        await ring.rotate(now_ms=0, token_ms=HOUR_MS)
        await eventually(lambda: keys.of(1) is not None)


async def test_the_one_key_of_an_old_data_directory_is_the_first(tmp_path: Path) -> None:
    (tmp_path / token_keys.OLD_FILE).write_bytes(b"o" * 32)
    async with open_storage(StorageSettings(), data_dir=tmp_path) as storage:
        assert storage.token_keys.signing(0).secret == b"o" * 32


def test_an_operator_sees_which_key_signs_and_never_what_it_is(tmp_path: Path) -> None:
    run = CliRunner()
    at = ["--data-dir", str(tmp_path)]
    first = run.invoke(commands, ["token-keys", "list", *at])
    rotated = run.invoke(commands, ["token-keys", "rotate", *at])
    revoked = run.invoke(commands, ["token-keys", "rotate", "--revoke", *at])
    assert (first.exit_code, rotated.exit_code, revoked.exit_code) == (0, 0, 0)
    assert _states(first.output) == {"0": "signs"}
    assert _states(rotated.output) == {"0": "signs", "1": "verifies"}  # it signs in a moment
    assert _states(revoked.output) == {"2": "signs"}


def _states(table: str) -> dict[str, str]:
    rows = (line.split() for line in table.splitlines() if "UTC" in line)
    return {row[0]: row[-1] for row in rows}


async def test_the_keys_of_a_data_directory_are_rotated_while_its_server_runs(
    tmp_path: Path,
) -> None:
    async with open_storage(StorageSettings(), data_dir=tmp_path) as storage:
        run = await asyncio.to_thread(
            CliRunner().invoke, commands, ["token-keys", "rotate", "--data-dir", str(tmp_path)]
        )
        assert run.exit_code == 0, run.output
        assert len(await storage.token_key_ring.read()) == 2
