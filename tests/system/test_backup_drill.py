"""The commands of docs/operations.md, section Backup and restore, run as they are written there."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from headwater import AsyncClient, EventStatus
from tests.integration.waiting import PATIENCE_S
from tests.system.compose import ROOT
from tests.system.crash.load import load_on, not_remembered
from tests.system.crash.real_store import running_store
from tests.system.crash.server import Server, serving

PAGE = (ROOT / "docs" / "operations.md").read_text()
SECTION = PAGE[PAGE.index("## Backup and restore") : PAGE.index("## Upgrade")]
BLOCKS = [
    [line.strip() for line in block.splitlines()]
    for block in re.findall(r"(?:^    \S.*\n)+", SECTION, re.MULTILINE)
]


async def run(block: list[str], **variables: object) -> str:
    """Run the lines of a block one by one, with these shell variables; return what they print."""
    said = ""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, **{name: str(v) for name, v in variables.items()}}
    for line in block:
        process = await asyncio.create_subprocess_exec(
            "/bin/bash", "-c", line, env=env, stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
        assert process.returncode == 0, f"{line}\n{out.decode()}"
        said += out.decode()
    return said


def digest_in(said: str) -> str:
    """Return the last line that `headwater digest` prints."""
    return str(re.findall(r"^\w{64} offset=\S+$", said, re.MULTILINE)[-1])


def test_the_page_has_the_blocks_that_are_run_below() -> None:
    assert len(BLOCKS) == 5
    assert sum("headwater digest" in line for block in BLOCKS for line in block) == 3


async def statuses(address: str, events: list) -> set[EventStatus]:
    async with AsyncClient(address) as client:
        answer = await client.feedback(events, timeout_s=PATIENCE_S)
        return {result.status for result in answer.results}


@pytest.mark.thorough
async def test_a_data_directory_comes_back_as_it_was(tmp_path) -> None:
    backup, restore = BLOCKS[:2]
    places = {"DATA": tmp_path / "data", "BACKUP": tmp_path / "backup"}
    places["BACKUP"].mkdir()
    server = Server(places["DATA"])
    async with serving(server):
        async with load_on([server.address], 1) as load:
            await load.reaches(300)
        before = dict(load.acknowledged)
        await server.stop()
        written_down = digest_in(await run(backup, **places))
        await server.start()
        async with load_on([server.address], 2) as load:
            await load.reaches(100)
        after = dict(load.acknowledged)
        await server.kill_and_wait()

        shutil.rmtree(places["DATA"] / "archive", ignore_errors=True)
        said = await run(restore, **places)
        assert digest_in(said) == written_down
        assert "WRONG" not in said

        await server.start()
        assert (await server.model()).digest == written_down.split()[0]
        assert await not_remembered(server.address, [*before.values()]) == []
        assert await statuses(server.address, [*after.values()]) == {EventStatus.CREATED}


@pytest.mark.thorough
@pytest.mark.skipif(
    shutil.which("redis-server") is None or shutil.which("redis-cli") is None,
    reason="no redis-server and redis-cli on the PATH",
)
async def test_a_redis_that_is_copied_under_load_comes_back_with_archive_and_digest(
    tmp_path,
) -> None:
    backup, restore, check = BLOCKS[2:]
    store_dir, archive = tmp_path / "redis", tmp_path / "archive"
    places = {"REDIS_DIR": store_dir, "ARCHIVE": archive, "BACKUP": tmp_path / "backup"}
    places["BACKUP"].mkdir()
    archiving = ("--archive-dir", str(archive), "--log-entries-kept-min", "20")
    archiving += ("--snapshot-entries", "20")
    async with running_store("redis", store_dir) as store:
        socket = f"-s {store_dir / 's'}"
        places["REDIS_URL"] = store.url
        (tmp_path / "logs").mkdir()
        server = Server(tmp_path / "logs", *archiving, redis_url=store.url)
        async with serving(server):
            async with load_on([server.address], 1, clients=2) as load:
                await load.reaches(200)
                copied = [line.replace("-u $REDIS_URL", socket) for line in backup]
                await run(copied, **places)
                await load.reaches(100)
            await server.stop()
            everything = dict(load.acknowledged)
            original = await run(["headwater digest --redis-url $REDIS_URL"], **places)
            assert any(archive.iterdir()), "entries were trimmed into the archive"
            shutil.copytree(
                store_dir, tmp_path / "old", ignore=shutil.ignore_patterns("s", "*.lock")
            )
            shutil.copytree(archive, tmp_path / "old-archive")

            await store.kill()
            await run(restore, **places)
            await store.start()
            said = await run(check, **places)
            restored = digest_in(said)
            assert restored != digest_in(original)
            async with running_store("redis", tmp_path / "old") as old:
                offset = restored.rpartition("=")[2]
                at = f"headwater digest --redis-url {old.url} --at {offset}"
                at += f" --archive-dir {tmp_path / 'old-archive'}"
                assert digest_in(await run([at])) == restored

            await server.start()
            results = await statuses(server.address, [*everything.values()])
            assert results == {EventStatus.EXISTS, EventStatus.CREATED}
