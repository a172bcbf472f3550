from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from headwater_server.errors import StoreAnswered, StoreUnavailable
from headwater_server.replica.ports.position import START
from headwater_server.storage.doctor.failovers import check_replication
from headwater_server.storage.embedded.server_process import ServerProcess
from headwater_server.storage.log.promises import UnfitStoreError, check_promises
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import Durability, StorageSettings
from headwater_server.storage.storage import Storage, open_storage
from tests.integration.api_server import free_port
from tests.integration.conftest import BACKENDS, running_server, url_of
from tests.integration.waiting import eventually


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("options", "fix"),
    [
        ({"appendonly": "no"}, "CONFIG SET appendonly yes"),
        ({"appendonly": "no", "save": "60 1"}, "CONFIG SET appendonly yes"),
        ({"appendfsync": "no"}, "CONFIG SET appendfsync everysec"),
        ({"maxmemory_policy": "allkeys-lru"}, "CONFIG SET maxmemory-policy noeviction"),
    ],
)
async def test_a_store_that_would_break_the_promise_is_refused_with_the_fix(
    backend: str, options: dict[str, str], fix: str, tmp_path: Path
) -> None:
    async with running_server(backend, tmp_path, **options):
        with pytest.raises(UnfitStoreError, match=f"does not write to this store.*{fix}"):
            async with open_storage(StorageSettings(), redis_url=url_of(tmp_path)):
                pass


async def test_always_needs_fsync_on_every_write_where_it_cannot_be_asked_for(
    tmp_path: Path,
) -> None:
    async with running_server("valkey", tmp_path):
        store = Store(url_of(tmp_path), StorageSettings())
        always = StorageSettings(durability=Durability.ALWAYS)
        await check_promises(store, always, can_wait=True)
        with pytest.raises(UnfitStoreError, match="CONFIG SET appendfsync always"):
            await check_promises(store, always, can_wait=False)
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
    assert "check it yourself" in capsys.readouterr().err


async def test_nobody_there_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        async with open_storage(StorageSettings(), redis_url=url_of(tmp_path)):
            pass


def secret(storage: Storage) -> bytes:
    return storage.token_keys.signing(0).secret


async def test_replicas_on_one_redis_share_the_token_keys(tmp_path: Path) -> None:
    async with running_server("valkey", tmp_path):
        url = url_of(tmp_path)
        async with (
            open_storage(StorageSettings(), redis_url=url) as first,
            open_storage(StorageSettings(), redis_url=url) as second,
            open_storage(StorageSettings(catalogue="other"), redis_url=url) as other,
        ):
            assert secret(first) == secret(second)
            assert len(secret(first)) == 32
            assert secret(other) != secret(first)


async def test_a_data_directory_is_a_store_of_its_own(tmp_path: Path) -> None:
    keys = set()
    for expected in (1, 2):
        async with open_storage(StorageSettings(), data_dir=tmp_path) as storage:
            position = await storage.log.append([storage.log.encode([])])
            assert position.sequence == expected
            keys.add(secret(storage))
    assert len(keys) == 1


async def test_an_answer_without_a_rule_is_said_by_its_code_and_without_arguments(
    store: Store,
) -> None:
    with pytest.raises(StoreAnswered, match="ERR unknown command") as answer:
        await store.call("NOSUCHCOMMAND", "s3cret")
    assert "s3cret" not in str(answer.value)


@asynccontextmanager
async def pair(backend: str, path: Path) -> AsyncIterator[tuple[ServerProcess, ServerProcess]]:
    """A primary in ``path/a`` and its replica in ``path/b``."""
    (path / "a").mkdir()
    (path / "b").mkdir()
    port, prompt = free_port(), {"repl_diskless_sync_delay": "0", "shutdown_timeout": "0"}
    async with (
        running_server(backend, path / "a", port=str(port), **prompt) as primary,
        running_server(backend, path / "b", replicaof=f"127.0.0.1 {port}", **prompt) as replica,
    ):
        yield primary, replica


