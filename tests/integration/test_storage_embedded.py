from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest
import redis

from headwater_server.engine.messages.entries import Mark
from headwater_server.storage.archive.segment import write_segment
from headwater_server.storage.embedded.data_dir import DataDirInUseError
from headwater_server.storage.embedded.embedded import EmbeddedServer
from headwater_server.storage.embedded.server_process import ServerDiedError
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.stream import Stream
from headwater_server.storage.settings import Durability, StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.waiting import eventually


def client(server: EmbeddedServer) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(server.socket_path))


async def test_what_was_written_is_there_after_a_stop_and_a_start(tmp_path: Path) -> None:
    for expected in (1, 2):
        server = EmbeddedServer(tmp_path)
        await server.start()
        with client(server) as store:
            assert store.incr("count") == expected
        await server.stop()


async def test_it_listens_on_no_port_and_syncs_as_configured(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, Durability.ALWAYS)
    await server.start()
    with client(server) as store:
        assert store.config_get("appendfsync") == {"appendfsync": "always"}
        assert store.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert server.pid
    assert psutil.Process(server.pid).net_connections("inet") == []
    await server.stop()


async def test_a_second_start_on_the_directory_is_refused_and_names_the_first(
    tmp_path: Path,
) -> None:
    first, second = EmbeddedServer(tmp_path), EmbeddedServer(tmp_path)
    await first.start()
    with pytest.raises(DataDirInUseError, match=rf"in use by the headwater process {os.getpid()}"):
        await second.start()
    await second.stop()
    with client(first) as store:
        assert store.ping()
    await first.stop()
    await second.start()
    await second.stop()


async def test_a_killed_server_is_started_again_with_what_it_held(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    await server.start()
    with client(server) as store:
        store.set("a", "b")
    pid = server.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    await eventually(lambda: server.pid not in (None, pid))

    def holds() -> bool:
        try:
            with client(server) as store:
                return store.get("a") == b"b"
        except redis.RedisError:
            return False

    await eventually(holds)
    await server.stop()


async def test_a_path_that_is_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / ("long" * 30))
    await server.start()
    short = server.socket_path.parent
    with client(server) as store:
        assert store.ping()
    await server.stop()
    assert not short.exists()


async def test_a_server_that_cannot_start_says_why_and_lets_go(tmp_path: Path) -> None:
    (tmp_path / "appendonlydir").mkdir()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").write_text("what is this\n")
    server = EmbeddedServer(tmp_path)
    with pytest.raises(ServerDiedError, match="manifest"):
        await server.start()
    (tmp_path / "appendonlydir" / "appendonly.aof.manifest").unlink()
    await server.start()
    await server.stop()


_OWNER = """
import asyncio, sys
from pathlib import Path
from headwater_server.storage.embedded.embedded import EmbeddedServer
async def main():
    server = EmbeddedServer(Path(sys.argv[1]))
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


async def owner_of(path: Path) -> tuple[asyncio.subprocess.Process, int]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _OWNER, str(path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    return process, int(await process.stdout.readline())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
async def test_the_server_ends_when_its_owner_is_killed(tmp_path: Path) -> None:
    owner, pid = await owner_of(tmp_path)
    owner.kill()
    await owner.wait()
    await eventually(lambda: not psutil.pid_exists(pid))


async def test_a_server_left_by_a_killed_owner_is_stopped_and_its_data_kept(
    tmp_path: Path,
) -> None:
    owner, pid = await owner_of(tmp_path)
    with redis.Redis(unix_socket_path=str(tmp_path / "valkey.sock")) as store:
        store.set("a", "b")
    os.kill(pid, signal.SIGSTOP)  # so that it does not hear of its owner's end
    owner.kill()
    await owner.wait()
    assert psutil.pid_exists(pid)
    server = EmbeddedServer(tmp_path)
    await server.start()
    await eventually(lambda: not psutil.pid_exists(pid))
    with client(server) as store:
        assert store.get("a") == b"b"
    await server.stop()


async def test_no_other_user_can_read_what_is_stored(tmp_path: Path) -> None:
    """T30: also in a directory that existed, with files that others could read."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    server = EmbeddedServer(data)
    await server.start()
    await server.stop()
    for path in data.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    archived = StorageSettings(durability=Durability.ALWAYS)
    async with open_storage(archived, data_dir=data) as storage:
        change = storage.log.encode([Mark("m")])
        position = await storage.log.append([change])
        assert storage.archive is not None
        storage.archive.archive_id()
        (first,) = [raw async for raw in Stream(storage.store, Keys("default")).entries("0-0")]
        write_segment(storage.archive.path, [first])
        assert position.sequence == 1
        assert open_to_others(data) == []
    assert open_to_others(data) == []


def open_to_others(data: Path) -> list[str]:
    return [str(path) for path in (data, *data.rglob("*")) if path.stat().st_mode & 0o077]
