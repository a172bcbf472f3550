from __future__ import annotations

from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from headwater_server.errors import StoreUnavailable
from headwater_server.storage.promises import UnfitStoreError, check_promises
from headwater_server.storage.settings import Durability, StorageSettings
from headwater_server.storage.storage import open_storage
from headwater_server.storage.store import Store
from tests.integration.conftest import BACKENDS, running_server, url_of


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("options", "fix"),
    [
        ({"appendonly": "no"}, "CONFIG SET appendonly yes"),
        ({"appendfsync": "no"}, "CONFIG SET appendfsync everysec"),
        ({"maxmemory_policy": "allkeys-lru"}, "CONFIG SET maxmemory-policy noeviction"),
    ],
)
async def test_a_store_that_would_break_the_promise_is_refused_with_the_fix(
    backend: str, options: dict[str, str], fix: str, tmp_path: Path
) -> None:
    async with running_server(backend, tmp_path, **options):
        with pytest.raises(UnfitStoreError, match=fix):
            async with open_storage(StorageSettings(), redis_url=url_of(tmp_path)):
                pass


async def test_always_needs_fsync_on_every_write_where_it_cannot_be_asked_for(
    tmp_path: Path,
) -> None:
    async with running_server("valkey", tmp_path):
        store = Store(url_of(tmp_path), StorageSettings())
        await check_promises(store, Durability.ALWAYS, can_wait=True)
        with pytest.raises(UnfitStoreError, match="CONFIG SET appendfsync always"):
            await check_promises(store, Durability.ALWAYS, can_wait=False)
        await store.close()


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_store_that_hides_its_configuration_is_used_and_it_is_said(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running_server(backend, tmp_path):
        store = Store(url_of(tmp_path), StorageSettings())
        await store.call("ACL", "SETUSER", "default", "-config", "-command")
        await store.close()
        async with open_storage(StorageSettings(), redis_url=url_of(tmp_path)) as storage:
            position = await storage.log.append([storage.log.encode([])])
            assert position.sequence == 1
    assert "make sure yourself" in capsys.readouterr().err


async def test_nobody_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        async with open_storage(StorageSettings(), redis_url=url_of(tmp_path)):
            pass


async def test_replicas_on_one_redis_share_the_token_key(tmp_path: Path) -> None:
    async with running_server("valkey", tmp_path):
        url = url_of(tmp_path)
        async with (
            open_storage(StorageSettings(), redis_url=url) as first,
            open_storage(StorageSettings(), redis_url=url) as second,
            open_storage(StorageSettings(catalogue="other"), redis_url=url) as other,
        ):
            assert first.token_key == second.token_key
            assert len(first.token_key) == 32
            assert other.token_key != first.token_key


async def test_a_data_directory_is_a_store_of_its_own(tmp_path: Path) -> None:
    keys = set()
    for expected in (1, 2):
        async with open_storage(StorageSettings(), data_dir=tmp_path) as storage:
            position = await storage.log.append([storage.log.encode([])])
            assert position.sequence == expected
            keys.add(storage.token_key)
    assert len(keys) == 1


async def test_our_own_mistakes_are_not_taken_for_an_outage(store: Store) -> None:
    with pytest.raises(ResponseError):
        await store.call("NOSUCHCOMMAND")
