"""A store that loads, cannot save, or is a cluster that is down: said in words, and it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.crc import key_slot

from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import free_port
from tests.integration.replicas import clicks, running_replica
from tests.integration.troubles import learns_again, refusal
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.real_store import BACKENDS, RealStore, running_store

SECRET = "s3cret"
SETTINGS = StorageSettings(store_timeout_ms=2_000)
SLOT = key_slot(Keys(SETTINGS.catalogue).log.encode())
USERS = f"""user default on nopass ~* &* +@all
user shop on >{SECRET} ~hw:* +@all
"""
COMMANDS = 60_000  # a store looks for calls after each 1,024 commands that it loads
FILL = "for n = 1, ARGV[1] do redis.call('SET', 'other:' .. n, 'x') end"
LOAD_US = "100"  # of each


class Shop:
    """A replica on a store, reached as a user with a password, and an operator's client."""

    def __init__(self, store: RealStore, operator: Store, replica) -> None:
        self.store = store
        self.operator = operator
        self.replica = replica


@asynccontextmanager
async def shop_on(
    backend: str, path: Path, scheme: str = "redis", **options: str
) -> AsyncIterator[Shop]:
    port, users = str(free_port()), path / "users.acl"
    users.write_text(USERS)
    async with running_store(
        backend, path / "store", port=port, aclfile=str(users), **options
    ) as store:
        operator = Store(store.url, SETTINGS)
        if "cluster_enabled" in options:
            await operator.call("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)
            await eventually(lambda: cluster_is(operator, "ok"))
        url = f"{scheme}://shop:{SECRET}@127.0.0.1:{port}" + ("/0" if scheme == "redis" else "")
        async with (
            open_storage(SETTINGS, redis_url=url) as storage,
            running_replica(storage) as replica,
        ):
            await replica.feedback(clicks(1), PATIENCE_S)
            yield Shop(store, operator, replica)
        await operator.close()


async def cluster_is(operator: Store, state: str) -> bool:
    said = await operator.call("CLUSTER", "INFO")
    text = said.decode() if isinstance(said, bytes) else str(said)
    return f"cluster_state:{state}" in text or f"'cluster_state': '{state}'" in text


def check_words(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    logged = "".join(capsys.readouterr())
    assert SECRET not in logged + said
    assert "Traceback" not in logged
    assert "\n" not in said


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_store_that_cannot_save_its_rdb_file(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with shop_on(backend, tmp_path, save="3600 1000000") as shop:
        (shop.store.path / "dump.rdb" / "in the way").mkdir(parents=True)  # also root is refused
        await shop.operator.call("BGSAVE")
        said = await refusal(shop.replica, "MISCONF")
        assert "cannot save its RDB file" in said
        await shop.operator.call("CONFIG", "SET", "stop-writes-on-bgsave-error", "no")
        await shop.operator.call("CONFIG", "SET", "save", "")  # it ends without saving then
        await learns_again(shop.replica)
        assert not shop.replica.own.health.fault
    check_words(said, capsys)


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_store_that_loads_after_its_restart(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = {"key_load_delay": LOAD_US, "loading_process_events_interval_bytes": "1024"}
    async with shop_on(backend, tmp_path, **slow) as shop:
        await shop.operator.call("EVAL", FILL, 0, COMMANDS)
        await shop.store.kill()
        again = asyncio.create_task(shop.store.start())
        said = await refusal(shop.replica, "LOADING")
        assert "accepts no commands before it is done" in said
        await again
        await learns_again(shop.replica)
        assert not shop.replica.own.health.fault
    check_words(said, capsys)


@pytest.mark.parametrize("scheme", ["redis", "redis+cluster"])
@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_cluster_that_does_not_serve_our_slot(
    backend: str, scheme: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cluster = {"cluster_enabled": "yes", "cluster_port": str(free_port())}
    async with shop_on(
        backend, tmp_path, scheme, **cluster, cluster_announce_ip="127.0.0.1"
    ) as shop:
        await shop.operator.call("CLUSTER", "DELSLOTS", SLOT)
        said = await refusal(shop.replica, "CLUSTERDOWN")
        assert "of this catalogue (CLUSTERDOWN)" in said
        await shop.operator.call("CLUSTER", "ADDSLOTS", SLOT)
        await learns_again(shop.replica)
        assert not shop.replica.own.health.fault
    check_words(said, capsys)
