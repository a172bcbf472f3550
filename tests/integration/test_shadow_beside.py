"""A shadow beside a real server: killed, started again, stopped; then it is what evaluate finds."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

from headwater import AsyncClient, Item
from headwater_server.cli.root import commands
from headwater_server.engine.engine import Engine
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.conftest import url_of
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.test_cli_shadow import figures
from tests.integration.test_evaluate_served import ITEMS, visit
from tests.integration.waiting import eventually

WINDOW = ("--window-minutes", "0.1")
QUICK = ("--publish-minutes", "0.05", "--save-minutes", "0.05", "--priority", "normal")


@pytest.fixture
def place(server_dir: Path, settings: StorageSettings) -> list[str]:
    return ["--redis-url", url_of(server_dir), "--catalogue", settings.catalogue]


@asynccontextmanager
async def shadow(log: Path, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the command as an operator does; what it says goes to ``log``."""
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "headwater_server", "shadow", *arguments, stdout=said, stderr=said
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


async def run(*arguments: str) -> tuple[int, str]:
    result = await asyncio.to_thread(CliRunner().invoke, commands, arguments)
    return result.exit_code, result.output


async def shop(client: AsyncClient, numbers: Sequence[int]) -> None:
    async def caller(first: int) -> None:
        random = Random(numbers[0] + first)
        for number in numbers[first::6]:
            await visit(client, number, random)

    await asyncio.gather(*(caller(first) for first in range(6)))


async def published(storage: Storage, name: str) -> dict[str, Any] | None:
    for one in await storage.evaluations.newest(50):
        if one.name == name:
            found: dict[str, Any] = json.loads(one.report)
            return found
    return None


@pytest.mark.thorough
async def test_a_shadow_is_killed_and_goes_on_and_finds_what_evaluate_finds(
    storage: Storage, place: list[str], tmp_path: Path
) -> None:
    dear, state, log = tmp_path / "dear.toml", tmp_path / "state", tmp_path / "said"
    dear.write_text("[rewards]\nclick = 0.9\n")
    asked = (*place, "--policy", str(dear), *WINDOW)
    flags = (*asked, "--state", str(state), *QUICK)

    async def asked_so_far() -> int:
        found = await published(storage, "dear.shadow")
        return found["answers"]["asked"] if found else 0

    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        await client.upsert_items(
            [Item(f"item-{n}", title=f"Item {n}", price=float(n + 40)) for n in range(ITEMS)]
        )
        await shop(client, range(240))
        async with shadow(log, *flags) as process:
            await eventually(asked_so_far)
            await eventually(lambda: list(state.rglob("manifest")))
            process.send_signal(signal.SIGKILL)
            await process.wait()
        before = await asked_so_far()
        await shop(client, range(240, 480))
        async with shadow(log, *flags) as process:

            async def more() -> bool:
                return await asked_so_far() > before + 100

            await eventually(more)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0, log.read_text()
        assert "the shadow goes on" in log.read_text()
        length = await storage.log.length(), await folded_digest(storage, Engine)
        report = ("--once", "--report", str(tmp_path / "shadow.json"))
        async with shadow(log, *flags, *report) as process:
            assert await process.wait() in (0, 3), log.read_text()
        result = await run("evaluate", *asked, "--report", str(tmp_path / "evaluate.json"))
        assert result[0] in (0, 3), result[1]
        assert length == (await storage.log.length(), await folded_digest(storage, Engine))
    found, expected = (
        json.loads((tmp_path / f"{name}.json").read_text()) for name in ("shadow", "evaluate")
    )
    assert found["shadow"]["answers_late"] == 0
    for count in ("shown", "acts", "visitors", "unreplayable", "unreported", "same_chances"):
        assert found["answers"][count] == expected["answers"][count], count
    assert figures(found, "champion", "dear") == figures(expected, "champion", "dear")
    assert found["answers"]["entries"] == expected["answers"]["entries"]
    stored = await published(storage, "dear.shadow")
    assert stored == found