async def connected(path: Path) -> bool:
    store = Store(url_of(path), StorageSettings())
    try:
        _, acknowledged = await store.call_both(("SET", "a", "b"), ("WAIT", 1, 100))
        return bool(acknowledged)
    finally:
        await store.close()


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_write_waits_for_the_replicas_that_are_asked_for(
    backend: str, tmp_path: Path
) -> None:
    settings = StorageSettings(min_replicas_acked=1, store_timeout_ms=2_000)
    async with pair(backend, tmp_path) as (_, replica):
        await eventually(lambda: connected(tmp_path / "a"))
        async with open_storage(settings, redis_url=url_of(tmp_path / "a")) as storage:
            log = storage.log
            assert (await log.append([log.encode([])])).sequence == 1
            replica.freeze()
            with pytest.raises(StoreUnavailable, match="0 of the 1 replicas"):
                await log.append([log.encode([])])
            replica.thaw()
            assert (await log.append([log.encode([])])).sequence == 3


@pytest.mark.parametrize("backend", BACKENDS)
async def test_too_few_replicas_and_a_replica_are_refused_with_the_fix(
    backend: str, tmp_path: Path
) -> None:
    async with pair(backend, tmp_path):
        await eventually(lambda: connected(tmp_path / "a"))
        settings = StorageSettings(min_replicas_acked=2)
        with pytest.raises(UnfitStoreError, match=r"has 1 replicas connected.*REPLICAOF"):
            async with open_storage(settings, redis_url=url_of(tmp_path / "a")):
                pass
        with pytest.raises(UnfitStoreError, match=r"replica of 127.0.0.1:\d+.*primary"):
            async with open_storage(StorageSettings(), redis_url=url_of(tmp_path / "b")):
                pass


async def test_always_with_replicas_waits_for_both_disks(tmp_path: Path) -> None:
    settings = StorageSettings(durability=Durability.ALWAYS, min_replicas_acked=1)
    async with pair("valkey", tmp_path):
        await eventually(lambda: connected(tmp_path / "a"))
        async with open_storage(settings, redis_url=url_of(tmp_path / "a")) as storage:
            assert (await storage.log.append([storage.log.encode([])])).sequence == 1


@pytest.mark.parametrize("backend", BACKENDS)
async def test_nobody_reads_what_the_replicas_have_not_confirmed(
    backend: str, tmp_path: Path
) -> None:
    settings = StorageSettings(min_replicas_acked=1, store_timeout_ms=2_000)
    async with pair(backend, tmp_path) as (_, replica):
        await eventually(lambda: connected(tmp_path / "a"))
        url = url_of(tmp_path / "a")
        async with (
            open_storage(settings, redis_url=url) as writer,
            open_storage(settings, redis_url=url) as reader,
        ):
            first = await writer.log.append([writer.log.encode([])])
            assert [one.position for one in await reader.log.read(START, 10, 60_000)] == [first]
            replica.freeze()
            with pytest.raises(StoreUnavailable):
                await writer.log.append([writer.log.encode([])])
            with pytest.raises(StoreUnavailable, match="0 of the 1 replicas"):
                await reader.log.read(first, 10, 100)
            assert await reader.log.confirmed() == first
            present = [one.position async for one in reader.log.iterate(first)]
            assert [one.sequence for one in present] == [2]
            replica.thaw()  # the writer is not asked: who reads asks the replicas

            async def read() -> bool:
                try:
                    page = await reader.log.read(first, 10, 100)
                except StoreUnavailable:
                    return False
                return [one.position for one in page] == present

            await eventually(read)
            assert await reader.log.confirmed() == present[-1]


async def test_a_start_and_doctor_warn_of_fewer_confirmations_than_replicas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with pair("valkey", tmp_path):
        await eventually(lambda: connected(tmp_path / "a"))
        for wanted, warns in ((0, True), (1, False)):
            settings = StorageSettings(min_replicas_acked=wanted)
            capsys.readouterr()
            async with open_storage(settings, redis_url=url_of(tmp_path / "a")) as storage:
                assert ("min_replicas_acked = 1" in capsys.readouterr().err) == warns
                found = await check_replication(storage.store, wanted)
                assert found.warns == warns
                assert found.fine
