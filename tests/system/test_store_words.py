"""Every command ends with the store's reason in one line, without the password: R17, R19, R20."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from tests.integration.api_server import free_port
from tests.integration.bad_disks import leave_room, small_disk
from tests.integration.conftest import running_server, url_of
from tests.integration.waiting import PATIENCE_S

PROGRAM = (sys.executable, "-m", "headwater_server")
SERVE = ("serve", "--listen", "127.0.0.1:0")
EVENTS = "timestamp,user_id,item_id,event_type\n1700000000,u,i,view\n"
COMMANDS = (
    SERVE,
    (*SERVE, "--workers", "2"),
    ("doctor",),
    ("digest",),
    ("rebuild",),
    ("quarantine", "list"),
    ("token-keys", "list"),
    ("import", "--events", "{}/events.csv"),
)
SECRET = "s3cret"


async def run(*command: str) -> tuple[int, str]:
    """Return the exit code and all that a command wrote."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, output.decode()


@pytest.fixture
async def locked(tmp_path: Path):
    """A store with another password; yield its URL."""
    port = free_port()
    async with running_server("redis", tmp_path, port=str(port)):
        store = Store(url_of(tmp_path), StorageSettings())
        await store.call("CONFIG", "SET", "requirepass", "x")
        await store.close()
        yield f"redis://:{SECRET}@127.0.0.1:{port}"


async def test_a_wrong_password_ends_every_command_with_its_reason(locked, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS)
    for command in COMMANDS:
        words = [part.format(tmp_path) for part in command]
        code, output = await run(*words, "--redis-url", locked)
        assert code == 2, (command, output)
        assert "WRONGPASS" in output, command
        assert len(output.splitlines()) == 1, (command, output)
        assert SECRET not in output


async def test_a_worker_never_starts_on_a_store_that_refuses(locked) -> None:
    """Nothing slow comes before the first contact: no model is compiled, no library loaded."""
    code, output = await run(*SERVE, "--redis-url", locked)
    assert (code, output.count("\n")) == (2, 1), output


@pytest.mark.parametrize(
    "url",
    [
        "valkey://:s3cret@h:1",
        "redis:/:s3cret@h:1",
        ":s3cret@h:1",
        "redis://:s3cret@h:port",
        "redis://:s3cret@[::1",
        "redis://:x/s3cret@h:1",
        "redis://:x#s3cret@h:1",
        "redis://:s3cret@h:1/shop",
        "redis://:s3cret@h:99999",
        "redis://:s3cret@h:1?none=1",
        "http://shop:s3cret@h:1?password=s3cret",
        "rediss://h:1?password=s3cret&ssl_ca_certs=/none",
    ],
)
async def test_an_unusable_url_is_refused_without_its_password(url: str) -> None:
    code, output = await run("doctor", "--redis-url", url)
    assert code == 2, output
    assert "redis_url" in output
    assert SECRET not in output
    assert len(output.splitlines()) == 1


@pytest.mark.parametrize("room", [0, 8_192])
async def test_a_full_disk_is_named_by_a_command_on_a_data_directory(
    room: int, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk") as disk:
        (disk / "data").mkdir(mode=0o700)
        leave_room(disk, room)
        code, output = await run("doctor", "--data-dir", str(disk / "data"))
    assert code == 1
    assert "full" in output or "No space left" in output
    assert len(output.splitlines()) == 1


async def test_a_start_says_at_once_whom_it_waits_for_and_ends_in_the_end() -> None:
    code, output = await run(*SERVE, "--redis-url", "redis://127.0.0.1:1", "--store-wait-s", "0.5")
    assert code == 1
    assert "waiting for the store" in output
    assert output.splitlines()[-1].startswith("headwater: 127.0.0.1:1: the store does not answer")
    assert "Traceback" not in output
