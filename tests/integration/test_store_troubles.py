"""Whatever a running store answers: it is said in words with its code, and learning goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from headwater_server.errors import StoreUnavailable
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import free_port
from tests.integration.conftest import BACKENDS, running_server
from tests.integration.replicas import clicks, running_replica
from tests.integration.troubles import learns_again, refusal
from tests.integration.waiting import PATIENCE_S, eventually

SECRET = "s3cret"
SETTINGS = StorageSettings(store_timeout_ms=2_000)
Commands = tuple[tuple[str | int, ...], ...]
LEAVE = ("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
TROUBLES: tuple[tuple[str, Commands, Commands], ...] = (
    ("READONLY", (("REPLICAOF", "127.0.0.1", 1),), (("REPLICAOF", "NO", "ONE"),)),
    ("NOPERM", (("ACL", "SETUSER", "shop", "-xread"),), (("ACL", "SETUSER", "shop", "+xread"),)),
    ("NOPERM", (("ACL", "SETUSER", "shop", "-xadd"),), (("ACL", "SETUSER", "shop", "+xadd"),)),
    (
        "WRONGPASS",
        (("ACL", "SETUSER", "shop", "resetpass", ">other"), LEAVE),
        (("ACL", "SETUSER", "shop", "resetpass", f">{SECRET}"),),
    ),
    (
        "NOREPLICAS",
        (("CONFIG", "SET", "min-replicas-to-write", 1),),
        (("CONFIG", "SET", "min-replicas-to-write", 0),),
    ),
    ("OOM", (("CONFIG", "SET", "maxmemory", 1),), (("CONFIG", "SET", "maxmemory", 0),)),
)


@asynccontextmanager
async def guarded(backend: str, path: Path) -> AsyncIterator[tuple[str, Store]]:
    """A store with a user who has a password; yield the user's URL and an operator's client."""
    port = free_port()
    async with running_server(backend, path, port=str(port), busy_reply_threshold="50"):
        operator = Store(f"unix://{path}/s", SETTINGS)
        await operator.call("ACL", "SETUSER", "shop", "on", f">{SECRET}", "~hw:*", "+@all")
        try:
            yield f"redis://shop:{SECRET}@127.0.0.1:{port}/0", operator
        finally:
            await operator.close()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("word", "begin", "end"), TROUBLES)
async def test_a_trouble_of_the_store_is_said_and_ends(
    backend: str,
    word: str,
    begin: Commands,
    end: Commands,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with (
        guarded(backend, tmp_path) as (url, operator),
        open_storage(SETTINGS, redis_url=url) as storage,
        running_replica(storage) as replica,
    ):
        await replica.feedback(clicks(1), PATIENCE_S)
        for command in begin:
            await operator.call(*command)
        said = await refusal(replica, word)
        for command in end:
            await operator.call(*command)
        await learns_again(replica)
        assert not replica.own.health.fault
    logged = "".join(capsys.readouterr())
    assert SECRET not in logged + said
    assert "Traceback" not in logged


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_script_of_somebody_else_and_an_unblocked_reader_end_nothing(
    backend: str, tmp_path: Path
) -> None:
    async with guarded(backend, tmp_path) as (url, operator):
        other = Store(f"unix://{tmp_path}/s", StorageSettings(store_timeout_ms=60_000))
        async with (
            open_storage(SETTINGS, redis_url=url) as storage,
            running_replica(storage) as replica,
        ):
            await replica.feedback(clicks(1), PATIENCE_S)
            endless = asyncio.create_task(other.call("EVAL", "while true do end", 0))
            await refusal(replica, "BUSY")
            await operator.call("SCRIPT", "KILL")
            with suppress(StoreUnavailable):
                await endless
            await learns_again(replica)
            for client in await blocked(operator):
                await operator.call("CLIENT", "UNBLOCK", client, "ERROR")
            await learns_again(replica)
            assert not replica.own.health.fault
        await other.close()


async def blocked(operator: Store) -> list[int]:
    """Return the ids of clients that wait for something, when there are some."""
    found: list[int] = []

    async def some() -> bool:
        listed = await operator.call("CLIENT LIST")
        if isinstance(listed, bytes):
            fields = [dict(_pairs(line)) for line in listed.decode().splitlines()]
        else:
            fields = listed
        found[:] = [int(one["id"]) for one in fields if "b" in one["flags"]]
        return bool(found)

    await eventually(some)
    return found


def _pairs(line: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (one.partition("=") for one in line.split(" "))]
